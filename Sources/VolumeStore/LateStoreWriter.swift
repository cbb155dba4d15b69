import Synchronization
import VolumeCore

/// A writer of a store that is to replace a finished one: it has the lock, and the old store stays as it
/// is until the first block of the new one is to be written. A run that fails before it has anything to
/// show costs nothing.
///
/// The same for a new store beside the old would take twice the disk until the end.
package final class LateStoreWriter: FactKeepingWriter, PartwiseWriter {
  private struct State {
    var writer: StoreWriter?
    var cacheLimit: Int?
    /// Documents that are to be kept in the new store.
    var kept: [String: JSONValue] = [:]
  }
  private let levels: StoreLevels
  private let threads: Int
  private let begin: @Sendable () throws(StoreError) -> StoreWriter
  private let state = Mutex(State())

  package let remarks: [String]

  /// A writer of a store of `levels`, which `begin` clears the place for.
  init(
    _ levels: StoreLevels, threads: Int, remark: String?,
    begin: @escaping @Sendable () throws(StoreError) -> StoreWriter
  ) {
    self.levels = levels
    self.threads = threads
    self.begin = begin
    remarks =
      (remark.map { [$0] } ?? [])
      + ["what is there stays until the first block of the new one is there"]
  }

  private var begun: StoreWriter? { state.withLock { $0.writer } }

  /// The writer of the new store, in whose place the old one is from now on.
  private func writer(for block: Index3?) throws(VolumeWriteError) -> StoreWriter {
    try state.withLock { (state: inout State) throws(VolumeWriteError) -> StoreWriter in
      if let writer = state.writer { return writer }
      do throws(StoreError) {
        let writer = try begin()
        if let limit = state.cacheLimit { writer.limitCache(to: limit) }
        state.writer = writer
        for (name, document) in state.kept { try writer.keepDocument(name, document) }
        return writer
      } catch {
        throw VolumeWriteError(block: block, reason: error.explanation)
      }
    }
  }

  package var grid: ChunkGrid { levels.arrays[0].layout.shards }
  package var writesInOrder: Bool { false }
  package func isCommitted(_ block: Index3) -> Bool { begun?.isCommitted(block) ?? false }

  @discardableResult
  package func commit(_ block: Index3, _ voxels: RawSpan) throws(VolumeWriteError) -> Int {
    try writer(for: block).commit(block, voxels)
  }

  package var cacheByteCount: Int { levels.waitingByteCount }

  package func cacheByteCount(forPairsOn threads: Int) -> Int {
    levels.waitingByteCount(forPairsOn: threads)
  }

  package func limitCache(to byteCount: Int) {
    state.withLock { $0.cacheLimit = byteCount }
    begun?.limitCache(to: byteCount)
  }

  package func finish(record: [String: JSONValue]) throws(VolumeWriteError) {
    try writer(for: nil).finish(record: record)
  }

  // MARK: - Facts

  @discardableResult
  package func commit(
    _ block: Index3, _ voxels: RawSpan, facts: [String: JSONValue]
  ) throws(VolumeWriteError) -> Int {
    try writer(for: block).commit(block, voxels, facts: facts)
  }

  package func facts(of block: Index3) -> [String: JSONValue]? { begun?.facts(of: block) }

  package func keep(_ name: String, _ document: JSONValue) throws(VolumeWriteError) {
    // In memory until there is a new store that it belongs to.
    state.withLock { if $0.writer == nil { $0.kept[name] = document } }
    try begun?.keep(name, document)
  }

  package func kept(_ name: String) -> JSONValue? {
    guard let writer = begun else { return state.withLock { $0.kept[name] } }
    return writer.kept(name)
  }

  // MARK: - Parts

  package var largestPart: Shape3 { levels.arrays[0].largestRow }
  package var partsAtOnce: Int { threads }
  package var byteCountInParts: Int { levels.byteCountInParts(threads: threads) }

  @discardableResult
  package func commit(
    _ block: Index3, from source: @escaping VoxelSource
  ) throws(Explanation) -> Int {
    let writer: StoreWriter
    do throws(VolumeWriteError) { writer = try self.writer(for: block) } catch {
      throw error.explanation
    }
    return try writer.commit(block, from: source)
  }
}
