import CZlib

/// Whole zlib streams (RFC 1950) whose size is known, as HDF5 stores its chunks.
public enum ZlibBlock {
  /// Decompresses `source`, which must fill exactly `destination`; returns whether it did.
  public static func decompress(_ source: RawSpan, into destination: inout MutableRawSpan) -> Bool {
    let wanted = destination.byteCount
    return unsafe source.withUnsafeBytes { source in
      unsafe destination.withUnsafeMutableBytes { destination in
        var got = uLong(wanted)
        let status = unsafe uncompress(
          destination.baseAddress?.assumingMemoryBound(to: UInt8.self), &got,
          source.baseAddress?.assumingMemoryBound(to: UInt8.self), uLong(source.count))
        return status == Z_OK && Int(got) == wanted
      }
    }
  }

  /// The bytes that a stream of `byteCount` bytes takes at most.
  public static func mostBytes(of byteCount: Int) -> Int { Int(compressBound(uLong(byteCount))) }

  /// Compresses `source` into the first bytes of `destination`, which has room for `mostBytes`;
  /// returns how many, or `nil` where the library refuses.
  public static func compress(
    _ source: RawSpan, level: Int, into destination: inout MutableRawSpan
  ) -> Int? {
    unsafe source.withUnsafeBytes { source in
      unsafe destination.withUnsafeMutableBytes { destination in
        var got = uLong(destination.count)
        let status = unsafe compress2(
          destination.baseAddress?.assumingMemoryBound(to: UInt8.self), &got,
          source.baseAddress?.assumingMemoryBound(to: UInt8.self), uLong(source.count),
          Int32(level))
        return status == Z_OK ? Int(got) : nil
      }
    }
  }
}
