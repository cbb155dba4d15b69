import VolumeCore
import VoxelFiles

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
  /// Whether each voxel is a bit: eight to a byte, the first in the highest bit, without a gap
  /// between rows or layers. Such voxels are read as 0 and 1.
  public var isPacked = false
  /// Whether the layers lie closest together and the columns farthest apart: Fortran's order.
  public var isColumnMajor = false

  /// Voxels of `voxelType` in `byteOrder`, `shape` of them, from `offset` on.
  public init(shape: Shape3, voxelType: VoxelType, byteOrder: ByteOrder, offset: Int = 0) {
    self.shape = shape
    self.voxelType = voxelType
    self.byteOrder = byteOrder
    self.offset = offset
  }

  /// Bytes that a file with these voxels has, or `nil` where they are beyond counting.
  public var fileByteCount: Int? {
    bytesNeeded(by: shape, of: voxelType, isPacked: isPacked, after: offset)
  }

  /// The same for the file at `path`, where a voxel has bytes of its own.
  func flat(_ path: String) -> FlatLayout {
    precondition(!isPacked)
    var flat = FlatLayout(
      shape: shape, voxelType: voxelType, byteOrder: byteOrder, path: path, offset: offset)
    if isColumnMajor {
      let width = voxelType.byteCount
      flat.strides = FlatLayout.Strides(z: width, y: shape.z * width, x: shape.z * shape.y * width)
    }
    return flat
  }
}

/// Bytes of a file that holds `shape` voxels of `type` after `offset` bytes; `nil` where an extent is
/// not positive or they are beyond counting.
func bytesNeeded(
  by shape: Shape3, of type: VoxelType, isPacked: Bool = false, after offset: Int
) -> Int? {
  guard offset >= 0, let bytes = FlatLayout.checkedByteCount(shape, type) else { return nil }
  let (all, overflows) = (isPacked ? (bytes + 7) / 8 : bytes).addingReportingOverflow(offset)
  return overflows ? nil : all
}
