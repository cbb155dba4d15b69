import SystemIO
import VolumeCore
import ZarrFormat

/// Looks at the table beside the volume of a finished store, where there is one: documents, sizes and
/// indices, and, where every byte is looked at, each chunk's checksum.
struct TableCheck {
  let paths: StorePaths
  let run: CheckRun

  /// What is wrong with it.
  func damages() throws(StoreError) -> [StoreDamage] {
    guard kind(ofPath: paths.table) == .folder else { return [] }
    guard let attributes = document("zarr.json")?["attributes"],
      let rows = attributes["rows"]?.integer, rows >= 0,
      let names = attributes["columns"]?.array?.compactMap(\.string),
      names.allSatisfy({ $0.utf8.allSatisfy { Self.isPlain($0) } })
    else { return [damage("zarr.json", "is gone, or says of no columns")] }
    var damages: [StoreDamage] = []
    for name in names {
      try run.goOn(paths.group)
      if let found = try damage(ofColumn: name, rows: rows) { damages.append(found) }
    }
    return damages
  }

  /// Letters, digits and `_`: no name leads out of the table.
  private static func isPlain(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      || byte == 0x5F
  }

  private func damage(_ file: String, _ what: String) -> StoreDamage {
    let file = "\(StorePaths.tableName)/\(file)"
    return StoreDamage(file: file, what: "\(paths.group)/\(file) \(what)")
  }

  private func document(_ name: String) -> JSONValue? {
    (try? contents(ofFile: "\(paths.table)/\(name)")).flatMap { JSONValue(parsing: $0) }
  }

  /// The first thing that is wrong with a column.
  private func damage(ofColumn name: String, rows: Int) throws(StoreError) -> StoreDamage? {
    let file = "\(name)/zarr.json"
    guard let bytes = try? contents(ofFile: "\(paths.table)/\(file)") else {
      return damage(file, "is gone")
    }
    // What the document says must be what this tool writes, byte for byte.
    let document = JSONValue(parsing: bytes)
    let metadata = (document?["data_type"]?.string).flatMap(VoxelType.init(rawValue:)).map { type in
      ColumnMetadata(type: type, rows: rows, codecs: Self.codecs(document))
    }
    guard let metadata, metadata.encoded() == bytes else {
      return damage(file, "is not what was written")
    }
    let perShard = metadata.chunk * ColumnMetadata.chunksPerShard
    for shard in 0..<((rows + perShard - 1) / perShard) {
      let chunks = (min(rows - shard * perShard, perShard) + metadata.chunk - 1) / metadata.chunk
      let key = "\(name)/\(ColumnMetadata.key(ofShard: shard))"
      do throws(StoreError) {
        guard try isWhole("\(paths.table)/\(key)", metadata, chunks: chunks) else {
          return damage(key, "is not what was written")
        }
      } catch {
        if case .stopped = error { throw error }
        return damage(key, "cannot be read")
      }
    }
    return nil
  }

  /// The codecs of a document of a column.
  private static func codecs(_ document: JSONValue?) -> ChunkCodecs {
    let inner = document?["codecs"]?.array?.first?["configuration"]?["codecs"]?.array ?? []
    func codec(_ name: String) -> JSONValue? { inner.first { $0["name"]?.string == name } }
    let level = codec("zstd")?["configuration"]?["level"]?.integer
    return ChunkCodecs(
      zstd: level.map { ChunkCodecs.Zstd(level: $0) }, hasChecksum: codec("crc32c") != nil)
  }

  /// Whether a shard has an index of `chunks` chunks in their order and, where every byte is looked at,
  /// each of them decodes.
  private func isWhole(
    _ path: String, _ metadata: ColumnMetadata, chunks: Int
  ) throws(StoreError) -> Bool {
    guard case .file(let byteCount) = kind(ofPath: path) else { return false }
    let file = try system { () throws(SystemError) in try FileHandle(readingFrom: path) }
    let tail = ShardIndex.byteCount(chunkCount: ColumnMetadata.chunksPerShard)
    guard byteCount >= tail else { return false }
    let end = try read(file, byteCount - tail, tail)
    guard
      let index = try? ShardIndex(
        decoding: unsafe end.span.bytes, chunkCount: ColumnMetadata.chunksPerShard,
        shardByteCount: UInt64(byteCount)),
      index.entries.prefix(chunks).allSatisfy({ $0 != nil }),
      index.entries.dropFirst(chunks).allSatisfy({ $0 == nil })
    else { return false }
    guard run.depth == .full else { return true }
    var decoder: ChunkDecoder
    do throws(ChunkError) { decoder = try ChunkDecoder(metadata.codecs) } catch {
      throw .cannotCompress(path: path, error)
    }
    let most = ChunkEncoder.bound(for: metadata.chunk * metadata.type.byteCount)
    var cells = PageBuffer(byteCount: metadata.chunk * metadata.type.byteCount)
    for entry in index.entries.prefix(chunks) {
      try run.goOn(path)
      guard let entry, entry.count <= most else { return false }
      let stored = try read(file, Int(entry.lowerBound), entry.count)
      let isWhole = cells.withMutableBytes { bytes in
        (try? decoder.decode(unsafe stored.span.bytes, into: &bytes)) != nil
      }
      guard isWhole else { return false }
    }
    return true
  }

  private func read(
    _ file: borrowing FileHandle, _ offset: Int, _ count: Int
  ) throws(StoreError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    do throws(SystemError) {
      var span = bytes.mutableSpan
      var raw = unsafe span.mutableBytes
      _ = try file.read(at: offset, into: &raw)
    } catch {
      throw .system(error)
    }
    return bytes
  }
}
