import Pipelines
import Synchronization
import VolumeCore

/// A pass with its blocks and threads chosen.
public struct PreparedPass: Sendable {
  /// What is read.
  public let pass: BlockPass
  /// The blocks, counted from the region's first voxel.
  public let grid: ChunkGrid
  /// Threads that each read a block and hand it to the body.
  public let threads: Int
  /// What one thread holds.
  public let threadByteCount: Int
  let memory: Int

  /// What readers keep decoded, as far as memory is left, so that nothing is decoded twice.
  private var caches: [Int] {
    let shape = pass.readShape(ofBlock: grid.largestBlock)
    let wanted = pass.inputs.map {
      pass.keepsDecoded ? $0.reader.cacheByteCount(forBoxesOf: shape) : 0
    }
    let left = max(0, memory - threads * threadByteCount)
    let sum = wanted.reduce(0, +)
    return sum <= left ? wanted : wanted.map { Int(Double(left) * Double($0) / Double(sum)) }
  }

  /// What the pass holds at its peak, beside what the process holds before.
  public var byteCount: Int { threads * threadByteCount + caches.reduce(0, +) }

  /// "2 blocks of 64x1024x1024 at a time".
  public var words: String {
    "\(threads) block\(threads == 1 ? "" : "s") of \(grid.largestBlock) at a time"
  }

  /// Hands every block to `body`; returns what each thread has gathered.
  ///
  /// - Parameters:
  ///   - isStopped: whether to stop before the next block; what was gathered is then not all.
  ///   - progress: called with the number of core voxels of each block that the body is done with.
  ///   - onFailure: called when reading or a body failed, for bodies that wait for each other.
  ///   - gather: makes what one thread gathers in.
  ///   - body: called on several threads, each with its own gathering, for blocks begun in their
  ///     order. What it throws ends the pass and is thrown.
  public func run<Gathered: Sendable>(
    isStopped: @escaping @Sendable () -> Bool = { false },
    progress: @escaping @Sendable (Int) -> Void = { _ in },
    onFailure: @escaping @Sendable () -> Void = {},
    gather: @escaping @Sendable () -> Gathered,
    _ body: @escaping @Sendable (inout Gathered, PassBlock) throws(Explanation) -> Void
  ) throws(Explanation) -> [Gathered] {
    for (input, cache) in zip(pass.inputs, caches) { input.reader.limitCache(to: cache) }
    let blocks = grid.indices
    let next = Atomic<Int>(0)
    let failed = Atomic<Bool>(false)
    let gathered = Mutex<[Gathered]>([])
    let mostVoxels = blocks.lazy.map { readRegion(of: grid.region(of: $0)).voxelCount }.max() ?? 0
    let work: @Sendable () throws(Explanation) -> Void = { () throws(Explanation) in
      var own = gather()
      let block = PassBlock(pass.inputs, mostVoxels: mostVoxels)
      while !failed.load(ordering: .relaxed), !isStopped() {
        let ticket = next.add(1, ordering: .relaxed).oldValue
        guard ticket < blocks.count else { break }
        let core = grid.region(of: blocks[ticket])
        block.number = ticket
        block.core = core.moved(by: pass.region.origin)
        block.region = readRegion(of: core)
        do throws(Explanation) {
          try block.read()
          try body(&own, block)
        } catch {
          failed.store(true, ordering: .relaxed)
          onFailure()
          throw error
        }
        progress(core.voxelCount)
      }
      gathered.withLock { $0.append(own) }
    }
    let stages = (0..<threads).map { _ in StageThread<Explanation>(work) }
    var failure: Explanation?
    for stage in stages {
      do throws(Explanation) { try stage.join() } catch { failure = failure ?? error }
    }
    if let failure { throw failure }
    return gathered.withLock { $0 }
  }

  /// What is read for the block whose core is `core`, counted from the region's first voxel.
  private func readRegion(of core: Region) -> Region {
    pass.readRegion(ofCore: core.moved(by: pass.region.origin))
  }
}
