import CZlib

/// Decompresses gzip (all members, one after another) or zlib, forwards only.
@safe public final class InflateStream: ByteStream {
  /// How the compressed bytes are wrapped.
  public enum Wrapper: Sendable {
    /// RFC 1950 or RFC 1952, whichever the first bytes say.
    case zlibOrGzip
    /// RFC 1951 with nothing around it.
    case none
  }

  private static let inputByteCount = 256 << 10

  private let stream: UnsafeMutablePointer<z_stream>
  private let input: UnsafeMutableRawBufferPointer
  private let source: CompressedSource
  private let wrapper: Wrapper
  private var isOver = false

  /// Decompresses what `source` delivers.
  public init(_ wrapper: Wrapper, _ source: @escaping CompressedSource) throws(StreamError) {
    self.wrapper = wrapper
    self.source = source
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    unsafe input = .allocate(byteCount: Self.inputByteCount, alignment: 64)
    // 15: the largest window; + 32: gzip or zlib by the head; negative: neither.
    let bits: Int32 = wrapper == .zlibOrGzip ? 15 + 32 : -15
    let status = unsafe inflateInit2_(
      stream, bits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { throw .outOfMemory }
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
    unsafe input.deallocate()
  }

  /// Fills `destination` as far as there are bytes.
  public func read(into destination: inout MutableRawSpan) throws(StreamError) -> Int {
    let wanted = destination.byteCount
    var done = 0
    while done < wanted, !isOver {
      if unsafe stream.pointee.avail_in == 0 { try refill() }
      let isAtEnd = unsafe stream.pointee.avail_in == 0
      let room = min(wanted - done, 1 << 30)
      let status = unsafe destination.withUnsafeMutableBytes { bytes in
        unsafe stream.pointee.next_out =
          bytes.baseAddress.map { unsafe ($0 + done).assumingMemoryBound(to: UInt8.self) }
        unsafe stream.pointee.avail_out = UInt32(room)
        return unsafe inflate(stream, Z_NO_FLUSH)
      }
      done += room - Int(unsafe stream.pointee.avail_out)
      switch status {
      case Z_STREAM_END: try goOnWithNextMember()
      case Z_OK: break
      case Z_BUF_ERROR where !isAtEnd: break
      case Z_BUF_ERROR: throw .endsEarly
      case Z_MEM_ERROR: throw .outOfMemory
      default:
        throw .damaged(unsafe stream.pointee.msg.map { unsafe String(cString: $0) } ?? "zlib")
      }
      if isAtEnd, status == Z_OK, unsafe stream.pointee.avail_out > 0 { throw .endsEarly }
    }
    return done
  }

  private func refill() throws(StreamError) {
    var span = unsafe input.mutableBytes
    let count = try source(&span)
    unsafe stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.avail_in = UInt32(count)
  }

  /// A gzip file may be several members in a row; zeros behind them are padding.
  private func goOnWithNextMember() throws(StreamError) {
    if unsafe stream.pointee.avail_in == 0 { try refill() }
    let next = unsafe stream.pointee.avail_in > 0 ? stream.pointee.next_in?.pointee : nil
    guard wrapper == .zlibOrGzip, next == 0x1F else {
      isOver = true
      return
    }
    guard unsafe inflateReset(stream) == Z_OK else { throw .damaged("zlib") }
  }
}
