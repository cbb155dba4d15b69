import VolumeCore

/// A value of a network: an array of voxels with channels, in the order (z, y, x, channel).
public struct FeatureMap: Hashable, Sendable {
  /// The extent in voxels.
  public var shape: Shape3
  /// Numbers of each voxel.
  public var channels: Int
  /// The numbers.
  public var values: [Float]

  /// A value of `shape` with `channels`, all `filling`.
  public init(shape: Shape3, channels: Int, filling: Float = 0) {
    self.shape = shape
    self.channels = channels
    values = [Float](repeating: filling, count: shape.voxelCount * channels)
  }

  /// A value with these numbers.
  public init(shape: Shape3, channels: Int, values: [Float]) {
    precondition(values.count == shape.voxelCount * channels)
    self.shape = shape
    self.channels = channels
    self.values = values
  }

  /// Where the numbers of the voxel (z, y, x) begin.
  public func offset(z: Int, y: Int, x: Int) -> Int {
    ((z * shape.y + y) * shape.x + x) * channels
  }

  /// One number.
  public subscript(z: Int, y: Int, x: Int, channel: Int) -> Float {
    get { values[offset(z: z, y: y, x: x) + channel] }
    set { values[offset(z: z, y: y, x: x) + channel] = newValue }
  }
}
