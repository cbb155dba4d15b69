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
  /// Threads that each read a block and commit it.
  var threads: Int
  /// Bytes that the reader may keep decoded.
  var cacheByteCount: Int
  /// Bytes that the writer may keep for levels to come.
  var waitingByteCount: Int
  /// What one thread needs to convert a block, or its parts, to another type.
  var scratchByteCount: Int
  /// What the writer takes for one block that it reads in parts; `nil` where blocks are read whole.
  var partwiseByteCount: Int?

  /// The bytes of one block.
  var blockByteCount: Int { grid.largestBlock.voxelCount * voxelByteCount }

  /// What one thread holds: the block, what converting it takes, and what the writer makes of it.
  ///
  /// A block of whole layers may be copied once more, to swap its bytes; of a shard there is at most a
  /// half of its neighbour and of itself, and a shard of the next level, which has a quarter of its
  /// voxels.
  var threadByteCount: Int {
    if let partwiseByteCount { return partwiseByteCount + scratchByteCount }
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
    let converted = reader as? ConvertedVolume
    scratchByteCount = converted?.scratchByteCount(forBoxesOf: block) ?? 0
    if reader.readsPlainVoxels, let writer = writer as? any PartwiseWriter {
      var parts = self
      parts.partwiseByteCount = writer.byteCountInParts
      let scratch = converted?.scratchByteCount(forBoxesOf: writer.largestPart) ?? 0
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
    let caches = reader.cacheByteCount(forSlabsOf: block) + writer.cacheByteCount
    let slab = min(Self.slabLayers, grid.volume.z) * grid.volume.y * grid.volume.x * voxelByteCount
    let limit = isGiven ? memory : min(memory, max(Self.usualByteCount, slab / 2 * 3))
    // One more thread than cores, so that there is work while another waits for the disk.
    threads = max(1, min(wanted + 1, grid.count.voxelCount, limit / threadByteCount))
    while threads > 1, threads * threadByteCount + caches > limit { threads -= 1 }
    // What does not fit is decoded again, or read back from the store.
    let left = memory - threads * threadByteCount
    cacheByteCount = min(reader.cacheByteCount(forSlabsOf: block), left)
    waitingByteCount = min(writer.cacheByteCount, left - cacheByteCount)
  }

  /// "3 blocks of 64x1024x1024 at a time, at most 384 MiB of memory".
  var words: String {
    "\(threads) \(threads == 1 ? "block" : "blocks") of \(grid.largestBlock) at a time, "
      + "at most \(Words.memory(byteCount)) of memory"
  }
}

/// Memory that a command takes where `--memory` does not say: half of what is free.
func defaultMemory() -> Int { max(availableMemory() / 2, 64 << 20) }

/// Bytes that the system could give to a process now.
func availableMemory() -> Int { linuxFigure("/proc/meminfo", "MemAvailable:") ?? 1 << 30 }

/// Throws where `needed` bytes do not fit on the disk of `path`.
func checkFreeDisk(for path: String, needed: Int) throws(Explanation) {
  guard let free = freeBytes(onDiskOf: path), free < needed else { return }
  throw Explanation(
    .input,
    "\(path) may take \(Words.bytes(needed)), and the disk has \(Words.bytes(free)) free",
    remedy: "make room or write to another disk")
}
