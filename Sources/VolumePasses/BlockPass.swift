import VolumeCore

/// One walk over volumes of one extent, block by block: what is to be read, and how far around.
///
/// Describe, prepare, run: this is the description; `prepared(memory:threads:)` chooses the blocks
/// that fit into memory, and `PreparedPass.run` hands each to a body. What a body finds must not
/// depend on where blocks end, since that follows from the memory that is there.
public struct BlockPass: Sendable {
  /// The volumes; all have the same extent.
  public var inputs: [PassInput]
  /// The voxels to walk over, in the volumes' own coordinates.
  public var region: Region
  /// The largest block: that of our stores' shards, so that none is decoded twice.
  public var block = Shape3(z: 64, y: 1024, x: 1024)
  /// Edges of a block that are not made shorter where memory is small: whole layers, say.
  public var leastBlock = Shape3(z: 1, y: 64, x: 64)
  /// Voxels that are read around a block on either side along each axis, where the volume has them.
  public var halo = Shape3(z: 0, y: 0, x: 0)
  /// Whether the halo is read before a block too, not only behind it.
  public var looksBack = true
  /// Whether readers keep what they decoded and a block cuts through, for the blocks beside it.
  ///
  /// Blocks come with z last: where blocks are large, what the halo cuts is decoded again all the
  /// same, since the rest of the layer comes first.
  public var keepsDecoded = true
  /// Bytes that the body takes for each voxel that was read, beside the voxels.
  public var workBytesPerVoxel = 0
  /// Bytes that the body takes for each thread, whatever the block.
  public var workBytes = 0

  /// A walk over `region` (default: all) of `inputs`.
  public init(_ inputs: [PassInput], region: Region? = nil) {
    precondition(!inputs.isEmpty, "a pass reads something")
    let shape = inputs[0].reader.volume.shape
    precondition(inputs.allSatisfy { $0.reader.volume.shape == shape }, "all of one extent")
    self.inputs = inputs
    self.region = region ?? Region(shape)
    precondition(Region(shape).contains(self.region))
  }

  /// Chooses blocks and threads for `memory` bytes.
  ///
  /// Blocks are halved where one does not fit, the longest edge in a layer first; throws where the
  /// smallest does not either.
  public func prepared(memory: Int, threads: Int) throws(Explanation) -> PreparedPass {
    var chunk = ChunkGrid(volume: region.shape, chunk: block).largestBlock
    let least = ChunkGrid(volume: chunk, chunk: leastBlock).largestBlock
    while threadByteCount(of: chunk) > memory {
      if chunk.y > least.y, chunk.y >= chunk.x || chunk.x <= least.x {
        chunk.y = max(least.y, (chunk.y + 1) / 2)
      } else if chunk.x > least.x {
        chunk.x = max(least.x, (chunk.x + 1) / 2)
      } else if chunk.z > least.z {
        chunk.z = max(least.z, (chunk.z + 1) / 2)
      } else {
        let needed = (threadByteCount(of: chunk) + (1 << 20) - 1) >> 20
        throw Explanation(
          .input, "--memory \(memory >> 20)M is too small: a block of \(chunk) takes \(needed) MiB",
          remedy: "give --memory \(needed)M or more")
      }
    }
    let grid = ChunkGrid(volume: region.shape, chunk: chunk)
    let each = threadByteCount(of: chunk)
    return PreparedPass(
      pass: self, grid: grid,
      threads: max(1, min(threads, grid.count.voxelCount, memory / max(each, 1))),
      threadByteCount: each, memory: memory)
  }

  /// What one thread holds for a block of `chunk`.
  private func threadByteCount(of chunk: Shape3) -> Int {
    let shape = inputs[0].reader.volume.shape
    let read = readShape(ofBlock: chunk)
    let inside = Shape3(
      z: min(shape.z, read.z), y: min(shape.y, read.y), x: min(shape.x, read.x))
    let perVoxel = inputs.reduce(workBytesPerVoxel) { $0 + $1.bytesPerVoxel }
    return inside.voxelCount * perVoxel + workBytes
  }

  /// The extent of a block with its halo.
  func readShape(ofBlock block: Shape3) -> Shape3 {
    let sides = looksBack ? 2 : 1
    return Shape3(
      z: block.z + sides * halo.z, y: block.y + sides * halo.y, x: block.x + sides * halo.x)
  }

  /// What is read for the block whose core is `core`, in the volumes' own coordinates.
  func readRegion(ofCore core: Region) -> Region {
    let before = looksBack ? halo : Shape3(z: 0, y: 0, x: 0)
    return Region(
      z: (core.z.lowerBound - before.z)..<(core.z.upperBound + halo.z),
      y: (core.y.lowerBound - before.y)..<(core.y.upperBound + halo.y),
      x: (core.x.lowerBound - before.x)..<(core.x.upperBound + halo.x)
    ).clamped(to: Region(inputs[0].reader.volume.shape))
  }
}
