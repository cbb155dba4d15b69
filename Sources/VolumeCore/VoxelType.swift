/// What one voxel is stored as.
public enum VoxelType: String, Hashable, Sendable, Codable, CaseIterable {
  /// Eight bits, 0 to 255.
  case uint8
  /// Sixteen bits, 0 to 65535.
  case uint16
  /// IEEE single precision.
  case float32
  /// Eight bits, -128 to 127.
  case int8
  /// Sixteen bits, -32768 to 32767.
  case int16
  /// Thirty-two bits, from 0.
  case uint32
  /// Thirty-two bits with a sign.
  case int32
  /// Sixty-four bits, from 0: labels of other programs.
  case uint64
  /// Sixty-four bits with a sign: labels of other programs.
  case int64
  /// IEEE double precision.
  case float64

  /// Bytes of one voxel.
  public var byteCount: Int {
    switch self {
    case .uint8, .int8: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    }
  }

  /// Whether values may have a fraction.
  public var isFloatingPoint: Bool { self == .float32 || self == .float64 }

  /// Whether values may be below zero.
  public var isSigned: Bool {
    switch self {
    case .uint8, .uint16, .uint32, .uint64: false
    case .int8, .int16, .int32, .int64, .float32, .float64: true
    }
  }

  /// The whole number type of `byteCount` bytes, else `nil`.
  public static func integer(byteCount: Int, isSigned: Bool) -> VoxelType? {
    allCases.first {
      $0.byteCount == byteCount && !$0.isFloatingPoint && $0.isSigned == isSigned
    }
  }

  /// The floating-point type of `byteCount` bytes, else `nil`.
  public static func float(byteCount: Int) -> VoxelType? {
    byteCount == 4 ? .float32 : byteCount == 8 ? .float64 : nil
  }

  /// The types that engines compute on; others are converted on the way in.
  public static let computed: [VoxelType] = [.uint8, .uint16, .float32]
}

/// The order of the bytes of a voxel in a file.
public enum ByteOrder: String, Hashable, Sendable, Codable {
  /// Least significant byte first.
  case little
  /// Most significant byte first.
  case big

  /// The order of this machine.
  public static var native: ByteOrder { UInt16(1).littleEndian == 1 ? .little : .big }
}

/// The edge lengths of a voxel in micrometres.
public struct VoxelSpacing: Hashable, Sendable, Codable {
  /// Between layers.
  public var z: Double
  /// Between rows.
  public var y: Double
  /// Between columns.
  public var x: Double

  /// The edges (z, y, x) in micrometres.
  public init(z: Double, y: Double, x: Double) {
    self.z = z
    self.y = y
    self.x = x
  }

  /// A cube of `edge` micrometres.
  public init(cube edge: Double) { self.init(z: edge, y: edge, x: edge) }

  /// Whether all edges are lengths: positive and finite.
  public var isPossible: Bool { [z, y, x].allSatisfy { $0 > 0 && $0.isFinite } }
}

/// A place in micrometres, in whatever coordinates the file uses.
public struct PhysicalPosition: Hashable, Sendable, Codable {
  /// Across the layers.
  public var z: Double
  /// Across the rows.
  public var y: Double
  /// Along a row.
  public var x: Double

  /// The place (z, y, x) in micrometres.
  public init(z: Double, y: Double, x: Double) {
    self.z = z
    self.y = y
    self.x = x
  }
}
