import SystemIO
import VolumeCore

/// Where the parts of a store lie: what is Zarr's, and in `.t2s` what is only ours.
struct StorePaths: Hashable, Sendable {
  /// The folder of the image's group.
  let group: String

  init(group: String) { self.group = group }

  /// The group's metadata, written last of all.
  var groupMetadata: String { "\(group)/zarr.json" }
  /// The array of a level, 0 for the volume itself.
  func level(_ number: Int) -> String { "\(group)/\(Self.name(ofLevel: number))" }
  /// The level's metadata.
  func levelMetadata(_ number: Int) -> String { "\(level(number))/zarr.json" }

  /// The level's folder, counted from the group's.
  static func name(ofLevel number: Int) -> String { "\(number)" }
  /// The level whose folder has that name; no volume has more than `mostLevels`.
  static func level(called name: String) -> Int? {
    Int(name).flatMap { (0..<mostLevels).contains($0) && Self.name(ofLevel: $0) == name ? $0 : nil }
  }
  /// An extent of 2^62 is halved so often.
  static let mostLevels = 64

  /// Whether a file of that name was to become another when a crash came: `.t2s-tmp.0.4711.1` a shard,
  /// `.zarr.json.tmp.4711` a document.
  static func isLeftOver(_ name: String) -> Bool {
    guard !name.hasPrefix(LevelWriter.temporaryPrefix) else { return true }
    let parts = name.split(separator: ".")
    return name.hasPrefix(".") && parts.count >= 3 && parts[parts.count - 2] == "tmp"
      && Int(parts[parts.count - 1]) != nil
  }

  /// All of ours that is not Zarr.
  var side: String { "\(group)/.t2s" }
  /// What was to be made.
  var plan: String { "\(side)/plan.json" }
  /// What the documents held when the store was finished.
  var seal: String { "\(side)/seal" }
  /// Locked by the process that writes.
  var lock: String { "\(side)/lock" }
  /// Whether there is a folder of ours; what cannot be looked at may be one, and is then opened as one,
  /// which says what is wrong.
  var mayBeOurs: Bool {
    do { return try certainKind(ofPath: side) == .folder } catch { return true }
  }
  /// A document's path, counted from the store.
  func name(of path: String) -> String { String(path.dropFirst(group.count + 1)) }
  /// One ledger for each level.
  var ledgers: String { "\(side)/ledger" }
  /// Which shards of a level are safe on disk.
  func ledger(_ number: Int) -> String { "\(ledgers)/\(number).log" }
}

extension StorePaths {
  /// One document for each committed block of which facts are kept.
  var facts: String { "\(side)/facts" }
  /// The facts of a block.
  func facts(of block: Index3) -> String { "\(facts)/\(block.z).\(block.y).\(block.x).json" }
  /// A document that is kept with the store.
  func kept(_ name: String) -> String { "\(side)/\(name).json" }
}

/// `path` without slashes at its end.
func withoutTrailingSlashes(_ path: String) -> String {
  var path = path[...]
  while path.count > 1, path.hasSuffix("/") { path.removeLast() }
  return String(path)
}

/// The folder of `path`, and its name there.
func folderAndName(of path: String) -> (folder: String, name: String) {
  guard let slash = path.lastIndex(of: "/") else { return (".", path) }
  let folder = path[..<slash]
  return (folder.isEmpty ? "/" : String(folder), String(path[path.index(after: slash)...]))
}
