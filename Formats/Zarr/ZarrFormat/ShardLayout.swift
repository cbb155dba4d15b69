import VolumeCore

/// How an array is cut: into shards, one file each, and these into inner chunks.
public struct ShardLayout: Hashable, Sendable {
  /// The shards.
  public let shards: ChunkGrid
  /// The extent of an inner chunk; it divides the shard's.
  public let chunk: Shape3

  /// What this tool writes: a slab of 64 layers is one shard thick.
  public static let standardShard = Shape3(z: 64, y: 1024, x: 1024)
  /// What this tool writes.
  public static let standardChunk = Shape3(z: 64, y: 64, x: 64)

  /// Stores that are there for a run alone: a slab of 32 layers.
  public static let scratchShard = Shape3(z: 32, y: 1024, x: 1024)
  /// Cubes, so that planes across any axis cut through as few.
  public static let scratchChunk = Shape3(z: 32, y: 32, x: 32)

  /// An array of `volume` cut into shards of `shard`, cut into chunks of `chunk`.
  public init(
    volume: Shape3, shard: Shape3 = standardShard, chunk: Shape3 = standardChunk
  ) {
    precondition(
      shard.z % chunk.z == 0 && shard.y % chunk.y == 0 && shard.x % chunk.x == 0,
      "chunks of \(chunk) do not fill a shard of \(shard)")
    shards = ChunkGrid(volume: volume, chunk: shard)
    self.chunk = chunk
  }

  /// The extent of the array.
  public var volume: Shape3 { shards.volume }
  /// All chunks of the array.
  public var chunks: ChunkGrid { ChunkGrid(volume: volume, chunk: chunk) }

  /// Chunks in one shard along each axis, also where the shard reaches beyond the array.
  public var chunksPerShard: Shape3 {
    Shape3(
      z: shards.chunk.z / chunk.z, y: shards.chunk.y / chunk.y, x: shards.chunk.x / chunk.x)
  }

  /// Bytes of a shard's index.
  public var indexByteCount: Int {
    ShardIndex.byteCount(chunkCount: chunksPerShard.voxelCount)
  }

  /// The shard that holds a chunk of the array, and the chunk's place in its index.
  public func place(ofChunk index: Index3) -> (shard: Index3, entry: Int) {
    let per = chunksPerShard
    let entry = ((index.z % per.z) * per.y + index.y % per.y) * per.x + index.x % per.x
    return (Index3(z: index.z / per.z, y: index.y / per.y, x: index.x / per.x), entry)
  }

  /// The voxels of entry `entry` of shard `shard`, also those beyond the array.
  public func region(ofEntry entry: Int, inShard shard: Index3) -> Region {
    let per = chunksPerShard
    let inside = Index3(z: entry / (per.y * per.x), y: entry / per.x % per.y, x: entry % per.x)
    return Region(
      origin: Index3(
        z: (shard.z * per.z + inside.z) * chunk.z, y: (shard.y * per.y + inside.y) * chunk.y,
        x: (shard.x * per.x + inside.x) * chunk.x),
      shape: chunk)
  }
}
