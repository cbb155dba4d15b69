import CZstd

/// Compresses chunk after chunk with one zstd context; for one thread at a time.
@safe public struct ZstdCompressor: ~Copyable, @unchecked Sendable {
  private let context: OpaquePointer

  /// A compressor of `level`; equal levels give equal bytes with one version of the library.
  public init(level: Int) throws(ZstdError) {
    guard let context = unsafe ZSTD_createCCtx() else {
      throw .refused(call: "ZSTD_createCCtx", message: "out of memory")
    }
    let status = unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(level))
    guard ZSTD_isError(status) == 0 else {
      unsafe ZSTD_freeCCtx(context)
      throw .refused(call: "ZSTD_CCtx_setParameter", status)
    }
    unsafe self.context = context
  }

  deinit { unsafe ZSTD_freeCCtx(context) }

  /// The bytes that a frame of `byteCount` bytes takes at most.
  public static func bound(for byteCount: Int) -> Int { ZSTD_compressBound(byteCount) }

  /// Writes `source` as one frame that states its content size; returns the frame's bytes.
  ///
  /// `destination` has at least `bound(for: source.byteCount)` bytes.
  public mutating func compress(
    _ source: RawSpan, into destination: inout MutableRawSpan
  ) throws(ZstdError) -> Int {
    let status = unsafe destination.withUnsafeMutableBytes { destination in
      unsafe source.withUnsafeBytes { source in
        unsafe ZSTD_compress2(
          context, destination.baseAddress, destination.count, source.baseAddress, source.count)
      }
    }
    guard ZSTD_isError(status) == 0 else { throw .refused(call: "ZSTD_compress2", status) }
    return status
  }
}

extension ZstdError {
  static func refused(call: String, _ status: Int) -> ZstdError {
    .refused(call: call, message: unsafe String(cString: ZSTD_getErrorName(status)))
  }
}
