import SystemIO

/// What `file.h5:/path` names: a file, and a dataset in it where one is given.
struct HDF5Place: Hashable, Sendable {
  /// The file.
  var file: String
  /// The dataset's path, with a leading slash.
  var dataset: String?

  /// Suffixes of files that are HDF5 inside.
  static let suffixes = [
    ".h5", ".hdf5", ".hdf", ".he5", ".nxs", ".nx", ".nx5", ".ims", ".dream3d",
  ]

  /// Takes `path` apart; `nil` where it does not name such a file.
  init?(_ path: String) {
    if Self.isNamed(path) {
      file = path
      return
    }
    // A colon may be anywhere in a file's name: the one behind a suffix is meant.
    var place = path.startIndex
    while let found = path[place...].firstRange(of: ":/") {
      let name = String(path[..<found.lowerBound])
      if Self.isNamed(name) {
        file = name
        let inside = path[path.index(after: found.lowerBound)...]
        let parts = inside.split(separator: "/").filter { $0 != "." }
        dataset = parts.isEmpty ? nil : "/" + parts.joined(separator: "/")
        return
      }
      place = found.upperBound
    }
    return nil
  }

  private static func isNamed(_ path: String) -> Bool {
    let name = fileName(ofPath: path).lowercased()
    return suffixes.contains { name.hasSuffix($0) && name.utf8.count > $0.utf8.count }
  }
}
