import Glibc
import VolumeCore

/// Page-aligned memory with one owner, given back to the system when its owner goes.
@safe public struct PageBuffer: ~Copyable, @unchecked Sendable {
  private let storage: UnsafeMutableRawBufferPointer
  /// All that was asked of the system, of which `storage` is a part.
  private let mapping: UnsafeMutableRawBufferPointer

  /// What the system calls a huge page: one fault for what else takes 512.
  private static let hugePage = 2 << 20

  /// Allocates `byteCount` bytes of zeros; pages take memory when they are first touched.
  public init(byteCount: Int) {
    // Only what is well over a huge page gains by them, and only where it begins with one.
    let isLarge = byteCount >= 2 * Self.hugePage
    let size = max(byteCount, 1) + (isLarge ? Self.hugePage : 0)
    let address = unsafe mmap(
      nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      fatalError("out of memory: \(byteCount) bytes were planned for and are not there")
    }
    unsafe mapping = UnsafeMutableRawBufferPointer(start: address, count: size)
    guard isLarge else {
      unsafe storage = UnsafeMutableRawBufferPointer(start: address, count: byteCount)
      return
    }
    let start = unsafe address.alignedUp(toMultipleOf: Self.hugePage)
    // Whole huge pages only: the rest would be more memory than was asked for. A system without them
    // says no, and nothing is lost.
    _ = unsafe madvise(start, byteCount / Self.hugePage * Self.hugePage, MADV_HUGEPAGE)
    unsafe storage = UnsafeMutableRawBufferPointer(start: start, count: byteCount)
  }

  deinit { unsafe munmap(mapping.baseAddress, mapping.count) }

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
