import Synchronization
import SystemIO
import VolumeCore

/// Commits blocks with what observers found out about them: where the output can keep it, there, and
/// otherwise in memory as long as the run lasts.
final class FactKeeping: Sendable {
  private let writer: any VolumeWriter
  private let names: [String]
  private let kept = Mutex<[Index3: [String: JSONValue]]>([:])

  init(_ writer: any VolumeWriter, _ observers: [any BlockObserver]) {
    self.writer = writer
    names = observers.map(\.name)
    precondition(Set(names).count == names.count, "two observers of one name: \(names)")
  }

  /// Whether an earlier run has committed `block`, and its facts are there; without them it is computed
  /// again.
  func isCommitted(_ block: Index3) -> Bool {
    // What another process writes is its own affair.
    guard writer.isOurs(block) else { return true }
    guard writer.isCommitted(block) else { return false }
    guard !names.isEmpty, let writer = writer as? any FactKeepingWriter else { return true }
    let facts = writer.facts(of: block) ?? [:]
    return names.allSatisfy { facts[$0] != nil }
  }

  /// Commits a whole block; returns the bytes that it took on disk.
  func commit(_ block: OpenBlock, _ labels: RawSpan) throws(VolumeWriteError) -> Int {
    guard !names.isEmpty else { return try writer.commit(block.index, labels) }
    let facts = Timeline.work("count", byteCount: block.region.voxelCount) { block.facts() }
    if let writer = writer as? any FactKeepingWriter {
      return try writer.commit(block.index, labels, facts: facts)
    }
    let written = try writer.commit(block.index, labels)
    kept.withLock { $0[block.index] = facts }
    return written
  }

  /// The facts of a block.
  func facts(of block: Index3) -> [String: JSONValue]? {
    if let writer = writer as? any FactKeepingWriter { return writer.facts(of: block) }
    return kept.withLock { $0[block] }
  }
}
