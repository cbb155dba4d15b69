import Compression
import Testing
import VolumeCore
import VolumeTesting
import ZarrFormat

@Suite struct `A stored chunk` {
  static let codecs = [
    ChunkCodecs(zstd: nil, hasChecksum: false), ChunkCodecs(zstd: nil, hasChecksum: true),
    ChunkCodecs(zstd: .init(level: 1), hasChecksum: false), .standard,
    ChunkCodecs(zstd: .init(level: -5), hasChecksum: true),
  ]

  static func voxels(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var random = SeededRandom(seed: seed)
    return (0..<count).map { UInt8(truncatingIfNeeded: $0 / 40) &+ UInt8(random.next() % 4) }
  }

  static func encode(_ voxels: [UInt8], _ codecs: ChunkCodecs) throws -> [UInt8] {
    var stored = [UInt8](repeating: 0, count: ChunkEncoder.bound(for: voxels.count))
    var encoder = try ChunkEncoder(codecs)
    var span = stored.mutableSpan
    var raw = unsafe span.mutableBytes
    let count = try encoder.encode(unsafe voxels.span.bytes, into: &raw)
    return Array(stored.prefix(count))
  }

  static func decode(
    _ stored: [UInt8], _ codecs: ChunkCodecs, byteCount: Int
  ) throws(ChunkError) -> [UInt8] {
    var voxels = [UInt8](repeating: 0, count: byteCount)
    var decoder = try ChunkDecoder(codecs)
    var span = voxels.mutableSpan
    var raw = unsafe span.mutableBytes
    try decoder.decode(unsafe stored.span.bytes, into: &raw)
    return voxels
  }

  @Test(arguments: codecs, [1, 4, 63, 1000, 262_144])
  func `comes back bit for bit`(codecs: ChunkCodecs, count: Int) throws {
    let voxels = Self.voxels(count)
    let stored = try Self.encode(voxels, codecs)
    #expect(try Self.decode(stored, codecs, byteCount: count) == voxels)
  }

  @Test func `is refused with any bit another`() throws {
    let stored = try Self.encode(Self.voxels(300), .standard)
    for bit in 0..<(8 * stored.count) {
      var damaged = stored
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: ChunkError.self) {
        try Self.decode(damaged, .standard, byteCount: 300)
      }
    }
  }

  @Test(arguments: codecs)
  func `is refused when it is cut short, or goes on`(codecs: ChunkCodecs) throws {
    let stored = try Self.encode(Self.voxels(300), codecs)
    for count in 0..<stored.count {
      #expect(throws: ChunkError.self) {
        try Self.decode(Array(stored[..<count]), codecs, byteCount: 300)
      }
    }
    #expect(throws: ChunkError.self) { try Self.decode(stored + [0], codecs, byteCount: 300) }
    for byteCount in [299, 301, 1 << 20] {
      #expect(throws: ChunkError.self) { try Self.decode(stored, codecs, byteCount: byteCount) }
    }
  }

  /// Without a checksum damage may pass unseen, but it must never do worse than that.
  @Test func `never traps without a checksum`() throws {
    let plain = ChunkCodecs(zstd: .init(level: 1), hasChecksum: false)
    let stored = try Self.encode(Self.voxels(2000), plain)
    var random = SeededRandom(seed: 5)
    for _ in 0..<5000 {
      var damaged = stored
      for _ in 0..<3 {
        damaged[Int(random.next() % UInt64(damaged.count))] = UInt8(random.next() % 256)
      }
      _ = try? Self.decode(damaged, plain, byteCount: 2000)
    }
  }

  @Test func `is one frame, not two and nothing before it`() throws {
    let plain = ChunkCodecs(zstd: .init(level: 1), hasChecksum: false)
    let frame = try Self.encode(Self.voxels(150), plain)
    #expect(throws: ChunkError.self) { try Self.decode(frame + frame, plain, byteCount: 300) }
    let skippable: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 0, 0, 0, 0]
    #expect(throws: ChunkError.self) { try Self.decode(skippable + frame, plain, byteCount: 150) }
  }
}

@Suite struct `A CRC32C` {
  /// RFC 3720, appendix B.4.
  @Test(
    arguments: [
      (Array("123456789".utf8), 0xE306_9283), ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
      ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43), (Array(0..<32), 0x46DD_794E),
      ([], 0),
    ] as [([UInt8], UInt32)])
  func `is that of the specification`(bytes: [UInt8], expected: UInt32) {
    #expect(CRC32C.checksum(of: bytes) == expected)
    #expect(CRC32C.portableChecksum(of: unsafe bytes.span.bytes) == expected)
  }

  @Test func `is the same by instruction, by tables and in parts`() {
    var random = SeededRandom(seed: 9)
    let bytes = (0..<40_000).map { _ in UInt8(random.next() % 256) }
    for count in [1, 7, 8, 9, 2047, 2048, 6143, 6144, 6145, 12_288, 12_289, 39_999] {
      let part = Array(bytes[1...count])
      let whole = CRC32C.checksum(of: part)
      #expect(CRC32C.portableChecksum(of: unsafe part.span.bytes) == whole)
      var parts = CRC32C()
      parts.update(Array(part[..<(count / 3)]))
      parts.update(Array(part[(count / 3)...]))
      #expect(parts.value == whole)
    }
  }
}
