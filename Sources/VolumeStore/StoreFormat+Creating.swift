import SystemIO
import VolumeCore
import ZarrFormat

extension StoreFormat {
  /// What lies where a store is to be written.
  private enum Place {
    /// Nothing, or an empty folder.
    case free
    /// A store of ours that a run finished.
    case finished
    /// A store of ours whose run did not come to its end.
    case unfinished
  }

  func beginWriter(_ paths: StorePaths, _ output: OutputDescription) throws(StoreError)
    -> StoreWriter
  {
    let layout = try checkedLayout(output.volume, paths)
    let plan = StorePlan(output, layout)
    let metadata = ArrayMetadata(
      voxelType: output.volume.voxelType, layout: layout, codecs: codecs)
    let place = try place(paths)
    if place == .finished, !output.overwrites { throw .exists(path: paths.group) }

    let isNew = kind(ofPath: paths.side) == .missing
    let folderIsNew = kind(ofPath: paths.group) == .missing
    do throws(StoreError) {
      try system { () throws(SystemError) in try makeFolder(paths.ledgers) }
      let lock = try StoreLock(paths.lock, of: paths.group)
      let ledger = try prepare(paths, plan: plan, layout: layout, overwrites: output.overwrites)
      return StoreWriter(
        paths: paths, output: output, metadata: metadata, ledger: ledger, lock: lock,
        threads: threads)
    } catch {
      // Nothing was there before, so nothing stays; but what another process began is its own.
      if case .isLocked = error { throw error }
      if folderIsNew {
        try? removeFolder(paths.group)
      } else if isNew {
        try? removeFolder(paths.side)
      }
      throw error
    }
  }

  /// How the volume is cut, once it is one that can be written.
  private func checkedLayout(
    _ volume: VolumeDescription, _ paths: StorePaths
  ) throws(StoreError) -> ShardLayout {
    let shape = volume.shape
    guard shape.z > 0, shape.y > 0, shape.x > 0,
      let voxels = shape.checkedVoxelCount, voxels < 1 << 58
    else { throw .cannotWrite(path: paths.group, what: "a volume of \(shape) holds no voxels") }
    if let classes = volume.classes {
      guard volume.voxelType != .float32 else {
        throw .cannotWrite(path: paths.group, what: "labels are whole numbers, not float32")
      }
      guard Set(classes.map(\.value)).count == classes.count,
        classes.allSatisfy({ label in
          label.colour.count == 4 && label.colour.allSatisfy { (0...255).contains($0) }
        })
      else {
        throw .cannotWrite(
          path: paths.group, what: "two classes have one value, or a colour is not four bytes")
      }
    }
    if let spacing = volume.spacing {
      guard [spacing.z, spacing.y, spacing.x].allSatisfy({ $0 > 0 && $0.isFinite }) else {
        throw .cannotWrite(path: paths.group, what: "voxels of \(spacing.words) have no size")
      }
    }
    return ShardLayout(volume: shape, shard: shard, chunk: chunk)
  }

  /// What is there now; whatever is not ours is refused.
  private func place(_ paths: StorePaths) throws(StoreError) -> Place {
    switch kind(ofPath: paths.group) {
    case .missing: return .free
    case .folder: break
    case .file, .other: throw .isNotOurs(path: paths.group, what: "is a file, not a store")
    }
    let names: [String] = try system { () throws(SystemError) in
      try SystemIO.names(inFolder: paths.group)
    }
    if names.isEmpty { return .free }
    guard names.contains(".t2s") else {
      throw .isNotOurs(path: paths.group, what: "is a folder that this tool did not make")
    }
    if let other = names.first(where: { ![".t2s", "0", "zarr.json"].contains($0) }) {
      throw .isNotOurs(
        path: paths.group, what: "holds \(other), which this tool did not put there")
    }
    return names.contains("zarr.json") ? .finished : .unfinished
  }

  /// Under the lock: goes on with what is there, or clears it away and begins.
  private func prepare(
    _ paths: StorePaths, plan: StorePlan, layout: ShardLayout, overwrites: Bool
  ) throws(StoreError) -> LedgerFile {
    // Another process may have finished it between the first look and the lock.
    let place = try place(paths)
    if place == .finished, !overwrites { throw .exists(path: paths.group) }
    let bytes = try? contents(ofFile: paths.plan)
    if place == .unfinished, let old = bytes.flatMap(StorePlan.init(decoding:)) {
      if old == plan { return try goOn(paths, layout) }
      guard overwrites else {
        throw .isAnotherPlans(path: paths.group, differences: plan.differences(from: old))
      }
    } else if place == .unfinished, !overwrites, kind(ofPath: paths.level) != .missing {
      throw .isNotOurs(path: paths.group, what: "holds shards, but no plan that tells whose")
    }
    do {
      // In this order a crash leaves nothing that looks finished.
      try removeFile(paths.groupMetadata)
      try removeFile(paths.levelMetadata)
      try removeFile(paths.ledger)
      try removeFolder(paths.level)
      try writeFileAtomically(paths.plan, plan.encoded())
      let ledger = try LedgerFile(goingOnWith: Ledger(), at: paths.ledger)
      try synchroniseFolder(paths.ledgers)
      try synchroniseFolder(paths.side)
      try synchroniseFolder(paths.group)
      try synchroniseFolder(folderAndName(of: paths.group).folder)
      return ledger
    } catch {
      throw .system(error)
    }
  }

  /// Keeps the shards whose files are as the ledger notes them, and removes what a crash left.
  private func goOn(_ paths: StorePaths, _ layout: ShardLayout) throws(StoreError) -> LedgerFile {
    var ledger = Ledger()
    if kind(ofPath: paths.ledger) != .missing {
      let bytes = try system { () throws(SystemError) in try contents(ofFile: paths.ledger) }
      ledger = try Ledger(decoding: bytes, grid: layout.shards, path: paths.ledger)
    }
    let keys = ArrayMetadata(voxelType: .uint8, layout: layout)
    for (shard, state) in ledger.shards {
      guard case .written(let byteCount, _) = state else { continue }
      let path = "\(paths.level)/\(keys.key(ofShard: shard))"
      if kind(ofPath: path) != .file(byteCount: byteCount) { ledger.forget(shard) }
    }
    let found = ledger
    return try system { () throws(SystemError) in
      if kind(ofPath: paths.level) == .folder { try removeTemporaryFiles(below: paths.level) }
      return try LedgerFile(goingOnWith: found, at: paths.ledger)
    }
  }

  private func removeTemporaryFiles(below folder: String) throws(SystemError) {
    for name in try names(inFolder: folder) {
      let path = "\(folder)/\(name)"
      if name.hasPrefix(StoreWriter.temporaryPrefix) {
        try removeFile(path)
      } else if kind(ofPath: path) == .folder {
        try removeTemporaryFiles(below: path)
      }
    }
  }
}
