import VolumeCore
import VoxelFiles

/// What an NPY file says of its array.
public struct NPYHeader: Hashable, Sendable {
  /// How many bytes come before the first element.
  public var byteCount: Int
  /// `descr`: byte order, kind and width, as numpy writes it: `<u2`.
  public var descr: String
  /// Whether the first axis is the fastest in the file.
  public var isFortran: Bool
  /// The extents, in the order in which the array is indexed.
  public var shape: [Int]

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// numpy itself reads no header longer than 10,000 characters unasked; structured ones may be long.
  static let longestText = 1 << 16

  /// Decodes the first bytes of `file`, which may be fewer than the header has.
  public init(decoding bytes: [UInt8], file: String) throws(NPYError) {
    guard bytes.starts(with: Self.magic) else { throw .isNoNPY(file: file) }
    guard bytes.count >= 12 else { throw .endsInHeader(file: file, byteCount: bytes.count) }
    let (major, minor) = (bytes[6], bytes[7])
    guard (1...3).contains(major), minor == 0 else {
      throw .versionIsUnknown(file: file, major: Int(major), minor: Int(minor))
    }
    let numbers = HeaderBytes(bytes)
    let start = major == 1 ? 10 : 12
    let count =
      major == 1
      ? Int(numbers.integer(at: 8, as: UInt16.self)) : Int(numbers.integer(at: 8, as: UInt32.self))
    guard count <= Self.longestText else { throw .headerIsTooLong(file: file, byteCount: count) }
    guard start + count <= bytes.count else {
      throw .endsInHeader(file: file, byteCount: bytes.count)
    }
    byteCount = start + count
    let text = String(decoding: bytes[start..<(start + count)], as: UTF8.self)
    guard let fields = PythonLiteral(parsing: text)?.members,
      case .boolean(let isFortran) = fields["fortran_order"],
      case .tuple(let extents) = fields["shape"], let descr = fields["descr"]
    else { throw .headerIsMalformed(file: file, text: String(trimmed(text).prefix(200))) }
    shape = []
    for extent in extents {
      guard case .integer(let extent) = extent, extent >= 0 else {
        throw .headerIsMalformed(file: file, text: String(trimmed(text).prefix(200)))
      }
      shape.append(extent)
    }
    self.isFortran = isFortran
    guard case .text(let name) = descr else { throw .isStructured(file: file) }
    self.descr = name
  }

  /// The header of an array (z, y, x) in C order and little-endian.
  public init(describing shape: Shape3, _ type: VoxelType) {
    let kind = type.isFloatingPoint ? "f" : type.isSigned ? "i" : "u"
    descr = (type.byteCount == 1 ? "|" : "<") + kind + "\(type.byteCount)"
    isFortran = false
    self.shape = [shape.z, shape.y, shape.x]
    byteCount = 0
    byteCount = encoded.count
  }

  /// The bytes before the first element, as numpy writes them: version 1, a multiple of 64.
  public var encoded: [UInt8] {
    let extents = shape.map { "\($0)" }.joined(separator: ", ")
    let order = isFortran ? "True" : "False"
    var text = Array(
      "{'descr': '\(descr)', 'fortran_order': \(order), 'shape': (\(extents)), }".utf8)
    let unpadded = 10 + text.count + 1
    text += [UInt8](repeating: 0x20, count: (64 - unpadded % 64) % 64) + [0x0A]
    return Self.magic + [1, 0, UInt8(text.count & 255), UInt8(text.count >> 8)] + text
  }
}

/// What `descr` says of an element.
struct NPYElement {
  /// What is read for an element.
  enum Kind {
    /// The type itself.
    case plain(VoxelType)
    /// Truth values, one byte each.
    case boolean
    /// Half precision, read as float32.
    case half
    /// A real and an imaginary part of this type.
    case complex(VoxelType)
  }

  var kind: Kind
  var byteOrder: ByteOrder

  /// Decodes `descr` of `file`; nothing that could be code or objects is ever looked at.
  init(_ descr: String, file: String) throws(NPYError) {
    var rest = descr[...]
    guard let order = rest.popFirst(), let letter = rest.popFirst() else {
      throw .typeIsNotRead(file: file, descr: descr)
    }
    guard letter != "O" else { throw .isPickled(file: file) }
    let isSigned = letter == "i"
    let found: Kind? =
      switch (letter, Int(rest)) {
      case ("b", 1): .boolean
      case ("i", let count?), ("u", let count?):
        VoxelType.integer(byteCount: count, isSigned: isSigned).map { .plain($0) }
      case ("f", 2): .half
      case ("f", let count?): VoxelType.float(byteCount: count).map { .plain($0) }
      case ("c", let count?): VoxelType.float(byteCount: count / 2).map { .complex($0) }
      default: nil
      }
    guard let found else { throw .typeIsNotRead(file: file, descr: descr) }
    kind = found
    byteOrder = .native
    switch (order, byteCount) {
    case ("<", _): byteOrder = .little
    case (">", _): byteOrder = .big
    case ("|", 1): break
    // "=" is the order of whatever machine wrote it, which nobody knows.
    default: throw .typeIsNotRead(file: file, descr: descr)
    }
  }

  /// The voxel type as which it lies in the file.
  var stored: VoxelType {
    switch kind {
    case .plain(let type), .complex(let type): type
    case .boolean: .uint8
    case .half: .uint16
    }
  }

  /// Bytes from one element to the next.
  var byteCount: Int {
    if case .complex(let type) = kind { 2 * type.byteCount } else { stored.byteCount }
  }
}
