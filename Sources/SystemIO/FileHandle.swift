import Glibc
import VolumeCore

/// An open file, closed when its owner goes.
public struct FileHandle: ~Copyable, Sendable {
  let descriptor: Int32
  let operations: any FileOperations
  /// Where it was opened.
  public let path: String

  private init(
    _ call: String, _ path: String, _ flags: Int32
  ) throws(SystemError) {
    let operations = SystemIO.operations(forPath: path)
    let descriptor = uninterrupted { operations.open(path, flags: flags, mode: 0o666) }
    guard descriptor >= 0 else { throw SystemError(call, path, descriptor) }
    self.descriptor = Int32(descriptor)
    self.operations = operations
    self.path = path
  }

  deinit { operations.close(descriptor) }

  /// Opens an existing file to read; a pipe that nobody writes to is empty, and not waited for.
  public init(readingFrom path: String) throws(SystemError) {
    try self.init("open", path, O_RDONLY | O_NONBLOCK)
  }

  /// Creates a file to write; one that is there already is emptied unless `exclusively`.
  public init(creating path: String, exclusively: Bool = false) throws(SystemError) {
    try self.init("create", path, O_RDWR | O_CREAT | (exclusively ? O_EXCL : O_TRUNC))
  }

  /// Opens a file to read and to write at any place, creating it where it is missing.
  public init(updating path: String) throws(SystemError) {
    try self.init("open", path, O_RDWR | O_CREAT)
  }

  /// Opens a file to append to, creating it where it is missing.
  public init(appendingTo path: String) throws(SystemError) {
    try self.init("open", path, O_RDWR | O_CREAT | O_APPEND)
  }

  /// Opens a folder, of which nothing but its names can be synchronised.
  init(folder path: String) throws(SystemError) {
    try self.init("open folder", path, O_RDONLY | O_DIRECTORY)
  }

  /// Bytes in the file now.
  public var byteCount: Int {
    get throws(SystemError) {
      try checked("stat", path) { operations.byteCount(descriptor) }
    }
  }

  /// Fills `destination` from `offset`; returns the bytes read, fewer only at the end of the file.
  public func read(at offset: Int, into destination: inout MutableRawSpan) throws(SystemError)
    -> Int
  {
    let wanted = destination.byteCount
    return try Timeline.work("disk read", byteCount: wanted) { () throws(SystemError) in
      try unsafe destination.withUnsafeMutableBytes { (bytes) throws(SystemError) in
        var done = 0
        while done < bytes.count {
          let count = try checked("read", path) {
            unsafe operations.read(
              descriptor, into: UnsafeMutableRawBufferPointer(rebasing: bytes[done...]),
              at: offset + done)
          }
          if count == 0 { break }
          done += count
        }
        return done
      }
    }
  }

  /// Writes all of `source` at `offset`.
  public func write(_ source: RawSpan, at offset: Int) throws(SystemError) {
    try unsafe writeAll(source, "write") { rest, done in
      unsafe operations.write(descriptor, rest, at: offset + done)
    }
  }

  /// Adds all of `source` at the end, for a file opened to append to.
  public func append(_ source: RawSpan) throws(SystemError) {
    try unsafe writeAll(source, "append") { rest, _ in
      unsafe operations.append(descriptor, rest)
    }
  }

  /// Calls until nothing is left, since a call may write less than it is given.
  private func writeAll(
    _ source: RawSpan, _ call: String, _ write: (UnsafeRawBufferPointer, Int) -> Int
  ) throws(SystemError) {
    try Timeline.work("disk write", byteCount: source.byteCount) { () throws(SystemError) in
      try unsafe source.withUnsafeBytes { (bytes) throws(SystemError) in
        var done = 0
        while done < bytes.count {
          let count = try checked(call, path) {
            unsafe write(UnsafeRawBufferPointer(rebasing: bytes[done...]), done)
          }
          // A disk that takes nothing and says nothing would be asked for ever.
          guard count > 0 else { throw SystemError(call: call, path: path, code: EIO) }
          done += count
        }
      }
    }
  }

  /// Waits until what was written is on the disk.
  public func synchronise() throws(SystemError) {
    try Timeline.work("disk sync") { () throws(SystemError) in
      _ = try checked("fsync", path) { operations.synchronise(descriptor) }
    }
  }

  /// Sets the length, with a hole where it grows.
  public func resize(to byteCount: Int) throws(SystemError) {
    _ = try checked("truncate", path) { operations.resize(descriptor, to: byteCount) }
  }

  /// Tells the system that these bytes will be read soon.
  public func willRead(at offset: Int, count: Int) {
    _ = posix_fadvise(descriptor, offset, count, POSIX_FADV_WILLNEED)
  }

  /// Maps the whole file for reading; only for files that we wrote and that are never changed in place.
  public func map() throws(SystemError) -> MappedFile {
    try MappedFile(descriptor, operations, path: path, byteCount: byteCount)
  }

  /// What came of asking for a lock.
  public enum LockAnswer: Hashable, Sendable {
    /// It is ours until the file is closed or the process ends.
    case taken
    /// Another has it.
    case isHeld
    /// The file system has no locks.
    case isNotPossible
  }

  /// Asks for the one lock that may be held on this file, without waiting.
  public func lock() throws(SystemError) -> LockAnswer {
    let answer = uninterrupted { operations.lock(descriptor) }
    switch Int32(-answer) {
    case _ where answer >= 0: return .taken
    case EWOULDBLOCK: return .isHeld
    case ENOLCK, ENOSYS, EOPNOTSUPP, EINVAL: return .isNotPossible
    default: throw SystemError("lock", path, answer)
    }
  }

  /// Takes the one lock that another process may hold on this file; `false` where it is taken.
  public func tryLock() -> Bool { (try? lock()) == .taken }
}
