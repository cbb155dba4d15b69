import Glibc
import VolumeCore

/// What lies at a path.
public enum PathKind: Hashable, Sendable {
  /// Nothing.
  case missing
  /// A file of that many bytes.
  case file(byteCount: Int)
  /// A folder.
  case folder
  /// A device, a pipe, a socket.
  case other
}

/// What lies at `path`; links are followed.
public func kind(ofPath path: String) -> PathKind {
  var status = stat()
  guard unsafe stat(path, &status) == 0 else { return .missing }
  switch status.st_mode & S_IFMT {
  case S_IFREG: return .file(byteCount: Int(status.st_size))
  case S_IFDIR: return .folder
  default: return .other
  }
}

/// The names in a folder, sorted by bytes, without `.` and `..`.
public func names(inFolder path: String) throws(SystemError) -> [String] {
  guard let folder = unsafe opendir(path) else { throw .last("open folder", path) }
  defer { unsafe closedir(folder) }
  var names: [String] = []
  while let entry = unsafe readdir(folder) {
    let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    if name != "." && name != ".." { names.append(name) }
  }
  return names.sorted()
}

/// Makes a folder and those above it; what is there already stays.
public func makeFolder(_ path: String) throws(SystemError) {
  if unsafe mkdir(path, 0o777) == 0 || errno == EEXIST { return }
  guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
    throw .last("make folder", path)
  }
  try makeFolder(String(path[..<slash]))
  guard unsafe mkdir(path, 0o777) == 0 || errno == EEXIST else { throw .last("make folder", path) }
}

/// Gives a file its final name, replacing what had it.
public func rename(_ path: String, to final: String) throws(SystemError) {
  guard unsafe Glibc.rename(path, final) == 0 else { throw .last("rename", path) }
}

/// Removes a file; one that is not there is no error.
public func removeFile(_ path: String) throws(SystemError) {
  guard unsafe unlink(path) == 0 || errno == ENOENT else { throw .last("remove", path) }
}

/// Removes a folder and all in it; one that is not there is no error.
public func removeFolder(_ path: String) throws(SystemError) {
  guard kind(ofPath: path) != .missing else { return }
  for name in try names(inFolder: path) {
    let inside = path + "/" + name
    var status = stat()
    guard unsafe lstat(inside, &status) == 0 else { throw .last("stat", inside) }
    if status.st_mode & S_IFMT == S_IFDIR {
      try removeFolder(inside)
    } else {
      try removeFile(inside)
    }
  }
  guard unsafe rmdir(path) == 0 else { throw .last("remove folder", path) }
}

/// Waits until the names in a folder are on the disk.
public func synchroniseFolder(_ path: String) throws(SystemError) {
  let descriptor = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard descriptor >= 0 else { throw .last("open folder", path) }
  defer { _ = close(descriptor) }
  guard fsync(descriptor) == 0 else { throw .last("fsync folder", path) }
}

/// All bytes of a small file, at most `limit`.
public func contents(ofFile path: String, limit: Int = 64 << 20) throws(SystemError) -> [UInt8] {
  let file = try FileHandle(readingFrom: path)
  let count = try file.byteCount
  guard count <= limit else { throw SystemError(call: "read", path: path, code: EFBIG) }
  var bytes = [UInt8](repeating: 0, count: count)
  var span = bytes.mutableSpan
  var raw = unsafe span.mutableBytes
  let read = try file.read(at: 0, into: &raw)
  return Array(bytes.prefix(read))
}

/// Writes a small file so that it is either whole or not there: temporary name, fsync, rename,
/// fsync of the folder.
public func writeFileAtomically(_ path: String, _ bytes: [UInt8]) throws(SystemError) {
  let slash = path.lastIndex(of: "/")
  let folder = slash.map { String(path[..<$0]) } ?? "."
  let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
  let temporary = "\(folder)/.\(name).tmp.\(getpid())"
  do {
    let file = try FileHandle(creating: temporary)
    try file.write(unsafe bytes.span.bytes, at: 0)
    try file.synchronise()
  } catch {
    try? removeFile(temporary)
    throw error
  }
  try rename(temporary, to: path)
  try synchroniseFolder(folder.isEmpty ? "/" : folder)
}

/// Bytes free for this user on the disk that holds `path`, or its nearest folder that is there.
public func freeBytes(onDiskOf path: String) -> Int? {
  var place = path
  while kind(ofPath: place) == .missing {
    guard let slash = place.lastIndex(of: "/") else {
      place = "."
      break
    }
    place = slash == place.startIndex ? "/" : String(place[..<slash])
  }
  var status = statvfs()
  guard unsafe statvfs(place, &status) == 0 else { return nil }
  return Int(status.f_bavail) * Int(status.f_frsize)
}
