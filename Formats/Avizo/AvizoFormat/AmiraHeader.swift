import VolumeCore

/// The text before the first `@1` of an AmiraMesh file, taken apart.
struct AmiraHeader: Hashable {
  /// A header is not longer than this.
  static let longest = 1 << 20

  /// How values are written.
  enum Encoding: Hashable {
    case binary(ByteOrder)
    case text
  }

  /// An array of values: `Lattice { float[3] Data } @1(HxZip,1234)`.
  struct Field: Hashable {
    /// What it belongs to: `Lattice`.
    var owner: String
    /// The word for the type of a value: `float`.
    var type: String
    /// Values of one voxel.
    var components = 1
    /// `Data`, `Labels`.
    var name: String
    /// Which `@` its values stand behind.
    var index: Int
    /// `HxZip`, or `nil` where they are not compressed.
    var compression: String?
    /// Bytes of what is compressed.
    var compressedByteCount: Int?
  }

  /// How values are written.
  let encoding: Encoding
  /// The extents of arrays, fastest first, by name: `define Lattice 11 7 5`.
  private(set) var extents: [String: [Int]] = [:]
  /// `Parameters { ... }`.
  private(set) var parameters = AmiraParameters()
  /// The arrays in the order of their declarations.
  private(set) var fields: [Field] = []
  /// Bytes up to the line of the first `@`.
  let byteCount: Int

  /// Decodes the first bytes of the file called `file`.
  init(decoding bytes: [UInt8], file: String) throws(AvizoError) {
    let first = bytes.prefix { $0 != 0x0A }
    let words = AmiraTokens(first.dropFirst()).tokens.compactMap(\.string)
    guard first.first == UInt8(ascii: "#"), let name = words.first,
      name == "AmiraMesh" || name == "Avizo"
    else { throw .hasNoSignature(file: file) }
    if words.contains("BINARY-LITTLE-ENDIAN") {
      encoding = .binary(.little)
    } else if words.contains("BINARY") {
      // Without a word for it, the order is that of the workstations Amira was first made for.
      encoding = .binary(.big)
    } else if words.contains("ASCII") {
      encoding = .text
    } else {
      throw .encodingIsNotKnown(file: file, line: words.joined(separator: " "))
    }
    guard let end = Self.end(of: bytes, from: first.endIndex) else {
      throw .hasNoData(file: file, limit: Self.longest)
    }
    byteCount = end
    try read(AmiraTokens(bytes[first.endIndex..<end]).tokens, file: file)
  }

  /// Where the first line begins that is an `@` and a number.
  private static func end(of bytes: [UInt8], from start: Int) -> Int? {
    var at = start
    while let newline = bytes[at...].firstIndex(of: 0x0A) {
      at = newline + 1
      if Self.marker(in: bytes[at...]) != nil { return at }
    }
    return nil
  }

  /// The number behind the `@` that `bytes` begin with, and the bytes of its line.
  static func marker(in bytes: ArraySlice<UInt8>) -> (index: Int, byteCount: Int)? {
    guard bytes.first == UInt8(ascii: "@") else { return nil }
    let line = bytes.prefix(32).prefix { $0 != 0x0A }
    guard line.endIndex < bytes.endIndex, bytes[line.endIndex] == 0x0A else { return nil }
    let digits = line.dropFirst().prefix { (0x30...0x39).contains($0) }
    guard !digits.isEmpty, let index = Int(String(decoding: digits, as: UTF8.self)),
      line.dropFirst(1 + digits.count).allSatisfy({ $0 == 0x20 || $0 == 0x0D })
    else { return nil }
    return (index, line.count + 1)
  }

  private mutating func read(
    _ tokens: [AmiraTokens.Token], file: String
  ) throws(AvizoError) {
    var at = 0
    while at < tokens.count {
      guard let word = tokens[at].string else {
        at += 1
        continue
      }
      at += 1
      if word == "define" {
        guard at < tokens.count, let name = tokens[at].string else { continue }
        at += 1
        var extent: [Int] = []
        while at < tokens.count, let number = tokens[at].string.flatMap({ Int($0) }) {
          extent.append(number)
          at += 1
        }
        guard extents.updateValue(extent, forKey: name) == nil else {
          throw .definesTwice(file: file, name: name)
        }
      } else if word == "Parameters", at < tokens.count, tokens[at].isMark("{") {
        at += 1
        parameters = try AmiraParameters(tokens, &at, depth: 0, file: file)
      } else if at < tokens.count, tokens[at].isMark("{") {
        at += 1
        if let field = Self.field(of: word, tokens, &at) { fields.append(field) }
      }
    }
  }

  /// What stands behind `Lattice {`; `nil` where it is no array of values.
  private static func field(
    of owner: String, _ tokens: [AmiraTokens.Token], _ at: inout Int
  ) -> Field? {
    var inside: [AmiraTokens.Token] = []
    while at < tokens.count, !tokens[at].isMark("}") {
      inside.append(tokens[at])
      at += 1
    }
    at = min(at + 1, tokens.count)
    guard inside.count >= 2, let type = inside[0].string, let name = inside.last?.string else {
      return nil
    }
    var field = Field(owner: owner, type: type, name: name, index: 0)
    if inside.count > 2 {
      guard inside.count == 5, inside[1].isMark("["), inside[3].isMark("]"),
        let components = inside[2].string.flatMap({ Int($0) }), components > 0
      else { return nil }
      field.components = components
    }
    if at < tokens.count, tokens[at].isMark("=") { at += 1 }
    guard at < tokens.count, case .word(let place) = tokens[at], place.hasPrefix("@"),
      let index = Int(place.dropFirst())
    else { return nil }
    field.index = index
    at += 1
    guard at < tokens.count, tokens[at].isMark("(") else { return field }
    at += 1
    var inParentheses: [String] = []
    while at < tokens.count, !tokens[at].isMark(")") {
      if let string = tokens[at].string { inParentheses.append(string) }
      at += 1
    }
    at = min(at + 1, tokens.count)
    field.compression = inParentheses.first ?? ""
    field.compressedByteCount = inParentheses.count == 2 ? Int(inParentheses[1]) : nil
    return field
  }
}
