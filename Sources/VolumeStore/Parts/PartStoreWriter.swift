import SystemIO
import VolumeCore
import ZarrFormat

/// Writes one part of a store while other processes, on this machine or others, write the rest.
///
/// It takes no lock. Of the levels of lower resolution it makes what is made of its own shards alone; the
/// rest is left to whoever puts the parts together, with the halves of the shards that it is made of. What
/// it writes are the shards that a single process would write, byte for byte.
final class PartStoreWriter: FactKeepingWriter, PartwiseWriter {
  let part: PartShare?
  let remarks: [String] = []
  private let share: PartShare
  private let paths: StorePaths
  private let levels: StoreLevels
  private let writers: [LevelWriter]
  private let level: LevelWriter
  private let pyramid: Pyramid
  private let places: Set<Index3>
  private let facts: FactsFolder
  private let ledgers: PartLedgers
  private let threads: Int
  private let attempt: String

  /// The writer of `share` of a store that is prepared at `paths`.
  init(
    _ share: PartShare, paths: StorePaths, levels: StoreLevels, threads: Int
  ) throws(SystemError) {
    part = share
    self.share = share
    self.paths = paths
    self.levels = levels
    self.threads = threads
    facts = FactsFolder(paths)
    let ledgers = PartLedgers(paths: paths)
    self.ledgers = ledgers
    let indices = levels.arrays[0].layout.shards.indices
    let places = Set(share.range(of: indices.count).map { indices[$0] })
    self.places = places
    let folder = ledgers.folder(share)
    try makeFolder(folder)
    let number = UInt32.random(in: 0...UInt32.max)
    let attempt = "\(folder)/\(LockHolder.ofThisProcess.host).\(processNumber).\(number)"
    self.attempt = attempt
    let encoders = WorkerPool<ShardEncoder.Worker>()
    // What attempts before this one left whole is known from the beginning.
    let own = Array(levels.arrays.prefix(levels.levels(madeOf: places)))
    let whole = try ledgers.whole(share, own)
    writers = try own.enumerated().map { (number, metadata) throws(SystemError) in
      let ledger = try LedgerFile(
        newAt: attempt + PartLedgers.ending(number), knowing: whole[number])
      return LevelWriter(
        number, of: paths, metadata: metadata, ledger: ledger, threads: threads, encoders: encoders)
    }
    level = writers[0]
    pyramid = Pyramid(levels, writers, kept: KeptHalves(paths, levels, keeping: places))
    try synchroniseFolder(folder)
    try synchroniseFolder(paths.parts)
  }

  var grid: ChunkGrid { level.grid }
  var writesInOrder: Bool { false }
  func isOurs(_ block: Index3) -> Bool { places.contains(block) }

  /// What is another part's is left to it.
  func isCommitted(_ block: Index3) -> Bool {
    !places.contains(block) || level.ledger.state(of: block) != nil
  }

  private func commit(_ block: Index3, _ source: ShardSource) throws(StoreError) -> Int {
    precondition(places.contains(block), "another part's block")
    return try pyramid.commit(block, from: source)
  }

  var cacheByteCount: Int { writers.count > 1 ? pyramid.byteCount : 0 }
  func cacheByteCount(forPairsOn threads: Int) -> Int {
    writers.count > 1 ? pyramid.byteCount(forPairsOn: threads) : 0
  }
  func limitCache(to byteCount: Int) { pyramid.limit(to: byteCount) }

  @discardableResult
  func commit(_ block: Index3, _ voxels: RawSpan) throws(VolumeWriteError) -> Int {
    defer { for writer in writers { writer.dropWorkers() } }
    do throws(StoreError) {
      return try unsafe voxels.withUnsafeBytes { voxels throws(StoreError) in
        try unsafe commit(block, .memory(voxels))
      }
    } catch {
      throw VolumeWriteError(block: block, reason: error.explanation)
    }
  }

  /// Makes what can be made of the levels above; throws where a block of the part is missing. The store is
  /// finished by whoever joins the parts.
  func finish(record: [String: JSONValue]) throws(VolumeWriteError) {
    do throws(StoreError) {
      let missing = places.count { !isCommitted($0) }
      guard missing == 0 else {
        throw .incomplete(path: paths.group, missing: missing, total: places.count)
      }
      defer { for writer in writers { writer.dropWorkers() } }
      try pyramid.completeWhatIsWhole()
    } catch {
      throw VolumeWriteError(block: nil, reason: error.explanation)
    }
  }

  // MARK: - Facts

  @discardableResult
  func commit(
    _ block: Index3, _ voxels: RawSpan, facts: [String: JSONValue]
  ) throws(VolumeWriteError) -> Int {
    do throws(StoreError) { try self.facts.write(facts, of: block) } catch {
      throw VolumeWriteError(block: block, reason: error.explanation)
    }
    return try commit(block, voxels)
  }

  func facts(of block: Index3) -> [String: JSONValue]? {
    isOurs(block) && isCommitted(block) ? try? facts.read(block) : nil
  }

  func keep(_ name: String, _ document: JSONValue) throws(VolumeWriteError) {
    do throws(SystemError) {
      try writeFileAtomically("\(attempt).\(name).json", CheckedDocument(document).encoded())
    } catch {
      throw VolumeWriteError(block: nil, reason: error.explanation)
    }
  }

  /// That of this attempt, or of one before it at the same part.
  func kept(_ name: String) -> JSONValue? {
    let own = (try? contents(ofFile: "\(attempt).\(name).json"))
      .flatMap(CheckedDocument.init(decoding:))?.value
    return own ?? ledgers.kept(name, by: share).last
  }

  // MARK: - In parts of a block

  var largestPart: Shape3 { level.metadata.largestRow }
  var partsAtOnce: Int { threads }
  var byteCountInParts: Int { levels.byteCountInParts(threads: threads) }

  @discardableResult
  func commit(_ block: Index3, from source: @escaping VoxelSource) throws(Explanation) -> Int {
    do throws(StoreError) { return try commit(block, .parts(source)) } catch {
      if case .notRead(let why) = error { throw why }
      throw VolumeWriteError(block: block, reason: error.explanation).explanation
    }
  }
}

extension StoreLevels {
  /// How many levels, the first among them, have shards that are made of `shards` of the first alone.
  func levels(madeOf shards: Set<Index3>) -> Int {
    var whole = shards
    for level in 1..<max(1, arrays.count) {
      let targets = Set(whole.map { target(of: $0, level: level - 1) })
      whole = targets.filter { sources(of: $0, level: level).allSatisfy(whole.contains) }
      if whole.isEmpty { return level }
    }
    return arrays.count
  }
}
