import Glibc

/// Page-aligned memory of the engine, addressed by offset; freed when its last owner goes.
///
/// The engine's plan has placed every value in it, so that it is asked for once.
@safe final class AlignedMemory: @unchecked Sendable {
  let byteCount: Int
  let base: UnsafeMutableRawPointer

  /// Zeros; pages take memory when they are first touched.
  init(byteCount: Int) {
    self.byteCount = max(byteCount, 64)
    let address = unsafe mmap(
      nil, self.byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      fatalError("out of memory: \(byteCount) bytes were planned for and are not there")
    }
    // Large pages where the system has them: values are read and written from end to end.
    unsafe madvise(address, self.byteCount, MADV_HUGEPAGE)
    unsafe base = address
  }

  /// Memory that holds `values`.
  convenience init<Value: BitwiseCopyable>(_ values: [Value]) {
    self.init(byteCount: values.count * MemoryLayout<Value>.stride)
    unsafe values.withUnsafeBytes { bytes in
      if let address = bytes.baseAddress {
        unsafe base.copyMemory(from: address, byteCount: bytes.count)
      }
    }
  }

  deinit { unsafe munmap(base, byteCount) }

  /// Copies `bytes` to the beginning.
  func fill(_ bytes: RawSpan) {
    precondition(bytes.byteCount <= byteCount)
    unsafe bytes.withUnsafeBytes { bytes in
      if let address = bytes.baseAddress {
        unsafe base.copyMemory(from: address, byteCount: bytes.count)
      }
    }
  }

  /// Lends the first `count` bytes.
  func withBytes<Value, Failure>(
    _ count: Int, _ body: (RawSpan) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    precondition(count <= byteCount)
    return try body(unsafe UnsafeRawBufferPointer(start: base, count: count).bytes)
  }
}
