import Compression

/// Where each inner chunk lies in a shard: the table at the shard's end, decoded and checked.
public struct ShardIndex: Hashable, Sendable {
  /// One entry for each inner chunk in C order; `nil` stands for a chunk of fill value.
  public let entries: [Range<UInt64>?]

  /// The index of these entries.
  public init(_ entries: [Range<UInt64>?]) { self.entries = entries }

  /// Bytes of the index of `chunkCount` chunks, with its checksum.
  public static func byteCount(chunkCount: Int) -> Int { 16 * chunkCount + 4 }

  /// Decodes the last bytes of a shard of `shardByteCount` bytes, checksum and all.
  ///
  /// Chunks may lie in any order, with gaps; but none may reach into the index or behind it.
  public init(
    decoding bytes: RawSpan, chunkCount: Int, shardByteCount: UInt64
  ) throws(ShardError) {
    guard bytes.byteCount == Self.byteCount(chunkCount: chunkCount) else {
      throw .indexHasWrongSize(byteCount: bytes.byteCount, chunkCount: chunkCount)
    }
    guard shardByteCount >= UInt64(bytes.byteCount) else {
      throw .tooShort(byteCount: shardByteCount, indexByteCount: bytes.byteCount)
    }
    let expected = bytes.littleEndianUInt32(at: 16 * chunkCount)
    let found = CRC32C.checksum(of: bytes.extracting(first: 16 * chunkCount))
    guard found == expected else {
      throw .indexHasWrongChecksum(found: found, expected: expected)
    }
    let chunksEnd = shardByteCount - UInt64(bytes.byteCount)
    var entries: [Range<UInt64>?] = []
    entries.reserveCapacity(chunkCount)
    for chunk in 0..<chunkCount {
      let offset = bytes.littleEndianUInt64(at: 16 * chunk)
      let length = bytes.littleEndianUInt64(at: 16 * chunk + 8)
      guard (offset, length) != (.max, .max) else {
        entries.append(nil)
        continue
      }
      let (end, overflowed) = offset.addingReportingOverflow(length)
      guard !overflowed, end <= chunksEnd else {
        throw .chunkIsOutside(chunk: chunk, offset: offset, length: length)
      }
      entries.append(offset..<end)
    }
    self.entries = entries
  }

  /// The bytes that end a shard: offset and length of each chunk, then their checksum.
  public func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.byteCount(chunkCount: entries.count))
    for entry in entries {
      bytes.append(littleEndian: entry?.lowerBound ?? .max)
      bytes.append(littleEndian: entry.map { $0.upperBound - $0.lowerBound } ?? .max)
    }
    bytes.append(littleEndian: CRC32C.checksum(of: bytes))
    return bytes
  }
}
