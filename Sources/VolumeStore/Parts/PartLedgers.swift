import SystemIO
import VolumeCore
import ZarrFormat

/// What the parts of a store have noted, each attempt at a part in a ledger of its own, which nobody else
/// writes: so no lock is needed, also where locks do not reach.
///
///     .t2s/parts/3-of-16/node7.4711.5f02c1aa.0.ledger
///     .t2s/parts/3-of-16/node7.4711.5f02c1aa.receipt.json
///
/// There is one for each level of which the part has shards whose sources are all its own.
///
/// Attempts at one part write the same bytes, and a shard gets its name when it is whole; so it does not
/// matter whose it is.
struct PartLedgers {
  let paths: StorePaths

  /// The folder of a part.
  func folder(_ part: PartShare) -> String { "\(paths.parts)/\(Self.name(part))" }

  /// "3-of-16".
  static func name(_ part: PartShare) -> String { "\(part.number)-of-\(part.count)" }

  /// The part whose folder has that name.
  static func part(called name: String) -> PartShare? {
    let words = name.split(separator: "-", omittingEmptySubsequences: false)
    guard words.count == 3, words[1] == "of" else { return nil }
    return PartShare("\(words[0])/\(words[2])")
  }

  /// Whether the store at `paths` is written in parts.
  var areThere: Bool {
    get throws(SystemError) { try certainKind(ofPath: paths.parts) == .folder }
  }

  /// The parts that were begun.
  func begun() throws(SystemError) -> [PartShare] {
    guard try areThere else { return [] }
    return try names(inFolder: paths.parts).compactMap(Self.part(called:)).sorted {
      ($0.count, $0.number) < ($1.count, $1.number)
    }
  }

  /// The names of what attempts at `part` left in its folder.
  private func files(_ part: PartShare) throws(SystemError) -> [String] {
    let folder = folder(part)
    return try certainKind(ofPath: folder) == .folder ? names(inFolder: folder) : []
  }

  /// What attempts at `part` noted of each shard of `grid`, those of a level, in what is among `files`:
  /// once for each that differs.
  private func noted(
    _ part: PartShare, _ files: [String], level: Int, _ grid: ChunkGrid
  ) throws(SystemError) -> [Index3: [ShardState]] {
    let folder = folder(part)
    var noted: [Index3: [ShardState]] = [:]
    for name in files where name.hasSuffix(Self.ending(level)) {
      // A line that is damaged or torn counts as none: what it noted is written again.
      let ledger = Ledger.salvage(try contents(ofFile: "\(folder)/\(name)"), grid: grid).ledger
      for (shard, state) in ledger.shards where noted[shard]?.contains(state) != true {
        noted[shard, default: []].append(state)
      }
    }
    return noted
  }

  /// The shards of a level that attempts at `part` noted in what is among `files`, and whose files are as
  /// one of them noted it.
  private func whole(
    _ part: PartShare, _ files: [String], level: Int, _ metadata: ArrayMetadata
  ) throws(SystemError) -> Ledger {
    var whole = Ledger()
    for (shard, states) in try noted(part, files, level: level, metadata.layout.shards) {
      let file = "\(paths.level(level))/\(metadata.key(ofShard: shard))"
      for state in states where try StoreFormat.isAsNoted(file, state) {
        whole.note(shard, state)
        break
      }
    }
    return whole
  }

  /// The same of each of the store's `levels`.
  func whole(_ part: PartShare, _ levels: [ArrayMetadata]) throws(SystemError) -> [Ledger] {
    // A folder is listed once: there may be ten thousand parts and as many levels as the volume is long.
    let files = try files(part)
    var whole: [Ledger] = []
    for (number, metadata) in levels.enumerated() {
      whole.append(try self.whole(part, files, level: number, metadata))
    }
    return whole
  }

  /// The same of all parts that were begun.
  func joined(_ levels: [ArrayMetadata]) throws(SystemError) -> [Ledger] {
    var joined = levels.map { _ in Ledger() }
    for part in try begun() {
      for (number, whole) in try whole(part, levels).enumerated() {
        for (shard, state) in whole.shards { joined[number].note(shard, state) }
      }
    }
    return joined
  }

  /// What all parts noted of a level, whatever became of the files: for reports.
  func noted(level: Int, _ grid: ChunkGrid) throws(SystemError) -> Ledger {
    var ledger = Ledger()
    for part in try begun() {
      for (shard, states) in try noted(part, files(part), level: level, grid) {
        if let state = states.last { ledger.note(shard, state) }
      }
    }
    return ledger
  }

  /// The documents called `name` that attempts at `part` kept, damaged ones left out.
  func kept(_ name: String, by part: PartShare) -> [JSONValue] {
    let folder = folder(part)
    let ending = ".\(name).json"
    return ((try? names(inFolder: folder)) ?? []).filter { $0.hasSuffix(ending) }.compactMap {
      (try? contents(ofFile: "\(folder)/\($0)")).flatMap(CheckedDocument.init(decoding:))?.value
    }
  }

  /// The same of all parts.
  func kept(_ name: String) -> [JSONValue] {
    ((try? begun()) ?? []).flatMap { kept(name, by: $0) }
  }

  /// How the names of a level's ledgers end.
  static func ending(_ level: Int) -> String { ".\(level).ledger" }
}

extension StorePaths {
  /// What the parts of a store that is not finished have noted.
  var parts: String { "\(side)/parts" }
}
