import Glibc
import Synchronization
import SystemIO
import VolumeCore
import ZarrFormat

/// Reads an array of anybody's region by region: version 2 or 3, in shards or not.
package final class ForeignStoreReader: VolumeReader {
  /// What one thread needs to decode, kept from region to region.
  final class Worker: @unchecked Sendable {
    /// A chunk with all its dimensions, as it was stored.
    var whole: PageBuffer
    /// What the volume wants of it.
    var box: PageBuffer
    var pipeline: ChunkPipeline

    init(_ array: ZarrArray, _ box: ChunkBox) throws(ChunkError) {
      whole = PageBuffer(byteCount: box.isPlain ? 0 : array.chunkByteCount)
      self.box = PageBuffer(byteCount: box.byteCount)
      pipeline = try ChunkPipeline(array.codecs)
    }
  }

  /// Bytes of chunks that all threads together decode at once, unless a single one is larger.
  static let bytesBeingDecoded = 512 << 20

  package let volume: VolumeDescription
  package let fingerprint: String
  private let path: String
  let folder: String
  let array: ZarrArray
  let axes: AxisChoice
  let box: ChunkBox
  /// The same cut of the volume into chunks, in three dimensions.
  let metadata: ArrayMetadata
  private let shards: ForeignShards
  private let cache: ChunkCache
  let workers = WorkerPool<Worker>()
  private let threads: Int
  private let decoded = Atomic<Int>(0)

  /// How many chunks have been decoded so far: what reading costs.
  package var decodedChunkCount: Int { decoded.load(ordering: .relaxed) }

  init(opening path: String, hints: OpeningHints, threads: Int) throws(ForeignStoreError) {
    let store = try ForeignStore(at: path, hints: hints)
    self.path = path
    volume = store.volume
    fingerprint = store.fingerprint
    folder = store.folder
    array = store.array
    axes = store.axes
    box = ChunkBox(store.array, store.axes)
    var metadata = ArrayMetadata(
      voxelType: array.voxelType,
      layout: ShardLayout(
        volume: volume.shape, shard: axes.shape(array.fileChunk), chunk: axes.shape(array.chunk)))
    metadata.fillValue = array.fillValue
    self.metadata = metadata
    shards = ForeignShards(chunksPerShard: array.chunksPerFile.reduce(1, *))
    cache = ChunkCache(
      chunkByteCount: metadata.chunkByteCount, limit: StoreReader.defaultCacheByteCount)
    self.threads = max(1, min(threads, Self.bytesBeingDecoded / (2 * array.chunkByteCount)))
  }

  /// One layer of chunks under a box, as for stores of ours.
  package func cacheByteCount(forBoxesOf shape: Shape3) -> Int {
    let chunk = metadata.layout.chunk
    let count = metadata.layout.chunks.count
    func most(_ extent: Int, _ chunk: Int, _ count: Int) -> Int {
      min(count, (max(extent, 1) + chunk - 2) / chunk + 1)
    }
    let bytes = (most(shape.y, chunk.y, count.y) * most(shape.x, chunk.x, count.x))
      .multipliedReportingOverflow(by: metadata.chunkByteCount)
    return bytes.overflow ? .max : bytes.partialValue
  }

  package func limitCache(to byteCount: Int) { cache.limit(to: byteCount) }

  package func read(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(VolumeReadError) {
    precondition(Region(volume.shape).contains(region), "\(region) is not in \(volume.shape)")
    precondition(destination.byteCount == region.voxelCount * metadata.voxelType.byteCount)
    guard !region.isEmpty else { return }
    let error = unsafe destination.withUnsafeMutableBytes { bytes in
      unsafe readChunks(RegionBeingRead(region: region, bytes: bytes, metadata: metadata))
    }
    if let error { throw VolumeReadError(region: region, reason: error.explanation) }
  }

  private func readChunks(_ region: RegionBeingRead) -> ForeignStoreError? {
    let boxes = metadata.layout.chunks.indices(meeting: region.region)
    let count = boxes.voxelCount
    let next = Atomic<Int>(0)
    let failure = Mutex<ForeignStoreError?>(nil)
    runOnThreads(min(count, threads)) { [self] in
      do throws(ForeignStoreError) {
        let worker = try workers.take(makeWorker)
        defer { workers.giveBack(worker) }
        while true {
          let place = next.add(1, ordering: .relaxed).oldValue
          guard place < count else { return }
          let index = Index3(
            z: boxes.z.lowerBound + place / (boxes.y.count * boxes.x.count),
            y: boxes.y.lowerBound + place / boxes.x.count % boxes.y.count,
            x: boxes.x.lowerBound + place % boxes.x.count)
          try read(index, into: region, worker)
        }
      } catch {
        next.store(count, ordering: .relaxed)
        failure.withLock { if $0 == nil { $0 = error } }
      }
    }
    return failure.withLock { $0 }
  }

  func makeWorker() throws(ForeignStoreError) -> Worker {
    do { return try Worker(array, box) } catch {
      // A context for zstd is memory, and nothing else can be wrong with it.
      throw .system(SystemError(call: "decode", path: path, code: ENOMEM))
    }
  }

  private func read(
    _ index: Index3, into region: RegionBeingRead, _ worker: Worker
  ) throws(ForeignStoreError) {
    if let chunk = cache.chunk(index) {
      return chunk.voxels.withBytes { region.copy(index, $0) }
    }
    guard let stored = try stored(index) else { return region.fill(index) }
    decoded.add(1, ordering: .relaxed)
    // A chunk that is wanted whole is done with; one that is cut through is wanted again.
    guard cache.holdsAny, !region.region.contains(metadata.layout.chunks.region(of: index)) else {
      try worker.decode(stored, array, box)
      return worker.box.withBytes { region.copy(index, $0) }
    }
    try worker.decode(stored, array, box)
    let chunk = cache.blank()
    worker.box.withBytes { source in
      chunk.voxels.withMutableBytes { destination in
        unsafe destination.withUnsafeMutableBytes { destination in
          unsafe source.withUnsafeBytes { unsafe destination.copyMemory(from: $0) }
        }
      }
    }
    chunk.voxels.withBytes { region.copy(index, $0) }
    cache.insert(index, chunk)
  }

  /// The stored bytes of a chunk, and where they are; `nil` where it is fill value.
  func stored(_ index: Index3) throws(ForeignStoreError) -> StoredChunk? {
    let (shardIndex, _) = metadata.layout.place(ofChunk: index)
    let path = "\(folder)/\(array.key(ofFile: axes.index(shardIndex, extents: array.fileChunk)))"
    let possible = array.codecs.storedByteCounts(of: array.chunkByteCount)
    let file: ForeignFile
    var range: Range<UInt64>
    if let sharding = array.sharding {
      let per = array.chunksPerFile
      let shard = try shards.shard(shardIndex) { () throws(ForeignStoreError) in
        guard let file = try ForeignFile(path) else { return nil }
        return try ForeignShard(file, sharding.index, chunkCount: per.reduce(1, *))
      }
      let chunk = axes.index(index, extents: array.chunk)
      let entry = zip(chunk, per).reduce(0) { $0 * $1.1 + $1.0 % $1.1 }
      guard let shard, let place = shard.index.entries[entry] else { return nil }
      (file, range) = (shard.file, place)
    } else {
      guard let found = try ForeignFile(path) else { return nil }
      (file, range) = (found, 0..<UInt64(found.byteCount))
    }
    let count = range.upperBound - range.lowerBound
    guard count <= UInt64(possible.upperBound) else {
      throw .chunk(
        path: path, bytes: range, .tooLong(byteCount: count, limit: possible.upperBound))
    }
    guard count >= UInt64(possible.lowerBound) else {
      throw .chunk(
        path: path, bytes: range,
        .wrongSize(byteCount: Int(count), expected: array.chunkByteCount))
    }
    let bytes = try file.bytes(Int(range.lowerBound)..<Int(range.upperBound))
    return StoredChunk(path: path, range: range, bytes: bytes)
  }
}

/// The stored bytes of a chunk.
struct StoredChunk {
  let path: String
  let range: Range<UInt64>
  let bytes: [UInt8]
}

extension ForeignStoreReader.Worker {
  /// Decodes `stored` and leaves in `box` what the volume wants of it.
  func decode(
    _ stored: StoredChunk, _ array: ZarrArray, _ chunkBox: ChunkBox
  ) throws(ForeignStoreError) {
    do throws(ChunkError) {
      if chunkBox.isPlain {
        try box.withMutableBytes { bytes throws(ChunkError) in
          try pipeline.decode(stored.bytes, into: &bytes)
        }
      } else {
        try whole.withMutableBytes { bytes throws(ChunkError) in
          try pipeline.decode(stored.bytes, into: &bytes)
        }
        whole.withBytes { whole in
          box.withMutableBytes { chunkBox.extract(whole, into: &$0) }
        }
      }
    } catch {
      throw .chunk(path: stored.path, bytes: stored.range, error)
    }
    guard array.codecs.byteOrder != .native else { return }
    box.withMutableBytes { swapBytes(of: &$0, width: array.voxelType.byteCount) }
  }
}
