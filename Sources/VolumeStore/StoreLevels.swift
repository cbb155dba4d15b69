import Halving
import VolumeCore
import ZarrFormat

/// The arrays of a store and how each is made of the one before: a pure function of the volume.
struct StoreLevels: Hashable, Sendable {
  /// The largest extent that is not halved any more: the last level is one chunk.
  static let largestTop = 64

  /// The arrays, the volume itself first.
  let arrays: [ArrayMetadata]
  /// How each is made of the one before; `nil` where there is only one.
  let halving: Halving?

  /// The arrays of `volume`, cut by `layout`: halved until no extent is above `top`.
  ///
  /// Shards are halved in rows and columns down to a chunk: as many voxels of the level below as a
  /// shard holds there, or a whole number of its shards, become one shard. So a shard gives to one
  /// shard of the next level alone, and that needs few: first two above each other, and eight
  /// where shards are chunks.
  init(
    of volume: VolumeDescription, _ layout: ShardLayout, _ codecs: ChunkCodecs, hasPyramid: Bool,
    top: Int = largestTop
  ) {
    self.init(of: volume, layout, codecs) { hasPyramid && max($0.z, $0.y, $0.x) > top }
  }

  /// The first `count` arrays of `volume`, as a plan notes them.
  init(
    of volume: VolumeDescription, _ layout: ShardLayout, _ codecs: ChunkCodecs, count: Int
  ) {
    var rest = count
    self.init(of: volume, layout, codecs) { _ in
      rest -= 1
      return rest > 0
    }
  }

  /// The arrays of `volume`, one more as long as the last one `isHalved`.
  private init(
    of volume: VolumeDescription, _ layout: ShardLayout, _ codecs: ChunkCodecs,
    while isHalved: (Shape3) -> Bool
  ) {
    let chunk = layout.chunk
    precondition(chunk.z % 2 == 0 && chunk.y % 2 == 0 && chunk.x % 2 == 0, "chunks can be halved")
    func array(_ layout: ShardLayout) -> ArrayMetadata {
      ArrayMetadata(voxelType: volume.voxelType, layout: layout, codecs: codecs)
    }
    var arrays = [array(layout)]
    var (shape, shard) = (volume.shape, layout.shards.chunk)
    while isHalved(shape) {
      shape = shape.halved
      shard = Shape3(
        z: Self.halved(shard.z, chunk.z), y: Self.halved(shard.y, chunk.y),
        x: Self.halved(shard.x, chunk.x))
      arrays.append(array(ShardLayout(volume: shape, shard: shard, chunk: chunk)))
    }
    self.arrays = arrays
    halving =
      arrays.count > 1
      ? Halving(volume.classes == nil ? .mean : .mode, of: volume.voxelType) : nil
  }

  private static func halved(_ shard: Int, _ chunk: Int) -> Int {
    (shard / chunk) % 2 == 0 ? shard / 2 : shard
  }

  /// The shard of level `level + 1` that shard `shard` of level `level` is a part of.
  func target(of shard: Index3, level: Int) -> Index3 {
    let from = arrays[level].layout.shards.chunk
    let to = arrays[level + 1].layout.shards.chunk
    return Index3(
      z: shard.z * from.z / 2 / to.z, y: shard.y * from.y / 2 / to.y,
      x: shard.x * from.x / 2 / to.x)
  }

  /// The shards of level `level - 1` that shard `target` of level `level` is made of.
  func sources(of target: Index3, level: Int) -> [Index3] {
    let region = arrays[level].layout.shards.region(of: target)
    return arrays[level - 1].layout.shards.indices(meeting: region.doubled).indices
  }

  /// Bytes of the halves that wait when shards are written slowest axis first: at each level one
  /// layer of shards, and one row of them where rows are put together too.
  var waitingByteCount: Int {
    arrays.indices.dropLast().reduce(0) { $0 + waitingByteCount(level: $1) }
  }

  /// The same when two layers of shards are written at once, those above each other one after the
  /// other, by `threads` threads: of the first level a half for each thread waits, and the upper ones
  /// come as always.
  func waitingByteCount(forPairsOn threads: Int) -> Int {
    guard arrays.count > 1 else { return 0 }
    let (grid, next) = (arrays[0].layout.shards, arrays[1].layout.shards)
    let half = halfShape(level: 0)
    var voxels = 0
    if next.chunk.z > grid.chunk.z / 2, grid.count.z > 1 { voxels += threads * half.voxelCount }
    if next.chunk.y > grid.chunk.y / 2, grid.count.y > 1 {
      voxels += 2 * half.z * half.y * next.volume.x
    }
    if next.chunk.x > grid.chunk.x / 2, grid.count.x > 1 { voxels += 2 * half.voxelCount }
    let first = waitingByteCount(level: 0)
    return waitingByteCount - first + min(first, voxels * arrays[0].voxelType.byteCount)
  }

  /// The extent of a shard's half, as far as the next level reaches.
  private func halfShape(level: Int) -> Shape3 {
    let (chunk, volume) = (
      arrays[level].layout.shards.chunk, arrays[level + 1].layout.shards.volume
    )
    return Shape3(
      z: min(chunk.z / 2, volume.z), y: min(chunk.y / 2, volume.y), x: min(chunk.x / 2, volume.x))
  }

  private func waitingByteCount(level: Int) -> Int {
    let grid = arrays[level].layout.shards
    let next = arrays[level + 1].layout.shards
    let half = halfShape(level: level)
    var voxels = 0
    if next.chunk.z > grid.chunk.z / 2, grid.count.z > 1 {
      voxels += half.z * next.volume.y * next.volume.x
    }
    if next.chunk.y > grid.chunk.y / 2, grid.count.y > 1 {
      voxels += half.z * half.y * next.volume.x
    }
    if next.chunk.x > grid.chunk.x / 2, grid.count.x > 1 { voxels += half.voxelCount }
    return voxels * arrays[level].voxelType.byteCount
  }
}
