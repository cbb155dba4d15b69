import CBzip2

/// Decompresses bzip2 (all streams, one after another), forwards only.
@safe public final class BzipStream: ByteStream {
  private static let inputByteCount = 256 << 10

  private let stream: UnsafeMutablePointer<bz_stream>
  private let input: UnsafeMutableRawBufferPointer
  private let source: CompressedSource
  private var isOver = false

  /// Decompresses what `source` delivers.
  public init(_ source: @escaping CompressedSource) throws(StreamError) {
    self.source = source
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: bz_stream())
    unsafe input = .allocate(byteCount: Self.inputByteCount, alignment: 64)
    guard unsafe BZ2_bzDecompressInit(stream, 0, 0) == BZ_OK else { throw .outOfMemory }
  }

  deinit {
    unsafe BZ2_bzDecompressEnd(stream)
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
          bytes.baseAddress.map { unsafe ($0 + done).assumingMemoryBound(to: CChar.self) }
        unsafe stream.pointee.avail_out = UInt32(room)
        return unsafe BZ2_bzDecompress(stream)
      }
      let got = room - Int(unsafe stream.pointee.avail_out)
      done += got
      switch status {
      case BZ_STREAM_END: try goOnWithNextStream()
      case BZ_OK: if isAtEnd, got == 0 { throw .endsEarly }
      case BZ_MEM_ERROR: throw .outOfMemory
      default: throw .damaged("bzip2 says \(status)")
      }
    }
    return done
  }

  private func refill() throws(StreamError) {
    var span = unsafe input.mutableBytes
    let count = try source(&span)
    unsafe stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: CChar.self)
    unsafe stream.pointee.avail_in = UInt32(count)
  }

  private func goOnWithNextStream() throws(StreamError) {
    if unsafe stream.pointee.avail_in == 0 { try refill() }
    guard unsafe stream.pointee.avail_in > 0 else {
      isOver = true
      return
    }
    let (next, left) = unsafe (stream.pointee.next_in, stream.pointee.avail_in)
    unsafe BZ2_bzDecompressEnd(stream)
    unsafe stream.pointee = bz_stream()
    guard unsafe BZ2_bzDecompressInit(stream, 0, 0) == BZ_OK else { throw .outOfMemory }
    unsafe stream.pointee.next_in = next
    unsafe stream.pointee.avail_in = left
  }
}
