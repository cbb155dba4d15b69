import VolumeCore
import VoxelFiles

/// The lines of an NRRD header, `field: value`, up to the empty one that ends it.
public struct NRRDHeader: Hashable, Sendable {
  /// Values by field, in the spelling of the specification and in small letters.
  public let fields: [String: String]
  /// The names behind `data file: LIST`.
  public let list: [String]
  /// How many bytes the header has: where attached voxels begin.
  public let byteCount: Int

  /// A header of more bytes is none.
  static let longest = 1 << 20

  private static let spellings = [
    "centers": "centerings", "lineskip": "line skip", "byteskip": "byte skip",
    "datafile": "data file", "axismins": "axis mins", "axismaxs": "axis maxs",
    "blocksize": "block size", "sampleunits": "sample units", "oldmin": "old min",
    "oldmax": "old max",
  ]

  /// Decodes the first bytes of `file`.
  public init(decoding bytes: [UInt8], file: String) throws(NRRDError) {
    var place = 0
    func nextLine() -> String? {
      guard place < bytes.count else { return nil }
      let end = bytes[place...].firstIndex(of: 0x0A) ?? bytes.count
      let line = trimmed(String(decoding: bytes[place..<end], as: UTF8.self))
      place = min(end + 1, bytes.count)
      return line
    }
    guard bytes.starts(with: Array("NRRD".utf8)), let magic = nextLine() else {
      throw .isNoNRRD(file: file)
    }
    guard let version = Int(magic.dropFirst(4)), (1...5).contains(version), magic.utf8.count == 8
    else { throw .versionIsUnknown(file: file, magic: String(magic.prefix(20))) }

    var fields: [String: String] = [:]
    var list: [String] = []
    var isOver = false
    while !isOver, let line = nextLine() {
      if line.isEmpty {
        isOver = true
      } else if line.hasPrefix("#") || Self.isKeyAndValue(line) {
        continue
      } else {
        guard let colon = line.firstIndex(of: ":") else {
          throw .lineIsMalformed(file: file, line: String(line.prefix(100)))
        }
        let said = trimmed(line[..<colon]).lowercased()
        let field = Self.spellings[said] ?? said
        guard fields[field] == nil else { throw .isSaidTwice(file: file, field: field) }
        let value = trimmed(line[line.index(after: colon)...])
        fields[field] = value
        // A list goes on to the end of the file.
        if field == "data file", value.split(separator: " ").first == "LIST" {
          while let name = nextLine() { if !name.isEmpty { list.append(name) } }
        }
      }
    }
    guard isOver || fields["data file"] != nil else { throw .endsInHeader(file: file) }
    self.fields = fields
    self.list = list
    byteCount = place
  }

  /// `key:=value`: something for people, which a field never is.
  private static func isKeyAndValue(_ line: String) -> Bool {
    guard let colon = line.firstIndex(of: ":") else { return false }
    return line[line.index(after: colon)...].first == "="
  }

  /// The value of a field that must be there.
  func required(_ field: String, file: String) throws(NRRDError) -> String {
    guard let value = fields[field] else { throw .isNotSaid(file: file, field: field) }
    return value
  }

  /// The whole numbers of `field`; `nil` where it is not there.
  func integers(_ field: String, file: String) throws(NRRDError) -> [Int]? {
    guard let text = fields[field] else { return nil }
    let words = text.split(whereSeparator: \.isWhitespace)
    let numbers = words.compactMap { Int($0) }
    guard numbers.count == words.count, !numbers.isEmpty else {
      throw .valueIsMalformed(file: file, field: field, value: text)
    }
    return numbers
  }

  /// The one whole number of `field`; `nil` where it is not there.
  func integer(_ field: String, file: String) throws(NRRDError) -> Int? {
    guard let numbers = try integers(field, file: file) else { return nil }
    guard numbers.count == 1 else {
      throw .valueIsMalformed(file: file, field: field, value: fields[field] ?? "")
    }
    return numbers[0]
  }

  /// One number for each of `count` axes, `nil` for `nan`; `nil` where the field is not there.
  func numbers(_ field: String, count: Int, file: String) throws(NRRDError) -> [Double?]? {
    guard let text = fields[field] else { return nil }
    let words = text.split(whereSeparator: \.isWhitespace)
    let numbers = words.compactMap { Double($0) }
    guard words.count == count, numbers.count == count else {
      throw .valueIsMalformed(file: file, field: field, value: text)
    }
    return numbers.map { $0.isFinite ? $0 : nil }
  }

  /// Vectors `(1,0,0) none (0,1,0)`: `nil` for `none`.
  func vectors(_ field: String, count: Int, file: String) throws(NRRDError) -> [[Double]?]? {
    guard let text = fields[field] else { return nil }
    var vectors: [[Double]?] = []
    var rest = text[...]
    while let first = rest.first {
      if first.isWhitespace {
        rest.removeFirst()
      } else if rest.hasPrefix("none") {
        vectors.append(nil)
        rest.removeFirst(4)
      } else if first == "(", let end = rest.firstIndex(of: ")") {
        let words = rest[rest.index(after: rest.startIndex)..<end].split(separator: ",")
        let numbers = words.compactMap { Double(trimmed($0)) }
        guard numbers.count == words.count else { break }
        // pynrrd writes nan for an axis without a direction.
        vectors.append(numbers.allSatisfy(\.isFinite) ? numbers : nil)
        rest = rest[rest.index(after: end)...]
      } else {
        break
      }
    }
    guard rest.isEmpty, vectors.count == count else {
      throw .valueIsMalformed(file: file, field: field, value: text)
    }
    return vectors
  }

  /// Texts in quotation marks; `nil` where the field is not there or is not made of them.
  func texts(_ field: String) -> [String]? {
    guard let text = fields[field] else { return nil }
    let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
    guard parts.count % 2 == 1 else { return nil }
    return stride(from: 1, to: parts.count, by: 2).map { trimmed(parts[$0]) }
  }
}

extension VoxelType {
  /// The type that NRRD calls `name`, in any of its spellings.
  init?(nrrdName name: String) {
    switch name.lowercased() {
    case "signed char", "int8", "int8_t": self = .int8
    case "uchar", "unsigned char", "uint8", "uint8_t": self = .uint8
    case "short", "short int", "signed short", "signed short int", "int16", "int16_t":
      self = .int16
    case "ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t": self = .uint16
    case "int", "signed int", "int32", "int32_t": self = .int32
    case "uint", "unsigned int", "uint32", "uint32_t": self = .uint32
    case "longlong", "long long", "long long int", "signed long long", "signed long long int",
      "int64", "int64_t":
      self = .int64
    case "ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t":
      self = .uint64
    case "float": self = .float32
    case "double": self = .float64
    default: return nil
    }
  }

  /// What NRRD calls it.
  var nrrdName: String {
    switch self {
    case .float32: "float"
    case .float64: "double"
    default: rawValue
    }
  }
}
