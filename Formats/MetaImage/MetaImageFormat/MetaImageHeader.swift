import VolumeCore
import VoxelFiles

/// The lines `Key = value` of a MetaImage header, up to and with `ElementDataFile`.
public struct MetaImageHeader: Hashable, Sendable {
  /// Values by key.
  public let fields: [String: String]
  /// The names behind `ElementDataFile = LIST`.
  public let list: [String]
  /// How many bytes the header has: where local voxels begin.
  public let byteCount: Int

  /// A header of more bytes is none.
  static let longest = 1 << 20

  /// Decodes the first bytes of `file`.
  public init(decoding bytes: [UInt8], file: String) throws(MetaImageError) {
    var fields: [String: String] = [:]
    var list: [String] = []
    var place = 0
    var dataFile: String?
    func nextLine() -> String? {
      guard place < bytes.count else { return nil }
      let end = bytes[place...].firstIndex(of: 0x0A) ?? bytes.count
      let line = trimmed(String(decoding: bytes[place..<end], as: UTF8.self))
      place = min(end + 1, bytes.count)
      return line
    }
    while dataFile == nil {
      guard let line = nextLine() else { throw .endsInHeader(file: file) }
      guard !line.isEmpty else { continue }
      // MetaIO itself takes a colon as well.
      guard let equals = line.firstIndex(where: { $0 == "=" || $0 == ":" }) else {
        throw .lineIsMalformed(file: file, line: String(line.prefix(100)))
      }
      let key = trimmed(line[..<equals])
      let value = trimmed(line[line.index(after: equals)...])
      guard !key.isEmpty, key.utf8.count <= 60 else {
        throw .lineIsMalformed(file: file, line: String(line.prefix(100)))
      }
      if let earlier = fields[key], earlier != value {
        throw .isSaidTwice(file: file, key: key, values: [earlier, value])
      }
      fields[key] = value
      if key == "ElementDataFile" { dataFile = value }
    }
    if let words = dataFile?.split(separator: " "), words.first == "LIST" {
      while let line = nextLine() {
        if !line.isEmpty { list.append(line) }
      }
    }
    self.fields = fields
    self.list = list
    byteCount = place
  }

  /// The value of the first of `keys` that is there.
  func value(_ keys: String...) -> String? { keys.lazy.compactMap { fields[$0] }.first }

  /// The numbers of the first of `keys` that is there; `nil` where none is.
  func numbers(_ keys: String..., file: String) throws(MetaImageError) -> [Double]? {
    guard let key = keys.first(where: { fields[$0] != nil }), let text = fields[key] else {
      return nil
    }
    let words = text.split(separator: " ")
    let numbers = words.compactMap { Double($0) }
    guard numbers.count == words.count, numbers.allSatisfy(\.isFinite) else {
      throw .valueIsMalformed(file: file, key: key, value: text)
    }
    return numbers
  }

  /// The whole numbers of `key`; `nil` where it is not there.
  func integers(_ key: String, file: String) throws(MetaImageError) -> [Int]? {
    guard let text = fields[key] else { return nil }
    let words = text.split(separator: " ")
    let numbers = words.compactMap { Int($0) }
    guard numbers.count == words.count, !numbers.isEmpty else {
      throw .valueIsMalformed(file: file, key: key, value: text)
    }
    return numbers
  }

  /// The one whole number of `key`; `nil` where it is not there.
  func integer(_ key: String, file: String) throws(MetaImageError) -> Int? {
    guard let numbers = try integers(key, file: file) else { return nil }
    guard numbers.count == 1 else {
      throw .valueIsMalformed(file: file, key: key, value: fields[key] ?? "")
    }
    return numbers[0]
  }

  /// The truth value of the first of `keys` that is there; `nil` where none is.
  func truth(_ keys: String..., file: String) throws(MetaImageError) -> Bool? {
    guard let key = keys.first(where: { fields[$0] != nil }), let text = fields[key] else {
      return nil
    }
    switch text.lowercased() {
    case "true", "t", "1", "yes": return true
    case "false", "f", "0", "no": return false
    default: throw .valueIsMalformed(file: file, key: key, value: text)
    }
  }
}

extension VoxelType {
  /// The type that MetaIO calls `name`; a long has four bytes there on every machine.
  init?(metaName name: String) {
    switch name {
    case "MET_UCHAR": self = .uint8
    case "MET_CHAR", "MET_ASCII_CHAR": self = .int8
    case "MET_USHORT": self = .uint16
    case "MET_SHORT": self = .int16
    case "MET_UINT", "MET_ULONG": self = .uint32
    case "MET_INT", "MET_LONG": self = .int32
    case "MET_ULONG_LONG": self = .uint64
    case "MET_LONG_LONG": self = .int64
    case "MET_FLOAT": self = .float32
    case "MET_DOUBLE": self = .float64
    default: return nil
    }
  }

  /// What MetaIO calls it.
  var metaName: String {
    switch self {
    case .uint8: "MET_UCHAR"
    case .int8: "MET_CHAR"
    case .uint16: "MET_USHORT"
    case .int16: "MET_SHORT"
    case .uint32: "MET_UINT"
    case .int32: "MET_INT"
    case .uint64: "MET_ULONG_LONG"
    case .int64: "MET_LONG_LONG"
    case .float32: "MET_FLOAT"
    case .float64: "MET_DOUBLE"
    }
  }
}
