import Compression

/// Turns the voxels of inner chunks into stored bytes; for one thread at a time.
public struct ChunkEncoder: ~Copyable {
  private let codecs: ChunkCodecs
  private var compressor: ZstdCompressor?

  /// An encoder for `codecs`.
  public init(_ codecs: ChunkCodecs) throws(ChunkError) {
    self.codecs = codecs
    do {
      compressor = if let zstd = codecs.zstd { try ZstdCompressor(level: zstd.level) } else { nil }
    } catch {
      throw .zstd(error)
    }
  }

  /// The bytes that a chunk of `byteCount` bytes takes at most.
  public static func bound(for byteCount: Int) -> Int {
    max(byteCount, ZstdCompressor.bound(for: byteCount)) + 4
  }

  /// Writes the stored form of `voxels` to the beginning of `destination`; returns its bytes.
  public mutating func encode(
    _ voxels: RawSpan, into destination: inout MutableRawSpan
  ) throws(ChunkError) -> Int {
    precondition(destination.byteCount >= Self.bound(for: voxels.byteCount))
    var count = voxels.byteCount
    do {
      if let compressed = try compressor?.compress(voxels, into: &destination) {
        count = compressed
      } else {
        unsafe destination.withUnsafeMutableBytes { destination in
          unsafe voxels.withUnsafeBytes { unsafe destination.copyMemory(from: $0) }
        }
      }
    } catch {
      throw .zstd(error)
    }
    guard codecs.hasChecksum else { return count }
    let checksum = CRC32C.checksum(of: destination.bytes.extracting(first: count))
    destination.storeBytes(
      of: checksum.littleEndian, toByteOffset: count, as: UInt32.self)
    return count + 4
  }
}
