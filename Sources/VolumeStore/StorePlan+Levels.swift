import VolumeCore
import ZarrFormat

extension StorePlan {
  /// More shards than a store of a petabyte has; a plan that claims more is none.
  static let mostShards = 1 << 22

  /// The arrays that are to be made, where the plan says them as this version writes it.
  var levels: StoreLevels? {
    guard let shape = extents("shape"), let chunk = extents("chunk"), let shard = extents("shard"),
      let type = json["volume"]?["type"]?.string.flatMap(VoxelType.init(rawValue:)),
      let compression, let count = levelCount,
      chunk.z % 2 == 0, chunk.y % 2 == 0, chunk.x % 2 == 0,
      shard.z % chunk.z == 0, shard.y % chunk.y == 0, shard.x % chunk.x == 0,
      let voxels = shape.checkedVoxelCount, voxels < 1 << 58,
      let shardVoxels = shard.checkedVoxelCount, shardVoxels < 1 << 40,
      shardVoxels / chunk.voxelCount < 1 << 20,
      let shards = ChunkGrid(volume: shape, chunk: shard).count.checkedVoxelCount,
      shards <= Self.mostShards
    else { return nil }
    var volume = VolumeDescription(shape: shape, voxelType: type, format: "OME-Zarr")
    volume.classes = json["volume"]?["classes"] == nil ? nil : []
    return StoreLevels(
      of: volume, ShardLayout(volume: shape, shard: shard, chunk: chunk),
      ChunkCodecs(compression), count: count)
  }

  /// How the chunks are compressed.
  var compression: StoreCompression? {
    guard let words = json["volume"]?["compression"]?.string else { return nil }
    if words == "none" { return StoreCompression.none }
    let parts = words.split(separator: ":")
    guard parts.count == 2, parts[0] == "zstd", let level = Int(parts[1]), (1...22).contains(level)
    else { return nil }
    return .zstd(level: level)
  }

  /// How many levels there are: 1 without a pyramid.
  var levelCount: Int? {
    guard let words = json["volume"]?["pyramid"]?.string else { return nil }
    if words == "none" { return 1 }
    return words.split(separator: " ").first.flatMap { Int($0) }.flatMap {
      (1...StorePaths.mostLevels).contains($0) ? $0 : nil
    }
  }

  private func extents(_ key: String) -> Shape3? {
    let parts = json["volume"]?[key]?.string?.split(separator: "x").compactMap { Int($0) } ?? []
    guard parts.count == 3, parts.allSatisfy({ $0 > 0 && $0 < 1 << 40 }) else { return nil }
    return Shape3(z: parts[0], y: parts[1], x: parts[2])
  }
}
