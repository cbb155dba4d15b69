/// Fills memory with the voxels of a box in C order, when whoever writes them wants them.
public typealias VoxelSource =
  @Sendable (_ box: Region, _ voxels: inout MutableRawSpan) throws(Explanation) -> Void

/// A writer that need not be handed a block whole: it asks for parts of it while it writes others, so
/// that the block is never in memory.
public protocol PartwiseWriter: VolumeWriter {
  /// The largest box that is asked for at once.
  var largestPart: Shape3 { get }

  /// How many parts of a block are asked for at a time.
  var partsAtOnce: Int { get }

  /// Memory that committing one block in parts takes at most, those parts included.
  var byteCountInParts: Int { get }

  /// Writes `block`, whose voxels come from `source`: every voxel once, in boxes of the output's own
  /// coordinates, from several threads.
  ///
  /// Returns the bytes that it took on disk. What `source` throws is thrown as it is.
  @discardableResult
  func commit(_ block: Index3, from source: @escaping VoxelSource) throws(Explanation) -> Int
}
