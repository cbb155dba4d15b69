import CLZ4

/// LZ4 blocks, as numcodecs, HDF5's filters and bitshuffle use them: no frame, the size is known.
public enum LZ4Block {
  /// Decompresses `source`, which must fill exactly `destination`; returns whether it did.
  public static func decompress(_ source: RawSpan, into destination: inout MutableRawSpan) -> Bool {
    guard source.byteCount <= Int(Int32.max), destination.byteCount <= Int(Int32.max) else {
      return false
    }
    let wanted = destination.byteCount
    let got = unsafe source.withUnsafeBytes { source in
      unsafe destination.withUnsafeMutableBytes { destination in
        unsafe LZ4_decompress_safe(
          source.baseAddress?.assumingMemoryBound(to: CChar.self),
          destination.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(source.count),
          Int32(destination.count))
      }
    }
    return Int(got) == wanted
  }
}
