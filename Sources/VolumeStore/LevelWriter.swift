import Glibc
import Synchronization
import SystemIO
import VolumeCore
import ZarrFormat

/// Writes the shards of one level and notes them in its ledger; several at once, in any order.
final class LevelWriter: Sendable {
  /// What lies in the level.
  let metadata: ArrayMetadata
  /// Which shards are safe on disk.
  let ledger: LedgerFile
  private let group: String
  private let folder: String
  private let threads: Int
  private let encoders: WorkerPool<ShardEncoder.Worker>
  private let decoders = WorkerPool<StoreReader.Worker>()
  private let rows = WorkerPool<StoredRow>()
  /// Folders whose names are known to be on the disk.
  private let safeFolders = Mutex<Set<String>>([])
  private let temporaryCount = Atomic<Int>(0)

  /// The writer of level `level`; levels share `encoders`, since their chunks are alike.
  init(
    _ level: Int, of paths: StorePaths, metadata: ArrayMetadata, ledger: LedgerFile, threads: Int,
    encoders: WorkerPool<ShardEncoder.Worker>
  ) {
    group = paths.group
    folder = paths.level(level)
    self.metadata = metadata
    self.ledger = ledger
    self.threads = threads
    self.encoders = encoders
  }

  /// The shards.
  var grid: ChunkGrid { metadata.layout.shards }

  /// Lets go of what threads keep from shard to shard.
  func dropWorkers() {
    encoders.empty()
    decoders.empty()
    rows.empty()
  }

  /// Writes the voxels of `shard` that lie in the array, makes its half on the way, and notes it.
  func write(
    _ shard: Index3, from source: ShardSource, halving half: ShardHalf?
  ) throws(StoreError) -> ShardState {
    let state = try writeFile(shard, source, half)
    try system { () throws(SystemError) in try ledger.append(shard, state) }
    return state
  }

  private func writeFile(
    _ shard: Index3, _ source: ShardSource, _ half: ShardHalf?
  ) throws(StoreError) -> ShardState {
    let path = path(of: shard)
    let (folder, name) = folderAndName(of: path)
    let number = temporaryCount.add(1, ordering: .relaxed).newValue
    let temporary = "\(folder)/\(Self.temporaryPrefix)\(name).\(processNumber).\(number)"
    do throws(StoreError) {
      let state: ShardState
      if let half {
        state = try half.make { half throws(StoreError) in
          try encode(shard, source, to: temporary, half)
        }
      } else {
        state = try encode(shard, source, to: temporary, nil)
      }
      guard state != .empty else {
        try removeOld(path)
        return .empty
      }
      try system { () throws(SystemError) in
        try rename(temporary, to: path)
        try synchroniseFolder(folder)
      }
      return state
    } catch {
      try? removeFile(temporary)
      // The user knows the shard's name, not that of the file that was to become it.
      if case .system(var systemError) = error, systemError.path == temporary {
        systemError.path = path
        throw .system(systemError)
      }
      throw error
    }
  }

  /// What a run left there before it was noted must not come back after a crash.
  private func removeOld(_ path: String) throws(StoreError) {
    try system { () throws(SystemError) in
      guard try certainKind(ofPath: path) != .missing else { return }
      try removeFile(path)
      try synchroniseFolder(folderAndName(of: path).folder)
    }
  }

  private func encode(
    _ shard: Index3, _ source: ShardSource, to path: String, _ half: RegionBeingHalved?
  ) throws(StoreError) -> ShardState {
    if case .memory(let voxels) = source, unsafe voxels.bytes.isAllZero { return .empty }
    let encoder = ShardEncoder(
      shard, of: metadata, from: source, half: half, path: self.path(of: shard), threads: threads,
      rows: rows
    ) { [self] () throws(StoreError) in
      try makeSafe(folderAndName(of: path).folder)
      return try system { () throws(SystemError) in try FileHandle(creating: path) }
    }
    return try encoder.run(encoders, threads: threads)
  }

  /// Reads a shard back that is noted as written, and adds its half to `half`.
  func halve(_ shard: Index3, into half: RegionBeingHalved) throws(StoreError) {
    guard let state = ledger.state(of: shard), state != .empty else { return }
    let file = try OpenShard(path(of: shard), of: metadata, committed: state)
    let layout = metadata.layout
    let next = Atomic<Int>(0)
    let failure = Mutex<StoreError?>(nil)
    runOnThreads(threads) { [self] in
      do throws(StoreError) {
        let worker = try decoders.take(makeDecoder)
        defer { decoders.giveBack(worker) }
        while true {
          let entry = next.add(1, ordering: .relaxed).oldValue
          guard entry < layout.chunksPerShard.voxelCount else { return }
          guard !file.isEmpty(entry) else { continue }
          let box = layout.region(ofEntry: entry, inShard: shard)
          try worker.chunk.withMutableBytes { bytes throws(StoreError) in
            try file.decode(entry, with: &worker.decoder, into: &bytes)
            half.add(box.clamped(to: Region(layout.volume)), from: bytes.bytes, of: box)
          }
        }
      } catch {
        next.store(layout.chunksPerShard.voxelCount, ordering: .relaxed)
        failure.withLock { if $0 == nil { $0 = error } }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }

  private func makeDecoder() throws(StoreError) -> StoreReader.Worker {
    do {
      return try StoreReader.Worker(
        chunkByteCount: metadata.chunkByteCount, codecs: metadata.codecs)
    } catch {
      // A context for zstd is memory, and nothing else can be wrong with it.
      throw .system(SystemError(call: "decode", path: folder, code: ENOMEM))
    }
  }

  private func path(of shard: Index3) -> String { "\(folder)/\(metadata.key(ofShard: shard))" }

  /// Makes `folder`, and waits until its name and those above it, up to the level's, are on the
  /// disk.
  private func makeSafe(_ folder: String) throws(StoreError) {
    guard !safeFolders.withLock({ $0.contains(folder) }) else { return }
    try system { () throws(SystemError) in
      try makeFolder(folder)
      var place = folder
      var safe: [String] = []
      while place != group, !safeFolders.withLock({ $0.contains(place) }) {
        safe.append(place)
        place = folderAndName(of: place).folder
        try synchroniseFolder(place)
      }
      safeFolders.withLock { $0.formUnion(safe) }
    }
  }

  /// How the names of files begin that are not yet shards.
  static let temporaryPrefix = ".t2s-tmp."
}
