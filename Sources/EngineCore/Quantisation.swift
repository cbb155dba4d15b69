import VolumeCore

/// How large the values of a network are, as seen on some layers of a scan: what turns them into bytes.
public struct Quantisation: Hashable, Sendable, Codable {
  /// For each node of the simplified network, by its name: the magnitude that the largest byte of each
  /// channel stands for.
  public var limits: [String: [Float]]
  /// What is added to each class's score, so that rounding favours no class; empty: nothing.
  public var offsets: [Float]

  /// With these limits.
  public init(limits: [String: [Float]], offsets: [Float] = []) {
    self.limits = limits
    self.offsets = offsets
  }
}

/// A piece of a scan to calibrate on.
public struct CalibrationTile: Sendable {
  /// Its extents, each a multiple of the network's stride.
  public var shape: Shape3
  /// Its voxels in C order, of the plan's type.
  public var voxels: [UInt8]

  /// A piece of these voxels.
  public init(shape: Shape3, voxels: [UInt8]) {
    self.shape = shape
    self.voxels = voxels
  }
}
