import Synchronization
import SystemIO
import VolumeCore

/// What is kept of each block beside the shards: one document for each, in `.t2s/facts`.
///
/// It is on the disk before the ledger notes the block, so a crash leaves at most facts of a block
/// that is not noted, which are written again with it.
final class FactsFolder: Sendable {
  /// Where the image's attributes say that facts are kept, so that those that are gone are missed.
  static let attribute = "facts"

  private let paths: StorePaths
  /// Whether the folder's own name is on the disk.
  private let isMade = Mutex(false)

  init(_ paths: StorePaths) { self.paths = paths }

  /// Writes the facts of `block` in the place of what was there.
  func write(_ facts: [String: JSONValue], of block: Index3) throws(StoreError) {
    try system { () throws(SystemError) in
      try isMade.withLock { (isMade: inout Bool) throws(SystemError) in
        guard !isMade else { return }
        try makeFolder(paths.facts)
        try synchroniseFolder(paths.side)
        isMade = true
      }
      try writeFileAtomically(paths.facts(of: block), CheckedDocument(.object(facts)).encoded())
    }
  }

  /// The facts of `block`; `nil` where there are none.
  func read(_ block: Index3) throws(StoreError) -> [String: JSONValue]? {
    let path = paths.facts(of: block)
    let bytes = try system { () throws(SystemError) -> [UInt8]? in
      guard try certainKind(ofPath: path) != .missing else { return nil }
      return try contents(ofFile: path)
    }
    guard let bytes else { return nil }
    guard let document = CheckedDocument(decoding: bytes) else {
      throw .keptIsDamaged(path: path)
    }
    return document.value.object
  }

  /// Removes all facts, and the documents that were kept beside them, for a store that begins anew.
  func clear() throws(SystemError) {
    for name in keptNames() { try removeFile(paths.kept(name)) }
    try removeFolder(paths.facts)
  }

  /// The names of the documents that were kept with the store, but for its plan.
  func keptNames() -> [String] {
    let names = (try? names(inFolder: paths.side)) ?? []
    return names.filter { $0.hasSuffix(".json") && "\(paths.side)/\($0)" != paths.plan }
      .map { String($0.dropLast(5)) }
  }

  /// The document that was kept under `name`; `nil` where there is none.
  func kept(_ name: String) throws(StoreError) -> JSONValue? {
    let path = paths.kept(name)
    let bytes = try system { () throws(SystemError) -> [UInt8]? in
      guard try certainKind(ofPath: path) != .missing else { return nil }
      return try contents(ofFile: path)
    }
    guard let bytes else { return nil }
    guard let document = CheckedDocument(decoding: bytes) else { throw .keptIsDamaged(path: path) }
    return document.value
  }

  /// What of the facts of `shard`, which is noted as committed, is damaged.
  func damage(of shard: Index3) -> StoreDamage? {
    let path = paths.facts(of: shard)
    do throws(StoreError) {
      guard try read(shard) == nil else { return nil }
      throw .factsAreMissing(path: path)
    } catch {
      return StoreDamage(file: paths.name(of: path), shard: shard, what: error.explanation.what)
    }
  }
}
