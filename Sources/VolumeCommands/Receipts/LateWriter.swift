import Synchronization
import VolumeCore

/// An output that is begun when its first block is whole: until then what it is to replace stays, so
/// that a run that fails before it has anything to show has cost nothing.
final class LateWriter: FactKeepingWriter {
  let grid: ChunkGrid
  private struct State {
    var writer: (any VolumeWriter)?
    var cacheLimit: Int?
    var kept: [String: JSONValue] = [:]
  }
  private let state = Mutex(State())
  private let create: @Sendable () throws(Explanation) -> any VolumeWriter

  /// An output of blocks of `grid`, which `create` begins.
  init(_ grid: ChunkGrid, create: @escaping @Sendable () throws(Explanation) -> any VolumeWriter) {
    self.grid = grid
    self.create = create
  }

  var writesInOrder: Bool { false }

  /// What was begun, which happens now at the latest.
  private func writer(_ block: Index3?) throws(VolumeWriteError) -> any VolumeWriter {
    let (writer, isNew) = try state.withLock {
      (state: inout State) throws(VolumeWriteError) -> (any VolumeWriter, Bool) in
      if let writer = state.writer { return (writer, false) }
      do throws(Explanation) {
        let writer = try create()
        precondition(writer.grid == grid, "blocks are those that were planned")
        if let limit = state.cacheLimit { writer.limitCache(to: limit) }
        state.writer = writer
        return (writer, true)
      } catch {
        throw VolumeWriteError(block: block, reason: error)
      }
    }
    if isNew, let keeper = writer as? any FactKeepingWriter {
      for (name, document) in state.withLock({ $0.kept }) { try keeper.keep(name, document) }
    }
    return writer
  }

  private var begun: (any FactKeepingWriter)? {
    state.withLock { $0.writer } as? any FactKeepingWriter
  }

  func isCommitted(_ block: Index3) -> Bool {
    state.withLock { $0.writer }?.isCommitted(block) ?? false
  }

  func commit(_ block: Index3, _ voxels: RawSpan) throws(VolumeWriteError) -> Int {
    try writer(block).commit(block, voxels)
  }

  func commit(
    _ block: Index3, _ voxels: RawSpan, facts: [String: JSONValue]
  ) throws(VolumeWriteError) -> Int {
    let writer = try writer(block)
    guard let keeper = writer as? any FactKeepingWriter else {
      return try writer.commit(block, voxels)
    }
    return try keeper.commit(block, voxels, facts: facts)
  }

  func facts(of block: Index3) -> [String: JSONValue]? { begun?.facts(of: block) }

  /// Kept in memory until the output is begun.
  func keep(_ name: String, _ document: JSONValue) throws(VolumeWriteError) {
    state.withLock { $0.kept[name] = document }
    try begun?.keep(name, document)
  }

  func kept(_ name: String) -> JSONValue? { state.withLock { $0.kept[name] } }

  var cacheByteCount: Int { state.withLock { $0.writer }?.cacheByteCount ?? 0 }

  func limitCache(to byteCount: Int) {
    let writer = state.withLock { state in
      state.cacheLimit = byteCount
      return state.writer
    }
    writer?.limitCache(to: byteCount)
  }

  func finish(record: [String: JSONValue]) throws(VolumeWriteError) {
    try writer(nil).finish(record: record)
  }
}
