import VolumeCore

/// One step that turns bytes into bytes, as stores of others name it.
public enum ByteCodec: Hashable, Sendable {
  /// Four bytes of CRC32C behind the others.
  case crc32c
  /// One zstd frame.
  case zstd
  /// gzip (RFC 1952).
  case gzip
  /// zlib (RFC 1950).
  case zlib
  /// bzip2.
  case bzip2
  /// An LZ4 block behind its size in four bytes, as numcodecs writes it.
  case lz4
  /// A chunk of Blosc 1, which says its own compressor and shuffle.
  case blosc
  /// First bytes of all elements, then second bytes, and so on, as numcodecs' `shuffle`.
  case shuffle(elementByteCount: Int)

  /// Whether it makes bytes fewer, so that their number does not follow from that of the voxels.
  var compresses: Bool {
    switch self {
    case .crc32c, .shuffle: false
    default: true
    }
  }

  /// How many bytes one stored byte can stand for at most, by the form of the compressed bytes.
  ///
  /// A chunk that claims more is refused before memory is asked for.
  var greatestExpansion: Int {
    switch self {
    case .crc32c, .shuffle: 1
    case .gzip, .zlib: 1040
    case .lz4: 256
    case .zstd: 1 << 16
    // A block of 900 kB takes some 40 bytes; Blosc says its size in its head, which is checked.
    case .bzip2: 1 << 16
    case .blosc: 1 << 24
    }
  }
}

/// How the voxels of a chunk became the bytes that are stored, whichever version said so.
public struct CodecChain: Hashable, Sendable {
  /// For each stored dimension, slowest first, the dimension of the array that it is.
  public var order: [Int]
  /// The order of a voxel's bytes.
  public var byteOrder: ByteOrder
  /// What was done to the bytes, in that order; at most one compresses.
  public var byteCodecs: [ByteCodec]

  /// A chain for an array of `order.count` dimensions.
  public init(order: [Int], byteOrder: ByteOrder, byteCodecs: [ByteCodec]) {
    self.order = order
    self.byteOrder = byteOrder
    self.byteCodecs = byteCodecs
  }

  /// Bytes that a chunk of `byteCount` bytes may take, from fewest to most; sane writers stay inside.
  public func storedByteCounts(of byteCount: Int) -> ClosedRange<Int> {
    let checksums = 4 * byteCodecs.count { $0 == .crc32c }
    guard let compressor = byteCodecs.first(where: \.compresses) else {
      return (byteCount + checksums)...(byteCount + checksums)
    }
    return (byteCount / compressor.greatestExpansion)...(2 * byteCount + 4096)
  }
}
