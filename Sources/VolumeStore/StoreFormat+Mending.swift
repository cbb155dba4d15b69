import SystemIO
import VolumeCore
import ZarrFormat

extension StoreFormat {
  /// Forgets what `report` calls damaged, and begins a writer that lacks just that.
  ///
  /// A plan that was damaged is put right first, while the seal still tells which it was. The ledgers
  /// go next: from then on readers refuse the store as damaged. Then the image's document goes, and it
  /// is a store that is not finished, with which the command that made it could go on too. So a crash
  /// at any point leaves a store that says what it lacks.
  func beginMending(
    _ paths: StorePaths, _ output: OutputDescription, _ report: StoreReport
  ) throws(StoreError) -> StoreWriter {
    var output = output
    let hasParts = try system { () throws(SystemError) in
      let areThere = try PartLedgers(paths: paths).areThere
      return try areThere ? certainKind(ofPath: paths.groupMetadata) == .missing : false
    }
    if hasParts { throw .isBegunInParts(path: paths.group) }
    let lock = try StoreLock(paths.lock, of: paths.group)
    let bytes = try system { () throws(SystemError) -> [UInt8]? in
      guard try certainKind(ofPath: paths.plan) != .missing else { return nil }
      return try contents(ofFile: paths.plan)
    }
    let old = bytes.flatMap(StorePlan.init(decoding:))
    if let old {
      output.compression = old.compression
      output.hasPyramid = old.levelCount != 1
    } else {
      // The arrays' documents say the same; whether it is the same plan is seen below.
      output.compression =
        (try? contents(ofFile: paths.levelMetadata(0)))
        .flatMap { try? ArrayMetadata(decoding: $0) }?.codecs.compression
      output.hasPyramid = kind(ofPath: paths.levelMetadata(1)) != .missing
    }
    let levels = levels(of: output, output.compression.map(ChunkCodecs.init) ?? codecs)
    let plan = StorePlan(output, levels.arrays, levels.halving)
    if old != plan {
      // A plan that is damaged is known again by its seal.
      let seal = try? StoreSeal.found(paths)
      guard seal?.marks[paths.name(of: paths.plan)] == StoreSeal.Mark(of: plan.encoded()) else {
        guard let old else {
          throw seal == nil ? .planIsDamaged(path: paths.plan) : .planIsAnother(path: paths.plan)
        }
        throw .isAnotherPlans(path: paths.group, differences: plan.differences(from: old))
      }
    }
    try system { () throws(SystemError) in
      try makeFolder(paths.ledgers)
      // Also one that still says the same but not with the same bytes: cut at its end, for example.
      if old != plan || Self.isChanged(bytes, plan, paths) {
        try writeFileAtomically(paths.plan, plan.encoded())
      }
    }
    let damaged = report.damagedShards
    let ledgers = try levels.arrays.enumerated().map { number, level throws(StoreError) in
      try system { () throws(SystemError) in
        let path = paths.ledger(number)
        let isThere = try certainKind(ofPath: path) != .missing
        var (ledger, _) = Ledger.salvage(
          isThere ? try contents(ofFile: path) : [], grid: level.layout.shards)
        for shard in damaged[StorePaths.name(ofLevel: number)] ?? [] { ledger.forget(shard) }
        try writeFileAtomically(path, ledger.sort())
      }
      return number
    }
    try system { () throws(SystemError) in
      for folder in [paths.group, paths.side, paths.ledgers, paths.facts] {
        try removeLeftOvers(in: folder)
      }
      try removeFile(paths.groupMetadata)
      try synchroniseFolder(paths.group)
      try removeFile(paths.seal)
      for number in ledgers { try removeFile(paths.levelMetadata(number)) }
    }
    return StoreWriter(
      paths: paths, output: output, plan: levels,
      ledgers: try levels.arrays.enumerated().map { number, level throws(StoreError) in
        try goOn(paths, number, level)
      }, lock: lock, threads: max(1, output.threads ?? threads))
  }
}

extension StoreFormat {
  /// Whether the bytes of `plan` in the store are others than those that were sealed, which this
  /// version would write.
  fileprivate static func isChanged(_ bytes: [UInt8]?, _ plan: StorePlan, _ paths: StorePaths)
    -> Bool
  {
    guard let bytes, bytes != plan.encoded() else { return false }
    guard let seal = try? StoreSeal.found(paths) else { return true }
    return seal.marks[paths.name(of: paths.plan)] == StoreSeal.Mark(of: plan.encoded())
  }
}

extension StoreReport {
  /// The shards of which something is damaged, by the name of their array.
  var damagedShards: [String: Set<Index3>] {
    Dictionary(
      arrays.map { ($0.name, Set($0.damages.compactMap(\.shard))) }, uniquingKeysWith: { $1 })
  }
}
