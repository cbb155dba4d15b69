import Glibc

/// The real calls.
public struct SystemFileOperations: FileOperations {
  /// There is only one system.
  public init() {}

  /// `open`, closed when another program is started.
  public func open(_ path: String, flags: Int32, mode: UInt32) -> Int {
    answer(Int(unsafe Glibc.open(path, flags | O_CLOEXEC, mode)))
  }

  /// `close`; what it complains about was already said by `fsync`.
  public func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }

  /// `pread`.
  public func read(
    _ descriptor: Int32, into destination: UnsafeMutableRawBufferPointer, at offset: Int
  ) -> Int {
    answer(unsafe pread(descriptor, destination.baseAddress, destination.count, offset))
  }

  /// `preadv`, with one place for all that lies between the rows: nothing is copied twice.
  public func readRows(
    _ descriptor: Int32, wanted: Int, stride: Int, at offset: Int,
    into destination: UnsafeMutableRawBufferPointer
  ) -> Int {
    let rows = min(destination.count / wanted, Self.mostRows)
    return unsafe withUnsafeTemporaryAllocation(
      byteCount: stride - wanted, alignment: 64
    ) { gap in
      unsafe withUnsafeTemporaryAllocation(of: iovec.self, capacity: 2 * rows - 1) { parts in
        for row in 0..<rows {
          let place = unsafe destination.baseAddress.map { unsafe $0 + row * wanted }
          unsafe parts[2 * row] = iovec(iov_base: place, iov_len: wanted)
          guard row + 1 < rows else { break }
          unsafe parts[2 * row + 1] = iovec(iov_base: gap.baseAddress, iov_len: gap.count)
        }
        return answer(unsafe preadv(descriptor, parts.baseAddress, Int32(parts.count), offset))
      }
    }
  }

  /// The system takes 1024 parts at a time.
  private static let mostRows = 512

  /// `pwrite`.
  public func write(_ descriptor: Int32, _ source: UnsafeRawBufferPointer, at offset: Int) -> Int {
    answer(unsafe pwrite(descriptor, source.baseAddress, source.count, offset))
  }

  /// `write`.
  public func append(_ descriptor: Int32, _ source: UnsafeRawBufferPointer) -> Int {
    answer(unsafe Glibc.write(descriptor, source.baseAddress, source.count))
  }

  /// `fsync`.
  public func synchronise(_ descriptor: Int32) -> Int { answer(Int(fsync(descriptor))) }

  /// `ftruncate`.
  public func resize(_ descriptor: Int32, to byteCount: Int) -> Int {
    answer(Int(ftruncate(descriptor, byteCount)))
  }

  /// `fstat`.
  public func byteCount(_ descriptor: Int32) -> Int {
    var status = stat()
    let result = answer(Int(unsafe fstat(descriptor, &status)))
    return result < 0 ? result : Int(status.st_size)
  }

  /// `flock`: it goes with the process, also over NFS, where it is a lock of the server.
  public func lock(_ descriptor: Int32) -> Int {
    answer(Int(flock(descriptor, LOCK_EX | LOCK_NB)))
  }

  /// `mmap`, shared and to be read.
  public func map(_ descriptor: Int32, byteCount: Int) -> Int {
    let address = unsafe mmap(nil, byteCount, PROT_READ, MAP_SHARED, descriptor, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else { return -Int(errno) }
    return Int(bitPattern: address)
  }

  /// `munmap`.
  public func unmap(_ address: Int, byteCount: Int) {
    _ = unsafe munmap(UnsafeMutableRawPointer(bitPattern: address), byteCount)
  }

  /// `stat` or `lstat`.
  public func kind(ofPath path: String, followsLinks: Bool) -> Result<PathKind, SystemCode> {
    var status = stat()
    let result = followsLinks ? unsafe stat(path, &status) : unsafe lstat(path, &status)
    guard result == 0 else {
      // A name below a file names nothing either.
      let code = errno
      return code == ENOENT || code == ENOTDIR ? .success(.missing) : .failure(SystemCode(code))
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .success(.file(byteCount: Int(status.st_size)))
    case S_IFDIR: return .success(.folder)
    default: return .success(.other)
    }
  }

  /// `opendir` and `readdir` to the end: a list that breaks off is no list.
  public func names(inFolder path: String) -> Result<[String], SystemCode> {
    guard let folder = unsafe opendir(path) else { return .failure(SystemCode(errno)) }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(folder) else { break }
      names.append(
        unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
          unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
    let code = errno
    return code == 0 ? .success(names) : .failure(SystemCode(code))
  }

  /// `mkdir`.
  public func makeFolder(_ path: String) -> Int { answer(Int(unsafe mkdir(path, 0o777))) }

  /// `rmdir`.
  public func removeFolder(_ path: String) -> Int { answer(Int(unsafe rmdir(path))) }

  /// `unlink`.
  public func removeFile(_ path: String) -> Int { answer(Int(unsafe unlink(path))) }

  /// `rename`.
  public func rename(_ path: String, to final: String) -> Int {
    answer(Int(unsafe Glibc.rename(path, final)))
  }

  /// `link`.
  public func link(_ path: String, to other: String) -> Int {
    answer(Int(unsafe Glibc.link(path, other)))
  }

  /// What the C library says with -1 and `errno`, said in one number.
  private func answer(_ result: Int) -> Int { result >= 0 ? result : -Int(errno) }
}

/// `EINTR`.
let interrupted = Int(EINTR)

/// What systems answer where a file cannot have two names.
let noSecondNames = Int(EPERM)
