import Glibc
import VolumeCore

/// A file's bytes in memory, unmapped when its owner goes.
@safe public struct MappedFile: ~Copyable, @unchecked Sendable {
  private let storage: UnsafeRawBufferPointer
  private let operations: any FileOperations

  init(
    _ descriptor: Int32, _ operations: any FileOperations, path: String, byteCount: Int
  ) throws(SystemError) {
    self.operations = operations
    guard byteCount > 0 else {
      unsafe storage = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    let address = try checked("mmap", path) { operations.map(descriptor, byteCount: byteCount) }
    unsafe storage = UnsafeRawBufferPointer(
      start: UnsafeRawPointer(bitPattern: address), count: byteCount)
  }

  deinit {
    if let address = unsafe storage.baseAddress {
      unsafe operations.unmap(Int(bitPattern: address), byteCount: storage.count)
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
    // The last page of the file is whole in memory, what lies behind its end being zeros.
    let last =
      range.upperBound >= byteCount
      ? (byteCount + 4095) / 4096 * 4096 : range.upperBound / 4096 * 4096
    guard first < last else { return }
    _ = unsafe madvise(UnsafeMutableRawPointer(mutating: base + first), last - first, MADV_DONTNEED)
  }
}
