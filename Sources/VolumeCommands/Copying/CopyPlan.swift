import SystemIO
import VolumeCore

/// How a volume is copied block by block: threads, and the memory that they take.
struct CopyPlan: Hashable, Sendable {
  /// The blocks of the output.
  var grid: ChunkGrid
  /// Bytes of a voxel.
  var voxelByteCount: Int
  /// Threads that each read a block and commit it.
  var threads: Int
  /// Bytes that the reader may keep decoded.
  var cacheByteCount: Int

  /// The bytes of one block.
  var blockByteCount: Int { grid.largestBlock.voxelCount * voxelByteCount }

  /// What one thread holds: the block, and the writer's encoded form of it, which may be as large.
  var threadByteCount: Int { 2 * blockByteCount }

  /// What the copy will hold at its peak.
  var byteCount: Int { threads * threadByteCount + cacheByteCount }

  /// Takes as many threads as help and as memory allows; throws where it allows none.
  init(
    from reader: any VolumeReader, to writer: any VolumeWriter, threads wanted: Int,
    memory: Int
  ) throws(Explanation) {
    grid = writer.grid
    voxelByteCount = reader.volume.voxelType.byteCount
    threads = 1
    cacheByteCount = 0
    let wholeCache = reader.cacheByteCount(forBoxesOf: grid.largestBlock)
    guard threadByteCount <= memory else {
      throw Explanation(
        .input,
        "--memory \(Words.memory(memory)) is too small: one block of \(grid.largestBlock) voxels "
          + "and its encoded form take \(Words.memory(threadByteCount))",
        remedy: "give --memory \((threadByteCount + (1 << 20) - 1) >> 20)M or more")
    }
    // One more thread than cores, so that there is work while another waits for the disk.
    let blocks = grid.count.voxelCount
    threads = max(1, min(wanted + 1, blocks, memory / threadByteCount))
    while threads > 1, threads * threadByteCount + wholeCache > memory { threads -= 1 }
    cacheByteCount = min(wholeCache, memory - threads * threadByteCount)
  }

  /// "3 blocks of 64x1024x1024 in flight, 384 MiB of memory".
  var words: String {
    "\(threads) \(threads == 1 ? "block" : "blocks") of \(grid.largestBlock) at a time, "
      + "at most \(Words.memory(byteCount)) of memory"
  }
}

extension ChunkGrid {
  /// The extent of the largest box: a whole one, or what of it the volume holds.
  var largestBlock: Shape3 {
    Shape3(z: min(chunk.z, volume.z), y: min(chunk.y, volume.y), x: min(chunk.x, volume.x))
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
