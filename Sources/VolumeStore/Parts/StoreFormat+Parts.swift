import SystemIO
import VolumeCore
import ZarrFormat

extension StoreFormat {
  /// Begins, or goes on with, one part of a store; the first that comes makes its plan.
  func beginPart(
    _ share: PartShare, _ paths: StorePaths, _ output: OutputDescription
  ) throws(StoreError) -> any VolumeWriter {
    let levels = levels(of: output, try codecs(output, paths))
    let plan = StorePlan(output, levels.arrays, levels.halving)
    switch try place(paths) {
    case .finished: throw .exists(path: paths.group)
    case .unfinished:
      // A ledger of the whole without one of parts: one process writes, or wrote, all of it.
      let (ledger, parts) = try system { () throws(SystemError) in
        (try certainKind(ofPath: paths.ledger(0)), try certainKind(ofPath: paths.parts))
      }
      if ledger != .missing, parts == .missing { throw .isBegunAsOne(path: paths.group) }
    case .free: break
    }
    let old = try system { () throws(SystemError) -> [UInt8] in
      // The folder of parts first: whoever sees a plan without it takes it for a single process's.
      try makeFolder(paths.parts)
      if try writeFileOnce(paths.plan, plan.encoded()) {
        for folder in [paths.side, paths.group, folderAndName(of: paths.group).folder] {
          try synchroniseFolder(folder)
        }
      }
      // A plan that is damaged or newer is not waited for: it is JSON all the same.
      return try contents(ofSharedFile: paths.plan) { JSONValue(parsing: $0)?.object != nil }
    }
    if let version = StorePlan.newerVersion(old) {
      throw .isNewer(path: paths.group, version: version)
    }
    guard let old = StorePlan(decoding: old) else { throw .planIsDamaged(path: paths.plan) }
    guard old == plan else {
      throw .isAnotherPlans(path: paths.group, differences: plan.differences(from: old))
    }
    return try system { () throws(SystemError) in
      try PartStoreWriter(
        share, paths: paths, levels: levels, threads: max(1, output.threads ?? threads))
    }
  }

  /// Under the lock: makes the ledgers of the whole of those of its parts; throws where shards are
  /// missing, and names the parts that have them.
  func joinParts(_ paths: StorePaths, _ levels: [ArrayMetadata]) throws(StoreError) {
    let ledgers = PartLedgers(paths: paths)
    let (joined, begun) = try system { () throws(SystemError) in
      (try ledgers.joined(levels), try ledgers.begun())
    }
    let grid = levels[0].layout.shards
    let missing = grid.count.voxelCount - joined[0].shards.count
    guard missing == 0 else {
      throw .partsAreMissing(
        path: paths.group, shards: missing, total: grid.count.voxelCount,
        parts: begun.last.map { joined[0].missing($0.count, grid) } ?? [])
    }
    try system { () throws(SystemError) in
      try makeFolder(paths.ledgers)
      for (number, ledger) in joined.enumerated() where number == 0 || !ledger.shards.isEmpty {
        try writeFileAtomically(paths.ledger(number), ledger.encoded())
      }
      try synchroniseFolder(paths.side)
    }
  }
}

extension Ledger {
  /// The parts of `count` that have shards of `grid` that are not noted.
  func missing(_ count: Int, _ grid: ChunkGrid) -> [PartShare] {
    let indices = grid.indices
    var parts: [PartShare] = []
    for (place, shard) in indices.enumerated() where shards[shard] == nil {
      guard let part = PartShare.share(of: count, having: place, of: indices.count),
        parts.last != part
      else { continue }
      parts.append(part)
    }
    return parts
  }
}
