import VolumeCore
import VoxelFiles

/// The header of a NIfTI file, of either version and in either byte order.
public struct NIfTIHeader: Hashable, Sendable {
  /// Of which of the two standards it is.
  public enum Version: Hashable, Sendable {
    /// 348 bytes; extents of 16 bits.
    case one
    /// 540 bytes; extents of 64 bits.
    case two

    /// Bytes of the header.
    public var byteCount: Int { self == .one ? 348 : 540 }
  }

  /// Which standard.
  public let version: Version
  /// The bytes, and their order.
  public let bytes: HeaderBytes
  /// Whether the voxels are in the same file, and not in an `.img` beside it.
  public let isSingleFile: Bool

  private static let secondEnd: [UInt8] = [0, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Decodes the first bytes of `file`: its own size, which is their first number, tells their order.
  public init(decoding bytes: [UInt8], file: String) throws(NIfTIError) {
    guard bytes.count >= 4 else { throw .endsInHeader(file: file, byteCount: bytes.count) }
    var found: (Version, Bool)?
    for version in [Version.one, .two] {
      for isBigEndian in [false, true]
      where HeaderBytes(bytes, isBigEndian: isBigEndian).int32(at: 0) == version.byteCount {
        found = (version, isBigEndian)
      }
    }
    guard let (version, isBigEndian) = found else { throw .isNoNIfTI(file: file) }
    guard bytes.count >= version.byteCount else {
      throw .endsInHeader(file: file, byteCount: bytes.count)
    }
    self.version = version
    self.bytes = HeaderBytes(Array(bytes[..<version.byteCount]), isBigEndian: isBigEndian)
    let magic = version == .one ? Array(bytes[344..<348]) : Array(bytes[4..<12])
    let end = version == .one ? [0] : Self.secondEnd
    let digit = version == .one ? "1" : "2"
    if magic == Array("n+\(digit)".utf8) + end {
      isSingleFile = true
    } else if magic == Array("ni\(digit)".utf8) + end {
      isSingleFile = false
    } else {
      throw version == .one ? .isAnalyze(file: file) : .isNoNIfTI(file: file)
    }
  }

  private func number(_ first: Int, _ second: Int) -> Double {
    version == .one ? bytes.float32(at: first) : bytes.float64(at: second)
  }
  private func code(_ first: Int, _ second: Int) -> Int {
    version == .one ? bytes.int16(at: first) : bytes.int32(at: second)
  }
  private func dimension(_ index: Int) -> Int {
    version == .one
      ? bytes.int16(at: 40 + 2 * index)
      : Int(bytes.integer(at: 16 + 8 * index, as: Int64.self))
  }

  /// How many axes it says it has.
  public var axisCount: Int { dimension(0) }
  /// The extents of so many axes, the fastest first.
  public func extents(_ count: Int) -> [Int] { (1...count).map(dimension) }
  /// What a voxel is, as a number.
  public var dataType: Int { version == .one ? bytes.int16(at: 70) : bytes.int16(at: 12) }
  /// Bits of a voxel.
  public var bitCount: Int { version == .one ? bytes.int16(at: 72) : bytes.int16(at: 14) }
  /// The voxel's edge along an axis, counted from 1; 0 holds a sign.
  public func edge(_ axis: Int) -> Double { number(76 + 4 * axis, 104 + 8 * axis) }
  /// Where the voxels begin, which is a whole number in the second version only.
  public var offset: Double {
    version == .one ? bytes.float32(at: 108) : Double(bytes.integer(at: 168, as: Int64.self))
  }
  /// By what stored values are to be multiplied.
  public var slope: Double { number(112, 176) }
  /// What is to be added then.
  public var intercept: Double { number(116, 184) }
  /// The unit of the edges: 1 metre, 2 millimetre, 3 micrometre, else unknown.
  public var unit: Int {
    (version == .one ? Int(bytes.bytes[123]) : bytes.int32(at: 500)) & 7
  }
  /// Whether the rotation is meant.
  public var rotationCode: Int { code(252, 344) }
  /// Whether the matrix is meant.
  public var matrixCode: Int { code(254, 348) }
  /// The rotation.
  public var quaternion: [Double] { (0..<3).map { number(256 + 4 * $0, 352 + 8 * $0) } }
  /// Where the first voxel lies, with the rotation.
  public var rotationOrigin: [Double] { (0..<3).map { number(268 + 4 * $0, 376 + 8 * $0) } }
  /// A row of the matrix: its three columns, and where the first voxel lies.
  public func matrixRow(_ row: Int) -> [Double] {
    (0..<4).map { number(280 + 16 * row + 4 * $0, 400 + 32 * row + 8 * $0) }
  }
}
