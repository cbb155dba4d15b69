import SystemIO
import VolumeCore
import ZarrFormat

/// Cuts the voxels of one shard into chunks and streams them, compressed, into a file.
///
/// Several threads compress, each a row of chunks at a time; chunks lie in the file in C order all
/// the same, so the bytes do not depend on the number of threads.
final class ShardEncoder: @unchecked Sendable {
  /// What one thread needs to cut and compress, kept from shard to shard.
  final class Worker: @unchecked Sendable {
    var chunk: PageBuffer
    var encoder: ChunkEncoder
    /// The voxels that were read for a row; made when they are first wanted.
    fileprivate var row: RowBuffer?

    init(chunkByteCount: Int, codecs: ChunkCodecs) throws(ChunkError) {
      chunk = PageBuffer(byteCount: chunkByteCount)
      encoder = try ChunkEncoder(codecs)
    }
  }

  /// The shard's file, made when the first chunk is to be written.
  private final class Output: Sendable {
    let file: FileHandle
    init(_ file: consuming FileHandle) { self.file = file }
  }

  private struct State {
    /// The next row to be cut.
    var next = 0
    /// The first row whose place in the file is not known.
    var unplaced = 0
    /// Where that row will lie.
    var offset = 0
    /// Rows that wait for their place.
    var waiting: [Int: StoredRow] = [:]
    var inUse = 0
    var entries: [Range<UInt64>?]
    var output: Output?
    var error: StoreError?
  }

  private let metadata: ArrayMetadata
  private let shard: Index3
  private let region: Region
  private let source: ShardSource
  private let half: RegionBeingHalved?
  private let path: String
  private let create: () throws(StoreError) -> FileHandle
  private let rows: WorkerPool<StoredRow>
  private let state: Monitor<State>
  private let storedLimit: Int

  /// The voxels of `shard` that lie in the array come from `source`, which stays lent until `run`
  /// returns, as does `half`, to which each chunk is added while it is at hand.
  ///
  /// - Parameters:
  ///   - path: what errors call the shard.
  ///   - rows: memory that is kept from shard to shard.
  ///   - create: makes the file; called once, and not at all where every voxel is zero.
  init(
    _ shard: Index3, of metadata: ArrayMetadata, from source: ShardSource,
    half: RegionBeingHalved?, path: String, threads: Int, rows: WorkerPool<StoredRow>,
    create: @escaping () throws(StoreError) -> FileHandle
  ) {
    self.metadata = metadata
    self.shard = shard
    self.source = source
    self.half = half
    self.path = path
    self.rows = rows
    self.create = create
    region = metadata.layout.shards.region(of: shard)
    let count = metadata.layout.chunksPerShard.voxelCount
    state = Monitor(State(entries: Array(repeating: nil, count: count)))
    storedLimit = Self.rowsPerThread * threads
  }

  /// Rows in memory, compressed, for each thread: one that it is at, and one that waits.
  static let rowsPerThread = 2

  private var chunksPerRow: Int { metadata.layout.chunksPerShard.x }
  private var rowCount: Int { state.change { $0.entries.count } / chunksPerRow }

  /// Writes the chunks and the index and waits for the disk; returns what the ledger notes.
  func run(_ workers: WorkerPool<Worker>, threads: Int) throws(StoreError) -> ShardState {
    runOnThreads(threads) { [self] in
      do throws(StoreError) {
        let worker = try workers.take { () throws(StoreError) in
          do throws(ChunkError) {
            return try Worker(chunkByteCount: metadata.chunkByteCount, codecs: metadata.codecs)
          } catch {
            throw .cannotCompress(path: path, error)
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
    let (entries, offset, output, error) = state.change {
      ($0.entries, $0.offset, $0.output, $0.error)
    }
    if let error { throw error }
    guard let output else { return .empty }
    let index = ShardIndex(entries).encoded()
    try system { () throws(SystemError) in
      try output.file.write(unsafe index.span.bytes, at: offset)
      try output.file.synchronise()
    }
    return .written(
      byteCount: offset + index.count,
      indexChecksum: index.suffix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) })
  }

  /// Takes, compresses and writes one row of chunks; `false` when there is none left.
  private func encodeNext(_ worker: Worker) throws(StoreError) -> Bool {
    // Memory first: whoever takes a row then never waits, so the first unplaced row always comes to
    // its end and frees the others.
    let taken = state.wait { state -> Int?? in
      guard state.next * chunksPerRow < state.entries.count else { return .some(nil) }
      guard state.inUse < storedLimit else { return nil }
      state.inUse += 1
      defer { state.next += 1 }
      return .some(state.next)
    }
    guard let row = taken else { return false }
    let stored = rows.take {
      StoredRow(capacity: chunksPerRow * ChunkEncoder.bound(for: metadata.chunkByteCount))
    }
    try Timeline.work("encode", byteCount: metadata.rowByteCount) { () throws(StoreError) in
      try encode(row, into: stored, worker)
    }
    let (placed, output, error) = state.change { state in
      state.waiting[row] = stored
      return place(&state)
    }
    if let error { throw error }
    for (stored, offset) in placed {
      if let output, stored.byteCount > 0 {
        try system { () throws(SystemError) in
          try stored.bytes.withBytes(first: stored.byteCount) { bytes throws(SystemError) in
            try output.file.write(bytes, at: offset)
          }
        }
      }
      rows.giveBack(stored)
    }
    if !placed.isEmpty { state.change { $0.inUse -= placed.count } }
    return true
  }

  /// Gives the rows that no longer wait for an earlier one their places.
  private func place(_ state: inout State) -> ([(StoredRow, Int)], Output?, StoreError?) {
    var placed: [(StoredRow, Int)] = []
    while let row = state.waiting.removeValue(forKey: state.unplaced) {
      placed.append((row, state.offset))
      for (index, length) in row.lengths.enumerated() where length > 0 {
        let end = state.offset + length
        state.entries[state.unplaced * chunksPerRow + index] = UInt64(state.offset)..<UInt64(end)
        state.offset = end
      }
      state.unplaced += 1
    }
    if state.offset > 0, state.output == nil {
      do throws(StoreError) { state.output = Output(try create()) } catch {
        return ([], nil, error)
      }
    }
    return (placed, state.output, nil)
  }

  /// The voxels of a row that lie in the array.
  private func region(ofRow row: Int) -> Region {
    let layout = metadata.layout
    let first = layout.region(ofEntry: row * chunksPerRow, inShard: shard)
    return Region(z: first.z, y: first.y, x: region.x).clamped(to: region)
  }

  private func encode(
    _ row: Int, into stored: StoredRow, _ worker: Worker
  ) throws(StoreError) {
    stored.lengths.removeAll(keepingCapacity: true)
    let box = region(ofRow: row)
    guard !box.isEmpty else { return }
    switch source {
    case .memory(let voxels):
      try encode(row, unsafe voxels.bytes, of: region, into: stored, worker)
    case .parts(let read):
      let buffer = worker.row ?? RowBuffer(byteCount: metadata.rowByteCount)
      worker.row = buffer
      let count = box.voxelCount * metadata.voxelType.byteCount
      try buffer.bytes.withMutableBytes(first: count) { bytes throws(StoreError) in
        do throws(Explanation) { try read(box, &bytes) } catch { throw .notRead(error) }
        try encode(row, bytes.bytes, of: box, into: stored, worker)
      }
    }
  }

  /// Compresses the chunks of `row`, of the voxels of `voxelRegion`.
  private func encode(
    _ row: Int, _ voxels: RawSpan, of voxelRegion: Region, into stored: StoredRow, _ worker: Worker
  ) throws(StoreError) {
    var offset = 0
    for entry in (row * chunksPerRow)..<((row + 1) * chunksPerRow) {
      let isEmpty = cut(entry, from: voxels, of: voxelRegion, into: &worker.chunk)
      var length = 0
      if !isEmpty {
        do throws(ChunkError) {
          length = try worker.chunk.withBytes { chunk throws(ChunkError) in
            try stored.bytes.withMutableBytes { bytes throws(ChunkError) in
              var rest = bytes._mutatingExtracting(offset..<bytes.byteCount)
              return try worker.encoder.encode(chunk, into: &rest)
            }
          }
        } catch {
          throw .cannotCompress(path: path, error)
        }
      }
      stored.lengths.append(length)
      offset += length
    }
  }

  /// Copies the voxels of `entry`, with zeros beyond the array, and adds their half; returns whether
  /// all are zero.
  private func cut(
    _ entry: Int, from voxels: RawSpan, of voxelRegion: Region, into chunk: inout PageBuffer
  ) -> Bool {
    let box = metadata.layout.region(ofEntry: entry, inShard: shard)
    let inside = box.clamped(to: region)
    guard !inside.isEmpty else { return true }
    let width = metadata.voxelType.byteCount
    return chunk.withMutableBytes { bytes in
      if inside != box { bytes.clear() }
      copyVoxels(inside, from: voxels, of: voxelRegion, to: &bytes, of: box, width: width)
      guard !bytes.bytes.isAllZero else { return true }
      half?.add(inside, from: bytes.bytes, of: box)
      return false
    }
  }
}

extension ArrayMetadata {
  /// The largest row of chunks: as long as a shard, and as high and thick as a chunk.
  var largestRow: Shape3 {
    let shard = layout.shards.chunk
    return Shape3(
      z: min(layout.chunk.z, layout.volume.z), y: min(layout.chunk.y, layout.volume.y),
      x: min(shard.x, layout.volume.x))
  }

  /// Bytes of its voxels.
  var rowByteCount: Int { largestRow.voxelCount * voxelType.byteCount }
}
