import Glibc
import VolumeCore

/// A file's bytes in memory, unmapped when its owner goes.
@safe public struct MappedFile: ~Copyable, @unchecked Sendable {
  private let storage: UnsafeRawBufferPointer

  init(descriptor: Int32, path: String, byteCount: Int) throws(SystemError) {
    guard byteCount > 0 else {
      unsafe storage = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    let address = unsafe mmap(nil, byteCount, PROT_READ, MAP_SHARED, descriptor, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      throw .last("mmap", path)
    }
    unsafe storage = UnsafeRawBufferPointer(start: address, count: byteCount)
  }

  deinit {
    if let address = unsafe storage.baseAddress {
      unsafe munmap(UnsafeMutableRawPointer(mutating: address), storage.count)
    }
  }

  /// Bytes in the file.
  public var byteCount: Int { unsafe storage.count }

  /// Lends the bytes to `body`.
  public borrowing func withBytes<Value, Failure>(
    _ body: (RawSpan) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try body(unsafe storage.bytes)
  }

  /// Tells the system that the pages of `range` are not needed any more.
  public borrowing func release(_ range: Range<Int>) {
    guard let base = unsafe storage.baseAddress else { return }
    let first = (max(range.lowerBound, 0) + 4095) / 4096 * 4096
    let last = min(range.upperBound, byteCount) / 4096 * 4096
    guard first < last else { return }
    _ = unsafe madvise(UnsafeMutableRawPointer(mutating: base + first), last - first, MADV_DONTNEED)
  }
}
