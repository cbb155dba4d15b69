import Glibc
import VolumeCore

/// Page-aligned memory with one owner, given back to the system when its owner goes.
@safe public struct PageBuffer: ~Copyable, @unchecked Sendable {
  private let storage: UnsafeMutableRawBufferPointer

  /// Allocates `byteCount` bytes of zeros; pages take memory when they are first touched.
  public init(byteCount: Int) {
    let size = max(byteCount, 1)
    let address = unsafe mmap(
      nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      fatalError("out of memory: \(byteCount) bytes were planned for and are not there")
    }
    unsafe storage = UnsafeMutableRawBufferPointer(start: address, count: byteCount)
  }

  /// Has the system use large pages where it can, which are a good deal cheaper to come by: for memory that
  /// is filled from its beginning to its end.
  public borrowing func preferLargePages() {
    unsafe madvise(storage.baseAddress, storage.count, MADV_HUGEPAGE)
  }

  deinit { unsafe munmap(storage.baseAddress, max(storage.count, 1)) }

  /// Bytes held.
  public var byteCount: Int { unsafe storage.count }

  /// Lends the bytes to `body`; the compiler keeps the span from outliving the call.
  public borrowing func withBytes<Value, Failure>(
    _ body: (RawSpan) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try body(unsafe storage.bytes)
  }

  /// Lends the first `count` bytes to `body`.
  public borrowing func withBytes<Value, Failure>(
    first count: Int, _ body: (RawSpan) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try body(unsafe storage.bytes.extracting(first: count))
  }

  /// Lends the bytes to `body` to be changed.
  public mutating func withMutableBytes<Value, Failure>(
    _ body: (inout MutableRawSpan) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    var span = unsafe storage.mutableBytes
    return try body(&span)
  }

  /// Lends the first `count` bytes to `body` to be changed.
  public mutating func withMutableBytes<Value, Failure>(
    first count: Int, _ body: (inout MutableRawSpan) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    var span = unsafe UnsafeMutableRawBufferPointer(rebasing: storage[..<count]).mutableBytes
    return try body(&span)
  }
}
