import SystemIO
import VolumeCore
import ZarrFormat

extension ForeignStoreReader {
  /// What was found of a file.
  struct FileFinding {
    var byteCount: Int
    var damages: [StoreDamage]
  }

  /// The files of the volume: shards, or chunks where there are none.
  var files: ChunkGrid { metadata.layout.shards }

  /// Whether a flipped bit in a chunk is sure to be seen.
  var hasChecksums: Bool { array.codecs.byteCodecs.contains(.crc32c) }

  /// Looks at the file `index`, at every chunk in it where `isFull`; `nil` where there is none.
  func look(at index: Index3, isFull: Bool) -> FileFinding? {
    let key = array.key(ofFile: axes.index(index, extents: array.fileChunk))
    var finding = FileFinding(byteCount: 0, damages: [])
    func note(_ error: ForeignStoreError, _ chunk: Index3?) {
      let region = (chunk.map { metadata.layout.chunks.region(of: $0) })
      finding.damages.append(
        StoreDamage(
          file: key, shard: index, chunk: chunk.map { metadata.layout.place(ofChunk: $0).entry },
          region: region ?? files.region(of: index), what: error.explanation.what))
    }
    do throws(ForeignStoreError) {
      guard let file = try ForeignFile("\(folder)/\(key)") else { return nil }
      finding.byteCount = file.byteCount
      let chunks = metadata.layout.chunks.indices(meeting: files.region(of: index)).indices
      guard let first = chunks.first else { return finding }
      guard isFull else {
        try lookQuickly(at: first, file)
        return finding
      }
      let worker = try workers.take(makeWorker)
      defer { workers.giveBack(worker) }
      for chunk in chunks {
        do throws(ForeignStoreError) {
          guard let stored = try stored(chunk) else { continue }
          try worker.decode(stored, array, box)
        } catch {
          note(error, array.sharding == nil ? nil : chunk)
          // An index that is damaged says the same of every chunk.
          if case .shard = error { break }
        }
      }
    } catch {
      note(error, nil)
    }
    return finding
  }

  /// A shard's index is read, of a chunk without shards the size is enough.
  private func lookQuickly(
    at chunk: Index3, _ file: ForeignFile
  ) throws(ForeignStoreError) {
    guard array.sharding == nil else {
      _ = try stored(chunk)
      return
    }
    let possible = array.codecs.storedByteCounts(of: array.chunkByteCount)
    let bytes = 0..<UInt64(file.byteCount)
    guard file.byteCount <= possible.upperBound else {
      throw .chunk(
        path: file.path, bytes: bytes,
        .tooLong(byteCount: bytes.upperBound, limit: possible.upperBound))
    }
    guard file.byteCount >= possible.lowerBound else {
      throw .chunk(
        path: file.path, bytes: bytes,
        .wrongSize(byteCount: file.byteCount, expected: array.chunkByteCount))
    }
  }
}
