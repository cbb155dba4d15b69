import Glibc
import Synchronization
import SystemIO
import VolumeCore
import ZarrFormat

/// Writes a store shard by shard; any order, and several shards at once from several threads.
///
/// Until `finish` there is no `zarr.json`, so that no reader takes a part for the whole.
final class StoreWriter: VolumeWriter {
  private let paths: StorePaths
  private let output: OutputDescription
  private let metadata: ArrayMetadata
  private let ledger: LedgerFile
  private let lock: Mutex<StoreLock?>
  private let threads: Int
  private let workers = WorkerPool<ShardEncoder.Worker>()
  /// Folders whose names are known to be on the disk.
  private let safeFolders = Mutex<Set<String>>([])
  private let temporaryCount = Atomic<Int>(0)

  init(
    paths: StorePaths, output: OutputDescription, metadata: ArrayMetadata, ledger: LedgerFile,
    lock: StoreLock, threads: Int
  ) {
    self.paths = paths
    self.output = output
    self.metadata = metadata
    self.ledger = ledger
    self.lock = Mutex(lock)
    self.threads = threads
  }

  var grid: ChunkGrid { metadata.layout.shards }
  var writesInOrder: Bool { false }

  func isCommitted(_ block: Index3) -> Bool { ledger.state(of: block) != nil }

  @discardableResult
  func commit(_ block: Index3, _ voxels: RawSpan) throws(VolumeWriteError) -> Int {
    precondition(
      Region(grid.count).contains(Region(origin: block, shape: Shape3(z: 1, y: 1, x: 1))))
    precondition(
      voxels.byteCount
        == grid.region(of: block).voxelCount * metadata.voxelType.byteCount,
      "a block is committed whole")
    do throws(StoreError) {
      let state = try write(block, voxels)
      try system { () throws(SystemError) in try ledger.append(block, state) }
      return if case .written(let byteCount, _) = state { byteCount } else { 0 }
    } catch {
      throw VolumeWriteError(block: block, reason: error.explanation)
    }
  }

  private func write(_ block: Index3, _ voxels: RawSpan) throws(StoreError) -> ShardState {
    let path = "\(paths.level)/\(metadata.key(ofShard: block))"
    guard !voxels.isAllZero else {
      try system { () throws(SystemError) in
        if kind(ofPath: path) != .missing { try removeFile(path) }
      }
      return .empty
    }
    let (folder, name) = folderAndName(of: path)
    let number = temporaryCount.add(1, ordering: .relaxed).newValue
    let temporary = "\(folder)/\(StoreWriter.temporaryPrefix)\(name).\(getpid()).\(number)"
    do throws(StoreError) {
      try makeSafe(folder)
      let encoder = try unsafe voxels.withUnsafeBytes { bytes throws(StoreError) in
        try system { () throws(SystemError) in
          try unsafe ShardEncoder(
            block, of: metadata, voxels: bytes, into: temporary, threads: threads)
        }
      }
      let state = try encoder.run(workers, threads: threads)
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

  /// Makes `folder`, and waits until its name and those above it, up to the level's, are on the
  /// disk.
  private func makeSafe(_ folder: String) throws(StoreError) {
    guard !safeFolders.withLock({ $0.contains(folder) }) else { return }
    try system { () throws(SystemError) in
      try makeFolder(folder)
      var place = folder
      while place != paths.group {
        place = folderAndName(of: place).folder
        try synchroniseFolder(place)
      }
    }
    safeFolders.withLock { _ = $0.insert(folder) }
  }

  func finish(record: [String: JSONValue]) throws(VolumeWriteError) {
    do throws(StoreError) {
      let total = grid.count.voxelCount
      guard ledger.count == total else {
        throw .incomplete(path: paths.group, missing: total - ledger.count, total: total)
      }
      let image = ImageMetadata(
        spacing: output.volume.spacing, origin: output.volume.origin,
        classes: output.volume.classes)
      let made = output.plan.merging(record) { $1 }
      let group = GroupMetadata(attributes: ["ome": image.json, "t2s": .object(made)])
      try system { () throws(SystemError) in
        // A store of zeros alone has no folder yet.
        try makeFolder(paths.level)
        try writeFileAtomically(paths.levelMetadata, metadata.encoded())
        try writeFileAtomically(paths.groupMetadata, group.encoded())
      }
      lock.withLock { $0 = nil }
    } catch {
      throw VolumeWriteError(block: nil, reason: error.explanation)
    }
  }

  /// How the names of files begin that are not yet shards.
  static let temporaryPrefix = ".t2s-tmp."
}
