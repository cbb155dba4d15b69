import Synchronization
import SystemIO
import VolumeCore
import ZarrFormat

/// Writes a store shard by shard; any order, and several shards at once from several threads.
///
/// Levels of lower resolution are made on the way. The files depend on the voxels and the plan
/// alone, not on threads, order, memory or interruptions.
///
/// Until `finish` there is no `zarr.json`, so that no reader takes a part for the whole.
package final class StoreWriter: VolumeWriter {
  private let paths: StorePaths
  private let output: OutputDescription
  private let plan: StoreLevels
  private let levels: [LevelWriter]
  private let pyramid: Pyramid
  private let lock: Mutex<StoreLock?>
  private let facts: FactsFolder
  private let threads: Int

  init(
    paths: StorePaths, output: OutputDescription, plan: StoreLevels, ledgers: [LedgerFile],
    lock: StoreLock, threads: Int
  ) {
    self.paths = paths
    facts = FactsFolder(paths)
    self.output = output
    self.threads = threads
    self.plan = plan
    remarks = lock.remark.map { [$0] } ?? []
    self.lock = Mutex(lock)
    let encoders = WorkerPool<ShardEncoder.Worker>()
    levels = zip(plan.arrays, ledgers).enumerated().map { level, parts in
      LevelWriter(
        level, of: paths, metadata: parts.0, ledger: parts.1, threads: threads, encoders: encoders)
    }
    // Where it was written in parts, these left some.
    pyramid = Pyramid(plan, levels, kept: KeptHalves(paths, plan))
  }

  package let remarks: [String]
  package var grid: ChunkGrid { levels[0].grid }
  package var writesInOrder: Bool { false }
  package var cacheByteCount: Int { pyramid.byteCount }
  package func cacheByteCount(forPairsOn threads: Int) -> Int {
    pyramid.byteCount(forPairsOn: threads)
  }

  /// How many shards the pyramid has read back so far.
  package var readBackCount: Int { pyramid.readBackCount }

  package func limitCache(to byteCount: Int) { pyramid.limit(to: byteCount) }

  package func isCommitted(_ block: Index3) -> Bool { levels[0].ledger.state(of: block) != nil }

  @discardableResult
  package func commit(_ block: Index3, _ voxels: RawSpan) throws(VolumeWriteError) -> Int {
    precondition(
      Region(grid.count).contains(Region(origin: block, shape: Shape3(z: 1, y: 1, x: 1))))
    precondition(
      voxels.byteCount
        == grid.region(of: block).voxelCount * output.volume.voxelType.byteCount,
      "a block is committed whole")
    // Whoever hands over whole blocks may have several outputs, one block of each after the other: kept
    // in each of them, what threads work in would be there as often.
    defer { for level in levels { level.dropWorkers() } }
    do throws(StoreError) {
      return try unsafe voxels.withUnsafeBytes { voxels throws(StoreError) in
        try unsafe pyramid.commit(block, from: .memory(voxels))
      }
    } catch {
      throw VolumeWriteError(block: block, reason: error.explanation)
    }
  }

  package func finish(record: [String: JSONValue]) throws(VolumeWriteError) {
    do throws(StoreError) {
      let total = grid.count.voxelCount
      let committed = levels[0].ledger.count
      guard committed == total else {
        throw .incomplete(path: paths.group, missing: total - committed, total: total)
      }
      try pyramid.complete()
      let image = ImageMetadata(
        spacing: output.volume.spacing, origin: output.volume.origin,
        position: output.volume.position, classes: output.volume.classes,
        levelCount: levels.count, method: plan.halving?.rule.rawValue)
      var made = output.plan.merging(record) { $1 }
      made[StoreSeal.attribute] = .string(paths.name(of: paths.seal))
      if kind(ofPath: paths.facts) == .folder {
        made[FactsFolder.attribute] = .string(paths.name(of: paths.facts))
      }
      let group = GroupMetadata(attributes: ["ome": image.json, "t2s": .object(made)]).encoded()
      try system { () throws(SystemError) in
        var documents = [
          paths.groupMetadata: group, paths.plan: try contents(ofFile: paths.plan),
        ]
        for (number, level) in levels.enumerated() {
          // A store of zeros alone has no folder yet.
          try makeFolder(paths.level(number))
          documents[paths.ledger(number)] = try level.ledger.seal()
          let document = level.metadata.encoded()
          try writeFileAtomically(paths.levelMetadata(number), document)
          documents[paths.levelMetadata(number)] = document
        }
        let seal = StoreSeal(
          of: Dictionary(uniqueKeysWithValues: documents.map { (paths.name(of: $0), $1) }))
        try writeFileAtomically(paths.seal, seal.encoded())
        // Once the last document is there, all that it speaks of must be: also the levels' names.
        try synchroniseFolder(paths.group)
        try writeFileAtomically(paths.groupMetadata, group)
        // What a shared file system shows late stays there, and is in nobody's way.
        try? removeFolder(paths.parts)
      }
      lock.withLock { $0 = nil }
    } catch {
      throw VolumeWriteError(block: nil, reason: error.explanation)
    }
  }
}

extension StoreWriter: FactKeepingWriter {
  /// Facts first: what the ledger notes has them.
  @discardableResult
  package func commit(
    _ block: Index3, _ voxels: RawSpan, facts: [String: JSONValue]
  ) throws(VolumeWriteError) -> Int {
    do throws(StoreError) {
      try self.facts.write(facts, of: block)
    } catch {
      throw VolumeWriteError(block: block, reason: error.explanation)
    }
    return try commit(block, voxels)
  }

  package func facts(of block: Index3) -> [String: JSONValue]? {
    isCommitted(block) ? try? facts.read(block) : nil
  }

  package func keep(_ name: String, _ document: JSONValue) throws(VolumeWriteError) {
    do throws(StoreError) { try keepDocument(name, document) } catch {
      throw VolumeWriteError(block: nil, reason: error.explanation)
    }
  }

  func keepDocument(_ name: String, _ document: JSONValue) throws(StoreError) {
    try system { () throws(SystemError) in
      try writeFileAtomically(paths.kept(name), CheckedDocument(document).encoded())
    }
  }

  package func kept(_ name: String) -> JSONValue? {
    try? facts.kept(name)
  }

  package func keptByParts(_ name: String) -> [JSONValue] { PartLedgers(paths: paths).kept(name) }
}

extension StoreWriter: PartwiseWriter {
  package var largestPart: Shape3 { levels[0].metadata.largestRow }

  package var partsAtOnce: Int { threads }

  package var byteCountInParts: Int {
    plan.byteCountInParts(threads: threads)
  }

  @discardableResult
  package func commit(
    _ block: Index3, from source: @escaping VoxelSource
  ) throws(Explanation) -> Int {
    do throws(StoreError) {
      return try pyramid.commit(block, from: .parts(source))
    } catch {
      if case .notRead(let why) = error { throw why }
      throw VolumeWriteError(block: block, reason: error.explanation).explanation
    }
  }
}

extension StoreLevels {
  /// Memory that committing one block in parts takes at most, those parts included.
  func byteCountInParts(threads: Int) -> Int {
    let first = arrays[0]
    let row = first.layout.chunksPerShard.x * ChunkEncoder.bound(for: first.chunkByteCount)
    let shard = first.layout.shards.largestBlock.voxelCount * first.voxelType.byteCount
    // A half of its neighbour and of itself, and the shard of the next level, of a quarter of its
    // voxels, with the half of that.
    let pyramid = arrays.count > 1 ? shard / 8 * 5 : 0
    return threads * (first.rowByteCount + ShardEncoder.rowsPerThread * row) + pyramid
  }
}
