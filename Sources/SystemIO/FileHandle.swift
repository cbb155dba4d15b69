import Glibc
import VolumeCore

/// An open file, closed when its owner goes.
public struct FileHandle: ~Copyable, Sendable {
  private let descriptor: Int32
  /// Where it was opened.
  public let path: String

  private init(_ descriptor: Int32, _ path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit { _ = Glibc.close(descriptor) }

  /// Opens an existing file to read.
  public init(readingFrom path: String) throws(SystemError) {
    let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .last("open", path) }
    self.init(descriptor, path)
  }

  /// Creates a file to write; one that is there already is emptied unless `exclusively`.
  public init(creating path: String, exclusively: Bool = false) throws(SystemError) {
    let flags = O_RDWR | O_CREAT | O_CLOEXEC | (exclusively ? O_EXCL : O_TRUNC)
    let descriptor = unsafe Glibc.open(path, flags, 0o666)
    guard descriptor >= 0 else { throw .last("create", path) }
    self.init(descriptor, path)
  }

  /// Opens a file to append to, creating it where it is missing.
  public init(appendingTo path: String) throws(SystemError) {
    let descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .last("open", path) }
    self.init(descriptor, path)
  }

  /// Bytes in the file now.
  public var byteCount: Int {
    get throws(SystemError) {
      var status = stat()
      guard unsafe fstat(descriptor, &status) == 0 else { throw .last("stat", path) }
      return Int(status.st_size)
    }
  }

  /// Fills `destination` from `offset`; returns the bytes read, fewer only at the end of the file.
  public func read(at offset: Int, into destination: inout MutableRawSpan) throws(SystemError)
    -> Int
  {
    var done = 0
    let wanted = destination.byteCount
    while done < wanted {
      let count = unsafe destination.withUnsafeMutableBytes { bytes in
        unsafe pread(
          descriptor, bytes.baseAddress.map { unsafe $0 + done }, wanted - done, offset + done)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw .last("read", path)
      }
      if count == 0 { break }
      done += count
    }
    return done
  }

  /// Writes all of `source` at `offset`.
  public func write(_ source: RawSpan, at offset: Int) throws(SystemError) {
    var done = 0
    while done < source.byteCount {
      let count = unsafe source.withUnsafeBytes { bytes in
        unsafe pwrite(
          descriptor, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done, offset + done)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw .last("write", path)
      }
      done += count
    }
  }

  /// Adds all of `source` at the end, for a file opened to append to.
  public func append(_ source: RawSpan) throws(SystemError) {
    var done = 0
    while done < source.byteCount {
      let count = unsafe source.withUnsafeBytes { bytes in
        unsafe Glibc.write(
          descriptor, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw .last("append", path)
      }
      done += count
    }
  }

  /// Waits until what was written is on the disk.
  public func synchronise() throws(SystemError) {
    guard fsync(descriptor) == 0 else { throw .last("fsync", path) }
  }

  /// Sets the length, with a hole where it grows.
  public func resize(to byteCount: Int) throws(SystemError) {
    guard ftruncate(descriptor, byteCount) == 0 else { throw .last("truncate", path) }
  }

  /// Tells the system that these bytes will be read soon.
  public func willRead(at offset: Int, count: Int) {
    _ = posix_fadvise(descriptor, offset, count, POSIX_FADV_WILLNEED)
  }

  /// Maps the whole file for reading; only for files that we wrote and that are never changed in place.
  public func map() throws(SystemError) -> MappedFile {
    try MappedFile(descriptor: descriptor, path: path, byteCount: byteCount)
  }

  /// Takes the one lock that another process may hold on this file; `false` where it is taken.
  public func tryLock() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }
}
