import SystemIO
import VolumeCore
import ZarrFormat

/// A shard's file with its index, decoded and checked.
final class OpenShard: Sendable {
  /// Where it is.
  let path: String
  private let byteCount: Int
  private let index: ShardIndex
  /// Ours are mapped; others' are read, since a mapping of a file that shrinks ends the process.
  private let mapping: MappedFile?
  private let file: FileHandle
  /// No chunk takes more, however badly it was compressed.
  private let chunkByteLimit: Int

  /// Opens the shard at `path`; `committed` is what our ledger says of it, `nil` in the stores of
  /// others.
  init(
    _ path: String, of metadata: ArrayMetadata, committed: ShardState?
  ) throws(StoreError) {
    self.path = path
    chunkByteLimit = 2 * ChunkEncoder.bound(for: metadata.chunkByteCount) + 1024
    let indexByteCount = metadata.layout.indexByteCount
    do throws(SystemError) {
      file = try FileHandle(readingFrom: path)
      byteCount = try file.byteCount
    } catch {
      throw .system(error)
    }
    guard byteCount >= indexByteCount else {
      throw .shard(
        path: path, .tooShort(byteCount: UInt64(byteCount), indexByteCount: indexByteCount))
    }
    var indexBytes = [UInt8](repeating: 0, count: indexByteCount)
    var span = indexBytes.mutableSpan
    var raw = unsafe span.mutableBytes
    do throws(SystemError) {
      _ = try file.read(at: byteCount - indexByteCount, into: &raw)
      mapping = committed == nil ? nil : try file.map()
    } catch {
      throw .system(error)
    }
    let checksum = indexBytes.suffix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    let found = ShardState.written(byteCount: byteCount, indexChecksum: checksum)
    if let committed, committed != found {
      throw .shardDiffersFromLedger(path: path, found: found, committed: committed)
    }
    do {
      index = try ShardIndex(
        decoding: unsafe indexBytes.span.bytes,
        chunkCount: metadata.layout.chunksPerShard.voxelCount, shardByteCount: UInt64(byteCount))
    } catch {
      throw .shard(path: path, error)
    }
  }

  /// Whether `entry` holds nothing but the fill value.
  func isEmpty(_ entry: Int) -> Bool { index.entries[entry] == nil }

  /// Has the system begin with the bytes of `entry`; how many they are.
  func willRead(_ entry: Int) -> Int {
    guard let range = index.entries[entry] else { return 0 }
    let count = Int(range.upperBound - range.lowerBound)
    file.willRead(at: Int(range.lowerBound), count: count)
    return count
  }

  /// Decodes `entry`, which is not empty, into `chunk`.
  func decode(
    _ entry: Int, with decoder: inout ChunkDecoder, into chunk: inout MutableRawSpan
  ) throws(StoreError) {
    guard let range = index.entries[entry] else { preconditionFailure("an empty chunk") }
    let count = range.upperBound - range.lowerBound
    do throws(ChunkError) {
      guard count <= UInt64(chunkByteLimit) else {
        throw .tooLong(byteCount: count, limit: chunkByteLimit)
      }
      let bytes = Int(range.lowerBound)..<Int(range.upperBound)
      if mapping != nil {
        try decodeMapped(bytes, with: &decoder, into: &chunk)
      } else {
        try decodeRead(bytes, with: &decoder, into: &chunk)
      }
    } catch {
      throw .chunk(path: path, entry: entry, bytes: range, error)
    }
  }

  private func decodeMapped(
    _ bytes: Range<Int>, with decoder: inout ChunkDecoder, into chunk: inout MutableRawSpan
  ) throws(ChunkError) {
    // Reading and decoding are one where a file is mapped.
    try Timeline.work("decode", byteCount: chunk.byteCount) { () throws(ChunkError) in
      try mapping?.withBytes { all throws(ChunkError) in
        try decoder.decode(all.extracting(bytes), into: &chunk)
      }
    }
    // The pages have served; kept, they would count as ours and grow with the volume. The system
    // maps more than is touched, and not always the windows that one would think: so all of the file
    // is given back. Whoever decodes another chunk of it has a fault for what he still needs.
    mapping?.release(0..<byteCount)
  }

  private func decodeRead(
    _ bytes: Range<Int>, with decoder: inout ChunkDecoder, into chunk: inout MutableRawSpan
  ) throws(ChunkError) {
    var stored = [UInt8](repeating: 0, count: bytes.count)
    var span = stored.mutableSpan
    var raw = unsafe span.mutableBytes
    let read = (try? file.read(at: bytes.lowerBound, into: &raw)) ?? 0
    guard read == bytes.count else { throw .tooShort(byteCount: read) }
    try Timeline.work("decode", byteCount: chunk.byteCount) { () throws(ChunkError) in
      try decoder.decode(raw.bytes, into: &chunk)
    }
  }
}
