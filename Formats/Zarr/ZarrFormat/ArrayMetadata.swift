import VolumeCore

/// The `zarr.json` of an array of voxels, cut into shards.
public struct ArrayMetadata: Hashable, Sendable {
  /// What a voxel is.
  public var voxelType: VoxelType
  /// How it is cut.
  public var layout: ShardLayout
  /// How chunks become bytes.
  public var codecs: ChunkCodecs
  /// The value of voxels that nobody wrote.
  public var fillValue: FillValue
  /// What stands between the numbers of a shard's key.
  public var keySeparator: String
  /// Whatever else is kept with the array.
  public var attributes: [String: JSONValue]

  /// An array of `layout` in the codecs that this tool writes, filled with zeros.
  public init(voxelType: VoxelType, layout: ShardLayout, codecs: ChunkCodecs = .standard) {
    self.voxelType = voxelType
    self.layout = layout
    self.codecs = codecs
    fillValue = .zero(voxelType)
    keySeparator = "/"
    attributes = [:]
  }

  /// The path of a shard, counted from the array's folder: `c/0/1/2`.
  public func key(ofShard shard: Index3) -> String {
    ["c", "\(shard.z)", "\(shard.y)", "\(shard.x)"].joined(separator: keySeparator)
  }

  /// Bytes of the voxels of one inner chunk.
  public var chunkByteCount: Int { layout.chunk.voxelCount * voxelType.byteCount }

  /// The document, with sorted keys: equal arrays are equal bytes.
  public func encoded() -> [UInt8] {
    let document: JSONValue = [
      "zarr_format": 3,
      "node_type": "array",
      "shape": layout.volume.json,
      "data_type": .string(voxelType.rawValue),
      "chunk_grid": [
        "name": "regular", "configuration": ["chunk_shape": layout.shards.chunk.json],
      ],
      "chunk_key_encoding": [
        "name": "default", "configuration": ["separator": .string(keySeparator)],
      ],
      "fill_value": fillValue.json,
      "codecs": codecs.sharding(chunkShape: layout.chunk.json),
      "dimension_names": ["z", "y", "x"],
      "attributes": .object(attributes),
    ]
    return Array(document.text(pretty: true).utf8) + [0x0A]
  }
}

extension Shape3 {
  /// The list [z, y, x].
  var json: JSONValue { [.integer(z), .integer(y), .integer(x)] }
}
