import SystemIO
import VolumeCore

/// Where the voxels of a shard come from.
@safe enum ShardSource: @unchecked Sendable {
  /// All of them lie in memory, lent while the shard is written.
  case memory(UnsafeRawBufferPointer)
  /// They are read row of chunks by row of chunks.
  case parts(VoxelSource)
}

/// Memory for a row of chunks as they are stored, one behind the other.
final class StoredRow: @unchecked Sendable {
  var bytes: PageBuffer
  /// The bytes of each chunk; 0 for one of zeros.
  var lengths: [Int] = []

  /// Room for `byteCount` bytes.
  init(capacity byteCount: Int) { bytes = PageBuffer(byteCount: byteCount) }

  /// Bytes of all chunks.
  var byteCount: Int { lengths.reduce(0, +) }
}

/// Memory for the voxels of a row of chunks.
final class RowBuffer: @unchecked Sendable {
  var bytes: PageBuffer

  /// Room for `byteCount` bytes.
  init(byteCount: Int) { bytes = PageBuffer(byteCount: byteCount) }
}
