import SystemIO
import VolumeCore
import ZarrFormat

extension StoreFormat {
  /// What lies where a store is to be written.
  enum Place {
    /// Nothing, or an empty folder.
    case free
    /// A store of ours that a run finished.
    case finished
    /// A store of ours whose run did not come to its end.
    case unfinished
  }

  func beginWriter(_ paths: StorePaths, _ output: OutputDescription) throws(StoreError)
    -> any VolumeWriter
  {
    try check(output.volume, paths)
    if let part = output.part { return try beginPart(part, paths, output) }
    let levels = levels(of: output, try codecs(output, paths))
    let plan = StorePlan(output, levels.arrays, levels.halving)
    let place = try place(paths)
    if place == .finished, !output.overwrites, !output.acceptsFinished {
      throw .exists(path: paths.group)
    }

    let (isNew, folderIsNew) = try system { () throws(SystemError) in
      (
        try certainKind(ofPath: paths.side) == .missing,
        try certainKind(ofPath: paths.group) == .missing
      )
    }
    do throws(StoreError) {
      try system { () throws(SystemError) in try makeFolder(paths.ledgers) }
      let lock = try StoreLock(paths.lock, of: paths.group)
      let threads = max(1, output.threads ?? threads)
      let begin: @Sendable () throws(StoreError) -> StoreWriter = { () throws(StoreError) in
        let ledgers = try prepare(
          paths, plan: plan, levels: levels.arrays, overwrites: output.overwrites,
          acceptsFinished: output.acceptsFinished, joinsParts: output.joinsParts)
        return StoreWriter(
          paths: paths, output: output, plan: levels, ledgers: ledgers, lock: lock,
          threads: threads)
      }
      // Under the lock nobody else finishes it or begins anew.
      guard try self.place(paths) == .finished, output.overwrites else { return try begin() }
      return LateStoreWriter(levels, threads: threads, remark: lock.remark, begin: begin)
    } catch {
      // Nothing was there before, so nothing stays; but what another process began is its own.
      switch error {
      case .isLocked, .isLockedElsewhere: throw error
      default: break
      }
      if folderIsNew {
        try? removeFolder(paths.group)
      } else if isNew {
        try? removeFolder(paths.side)
      }
      throw error
    }
  }

  /// Throws where `beginWriter` would for what lies at the output's path; changes nothing.
  func checkWriter(_ paths: StorePaths, _ output: OutputDescription) throws(StoreError) {
    try check(output.volume, paths)
    let levels = levels(of: output, try codecs(output, paths))
    let place = try place(paths)
    guard !output.overwrites, place != .free else { return }
    if place == .finished { throw .exists(path: paths.group) }
    let bytes: [UInt8]? = try system { () throws(SystemError) in
      guard try certainKind(ofPath: paths.plan) != .missing else { return nil }
      return try contents(ofFile: paths.plan)
    }
    let hasParts = try system { () throws(SystemError) in
      try PartLedgers(paths: paths).areThere
    }
    if hasParts, output.part == nil, !output.joinsParts {
      throw .isBegunInParts(path: paths.group)
    }
    let plan = StorePlan(output, levels.arrays, levels.halving)
    if let old = bytes.flatMap(StorePlan.init(decoding:)), old != plan {
      throw .isAnotherPlans(path: paths.group, differences: plan.differences(from: old))
    }
  }

  /// How chunks are compressed.
  func codecs(
    _ output: OutputDescription, _ paths: StorePaths
  ) throws(StoreError) -> ChunkCodecs {
    guard let compression = output.compression else { return codecs }
    if case .zstd(let level) = compression, !(1...22).contains(level) {
      throw .cannotWrite(path: paths.group, what: "zstd has the levels 1 to 22, not \(level)")
    }
    return ChunkCodecs(compression)
  }

  /// Throws where the volume is none that can be written.
  private func check(_ volume: VolumeDescription, _ paths: StorePaths) throws(StoreError) {
    let shape = volume.shape
    guard shape.z > 0, shape.y > 0, shape.x > 0,
      let voxels = shape.checkedVoxelCount, voxels < 1 << 58
    else { throw .cannotWrite(path: paths.group, what: "a volume of \(shape) holds no voxels") }
    if let classes = volume.classes {
      guard !volume.voxelType.isFloatingPoint else {
        throw .cannotWrite(
          path: paths.group, what: "labels are whole numbers, not \(volume.voxelType.rawValue)")
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
  }

  /// What is there now; whatever is not ours is refused.
  func place(_ paths: StorePaths) throws(StoreError) -> Place {
    let kind = try system { () throws(SystemError) in try certainKind(ofPath: paths.group) }
    switch kind {
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
    let ours = [".t2s", "zarr.json", StorePaths.tableName]
    if let other = names.first(where: {
      !ours.contains($0) && StorePaths.level(called: $0) == nil && !StorePaths.isLeftOver($0)
    }) {
      throw .isNotOurs(
        path: paths.group, what: "holds \(other), which this tool did not put there")
    }
    return names.contains("zarr.json") ? .finished : .unfinished
  }

  /// Under the lock: goes on with what is there, or clears it away and begins.
  private func prepare(
    _ paths: StorePaths, plan: StorePlan, levels: [ArrayMetadata], overwrites: Bool,
    acceptsFinished: Bool, joinsParts: Bool
  ) throws(StoreError) -> [LedgerFile] {
    // Another process may have finished it between the first look and the lock.
    let place = try place(paths)
    if place == .finished, !overwrites, !acceptsFinished { throw .exists(path: paths.group) }
    let bytes: [UInt8]? = try system { () throws(SystemError) in
      guard try certainKind(ofPath: paths.plan) != .missing else { return nil }
      return try contents(ofFile: paths.plan)
    }
    if place == .unfinished, !overwrites, let version = bytes.flatMap(StorePlan.newerVersion) {
      throw .isNewer(path: paths.group, version: version)
    }
    if place == .unfinished || place == .finished && acceptsFinished,
      let old = bytes.flatMap(StorePlan.init(decoding:))
    {
      let hasParts = try system { () throws(SystemError) in
        try PartLedgers(paths: paths).areThere
      }
      if hasParts, !joinsParts, !overwrites { throw .isBegunInParts(path: paths.group) }
      if old == plan, !hasParts || joinsParts {
        if hasParts { try joinParts(paths, levels) }
        for folder in [paths.group, paths.side, paths.ledgers, paths.facts] {
          try system { () throws(SystemError) in try removeLeftOvers(in: folder) }
        }
        return try levels.enumerated().map { number, level throws(StoreError) in
          try goOn(paths, number, level)
        }
      }
      guard overwrites else {
        throw .isAnotherPlans(path: paths.group, differences: plan.differences(from: old))
      }
    } else if place == .unfinished, !overwrites,
      try !system({ () throws(SystemError) in try levelsThere(paths) }).isEmpty
    {
      throw .isNotOurs(path: paths.group, what: "holds shards, but no plan that tells whose")
    }
    do {
      for folder in [paths.group, paths.side, paths.ledgers] { try removeLeftOvers(in: folder) }
      // In this order a crash leaves nothing that looks finished.
      try removeFile(paths.groupMetadata)
      try synchroniseFolder(paths.group)
      try removeFile(paths.seal)
      try removeFolder(paths.table)
      for number in try levelsThere(paths) { try removeFile(paths.levelMetadata(number)) }
      for name in try names(inFolder: paths.ledgers) { try removeFile("\(paths.ledgers)/\(name)") }
      try FactsFolder(paths).clear()
      try removeFolder(paths.parts)
      for number in try levelsThere(paths) { try removeFolder(paths.level(number)) }
      try writeFileAtomically(paths.plan, plan.encoded())
      let ledgers = try levels.indices.map { number throws(SystemError) in
        try LedgerFile(goingOnWith: Ledger(), at: paths.ledger(number))
      }
      try synchroniseFolder(paths.ledgers)
      try synchroniseFolder(paths.side)
      try synchroniseFolder(paths.group)
      try synchroniseFolder(folderAndName(of: paths.group).folder)
      return ledgers
    } catch {
      throw .system(error)
    }
  }

  /// The levels that have a folder, whatever made them.
  private func levelsThere(_ paths: StorePaths) throws(SystemError) -> [Int] {
    try names(inFolder: paths.group).compactMap(StorePaths.level(called:))
  }

  /// Keeps the shards whose files are as the ledger notes them, and removes what a crash left.
  func goOn(
    _ paths: StorePaths, _ number: Int, _ level: ArrayMetadata
  ) throws(StoreError) -> LedgerFile {
    let path = paths.ledger(number)
    return try system { () throws(SystemError) in
      var ledger = Ledger()
      if try certainKind(ofPath: path) != .missing {
        // A line that is damaged counts as none: what it noted is written again.
        let (found, damaged) = Ledger.salvage(
          try contents(ofFile: path), grid: level.layout.shards)
        ledger = found
        if !damaged.isEmpty { try writeFileAtomically(path, ledger.sort()) }
      }
      for (shard, state) in ledger.shards {
        let file = "\(paths.level(number))/\(level.key(ofShard: shard))"
        if try !Self.isAsNoted(file, state) { ledger.forget(shard) }
      }
      let folder = paths.level(number)
      if try certainKind(ofPath: folder) == .folder {
        try removeLeftOvers(in: folder, andBelow: true)
      }
      return try LedgerFile(goingOnWith: ledger, at: path)
    }
  }

  /// Whether `file` has the size and the end that were noted.
  static func isAsNoted(
    _ file: String, _ state: ShardState
  ) throws(SystemError) -> Bool {
    let kind = try certainKind(ofPath: file)
    switch state {
    case .empty: return kind == .missing
    case .written(let byteCount, let indexChecksum):
      guard kind == .file(byteCount: byteCount), byteCount >= 4 else { return false }
      var end: [UInt8] = [0, 0, 0, 0]
      var span = end.mutableSpan
      var raw = unsafe span.mutableBytes
      let count = try FileHandle(readingFrom: file).read(at: byteCount - 4, into: &raw)
      return count == 4
        && end.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) } == indexChecksum
    }
  }

  /// Removes files that a crash kept from getting their names.
  func removeLeftOvers(
    in folder: String, andBelow: Bool = false
  ) throws(SystemError) {
    guard try certainKind(ofPath: folder) == .folder else { return }
    for name in try names(inFolder: folder) {
      let path = "\(folder)/\(name)"
      if StorePaths.isLeftOver(name) {
        try removeFile(path)
      } else if andBelow, try certainKind(ofPath: path) == .folder {
        try removeLeftOvers(in: path, andBelow: true)
      }
    }
  }
}
