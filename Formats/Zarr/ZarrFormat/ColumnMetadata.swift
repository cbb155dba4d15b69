import VolumeCore

/// The `zarr.json` of an array of one axis: a column of a table, in shards of chunks as a volume is.
public struct ColumnMetadata: Hashable, Sendable {
  /// What a cell is stored as.
  public var type: VoxelType
  /// How many cells there are.
  public var rows: Int
  /// Cells in an inner chunk.
  public let chunk: Int
  /// How chunks become bytes.
  public var codecs: ChunkCodecs

  /// Inner chunks in a shard.
  public static let chunksPerShard = 256
  /// The most cells in a chunk: a shard then has four million.
  public static let mostInChunk = 16384

  /// A column of `rows` cells.
  public init(type: VoxelType, rows: Int, codecs: ChunkCodecs) {
    (self.type, self.rows, self.codecs) = (type, rows, codecs)
    // A short table is one small chunk.
    var chunk = 16
    while chunk < min(rows, Self.mostInChunk) { chunk *= 2 }
    self.chunk = chunk
  }

  /// The path of a shard, counted from the array's folder.
  public static func key(ofShard shard: Int) -> String { "c/\(shard)" }

  /// The document, with sorted keys: equal arrays are equal bytes.
  public func encoded() -> [UInt8] {
    let document: JSONValue = [
      "zarr_format": 3,
      "node_type": "array",
      "shape": [.integer(rows)],
      "data_type": .string(type.rawValue),
      "chunk_grid": [
        "name": "regular",
        "configuration": ["chunk_shape": [.integer(chunk * Self.chunksPerShard)]],
      ],
      "chunk_key_encoding": ["name": "default", "configuration": ["separator": "/"]],
      "fill_value": FillValue.zero(type).json,
      "codecs": codecs.sharding(chunkShape: [.integer(chunk)]),
      "dimension_names": ["row"],
      "attributes": [:],
    ]
    return Array(document.text(pretty: true).utf8) + [0x0A]
  }
}

extension ChunkCodecs {
  /// The codecs of an array in shards of chunks of `chunkShape`, each stored with these.
  func sharding(chunkShape: JSONValue) -> JSONValue {
    let little: JSONValue = ["name": "bytes", "configuration": ["endian": "little"]]
    let checksum: JSONValue = ["name": "crc32c"]
    var inner = [little]
    if let zstd {
      inner.append([
        "name": "zstd",
        "configuration": [
          "level": .integer(zstd.level), "checksum": .bool(zstd.hasChecksum),
        ],
      ])
    }
    if hasChecksum { inner.append(checksum) }
    return [
      [
        "name": "sharding_indexed",
        "configuration": [
          "chunk_shape": chunkShape, "codecs": .array(inner),
          "index_codecs": [little, checksum], "index_location": "end",
        ],
      ]
    ]
  }
}
