import VolumeCore

/// Where the parts of a store lie: what is Zarr's, and in `.t2s` what is only ours.
struct StorePaths: Hashable, Sendable {
  /// The folder of the image's group.
  let group: String

  init(group: String) { self.group = group }

  /// The group's metadata, written last of all.
  var groupMetadata: String { "\(group)/zarr.json" }
  /// The one level that is written.
  var level: String { "\(group)/0" }
  /// The level's metadata.
  var levelMetadata: String { "\(level)/zarr.json" }

  /// All of ours that is not Zarr.
  var side: String { "\(group)/.t2s" }
  /// What was to be made.
  var plan: String { "\(side)/plan.json" }
  /// Locked by the process that writes.
  var lock: String { "\(side)/lock" }
  /// One ledger for each writer; there is one writer so far.
  var ledgers: String { "\(side)/ledger" }
  /// Which shards are safe on disk.
  var ledger: String { "\(ledgers)/0.log" }
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
