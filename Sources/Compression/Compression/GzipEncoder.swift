import CZlib

/// Makes one gzip stream (RFC 1952) of bytes that come piece by piece.
///
/// The same bytes make the same stream however they are cut: it holds no time and no name.
@safe public final class GzipEncoder {
  private static let outputByteCount = 256 << 10

  private let stream: UnsafeMutablePointer<z_stream>
  private let output: UnsafeMutableRawBufferPointer

  /// Begins a stream.
  ///
  /// - Parameter level: 1, the fastest, to 9, the smallest.
  public init(level: Int) throws(StreamError) {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    unsafe output = .allocate(byteCount: Self.outputByteCount, alignment: 64)
    // 15: the largest window; + 16: wrapped as gzip; 8: the usual memory.
    let status = unsafe deflateInit2_(
      stream, Int32(level), Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { throw .outOfMemory }
  }

  deinit {
    unsafe deflateEnd(stream)
    unsafe stream.deallocate()
    unsafe output.deallocate()
  }

  /// Compresses `bytes`, and hands on what is ready.
  public func write<Failure>(
    _ bytes: RawSpan, to sink: (RawSpan) throws(Failure) -> Void
  ) throws(Failure) {
    var done = 0
    while done < bytes.byteCount {
      // zlib counts in 32 bits.
      let count = min(bytes.byteCount - done, 1 << 30)
      try unsafe bytes.withUnsafeBytes { (bytes) throws(Failure) in
        unsafe stream.pointee.next_in = UnsafeMutablePointer(
          mutating: bytes.baseAddress.map {
            unsafe ($0 + done).assumingMemoryBound(to: UInt8.self)
          })
        unsafe stream.pointee.avail_in = UInt32(count)
        try run(Z_NO_FLUSH, to: sink)
      }
      done += count
    }
  }

  /// Ends the stream, and hands on the rest of it.
  public func finish<Failure>(to sink: (RawSpan) throws(Failure) -> Void) throws(Failure) {
    unsafe stream.pointee.avail_in = 0
    try run(Z_FINISH, to: sink)
  }

  private func run<Failure>(
    _ flush: Int32, to sink: (RawSpan) throws(Failure) -> Void
  ) throws(Failure) {
    repeat {
      unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
      unsafe stream.pointee.avail_out = UInt32(Self.outputByteCount)
      // It can fail only where it was called wrongly.
      let status = unsafe deflate(stream, flush)
      precondition(status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR)
      let left = unsafe Int(stream.pointee.avail_out)
      let count = Self.outputByteCount - left
      if count > 0 {
        try unsafe sink(UnsafeRawBufferPointer(rebasing: output[..<count]).bytes)
      }
    } while unsafe stream.pointee.avail_out == 0
  }
}
