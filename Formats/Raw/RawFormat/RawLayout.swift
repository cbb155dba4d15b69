import VolumeCore

/// Where the voxels of a headerless file lie: all that must be known to read one.
public struct RawLayout: Hashable, Sendable {
  /// The extent.
  public var shape: Shape3
  /// What a voxel is.
  public var voxelType: VoxelType
  /// The order of a voxel's bytes.
  public var byteOrder: ByteOrder
  /// Bytes before the first voxel.
  public var offset: Int

  /// Voxels of `voxelType` in `byteOrder`, `shape` of them, from `offset` on.
  public init(shape: Shape3, voxelType: VoxelType, byteOrder: ByteOrder, offset: Int = 0) {
    self.shape = shape
    self.voxelType = voxelType
    self.byteOrder = byteOrder
    self.offset = offset
  }

  /// Bytes that a file with these voxels has, or `nil` where they are beyond counting.
  public var fileByteCount: Int? {
    bytesNeeded(by: shape, of: voxelType, after: offset)
  }
}

/// Bytes of a file that holds `shape` voxels of `type` after `offset` bytes; `nil` on overflow.
func bytesNeeded(by shape: Shape3, of type: VoxelType, after offset: Int) -> Int? {
  guard offset >= 0, let voxels = shape.checkedVoxelCount else { return nil }
  let (bytes, tooMany) = voxels.multipliedReportingOverflow(by: type.byteCount)
  let (all, overflowed) = bytes.addingReportingOverflow(offset)
  return tooMany || overflowed ? nil : all
}
