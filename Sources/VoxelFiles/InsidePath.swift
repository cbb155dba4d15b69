import Glibc
import SystemIO

/// The path of a file that `name`, written inside a file at `header`, stands for; `nil` where it would
/// lead out of the header's folder: an absolute path, one with `..`, or a link to elsewhere.
///
/// Backslashes are taken as slashes, since many headers are written on Windows.
public func insidePath(_ name: String, besideHeader header: String) -> String? {
  let name = name.replacing("\\", with: "/")
  guard !name.isEmpty, !name.hasPrefix("/"), !name.utf8.contains(0) else { return nil }
  let parts = name.split(separator: "/").filter { $0 != "." }
  guard !parts.isEmpty, !parts.contains(".."), !(parts[0].hasSuffix(":")) else { return nil }
  let place = folder(ofPath: header)
  let path = "\(place)/\(parts.joined(separator: "/"))"
  // What is there must be there without leaving the folder by a link.
  if let real = realPath(path), let home = realPath(place) {
    guard home == "/" || real.hasPrefix(home + "/") else { return nil }
  }
  return path
}

private func realPath(_ path: String) -> String? {
  guard let real = unsafe realpath(path, nil) else { return nil }
  defer { unsafe free(real) }
  return unsafe String(cString: real)
}
