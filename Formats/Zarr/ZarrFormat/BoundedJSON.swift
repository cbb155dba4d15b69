import VolumeCore

/// A JSON document that anybody may have written, read within bounds of size, depth and number.
///
/// Stricter than most: a name twice in one object, bytes behind the end, or text that is no UTF-8 are
/// refused. Looser in one place: `NaN`, `Infinity` and `-Infinity` stand for texts, since Python writes
/// them bare.
public struct BoundedJSON: Sendable {
  /// The largest document that is read.
  public static let largestByteCount = 16 << 20
  /// How deep lists and objects may lie in one another.
  static let greatestDepth = 64
  /// How many values a document may have.
  static let mostValues = 1 << 21

  /// The document.
  public let value: JSONValue
  /// Whole numbers above 2^63 - 1 that are members of the outermost object, which `JSONValue` rounds.
  public let largeMembers: [String: UInt64]

  /// Parses a document; `nil` where it is not JSON within the bounds.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count <= Self.largestByteCount else { return nil }
    var parser = Parser(bytes: bytes)
    guard let value = parser.value(depth: 0) else { return nil }
    parser.skipSpace()
    guard parser.place == bytes.count else { return nil }
    self.value = value
    largeMembers = parser.largeMembers
  }
}

private struct Parser {
  let bytes: [UInt8]
  var place = 0
  var values = 0
  var largeMembers: [String: UInt64] = [:]
  /// The whole number that was just read, where it is too large for an `Int`.
  private var large: UInt64?

  init(bytes: [UInt8]) { self.bytes = bytes }

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      place += 1
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    place += 1
    return true
  }

  private mutating func take(_ word: String) -> Bool {
    let word = Array(word.utf8)
    guard place + word.count <= bytes.count,
      bytes[place..<(place + word.count)].elementsEqual(word)
    else { return false }
    place += word.count
    return true
  }

  mutating func value(depth: Int) -> JSONValue? {
    values += 1
    large = nil
    guard depth <= BoundedJSON.greatestDepth, values <= BoundedJSON.mostValues else { return nil }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return object(depth: depth)
    case UInt8(ascii: "["): return list(depth: depth)
    case UInt8(ascii: "\""): return text().map { .string($0) }
    case UInt8(ascii: "t"): return take("true") ? .bool(true) : nil
    case UInt8(ascii: "f"): return take("false") ? .bool(false) : nil
    case UInt8(ascii: "n"): return take("null") ? .null : nil
    case UInt8(ascii: "N"): return take("NaN") ? "NaN" : nil
    case UInt8(ascii: "I"): return take("Infinity") ? "Infinity" : nil
    case UInt8(ascii: "-"): return take("-Infinity") ? "-Infinity" : number()
    case .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return number()
    default: return nil
    }
  }

  private mutating func object(depth: Int) -> JSONValue? {
    place += 1
    var members: [String: JSONValue] = [:]
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object(members) }
    while true {
      skipSpace()
      guard let name = text(), members[name] == nil else { return nil }
      skipSpace()
      guard take(UInt8(ascii: ":")), let value = value(depth: depth + 1) else { return nil }
      members[name] = value
      if depth == 0, let large { largeMembers[name] = large }
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else { return nil }
    }
  }

  private mutating func list(depth: Int) -> JSONValue? {
    place += 1
    var items: [JSONValue] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array(items) }
    while true {
      guard let value = value(depth: depth + 1) else { return nil }
      items.append(value)
      skipSpace()
      if take(UInt8(ascii: "]")) {
        large = nil
        return .array(items)
      }
      guard take(UInt8(ascii: ",")) else { return nil }
    }
  }

  private mutating func text() -> String? {
    guard take(UInt8(ascii: "\"")) else { return nil }
    var text: [UInt8] = []
    while let byte = next {
      place += 1
      switch byte {
      case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let scalar = escaped() else { return nil }
        text.append(contentsOf: String(Character(scalar)).utf8)
      case 0..<0x20: return nil
      default: text.append(byte)
      }
    }
    return nil
  }

  private mutating func escaped() -> Unicode.Scalar? {
    guard let byte = next else { return nil }
    place += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      guard let high = fourDigits() else { return nil }
      guard (0xD800..<0xDC00).contains(high) else { return Unicode.Scalar(high) }
      guard take("\\u"), let low = fourDigits(), (0xDC00..<0xE000).contains(low) else { return nil }
      return Unicode.Scalar(0x1_0000 + (high - 0xD800) << 10 + (low - 0xDC00))
    default: return nil
    }
  }

  private mutating func fourDigits() -> UInt32? {
    guard place + 4 <= bytes.count else { return nil }
    var value: UInt32 = 0
    for byte in bytes[place..<(place + 4)] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        return nil
      }
      value = value << 4 | UInt32(digit)
    }
    place += 4
    return value
  }

  private mutating func digits() -> Int {
    let start = place
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { place += 1 }
    return place - start
  }

  private mutating func number() -> JSONValue? {
    let start = place
    _ = take(UInt8(ascii: "-"))
    let first = next
    let count = digits()
    guard count > 0, count == 1 || first != UInt8(ascii: "0") else { return nil }
    var isWhole = true
    if take(UInt8(ascii: ".")) {
      isWhole = false
      guard digits() > 0 else { return nil }
    }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      isWhole = false
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      guard digits() > 0 else { return nil }
    }
    let text = String(decoding: bytes[start..<place], as: UTF8.self)
    if isWhole, let value = Int(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else { return nil }
    if isWhole { large = UInt64(text) }
    return .number(value)
  }
}
