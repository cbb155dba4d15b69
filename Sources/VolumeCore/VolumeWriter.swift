/// A volume that is written block by block, whatever its format: the seam of all output.
///
/// Blocks are those of `grid`: shards of a store, or runs of whole layers of a file. Any order is
/// allowed unless `writesInOrder`; a block is written once, whole, and is then safe on disk.
public protocol VolumeWriter: AnyObject, Sendable {
  /// The blocks.
  var grid: ChunkGrid { get }

  /// Whether blocks must come in the order of `grid.indices`.
  var writesInOrder: Bool { get }

  /// Whether an earlier run has committed this block.
  func isCommitted(_ block: Index3) -> Bool

  /// Which part of the output is written here, where other processes write the rest; their blocks count
  /// as committed.
  var part: PartShare? { get }

  /// Whether `block` is written here.
  func isOurs(_ block: Index3) -> Bool

  /// Writes the voxels of `block` that lie in the volume, in C order and the machine's byte order.
  ///
  /// Returns the bytes that it took on disk.
  @discardableResult
  func commit(_ block: Index3, _ voxels: RawSpan) throws(VolumeWriteError) -> Int

  /// Memory beside the blocks being committed with which nothing that was written is read back: a
  /// pyramid's levels while their sources come in; 0 where there is nothing of the kind.
  var cacheByteCount: Int { get }

  /// The same where blocks come in the order of `grid.indices(layersAtOnce: 2)`, on `threads` threads.
  func cacheByteCount(forPairsOn threads: Int) -> Int

  /// Keeps at most `byteCount` bytes beside the blocks from now on.
  func limitCache(to byteCount: Int)

  /// What was noticed when it was begun and is to be said, such as a lock that was taken over.
  var remarks: [String] { get }

  /// Makes the output visible as finished; throws where a block is missing.
  ///
  /// - Parameter record: what is to be kept of the run, under `attributes.t2s` where the format
  ///   has a place for it.
  func finish(record: [String: JSONValue]) throws(VolumeWriteError)
}

extension VolumeWriter {
  /// All of it.
  public var part: PartShare? { nil }
  /// All blocks are.
  public func isOurs(_ block: Index3) -> Bool { true }
  /// Nothing is kept.
  public var cacheByteCount: Int { 0 }
  /// What the usual order takes.
  public func cacheByteCount(forPairsOn threads: Int) -> Int { cacheByteCount }
  /// Nothing is kept.
  public func limitCache(to byteCount: Int) {}
  /// Nothing was noticed.
  public var remarks: [String] { [] }
}

/// Writing failed.
public struct VolumeWriteError: ExplainedError, Hashable {
  /// The block that was being written, or `nil` when it was the metadata.
  public var block: Index3?
  /// Why it could not be.
  public var reason: Explanation

  /// Writing `block` failed for `reason`.
  public init(block: Index3?, reason: Explanation) {
    self.block = block
    self.reason = reason
  }

  /// The reason, with the place.
  public var explanation: Explanation {
    guard let block else { return reason }
    return Explanation(reason.kind, "writing block \(block): \(reason.what)", remedy: reason.remedy)
  }
}
