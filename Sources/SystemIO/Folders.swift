import Glibc
import Synchronization
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

/// What lies at `path`, as far as it can be told: what may not be looked at counts as missing. Links
/// are followed.
public func kind(ofPath path: String) -> PathKind {
  (try? certainKind(ofPath: path)) ?? .missing
}

/// What lies at `path`, or why that cannot be told; links are followed.
public func certainKind(ofPath path: String) throws(SystemError) -> PathKind {
  try kind(ofPath: path, followsLinks: true)
}

private func kind(ofPath path: String, followsLinks: Bool) throws(SystemError) -> PathKind {
  let operations = operations(forPath: path)
  switch uninterrupted({ operations.kind(ofPath: path, followsLinks: followsLinks) }) {
  case .success(let kind): return kind
  case .failure(let code): throw SystemError(call: "stat", path: path, code: code.value)
  }
}

/// The names in a folder, sorted by bytes, without `.` and `..`.
public func names(inFolder path: String) throws(SystemError) -> [String] {
  let operations = operations(forPath: path)
  switch uninterrupted({ operations.names(inFolder: path) }) {
  case .success(let names): return names.filter { $0 != "." && $0 != ".." }.sorted()
  case .failure(let code): throw SystemError(call: "open folder", path: path, code: code.value)
  }
}

/// Makes a folder and those above it; what is there already stays.
public func makeFolder(_ path: String) throws(SystemError) {
  let operations = operations(forPath: path)
  func make() -> Int {
    let answer = uninterrupted { operations.makeFolder(path) }
    return answer == -Int(EEXIST) ? 0 : answer
  }
  var answer = make()
  if answer == -Int(ENOENT), let slash = path.lastIndex(of: "/"), slash != path.startIndex {
    try makeFolder(String(path[..<slash]))
    answer = make()
  }
  guard answer >= 0 else { throw SystemError("make folder", path, answer) }
}

/// Gives a file its final name, replacing what had it.
public func rename(_ path: String, to final: String) throws(SystemError) {
  let operations = operations(forPath: final)
  _ = try checked("rename", path) { operations.rename(path, to: final) }
}

/// Removes a file; one that is not there is no error.
public func removeFile(_ path: String) throws(SystemError) {
  let operations = operations(forPath: path)
  let answer = uninterrupted { operations.removeFile(path) }
  guard answer >= 0 || answer == -Int(ENOENT) else { throw SystemError("remove", path, answer) }
}

/// Removes a folder and all in it; one that is not there is no error.
public func removeFolder(_ path: String) throws(SystemError) {
  guard try certainKind(ofPath: path) != .missing else { return }
  for name in try names(inFolder: path) {
    let inside = path + "/" + name
    if try kind(ofPath: inside, followsLinks: false) == .folder {
      try removeFolder(inside)
    } else {
      try removeFile(inside)
    }
  }
  let operations = operations(forPath: path)
  _ = try checked("remove folder", path) { operations.removeFolder(path) }
}

/// Waits until the names in a folder are on the disk.
public func synchroniseFolder(_ path: String) throws(SystemError) {
  let folder = try FileHandle(folder: path)
  do { try folder.synchronise() } catch {
    throw SystemError(call: "fsync folder", path: path, code: error.code)
  }
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
  let temporary = "\(folder)/.\(name).tmp.\(freshNumber())"
  do {
    let file = try FileHandle(creating: temporary)
    try file.write(unsafe bytes.span.bytes, at: 0)
    try file.synchronise()
    try rename(temporary, to: path)
  } catch {
    try? removeFile(temporary)
    // The user knows the file's name, not that of what was to become it.
    throw SystemError(call: error.call, path: path, code: error.code)
  }
  try synchroniseFolder(folder.isEmpty ? "/" : folder)
}

/// Writes a small file where there is none: of several processes that try at once, also on several
/// machines, one succeeds, and all find its bytes there. Returns whether it was this one.
public func writeFileOnce(_ path: String, _ bytes: [UInt8]) throws(SystemError) -> Bool {
  let slash = path.lastIndex(of: "/")
  let folder = slash.map { String(path[..<$0]) } ?? "."
  let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
  guard try certainKind(ofPath: path) == .missing else { return false }
  let temporary = "\(folder)/.\(name).tmp.\(freshNumber())"
  defer { try? removeFile(temporary) }
  var answer = 0
  do {
    let file = try FileHandle(creating: temporary)
    try file.write(unsafe bytes.span.bytes, at: 0)
    try file.synchronise()
    let operations = operations(forPath: path)
    answer = uninterrupted { operations.link(temporary, to: path) }
  } catch {
    throw SystemError(call: error.call, path: path, code: error.code)
  }
  // The server may have made it and its answer have been lost: then the bytes there are ours.
  if answer == -Int(EEXIST) { return false }
  if answer < 0 {
    // Without second names, whoever creates the name writes it; a reader may come before the bytes.
    let file: FileHandle
    do { file = try FileHandle(creating: path, exclusively: true) } catch {
      if error.code == EEXIST { return false }
      throw error
    }
    try file.write(unsafe bytes.span.bytes, at: 0)
    try file.synchronise()
  }
  try synchroniseFolder(folder.isEmpty ? "/" : folder)
  return true
}

/// The bytes of a small file that is known to be there, though another machine may just have made it: a
/// shared file system may show it late, and one without second names in parts.
///
/// - Parameters:
///   - seconds: for how long it is looked at again; then what is there counts, or that nothing is.
///   - isWhole: whether these are all of its bytes.
public func contents(
  ofSharedFile path: String, waiting seconds: Int = 90, isWhole: ([UInt8]) -> Bool
) throws(SystemError) -> [UInt8] {
  var pause: useconds_t = 20_000
  var waited = 0
  while true {
    let isLast = waited >= seconds * 1_000_000
    do throws(SystemError) {
      let bytes = try contents(ofFile: path)
      if isWhole(bytes) || isLast { return bytes }
    } catch {
      if isLast || error.code != ENOENT && error.code != ESTALE { throw error }
    }
    usleep(pause)
    waited += Int(pause)
    pause = min(pause * 2, 1_000_000)
  }
}

/// A number that no other process has, on this machine or another that shares a file system with it:
/// its own, which in containers is often 1 or 7, with a random one.
public let processNumber = Int(getpid()) << 24 | Int.random(in: 0..<(1 << 24))

/// A number that no other process has, and that is another at each call: threads may write one file at
/// once too.
public func freshNumber() -> Int {
  let next = calls.add(1, ordering: .relaxed).newValue
  return processNumber & ~0xFFFFFF | (processNumber + next) & 0xFFFFFF
}

/// How many such numbers were given.
private let calls = Atomic<Int>(0)

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
