import Glibc
import Synchronization
import SystemIO
import VolumeCore
import ZarrFormat

/// A file of an array of others: read, never mapped, since it may be changed under us.
final class ForeignFile: Sendable {
  let path: String
  let byteCount: Int
  private let file: FileHandle

  /// Opens the file; `nil` where there is none, which only a missing name says.
  init?(_ path: String) throws(ForeignStoreError) {
    switch kind(ofPath: path) {
    case .file, .missing: break
    case .folder, .other: throw .isNoFile(path: path)
    }
    do throws(SystemError) {
      file = try FileHandle(readingFrom: path)
      byteCount = try file.byteCount
    } catch {
      if error.code == ENOENT { return nil }
      throw .system(error)
    }
    self.path = path
    guard byteCount > 0 else { throw .isEmpty(path: path) }
  }

  /// The bytes at `place`, all of them.
  func bytes(_ place: Range<Int>) throws(ForeignStoreError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: place.count)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    let count: Int
    do { count = try file.read(at: place.lowerBound, into: &raw) } catch { throw .system(error) }
    guard count == place.count else {
      throw .chunk(
        path: path, bytes: UInt64(place.lowerBound)..<UInt64(place.upperBound),
        .tooShort(byteCount: count))
    }
    return bytes
  }
}

/// A shard of others with its index, decoded and checked.
final class ForeignShard: Sendable {
  let file: ForeignFile
  let index: ShardIndex

  init(_ file: ForeignFile, _ form: ShardIndexForm, chunkCount: Int) throws(ForeignStoreError) {
    self.file = file
    let count = form.byteCount(chunkCount: chunkCount)
    guard file.byteCount >= count else {
      throw .shard(
        path: file.path, .tooShort(byteCount: UInt64(file.byteCount), indexByteCount: count))
    }
    let start = form.isAtStart ? 0 : file.byteCount - count
    let bytes = try file.bytes(start..<(start + count))
    do {
      index = try ShardIndex(
        decoding: unsafe bytes.span.bytes, form: form, chunkCount: chunkCount,
        shardByteCount: UInt64(file.byteCount))
    } catch {
      throw .shard(path: file.path, error)
    }
  }
}

/// The shards of an array of others, opened when they are first wanted, of which only so many stay
/// open.
final class ForeignShards: Sendable {
  private struct State {
    var open: [Index3: (shard: ForeignShard, use: Int)] = [:]
    var uses = 0
  }

  /// Entries of all indices that are kept: 48 MiB.
  static let mostEntries = 1 << 21

  private let mostOpen: Int
  private let state = Mutex(State())

  init(chunksPerShard: Int) { mostOpen = max(2, min(128, Self.mostEntries / chunksPerShard)) }

  /// The shard at `index`, or `nil` where all of it is fill value.
  func shard(
    _ index: Index3, open: () throws(ForeignStoreError) -> ForeignShard?
  ) throws(ForeignStoreError) -> ForeignShard? {
    try state.withLock { (state: inout State) throws(ForeignStoreError) in
      state.uses += 1
      if let shard = state.open[index]?.shard {
        state.open[index]?.use = state.uses
        return shard
      }
      guard let shard = try open() else { return nil }
      if state.open.count >= mostOpen,
        let oldest = state.open.min(by: { $0.value.use < $1.value.use })
      {
        state.open[oldest.key] = nil
      }
      state.open[index] = (shard, state.uses)
      return shard
    }
  }
}
