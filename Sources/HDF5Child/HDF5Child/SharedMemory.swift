import CChild
import Glibc

/// Memory that the tool and its child both see, of a size that neither can change.
@safe struct SharedMemory: ~Copyable, @unchecked Sendable {
  private let storage: UnsafeMutableRawBufferPointer

  /// Bytes in it.
  var byteCount: Int { unsafe storage.count }

  /// Maps what `descriptor` stands for; `nil` where the system refuses.
  init?(mapping descriptor: Int32, byteCount: Int, isWritable: Bool) {
    guard byteCount > 0 else { return nil }
    let address = unsafe mmap(
      nil, byteCount, isWritable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, descriptor, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else { return nil }
    unsafe storage = UnsafeMutableRawBufferPointer(start: address, count: byteCount)
  }

  deinit { unsafe munmap(storage.baseAddress, storage.count) }

  /// A descriptor of new memory; negative where the system refuses. Pages take memory when they are
  /// first touched.
  static func make(byteCount: Int) -> Int32 {
    let descriptor = cchild_make_memory()
    guard descriptor >= 0 else { return -1 }
    // Were the child to shrink it, looking at it would end the tool.
    guard ftruncate(descriptor, byteCount) == 0,
      fcntl(
        descriptor, Int32(cchild_add_seals), Int32(cchild_fixed_size)) == 0
    else {
      close(descriptor)
      return -1
    }
    return descriptor
  }

  /// Lends the first `count` bytes.
  borrowing func withBytes<Value, Failure>(
    first count: Int, _ body: (RawSpan) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try body(unsafe UnsafeRawBufferPointer(rebasing: storage[..<count]).bytes)
  }

  /// Lends the first `count` bytes to be filled.
  borrowing func withMutableBytes<Value, Failure>(
    first count: Int, _ body: (inout MutableRawSpan) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    var span = unsafe UnsafeMutableRawBufferPointer(rebasing: storage[..<count]).mutableBytes
    return try body(&span)
  }
}
