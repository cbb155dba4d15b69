import VolumeCore

/// What a raw file's name says: `name_1300x1040x1900_8bit.raw`, extents in the order x, y, z.
public struct RawFileName: Hashable, Sendable {
  /// Every size in the name; more than one where it says too much.
  public private(set) var shapes: [Shape3] = []
  /// The voxel type, where exactly one is named.
  public private(set) var type: RawTypeName?
  /// The byte order, where exactly one is named.
  public private(set) var byteOrder: ByteOrder?

  /// Reads the file name `name`, without folders.
  public init(parsing name: String) {
    var text = Substring(name.lowercased())
    if let dot = text.lastIndex(of: ".") { text = text[..<dot] }
    shapes = Self.shapes(in: Array(text.utf8))

    var types: [RawTypeName] = []
    var orders: [ByteOrder] = []
    func note(_ type: RawTypeName) { if !types.contains(type) { types.append(type) } }
    func note(_ order: ByteOrder) { if !orders.contains(order) { orders.append(order) } }
    let words = text.split { !($0.isLetter || $0.isNumber) }.map(String.init)
    for (index, word) in words.enumerated() {
      let next = index + 1 < words.count ? words[index + 1] : ""
      switch word {
      // Not "big" and "little" alone: `big.raw` is a large scan.
      case "le", "littleendian", "lsb": note(.little)
      case "be", "bigendian", "msb": note(.big)
      case "8", "16", "32", "64", "1", "12", "24":
        // `8-bit` falls apart where names are cut.
        if next == "bit" || next == "bits",
          let type = Self.type(word + "bit", before: words, index + 2)
        {
          note(type)
        }
      // A sample's number, unless the name speaks of its voxels anyway.
      case "s16", "s32", "s64": if !shapes.isEmpty, let type = RawTypeName(word) { note(type) }
      // Words that describe samples too.
      case "bit", "int", "single", "short", "half", "double", "bool", "rgb": break
      default:
        var stem = word
        if word.count > 4, word.hasSuffix("le") || word.hasSuffix("be") {
          stem = String(word.dropLast(2))
        }
        if let type = Self.type(word, before: words, index + 1) {
          note(type)
        } else if stem != word, let type = RawTypeName(stem) {
          note(type)
          note(word.hasSuffix("le") ? .little : .big)
        }
      }
    }
    if types.count == 1 { type = types[0] }
    // "le" and "be" are words too: they count where the name speaks of its bytes anyway.
    if orders.count == 1, type != nil || !shapes.isEmpty { byteOrder = orders[0] }
  }

  /// The type that `word` names, with the word behind it taken into account: `16bit_signed`,
  /// `32bit_int`.
  private static func type(_ word: String, before words: [String], _ next: Int) -> RawTypeName? {
    let follower = next < words.count ? words[next] : ""
    switch (word, follower) {
    case ("8bit", "signed"): return .known(.int8)
    case ("16bit", "signed"): return .known(.int16)
    case ("16bit", "float"), ("16bit", "half"): return .foreign("float16")
    case ("32bit", "signed"), ("32bit", "int"): return .known(.int32)
    case ("32bit", "unsigned"), ("32bit", "uint"): return .known(.uint32)
    // One letter and a digit is more often a sample's number than a type.
    case ("u1", _), ("u2", _), ("u4", _), ("i1", _), ("i2", _), ("i4", _), ("i8", _), ("f2", _),
      ("f4", _), ("f8", _), ("s8", _):
      return nil
    case ("float", "64"): return .foreign("float64")
    default: return RawTypeName(word)
    }
  }

  /// Every `AxBxC` in a name that is neither part of something longer nor a voxel size.
  private static func shapes(in text: [UInt8]) -> [Shape3] {
    var shapes: [Shape3] = []
    var position = 0
    func isDigit(_ index: Int) -> Bool {
      index < text.count && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[index])
    }
    while position < text.count {
      guard isDigit(position) else {
        position += 1
        continue
      }
      var extents: [Int?] = []
      while isDigit(position) {
        let start = position
        while isDigit(position) { position += 1 }
        extents.append(Int(String(decoding: text[start..<position], as: UTF8.self)))
        guard position < text.count, text[position] == UInt8(ascii: "x"), isDigit(position + 1)
        else { break }
        position += 1
      }
      let unit = String(decoding: text[position...].prefix(3), as: UTF8.self)
      let isSize = ["um", "nm", "mm", "µm", "μm"].contains { unit.hasPrefix($0) }
      guard extents.count == 3, !isSize, let x = extents[0], let y = extents[1],
        let z = extents[2], x > 0, y > 0, z > 0
      else { continue }
      let shape = Shape3(z: z, y: y, x: x)
      if !shapes.contains(shape) { shapes.append(shape) }
    }
    return shapes
  }

  /// What the name says about the bytes; a name with two sizes says none.
  public var claim: RawClaim {
    var claim = RawClaim(source: .name)
    claim.shape = shapes.count == 1 ? shapes[0] : nil
    claim.type = type
    claim.byteOrder = byteOrder
    return claim
  }
}
