/// Memory of one thread that grows as it is asked for, and is not cleared: fresh pages for every
/// strip would cost more than the strip.
@safe struct Scratch: ~Copyable {
  private var storage: UnsafeMutableRawBufferPointer

  /// Nothing yet.
  init() { unsafe storage = UnsafeMutableRawBufferPointer(start: nil, count: 0) }

  deinit { unsafe storage.deallocate() }

  /// Lends `byteCount` bytes of anything.
  mutating func withBytes<Value>(
    _ byteCount: Int, _ body: (UnsafeMutableRawBufferPointer) throws(TIFFError) -> Value
  ) throws(TIFFError) -> Value {
    if unsafe storage.count < byteCount {
      unsafe storage.deallocate()
      unsafe storage = .allocate(byteCount: byteCount, alignment: 64)
    }
    return try unsafe body(UnsafeMutableRawBufferPointer(rebasing: storage[..<byteCount]))
  }
}
