import Pipelines
import Synchronization
import SystemIO
import VolumeCore

/// Copies a volume into an output: each thread reads a block and commits it, or lets it be read while
/// it is written, so that reading, encoding and writing overlap without a queue between them.
struct VolumeCopying: Sendable {
  let reader: any VolumeReader
  let writer: any VolumeWriter
  let plan: CopyPlan
  /// The first voxel to copy, in the input.
  var origin = Index3(z: 0, y: 0, x: 0)

  /// Blocks that an earlier run has not committed.
  var missing: [Index3] { plan.grid.indices.filter { !writer.isCommitted($0) } }

  /// Copies what is missing. Returns the bytes written.
  ///
  /// - Parameters:
  ///   - isStopped: whether to stop before the next block.
  ///   - progress: called with the number of voxels of each block that is safe on disk.
  func run(
    isStopped: @escaping @Sendable () -> Bool, progress: @escaping @Sendable (Int) -> Void
  ) throws(Explanation) -> Int {
    reader.limitCache(to: plan.cacheByteCount)
    writer.limitCache(to: plan.waitingByteCount)
    let blocks = missing
    let next = Atomic<Int>(0)
    let written = Atomic<Int>(0)
    let failed = Atomic<Bool>(false)
    let turns = writer.writesInOrder ? Turns(count: plan.threads) : nil
    let work: @Sendable () throws(Explanation) -> Void = { () throws(Explanation) in
      var buffer = PageBuffer(byteCount: plan.partwiseByteCount == nil ? plan.blockByteCount : 0)
      while !failed.load(ordering: .relaxed), !isStopped() {
        let ticket = next.add(1, ordering: .relaxed).oldValue
        guard ticket < blocks.count else { break }
        do throws(Explanation) {
          try copy(blocks[ticket], through: &buffer, written, turns, ticket)
        } catch {
          failed.store(true, ordering: .relaxed)
          turns?.abort()
          throw error
        }
        progress(plan.grid.region(of: blocks[ticket]).voxelCount)
      }
    }
    let threads = (0..<plan.threads).map { _ in StageThread<Explanation>(work) }
    var failure: Explanation?
    for thread in threads {
      do throws(Explanation) { try thread.join() } catch { failure = failure ?? error }
    }
    if let failure { throw failure }
    return written.load(ordering: .relaxed)
  }

  private func copy(
    _ block: Index3, through buffer: inout PageBuffer, _ written: borrowing Atomic<Int>,
    _ turns: Turns?, _ ticket: Int
  ) throws(Explanation) {
    if plan.partwiseByteCount != nil, let writer = writer as? any PartwiseWriter {
      let bytes = try writer.commit(block) { [reader, origin] box, voxels throws(Explanation) in
        try explained { () throws(VolumeReadError) in
          try reader.read(box.moved(by: origin), into: &voxels)
        }
      }
      written.add(bytes, ordering: .relaxed)
      return
    }
    let region = plan.grid.region(of: block)
    let count = region.voxelCount * plan.voxelByteCount
    try explained { () throws(VolumeReadError) in
      try buffer.withMutableBytes(first: count) { span throws(VolumeReadError) in
        try reader.read(region.moved(by: origin), into: &span)
      }
    }
    if let turns, !turns.wait(for: ticket) { return }
    let bytes = try explained { () throws(VolumeWriteError) in
      try buffer.withBytes(first: count) { span throws(VolumeWriteError) in
        try writer.commit(block, span)
      }
    }
    written.add(bytes, ordering: .relaxed)
    turns?.pass(ticket)
  }
}

/// Lets threads go one after the other in the order of their tickets: a token that goes round.
///
/// At most `count` tickets are out at a time, each later than all that have passed, so that one
/// queue for each thread is enough.
private final class Turns: Sendable {
  private let ring: [BoundedQueue<Int>]

  init(count: Int) {
    ring = (0..<count).map { _ in BoundedQueue<Int>(capacity: 1) }
    ring[0].push(0)
  }

  /// Waits for the token; `false` where the work was given up.
  func wait(for ticket: Int) -> Bool { ring[ticket % ring.count].pop() != nil }

  /// Gives the token to the next.
  func pass(_ ticket: Int) { ring[(ticket + 1) % ring.count].push(ticket + 1) }

  /// Ends all waiting.
  func abort() { for queue in ring { queue.abort() } }
}
