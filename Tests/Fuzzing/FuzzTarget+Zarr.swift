import Compression
import SystemIO
import VolumeCore
import VolumeStore
import ZarrFormat

extension FuzzTarget {
  /// What a store's documents say, and its shards.
  static let zarr: [FuzzTarget] = [
    FuzzTarget(
      "zarr-metadata",
      seeds: """
        Tests/VolumeStoreTests/Fixtures/*/zarr.json Tests/VolumeStoreTests/Fixtures/*/*/zarr.json \
        Tests/VolumeStoreTests/Fixtures/*/*/*/zarr.json Tests/VolumeStoreTests/Fixtures/*/*/.zarray \
        Tests/VolumeStoreTests/Fixtures/*/*/.zattrs Tests/VolumeStoreTests/Fixtures/*/*/*/.zarray
        """,
      seconds: 600, feed: feedMetadata),
    FuzzTarget(
      "shard-index", seeds: "Tests/VolumeStoreTests/Fixtures/others/v3-*/c/*/*/*", seconds: 600,
      feed: feedShard),
  ]
}

/// As each kind of document, and then as the document of a store that is opened and read.
@Sendable private func feedMetadata(_ bytes: [UInt8]) throws {
  if let node = try? ZarrNode(zarr3: bytes), case .group(let attributes) = node {
    _ = try? OMEImage(attributes: attributes)
    if let ome = attributes["ome"] { _ = try? ImageMetadata(decoding: ome) }
  }
  _ = try? ZarrNode(zarr2Array: bytes, group: nil, attributes: nil)
  _ = try? ZarrNode(zarr2Array: nil, group: bytes, attributes: bytes)
  _ = try? NodeMetadata(decoding: bytes)
  let folder = FuzzFolder.of("store", [])
  for name in ["zarr.json", ".zarray", ".zattrs"] {
    let path = "\(folder)/\(name)"
    try write(bytes, to: path)
    if let reader = try? StoreFormat(threads: 1).open(folder, hints: OpeningHints()) {
      try? readParts(of: reader)
    }
    try removeFile(path)
  }
}

/// A shard of a small array, whose index is read, and chunks by it; with its checksum made right, as
/// an attacker would, where the first byte is odd.
@Sendable private func feedShard(_ bytes: [UInt8]) throws {
  guard let first = bytes.first else { return }
  var shard = bytes
  let count = 8
  let tail = ShardIndex.byteCount(chunkCount: count)
  if first & 1 == 1, shard.count >= tail {
    let body = Array(shard[(shard.count - tail)..<(shard.count - 4)])
    let sum = CRC32C.checksum(of: body)
    for i in 0..<4 { shard[shard.count - 4 + i] = UInt8(truncatingIfNeeded: sum >> (8 * i)) }
  }
  if shard.count >= tail {
    let index = Array(shard[(shard.count - tail)...])
    _ = try? ShardIndex(
      decoding: unsafe index.span.bytes, chunkCount: count, shardByteCount: UInt64(shard.count))
  }
  // The same bytes as a shard of two arrays: index at the end, or at the start; checked or not.
  for (name, codecs) in shardedArrays {
    let folder = FuzzFolder.of(name, [("zarr.json", Array(document(codecs).utf8))])
    if kind(ofPath: "\(folder)/c") == .missing {
      for part in ["c", "c/0", "c/0/0"] { try makeFolder("\(folder)/\(part)") }
    }
    try write(shard, to: "\(folder)/c/0/0/0")
    if let reader = try? StoreFormat(threads: 1).open(folder, hints: OpeningHints()) {
      try? readParts(of: reader)
    }
  }
}

private let shardedArrays = [
  (
    "end",
    #"""
    [{"name":"bytes","configuration":{"endian":"little"}},
     {"name":"zstd","configuration":{"level":1,"checksum":false}}]
    """#
  ),
  (
    "start",
    #"""
    [{"name":"bytes","configuration":{"endian":"big"}},
     {"name":"blosc","configuration":{"cname":"lz4","clevel":1,"shuffle":"shuffle","typesize":2,
      "blocksize":0}}]
    """#
  ),
]

private func document(_ codecs: String) -> String {
  let place = codecs.contains("blosc") ? "start" : "end"
  return #"""
    {"zarr_format":3,"node_type":"array","shape":[8,8,8],"data_type":"uint16",
     "chunk_grid":{"name":"regular","configuration":{"chunk_shape":[8,8,8]}},
     "chunk_key_encoding":{"name":"default","configuration":{"separator":"/"}},
     "fill_value":0,
     "codecs":[{"name":"sharding_indexed","configuration":{"chunk_shape":[4,4,4],
      "codecs":\#(codecs),
      "index_codecs":[{"name":"bytes","configuration":{"endian":"little"}},{"name":"crc32c"}],
      "index_location":"\#(place)"}}]}
    """#
}
