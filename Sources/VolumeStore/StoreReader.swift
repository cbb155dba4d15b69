import Glibc
import Synchronization
import SystemIO
import VolumeCore
import ZarrFormat

/// Reads a store region by region, and keeps decoded chunks that the next region may want.
package final class StoreReader: VolumeReader {
  /// What one thread needs to decode, kept from region to region.
  final class Worker: @unchecked Sendable {
    var chunk: PageBuffer
    var decoder: ChunkDecoder

    init(chunkByteCount: Int, codecs: ChunkCodecs) throws(ChunkError) {
      chunk = PageBuffer(byteCount: chunkByteCount)
      decoder = try ChunkDecoder(codecs)
    }
  }

  private let decoded = Atomic<Int>(0)

  /// How many chunks have been decoded so far: what reading costs.
  package var decodedChunkCount: Int { decoded.load(ordering: .relaxed) }

  /// Bytes of one decoded chunk.
  package var chunkByteCount: Int { metadata.chunkByteCount }

  /// What is kept before anybody says how much: a few hundred chunks of bytes.
  static let defaultCacheByteCount = 64 << 20

  package let volume: VolumeDescription
  package let fingerprint: String
  private let path: String
  private let metadata: ArrayMetadata
  private let shards: OpenShards
  private let cache: ChunkCache
  private let workers = WorkerPool<Worker>()
  private let threads: Int

  init(opening path: String, hints: OpeningHints, threads: Int) throws(StoreError) {
    let found = try FoundStore(at: path, level: hints.level)
    guard hints.agree(with: found.volume), hints.channel ?? 0 == 0 else {
      throw .hintsAreUseless(path: path, shape: found.volume.shape, type: found.volume.voxelType)
    }
    var volume = found.volume
    if let given = hints.spacing {
      if let stored = volume.spacing, stored != given {
        throw .spacingDiffers(path: path, stored: stored, given: given)
      }
      volume.spacing = given
    }
    self.path = path
    self.volume = volume
    self.threads = threads
    fingerprint = found.fingerprint
    metadata = found.metadata
    shards = OpenShards(folder: found.levelFolder, metadata: metadata, ledger: found.ledger)
    cache = ChunkCache(
      chunkByteCount: metadata.chunkByteCount, limit: Self.defaultCacheByteCount)
  }

  /// One layer of chunks under a box: boxes that follow one another along z share no voxel, so only
  /// the chunks that the last box cut through are wanted again.
  package func cacheByteCount(forBoxesOf shape: Shape3) -> Int {
    let chunk = metadata.layout.chunk
    let count = metadata.layout.chunks.count
    func most(_ extent: Int, _ chunk: Int, _ count: Int) -> Int {
      min(count, (max(extent, 1) + chunk - 2) / chunk + 1)
    }
    return most(shape.y, chunk.y, count.y) * most(shape.x, chunk.x, count.x)
      * metadata.chunkByteCount
  }

  package func limitCache(to byteCount: Int) { cache.limit(to: byteCount) }

  /// Has the system begin with the chunks of `region` that are not kept, up to what it would read at once.
  package func willRead(_ region: Region) {
    let boxes = metadata.layout.chunks.indices(meeting: region)
    var left = FileHandle.pieceByteCount
    for index in boxes.indices where left > 0 && cache.chunk(index) == nil {
      let (shardIndex, entry) = metadata.layout.place(ofChunk: index)
      // What is wrong with a shard is told when it is read.
      guard let shard = (try? shards.shard(shardIndex)) ?? nil else { continue }
      left -= shard.willRead(entry)
    }
  }

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

  private func readChunks(_ region: RegionBeingRead) -> StoreError? {
    let boxes = metadata.layout.chunks.indices(meeting: region.region)
    let count = boxes.voxelCount
    let next = Atomic<Int>(0)
    let failure = Mutex<StoreError?>(nil)
    // A thread costs about as much as a tenth of a chunk.
    runOnThreads(count < 4 ? 1 : threads) { [self] in
      do throws(StoreError) {
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

  private func makeWorker() throws(StoreError) -> Worker {
    do {
      return try Worker(chunkByteCount: metadata.chunkByteCount, codecs: metadata.codecs)
    } catch {
      // A context for zstd is memory, and nothing else can be wrong with it.
      throw .system(SystemError(call: "decode", path: path, code: ENOMEM))
    }
  }

  private func read(
    _ index: Index3, into region: RegionBeingRead, _ worker: Worker
  ) throws(StoreError) {
    if let chunk = cache.chunk(index) {
      return chunk.voxels.withBytes { region.copy(index, $0) }
    }
    let (shardIndex, entry) = metadata.layout.place(ofChunk: index)
    guard let shard = try shards.shard(shardIndex), !shard.isEmpty(entry) else {
      return region.fill(index)
    }
    decoded.add(1, ordering: .relaxed)
    // A chunk that is wanted whole is done with; one that is cut through is wanted again.
    guard cache.holdsAny, !region.region.contains(metadata.layout.chunks.region(of: index)) else {
      try worker.chunk.withMutableBytes { bytes throws(StoreError) in
        try shard.decode(entry, with: &worker.decoder, into: &bytes)
      }
      return worker.chunk.withBytes { region.copy(index, $0) }
    }
    let chunk = cache.blank()
    try chunk.voxels.withMutableBytes { bytes throws(StoreError) in
      try shard.decode(entry, with: &worker.decoder, into: &bytes)
    }
    chunk.voxels.withBytes { region.copy(index, $0) }
    cache.insert(index, chunk)
  }
}
