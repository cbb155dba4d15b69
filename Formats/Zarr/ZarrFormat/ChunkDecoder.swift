import Compression

/// Turns stored bytes back into the voxels of inner chunks; for one thread at a time.
///
/// The bytes may be anybody's: whatever they are, decoding fills the destination or throws.
public struct ChunkDecoder: ~Copyable {
  private let codecs: ChunkCodecs
  private var decompressor: ZstdDecompressor?

  /// A decoder for `codecs`.
  public init(_ codecs: ChunkCodecs) throws(ChunkError) {
    self.codecs = codecs
    do {
      decompressor = if codecs.zstd != nil { try ZstdDecompressor() } else { nil }
    } catch {
      throw .zstd(error)
    }
  }

  /// Checks `stored` and fills `voxels`, which has exactly the chunk's bytes.
  public mutating func decode(
    _ stored: RawSpan, into voxels: inout MutableRawSpan
  ) throws(ChunkError) {
    var count = stored.byteCount
    if codecs.hasChecksum {
      guard count >= 4 else { throw .tooShort(byteCount: count) }
      count -= 4
      let expected = stored.littleEndianUInt32(at: count)
      let found = CRC32C.checksum(of: stored.extracting(first: count))
      guard found == expected else { throw .wrongChecksum(found: found, expected: expected) }
    }
    let content = stored.extracting(first: count)
    do {
      if try decompressor?.decompress(content, into: &voxels) != nil { return }
    } catch {
      throw .zstd(error)
    }
    guard count == voxels.byteCount else {
      throw .wrongSize(byteCount: count, expected: voxels.byteCount)
    }
    unsafe voxels.withUnsafeMutableBytes { voxels in
      unsafe content.withUnsafeBytes { unsafe voxels.copyMemory(from: $0) }
    }
  }
}
