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
  var missing: [Index3] { plan.order.filter { !writer.isCommitted($0) } }

  /// What is missing, in the groups that are read together.
  private var groups: [[Index3]] {
    guard let band = plan.band else { return missing.map { [$0] } }
    let isSlab = band.y == plan.grid.volume.y
    var groups: [[Index3]] = []
    for block in missing {
      if let last = groups.last?.first, last.z == block.z, isSlab || last.y == block.y {
        groups[groups.count - 1].append(block)
      } else {
        groups.append([block])
      }
    }
    return groups
  }

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
    let groups = groups
    let next = Atomic<Int>(0)
    let written = Atomic<Int>(0)
    let failed = Atomic<Bool>(false)
    let turns = writer.writesInOrder ? Turns() : nil
    let work: @Sendable () throws(Explanation) -> Void = { () throws(Explanation) in
      let byteCount =
        plan.band.map { $0.voxelCount * plan.voxelByteCount }
        ?? (plan.partwiseByteCount == nil ? plan.blockByteCount : 0)
      let buffer = CopyBuffer(byteCount: byteCount)
      while !failed.load(ordering: .relaxed), !isStopped() {
        let ticket = next.add(1, ordering: .relaxed).oldValue
        guard ticket < groups.count else { break }
        do throws(Explanation) {
          if plan.band != nil {
            try copyBand(groups[ticket], through: buffer, isStopped: isStopped) { block, bytes in
              written.add(bytes, ordering: .relaxed)
              progress(plan.grid.region(of: block).voxelCount)
            }
          } else if let block = groups[ticket].first {
            try copy(block, through: buffer, written, turns, ticket)
            progress(plan.grid.region(of: block).voxelCount)
          }
        } catch {
          failed.store(true, ordering: .relaxed)
          turns?.abort()
          throw error
        }
      }
    }
    try runOnThreads(plan.threads, work)
    return written.load(ordering: .relaxed)
  }

  private func copy(
    _ block: Index3, through buffer: CopyBuffer, _ written: borrowing Atomic<Int>,
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
      try buffer.fill(0..<count) { span throws(VolumeReadError) in
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
    turns?.pass()
  }
}

extension VolumeCopying {
  /// Reads a row or a slab of blocks, layers by layers on several threads, and commits `blocks`, which
  /// lie in it.
  private func copyBand(
    _ blocks: [Index3], through buffer: CopyBuffer, isStopped: @escaping @Sendable () -> Bool,
    done: @escaping @Sendable (Index3, Int) -> Void
  ) throws(Explanation) {
    guard let writer = writer as? any PartwiseWriter, let first = blocks.first, let band = plan.band
    else { return }
    let grid = plan.grid
    let corner = grid.region(of: first)
    let isSlab = band.y == grid.volume.y
    let region = Region(
      z: corner.z, y: isSlab ? 0..<grid.volume.y : corner.y, x: 0..<grid.volume.x)
    let layerByteCount = region.y.count * region.x.count * plan.voxelByteCount
    let layers = CopyPlan.layersAtOnce(of: band)
    let next = Atomic<Int>(0)
    try runOnThreads(writer.partsAtOnce) { () throws(Explanation) in
      while true {
        let start = next.add(layers, ordering: .relaxed).oldValue
        guard start < region.z.count else { return }
        let part = start..<min(start + layers, region.z.count)
        let box = Region(
          z: (region.z.lowerBound + part.lowerBound)..<(region.z.lowerBound + part.upperBound),
          y: region.y, x: region.x)
        let bytes = (part.lowerBound * layerByteCount)..<(part.upperBound * layerByteCount)
        try explained { () throws(VolumeReadError) in
          try buffer.fill(bytes) { span throws(VolumeReadError) in
            try reader.read(box.moved(by: origin), into: &span)
          }
        }
      }
    }
    next.store(0, ordering: .relaxed)
    let byteCount = region.z.count * layerByteCount
    try runOnThreads(plan.commits) { () throws(Explanation) in
      while !isStopped() {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < blocks.count else { return }
        let written = try writer.commit(blocks[index]) { box, voxels in
          buffer.withBytes(first: byteCount) { bytes in
            copyVoxels(
              box, from: bytes, of: region, to: &voxels, of: box, width: plan.voxelByteCount)
          }
        }
        done(blocks[index], written)
      }
    }
  }
}

/// Runs `work` on `count` threads and waits for all; throws what the first of them threw.
private func runOnThreads(
  _ count: Int, _ work: @escaping @Sendable () throws(Explanation) -> Void
) throws(Explanation) {
  let threads = (0..<count).map { _ in StageThread<Explanation>(work) }
  var failure: Explanation?
  for thread in threads {
    do throws(Explanation) { try thread.join() } catch { failure = failure ?? error }
  }
  if let failure { throw failure }
}

/// Memory of a block or a band of blocks, of which several threads fill different parts.
@safe private final class CopyBuffer: @unchecked Sendable {
  private var memory: PageBuffer
  private let bytes: UnsafeMutableRawBufferPointer

  /// Room for `byteCount` bytes.
  init(byteCount: Int) {
    memory = PageBuffer(byteCount: byteCount)
    // It stays where it is as long as its owner.
    unsafe bytes = memory.withMutableBytes { span in
      unsafe span.withUnsafeMutableBytes { bytes in unsafe bytes }
    }
  }

  /// Lends `part`, which nobody else fills or reads.
  func fill<Failure>(
    _ part: Range<Int>, _ body: (inout MutableRawSpan) throws(Failure) -> Void
  ) throws(Failure) {
    var span = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[part]).mutableBytes
    try body(&span)
  }

  /// Lends the first `count` bytes, which nobody fills meanwhile.
  func withBytes<Value, Failure>(
    first count: Int, _ body: (RawSpan) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try body(unsafe UnsafeRawBufferPointer(rebasing: bytes[..<count]).bytes)
  }
}
