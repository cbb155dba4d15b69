import SystemIO
import VolumeCore
import ZarrFormat

/// Cuts the voxels of one shard into chunks and streams them, compressed, into a file.
///
/// Several threads compress; chunks lie in the file in C order all the same, so the bytes do not
/// depend on the number of threads.
@safe final class ShardEncoder: @unchecked Sendable {
  /// What one thread needs to cut and compress, kept from shard to shard.
  final class Worker: @unchecked Sendable {
    var chunk: PageBuffer
    var encoder: ChunkEncoder

    init(chunkByteCount: Int, codecs: ChunkCodecs) throws(ChunkError) {
      chunk = PageBuffer(byteCount: chunkByteCount)
      encoder = try ChunkEncoder(codecs)
    }
  }

  /// A compressed chunk on its way to the file.
  private final class Stored: @unchecked Sendable {
    var bytes: PageBuffer
    var byteCount = 0

    init(capacity: Int) { bytes = PageBuffer(byteCount: capacity) }
  }

  private struct State {
    /// The next chunk to be cut.
    var next = 0
    /// The first chunk whose place in the file is not known.
    var unplaced = 0
    /// Where that chunk will lie.
    var offset = 0
    /// Chunks that wait for their place; `nil` is a chunk of zeros.
    var waiting: [Int: Stored?] = [:]
    var free: [Stored] = []
    var inUse = 0
    var entries: [Range<UInt64>?]
    var error: StoreError?
  }

  private let metadata: ArrayMetadata
  private let shard: Index3
  private let region: Region
  private let voxels: UnsafeRawBufferPointer
  private let half: RegionBeingHalved?
  private let file: FileHandle
  private let state: Monitor<State>
  private let storedLimit: Int

  /// The voxels of `shard` that lie in the array are `voxels`, which stay lent until `run` returns,
  /// as does `half`, to which each chunk is added while it is at hand.
  init(
    _ shard: Index3, of metadata: ArrayMetadata, voxels: UnsafeRawBufferPointer,
    half: RegionBeingHalved?, into path: String, threads: Int
  ) throws(SystemError) {
    file = try FileHandle(creating: path)
    self.metadata = metadata
    self.shard = shard
    region = metadata.layout.shards.region(of: shard)
    unsafe self.voxels = voxels
    self.half = half
    let count = metadata.layout.chunksPerShard.voxelCount
    state = Monitor(State(entries: Array(repeating: nil, count: count)))
    storedLimit = 4 * threads
  }

  /// Writes the chunks and the index and waits for the disk; returns what the ledger notes.
  func run(_ workers: WorkerPool<Worker>, threads: Int) throws(StoreError) -> ShardState {
    runOnThreads(threads) { [self] in
      do throws(StoreError) {
        let worker = try workers.take { () throws(StoreError) in
          do throws(ChunkError) {
            return try Worker(chunkByteCount: metadata.chunkByteCount, codecs: metadata.codecs)
          } catch {
            throw .cannotCompress(path: file.path, error)
          }
        }
        defer { workers.giveBack(worker) }
        while try encodeNext(worker) {}
      } catch {
        state.change { state in
          if state.error == nil { state.error = error }
          state.next = state.entries.count
        }
      }
    }
    let (entries, offset, error) = state.change { ($0.entries, $0.offset, $0.error) }
    if let error { throw error }
    let index = ShardIndex(entries).encoded()
    try system { () throws(SystemError) in
      try file.write(unsafe index.span.bytes, at: offset)
      try file.synchronise()
    }
    return .written(
      byteCount: offset + index.count,
      indexChecksum: index.suffix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) })
  }

  /// Takes, compresses and writes one chunk; `false` when there is none left.
  private func encodeNext(_ worker: Worker) throws(StoreError) -> Bool {
    // Memory first: whoever takes a chunk then never waits, so the first unplaced chunk always
    // comes to its end and frees the others.
    let taken = state.wait { state -> (Int, Stored?)?? in
      guard state.next < state.entries.count else { return .some(nil) }
      var stored = state.free.popLast()
      if stored == nil {
        guard state.inUse < self.storedLimit else { return nil }
        stored = Stored(capacity: ChunkEncoder.bound(for: metadata.chunkByteCount))
        state.inUse += 1
      }
      defer { state.next += 1 }
      return .some((state.next, stored))
    }
    guard let (entry, memory) = taken, let stored = memory else { return false }

    let isEmpty = cut(entry, into: &worker.chunk)
    if !isEmpty {
      do {
        stored.byteCount = try worker.chunk.withBytes { chunk throws(ChunkError) in
          try stored.bytes.withMutableBytes { bytes throws(ChunkError) in
            try worker.encoder.encode(chunk, into: &bytes)
          }
        }
      } catch {
        throw .cannotCompress(path: file.path, error)
      }
    }
    let placed = state.change { state in
      if isEmpty { state.free.append(stored) }
      state.waiting.updateValue(isEmpty ? nil : stored, forKey: entry)
      return Self.place(&state)
    }
    for (stored, offset) in placed {
      try system { () throws(SystemError) in
        try stored.bytes.withBytes(first: stored.byteCount) { bytes throws(SystemError) in
          try file.write(bytes, at: offset)
        }
      }
    }
    if !placed.isEmpty {
      state.change { $0.free.append(contentsOf: placed.map { $0.0 }) }
    }
    return true
  }

  /// Gives the chunks that no longer wait for an earlier one their places.
  private static func place(_ state: inout State) -> [(Stored, Int)] {
    var placed: [(Stored, Int)] = []
    while let chunk = state.waiting.removeValue(forKey: state.unplaced) {
      if let stored = chunk {
        let end = state.offset + stored.byteCount
        state.entries[state.unplaced] = UInt64(state.offset)..<UInt64(end)
        placed.append((stored, state.offset))
        state.offset = end
      }
      state.unplaced += 1
    }
    return placed
  }

  /// Copies the voxels of `entry`, with zeros beyond the array, and adds their half; returns whether
  /// all are zero.
  private func cut(_ entry: Int, into chunk: inout PageBuffer) -> Bool {
    let box = metadata.layout.region(ofEntry: entry, inShard: shard)
    let inside = box.clamped(to: region)
    guard !inside.isEmpty else { return true }
    let width = metadata.voxelType.byteCount
    return chunk.withMutableBytes { bytes in
      if inside != box { bytes.clear() }
      copyVoxels(
        inside, from: unsafe voxels.bytes, of: region, to: &bytes, of: box, width: width)
      guard !bytes.bytes.isAllZero else { return true }
      half?.add(inside, from: bytes.bytes, of: box)
      return false
    }
  }
}
