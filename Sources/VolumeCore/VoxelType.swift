/// What one voxel is stored as.
public enum VoxelType: String, Hashable, Sendable, Codable, CaseIterable {
  /// Eight bits, 0 to 255.
  case uint8
  /// Sixteen bits, 0 to 65535.
  case uint16
  /// IEEE single precision.
  case float32

  /// Bytes of one voxel.
  public var byteCount: Int {
    switch self {
    case .uint8: 1
    case .uint16: 2
    case .float32: 4
    }
  }
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
}
