import CZstd

/// Decompresses chunk after chunk with one zstd context; for one thread at a time.
@safe public struct ZstdDecompressor: ~Copyable, @unchecked Sendable {
  private let context: OpaquePointer

  /// A decompressor.
  public init() throws(ZstdError) {
    guard let context = unsafe ZSTD_createDCtx() else {
      throw .refused(call: "ZSTD_createDCtx", message: "out of memory")
    }
    unsafe self.context = context
  }

  deinit { unsafe ZSTD_freeDCtx(context) }

  /// Decompresses `source`, which must be exactly one frame, and fills exactly `destination`.
  ///
  /// A frame that does not state its content size is accepted: older writers made such.
  public mutating func decompress(
    _ source: RawSpan, into destination: inout MutableRawSpan
  ) throws(ZstdError) {
    let expected = destination.byteCount
    let sourceCount = source.byteCount
    let (content, frame) = unsafe source.withUnsafeBytes { source in
      unsafe (
        ZSTD_getFrameContentSize(source.baseAddress, source.count),
        ZSTD_findFrameCompressedSize(source.baseAddress, source.count)
      )
    }
    // ZSTD_CONTENTSIZE_ERROR and ..._UNKNOWN are macros that Swift does not see.
    guard content != UInt64.max - 1 else { throw .notAFrame }
    guard content == UInt64.max || content == UInt64(expected) else {
      throw .wrongContentSize(found: content, expected: expected)
    }
    guard ZSTD_isError(frame) == 0 else { throw .refused(call: "zstd", frame) }
    guard frame == sourceCount else {
      throw .wrongFrameSize(found: frame, expected: sourceCount)
    }
    let status = unsafe destination.withUnsafeMutableBytes { destination in
      unsafe source.withUnsafeBytes { source in
        unsafe ZSTD_decompressDCtx(
          context, destination.baseAddress, destination.count, source.baseAddress, source.count)
      }
    }
    guard ZSTD_isError(status) == 0 else { throw .refused(call: "zstd", status) }
    guard status == expected else {
      throw .wrongContentSize(found: UInt64(status), expected: expected)
    }
  }
}
