import Compression
import Testing
import VolumeCore
import VolumeTesting
import ZarrFormat

@Suite struct `A shard index` {
  static func random(_ chunkCount: Int, seed: UInt64) -> ShardIndex {
    var random = SeededRandom(seed: seed)
    var offset: UInt64 = 0
    var entries: [Range<UInt64>?] = []
    for _ in 0..<chunkCount {
      let length = random.next() % 1000
      entries.append(random.next() % 3 == 0 ? nil : offset..<(offset + length))
      offset += length
    }
    return ShardIndex(entries.shuffled(using: &random))
  }

  static func decode(
    _ bytes: [UInt8], chunkCount: Int, shardByteCount: UInt64
  ) throws(ShardError) -> ShardIndex {
    try ShardIndex(
      decoding: unsafe bytes.span.bytes, chunkCount: chunkCount, shardByteCount: shardByteCount)
  }

  @Test(arguments: [1, 2, 7, 64, 256])
  func `comes back from its bytes`(chunkCount: Int) throws {
    for seed in 0..<20 as Range<UInt64> {
      let index = Self.random(chunkCount, seed: seed)
      let bytes = index.encoded()
      #expect(bytes.count == ShardIndex.byteCount(chunkCount: chunkCount))
      #expect(try Self.decode(bytes, chunkCount: chunkCount, shardByteCount: 1 << 20) == index)
    }
  }

  @Test func `is refused when any bit of it is another`() throws {
    let bytes = Self.random(5, seed: 3).encoded()
    for bit in 0..<(8 * bytes.count) {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: ShardError.self) {
        try Self.decode(damaged, chunkCount: 5, shardByteCount: 1 << 20)
      }
    }
  }

  @Test func `is refused in any other size`() throws {
    let bytes = Self.random(5, seed: 3).encoded()
    for count in 0..<bytes.count {
      #expect(throws: ShardError.indexHasWrongSize(byteCount: count, chunkCount: 5)) {
        try Self.decode(Array(bytes[..<count]), chunkCount: 5, shardByteCount: 1 << 20)
      }
    }
    #expect(throws: ShardError.tooShort(byteCount: 83, indexByteCount: 84)) {
      try Self.decode(bytes, chunkCount: 5, shardByteCount: 83)
    }
  }

  @Test(
    arguments: [
      (0, 101), (100, 1), (101, 0), (.max, 0), (.max, 1), (0, .max), (.max - 1, 2),
      (1 << 63, 1 << 63),
    ] as [(UInt64, UInt64)])
  func `sends nobody outside the chunks, even with the right checksum`(
    offset: UInt64, length: UInt64
  ) throws {
    var bytes: [UInt8] = []
    for number in [offset, length] {
      for byte in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: number >> (8 * UInt64(byte)))) }
    }
    let checksum = CRC32C.checksum(of: bytes)
    for byte in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: checksum >> (8 * UInt32(byte)))) }
    // 100 bytes of chunks, then 20 of index.
    #expect(throws: ShardError.chunkIsOutside(chunk: 0, offset: offset, length: length)) {
      try Self.decode(bytes, chunkCount: 1, shardByteCount: 120)
    }
  }
}
