import CBlosc

/// Chunks of Blosc 1, which say themselves how they were compressed.
public enum BloscChunk {
  /// Bytes of the header.
  public static let headerByteCount = 16

  /// Bytes that `source` says it holds decompressed, once its own length and theirs are possible;
  /// `nil` where it is no whole Blosc chunk.
  public static func contentByteCount(_ source: RawSpan) -> Int? {
    guard source.byteCount >= headerByteCount else { return nil }
    var count = 0
    let status = unsafe source.withUnsafeBytes { bytes in
      unsafe blosc_cbuffer_validate(bytes.baseAddress, bytes.count, &count)
    }
    return status == 0 ? count : nil
  }

  /// Decompresses `source`, which must fill exactly `destination`; returns whether it did.
  public static func decompress(_ source: RawSpan, into destination: inout MutableRawSpan) -> Bool {
    let wanted = destination.byteCount
    guard contentByteCount(source) == wanted else { return false }
    let got = unsafe source.withUnsafeBytes { source in
      unsafe destination.withUnsafeMutableBytes { destination in
        unsafe blosc_decompress_ctx(
          source.baseAddress, destination.baseAddress, destination.count, 1)
      }
    }
    return Int(got) == wanted
  }
}
