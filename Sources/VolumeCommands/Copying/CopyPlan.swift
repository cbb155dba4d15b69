import SystemIO
import VolumeCore

/// How a volume is copied block by block: threads, and the memory that they take.
struct CopyPlan: Hashable, Sendable {
  /// What a copy may take where nobody says: 500 MB, or one and a half slabs where those are more.
  static let usualByteCount = 476 << 20
  /// The layers of a slab.
  static let slabLayers = 64

  /// The blocks of the output.
  var grid: ChunkGrid
  /// Bytes of a voxel.
  var voxelByteCount: Int
  /// Threads that each read a block, or a row of them, and commit it.
  var threads: Int
  /// Bytes that the reader may keep decoded.
  var cacheByteCount: Int
  /// Bytes that the writer may keep for levels to come.
  var waitingByteCount: Int
  /// What one thread needs to compute a block, or its parts, where that takes memory.
  var scratchByteCount: Int
  /// What the writer takes for one block that it reads in parts; `nil` where blocks are read whole.
  var partwiseByteCount: Int?

  /// What is read at once where blocks cut what is decoded as one: a row of blocks, or a slab of them.
  var band: Shape3?
  /// The blocks of a band that are committed at a time.
  var commits = 1

  /// Layers of blocks that are written at once: two, where that costs the reader no more, since what
  /// is made of blocks above each other then waits for one block, and not for a whole layer of them.
  var layersAtOnce = 1

  /// The blocks in the order in which they are written.
  var order: [Index3] { grid.indices(layersAtOnce: layersAtOnce) }

  /// The bytes of one block.
  var blockByteCount: Int { grid.largestBlock.voxelCount * voxelByteCount }

  /// What one thread holds: the block, what converting it takes, and what the writer makes of it.
  ///
  /// A block of whole layers may be copied once more, to swap its bytes; of a shard there is at most a
  /// half of its neighbour and of itself, and a shard of the next level, which has a quarter of its
  /// voxels.
  var threadByteCount: Int {
    if let partwiseByteCount {
      let bandByteCount = (band?.voxelCount ?? 0) * voxelByteCount
      return bandByteCount + commits * partwiseByteCount + scratchByteCount
    }
    let isLayers = grid.chunk.y >= grid.volume.y && grid.chunk.x >= grid.volume.x
    return blockByteCount + (isLayers ? blockByteCount : blockByteCount / 8 * 5) + scratchByteCount
  }

  /// What the copy will hold at its peak.
  var byteCount: Int { threads * threadByteCount + cacheByteCount + waitingByteCount }

  /// Takes as many threads as help and as memory allows; throws where it allows none.
  ///
  /// Where `memory` is not what the user gave, no more is taken than is usual, though all of it may be.
  init(
    from reader: any VolumeReader, to writer: any VolumeWriter, threads wanted: Int,
    memory: Int, isGiven: Bool
  ) throws(Explanation) {
    grid = writer.grid
    voxelByteCount = reader.volume.voxelType.byteCount
    threads = 1
    cacheByteCount = 0
    waitingByteCount = 0
    let block = grid.largestBlock
    let computed = reader as? any ComputedVolume
    scratchByteCount = computed?.scratchByteCount(forBoxesOf: block) ?? 0
    if reader.readsPlainVoxels, let writer = writer as? any PartwiseWriter {
      var parts = self
      parts.partwiseByteCount = writer.byteCountInParts
      let scratch = computed?.scratchByteCount(forBoxesOf: writer.largestPart) ?? 0
      parts.scratchByteCount = writer.partsAtOnce * scratch
      if parts.threadByteCount < threadByteCount { self = parts }
    }
    guard threadByteCount <= memory else {
      throw Explanation(
        .input,
        "--memory \(Words.memory(memory)) is too small: one block of \(block) voxels "
          + "and its encoded form take \(Words.memory(threadByteCount))",
        remedy: "give --memory \((threadByteCount + (1 << 20) - 1) >> 20)M or more")
    }
    let slab = min(Self.slabLayers, grid.volume.z) * grid.volume.y * grid.volume.x * voxelByteCount
    let limit = isGiven ? memory : min(memory, max(Self.usualByteCount, slab / 2 * 3))
    if let writer = writer as? any PartwiseWriter, partwiseByteCount == nil {
      useBand(reader, writer, limit: limit - writer.cacheByteCount)
    }
    let needed = band == nil ? reader.cacheByteCount(forSlabsOf: block) : 0
    if band == nil, !writer.writesInOrder, Self.isOrderFree(reader, block),
      threadByteCount + needed + writer.cacheByteCount(forPairsOn: 1) <= limit
    {
      layersAtOnce = 2
    }
    func waiting(_ threads: Int) -> Int {
      layersAtOnce > 1 ? writer.cacheByteCount(forPairsOn: threads) : writer.cacheByteCount
    }
    if band == nil {
      // One more thread than cores, so that there is work while another waits for the disk.
      threads = max(1, min(wanted + 1, grid.count.voxelCount, limit / threadByteCount))
      while threads > 1, threads * threadByteCount + needed + waiting(threads) > limit {
        threads -= 1
      }
    }
    // What does not fit is decoded again, or read back from the store.
    let left = memory - threads * threadByteCount
    cacheByteCount = min(needed, left)
    waitingByteCount = min(waiting(threads), left - cacheByteCount)
  }

  /// Whether blocks may be read in any order in the memory that the usual one takes: what a reader of
  /// layers or of a stream keeps grows with the depth that is read at once.
  private static func isOrderFree(_ reader: any VolumeReader, _ block: Shape3) -> Bool {
    let two = Shape3(z: 2 * block.z, y: block.y, x: block.x)
    let kept = reader.cacheByteCount(forSlabsOf: block)
    return kept == reader.cacheByteCount(forBoxesOf: block)
      && kept == reader.cacheByteCount(forBoxesOf: two)
  }

  /// Reads rows of blocks, or slabs of them, where that cuts nothing that is decoded as one and fits
  /// into `limit`: nothing is then decoded twice, nor kept.
  private mutating func useBand(
    _ reader: any VolumeReader, _ writer: any PartwiseWriter, limit: Int
  ) {
    let block = grid.largestBlock
    guard reader.cacheByteCount(forSlabsOf: block) > 0 else { return }
    var plan = self
    plan.partwiseByteCount = writer.byteCountInParts
    for y in [block.y, grid.volume.y] {
      let band = Shape3(z: block.z, y: y, x: grid.volume.x)
      let piece = Shape3(z: Self.layersAtOnce(of: band), y: y, x: band.x)
      guard reader.cacheByteCount(forSlabsOf: piece) == 0 else { continue }
      plan.band = band
      let scratch = (reader as? any ComputedVolume)?.scratchByteCount(forBoxesOf: piece) ?? 0
      plan.scratchByteCount = writer.partsAtOnce * scratch
      // Two of something, so that there is work while one waits for the disk.
      for (threads, commits) in [(2, 1), (1, 2), (1, 1)] {
        plan.threads = threads
        plan.commits = commits
        if threads * plan.threadByteCount <= limit {
          self = plan
          return
        }
      }
    }
  }

  /// The layers of a band that one thread reads at once.
  static func layersAtOnce(of band: Shape3) -> Int { max(1, band.z / 8) }

  /// "3 blocks of 64x1024x1024 at a time, at most 384 MiB of memory", with what the process holds
  /// before.
  func words(beside itself: Int) -> String {
    let what = band == nil ? "block" : "row"
    return
      "\(threads) \(what)\(threads == 1 ? "" : "s") of \(band ?? grid.largestBlock) at a time, "
      + "at most \(Words.memory(byteCount)) of memory, beside \(Words.memory(itself)) of the tool itself"
  }
}

/// Memory that a command takes where `--memory` does not say: half of what is free.
func defaultMemory() -> Int { max(availableMemory() / 2, 64 << 20) }

/// Bytes that the system could give to a process now; no more than Slurm gave to the job, or than its
/// control group allows.
func availableMemory() -> Int {
  let free = linuxFigure("/proc/meminfo", "MemAvailable:") ?? 1 << 30
  let perCore = slurmNumber("SLURM_MEM_PER_CPU").map { $0 * availableCores() }
  let job = (slurmNumber("SLURM_MEM_PER_NODE") ?? perCore).map { $0 << 20 }
  // What files left in the cache counts as the group's too, but is given back when it is needed.
  let group = ControlGroup().memory.map { max(0, $0 - (residentBytes() ?? 0)) }
  return [job, group].compactMap(\.self).reduce(free) { min($0, $1) }
}

/// Throws where `needed` bytes do not fit on the disk of `path`.
func checkFreeDisk(for path: String, needed: Int) throws(Explanation) {
  guard let free = freeBytes(onDiskOf: path), free < needed else { return }
  throw Explanation(
    .input,
    "\(path) may take \(Words.bytes(needed)), and the disk has \(Words.bytes(free)) free",
    remedy: "make room or write to another disk")
}
