import SystemIO
import VolumeCore
import ZarrFormat

/// How a check is made, whatever it looks at.
struct CheckRun: Sendable {
  let depth: StoreCheckDepth
  let threads: Int
  let progress: @Sendable (_ bytes: Int, _ total: Int) -> Void
  let isStopped: @Sendable () -> Bool
  /// The part of each array's shards that is looked at; `nil`: all.
  var part: PartShare?

  /// Throws once the check is to stop.
  func goOn(_ path: String) throws(StoreError) {
    if isStopped() { throw .stopped(path: path) }
  }
}

/// Looks at a store of ours: at the documents first, then at the shards that the ledgers note.
struct StoreCheck {
  let paths: StorePaths
  let run: CheckRun
  /// What stands before the names of its arrays: nothing, or `labels/cells/`.
  var prefix = ""

  private struct Level {
    let number: Int
    let metadata: ArrayMetadata
    /// What could be read of it; `nil` where there is none.
    var ledger: Ledger?
  }

  /// The state of all of it.
  func report() throws(StoreError) -> StoreReport {
    let isFinished = try system { () throws(SystemError) in
      try certainKind(ofPath: paths.groupMetadata) != .missing
    }
    var report = StoreReport(path: paths.group, depth: run.depth, isFinished: isFinished)
    report.run = try system { () throws(SystemError) in try StoreLock.run(at: paths.lock) }
    let plan = readPlan()
    report.plan = plan?.made ?? made()
    if plan?.levels == nil, isFinished || plan != nil || hasPlan {
      damage(&report, .planIsDamaged(path: paths.plan))
    }
    if isFinished { checkDocuments(&report) }

    var levels = levels(plan)
    for index in levels.indices { readLedger(of: &levels[index], &report) }
    let total = levels.reduce(0) { $0 + ($1.ledger?.byteCount ?? 0) }
    for level in levels {
      var array = try check(level, isFinished: isFinished, total: total)
      if level.number == 0 { try checkFacts(of: level.ledger, &array) }
      report.arrays.append(array)
    }
    if isFinished, prefix.isEmpty, run.part.map({ $0.number == 1 }) ?? true {
      report.damages += try TableCheck(paths: paths, run: run).damages()
    }
    for name in FactsFolder(paths).keptNames() {
      do throws(StoreError) { _ = try FactsFolder(paths).kept(name) } catch {
        damage(&report, error)
      }
    }
    return report
  }

  /// The plan, where it is what was written.
  private func readPlan() -> StorePlan? {
    guard let bytes = try? contents(ofFile: paths.plan) else { return nil }
    // One of an older version has no checksum of its own.
    if let seal = try? StoreSeal.found(paths),
      seal.marks[paths.name(of: paths.plan)] != StoreSeal.Mark(of: bytes)
    {
      return nil
    }
    return StorePlan(decoding: bytes)
  }

  /// What made it, as the image's document says too.
  private func made() -> [String: JSONValue]? {
    let group = (try? contents(ofFile: paths.groupMetadata))
      .flatMap { try? GroupMetadata(decoding: $0) }
    var made = group?.attributes["t2s"]?.object
    made?[StoreSeal.attribute] = nil
    return made
  }

  /// Looks whether the facts of each committed block are there, where any are kept.
  private func checkFacts(of ledger: Ledger?, _ array: inout ArrayReport) throws(StoreError) {
    guard
      kind(ofPath: paths.facts) != .missing || made()?[FactsFolder.attribute] != nil
    else { return }
    let facts = FactsFolder(paths)
    for shard in (ledger?.shards.keys.sorted() ?? []) {
      try run.goOn(paths.group)
      guard let damage = facts.damage(of: shard) else { continue }
      array.damages.append(damage)
    }
  }

  private var hasPlan: Bool { kind(ofPath: paths.plan) != .missing }

  private func damage(_ report: inout StoreReport, _ error: StoreError) {
    let file = error.place.map { prefix + paths.name(of: $0) } ?? prefix
    // One document may be wrong in several ways: the first says enough.
    guard !report.damages.contains(where: { $0.file == file }) else { return }
    report.damages.append(StoreDamage(file: file, what: error.explanation.what))
  }

  /// Holds the documents of a finished store against its seal.
  private func checkDocuments(_ report: inout StoreReport) {
    do throws(StoreError) {
      guard let seal = try StoreSeal.found(paths) else {
        let group = (try? contents(ofFile: paths.groupMetadata))
          .flatMap { try? GroupMetadata(decoding: $0) }
        if group?.attributes["t2s"]?[StoreSeal.attribute] != nil || group == nil {
          throw .sealIsMissing(path: paths.seal)
        }
        report.remarks.append("made by a version that did not seal documents: they are not checked")
        return
      }
      for name in seal.marks.keys.sorted() {
        let path = "\(paths.group)/\(name)"
        do throws(StoreError) {
          guard kind(ofPath: path) != .missing else { throw .documentIsMissing(path: path) }
          let bytes = try system { () throws(SystemError) in try contents(ofFile: path) }
          try seal.check(name, bytes, at: path)
        } catch {
          damage(&report, error)
        }
      }
    } catch {
      damage(&report, error)
    }
  }

  /// The levels, as the plan says; where it cannot be read, as their own documents say.
  private func levels(_ plan: StorePlan?) -> [Level] {
    if let arrays = plan?.levels?.arrays {
      return arrays.enumerated().map { Level(number: $0, metadata: $1, ledger: nil) }
    }
    return (0..<StorePaths.mostLevels).compactMap { number in
      guard let bytes = try? contents(ofFile: paths.levelMetadata(number)),
        let metadata = try? ArrayMetadata(decoding: bytes),
        let count = metadata.layout.shards.count.checkedVoxelCount, count <= StorePlan.mostShards
      else { return nil }
      return Level(number: number, metadata: metadata, ledger: nil)
    }
  }

  private func readLedger(of level: inout Level, _ report: inout StoreReport) {
    let path = paths.ledger(level.number)
    do throws(StoreError) {
      guard kind(ofPath: path) != .missing else {
        if report.isFinished { throw .ledgerIsMissing(path: path) }
        // Parts that are not put together have ledgers of their own.
        let grid = level.metadata.layout.shards
        level.ledger = try system { () throws(SystemError) in
          try PartLedgers(paths: paths).noted(level: level.number, grid)
        }
        return
      }
      let bytes = try system { () throws(SystemError) in try contents(ofFile: path) }
      let (ledger, lines) = Ledger.salvage(bytes, grid: level.metadata.layout.shards)
      level.ledger = ledger
      if let line = lines.first { throw .ledgerIsDamaged(path: path, line: line) }
    } catch {
      damage(&report, error)
    }
  }

  private func check(
    _ level: Level, isFinished: Bool, total: Int
  ) throws(StoreError) -> ArrayReport {
    let name = prefix + StorePaths.name(ofLevel: level.number)
    let metadata = level.metadata
    var array = ArrayReport(
      name: name, shape: metadata.layout.volume, voxelType: metadata.voxelType,
      hasLedger: level.ledger != nil)
    array.hasChecksums = metadata.codecs.hasChecksum
    let shards = ShardCheck(paths.level(level.number), name, metadata, run)
    let all = metadata.layout.shards.indices
    for shard in all[run.part?.range(of: all.count) ?? all.indices] {
      try run.goOn(paths.group)
      array.total += 1
      guard let ledger = level.ledger else {
        // Without a ledger only what is there can be looked at.
        let found = shards.look(at: shard, committed: nil)
        array.count(found)
        continue
      }
      guard let state = ledger.shards[shard] else {
        if isFinished {
          array.count(shards.neverCommitted(shard))
        } else {
          array.neverWritten += 1
        }
        continue
      }
      array.count(shards.look(at: shard, committed: state))
      if case .written(let byteCount, _) = state { run.progress(byteCount, total) }
    }
    return array
  }
}

extension ArrayReport {
  /// Counts a shard.
  mutating func count(_ found: ShardCheck.Finding) {
    switch found {
    case .whole(let byteCount):
      written += 1
      self.byteCount += byteCount
    case .zero: zero += 1
    case .absent: absent += 1
    case .damaged(let damages):
      damaged += 1
      self.damages += damages
    }
  }
}

extension Ledger {
  /// The bytes of all files that are noted.
  var byteCount: Int {
    shards.values.reduce(0) { sum, state in
      guard case .written(let byteCount, _) = state else { return sum }
      return sum.addingReportingOverflow(byteCount).partialValue
    }
  }
}
