import Compression
import Testing

/// `abcabc...` of 100 bytes, as gzip, zlib and bzip2 of Python's standard library wrote it.
private let plain = Array(repeating: Array("abc".utf8), count: 34).joined().prefix(100).map { $0 }
private let gzipped: [UInt8] = [
  0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x4B, 0x4C, 0x4A, 0x4E, 0xA4, 0x35,
  0x02, 0x00, 0xC1, 0x23, 0xD7, 0xA5, 0x64, 0x00, 0x00, 0x00,
]
private let bzipped: [UInt8] = [
  0x42, 0x5A, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, 0x13, 0x39, 0x42, 0x3A, 0x00, 0x00,
  0x10, 0x81, 0x00, 0x38, 0x00, 0x20, 0x00, 0x30, 0xCC, 0x05, 0x29, 0xA6, 0x83, 0x90, 0xD0, 0x78,
  0xBB, 0x92, 0x29, 0xC2, 0x84, 0x80, 0x99, 0xCA, 0x11, 0xD0,
]

/// Delivers `bytes`, `step` at a time.
private func source(_ bytes: [UInt8], step: Int) -> CompressedSource {
  var place = 0
  return { (destination: inout MutableRawSpan) throws(StreamError) -> Int in
    let count = min(step, destination.byteCount, bytes.count - place)
    for i in 0..<count {
      destination.storeBytes(of: bytes[place + i], toByteOffset: i, as: UInt8.self)
    }
    place += count
    return count
  }
}

private func all(_ stream: any ByteStream, upTo limit: Int) throws -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: limit)
  var span = bytes.mutableSpan
  var raw = unsafe span.mutableBytes
  let count = try stream.read(into: &raw)
  return Array(bytes.prefix(count))
}

@Suite struct `A stream of gzip` {
  @Test(arguments: [1, 7, 1000])
  func `is read whatever the pieces in which it comes`(step: Int) throws {
    let stream = try InflateStream(.zlibOrGzip, source(gzipped, step: step))
    #expect(try all(stream, upTo: 500) == plain)
  }

  @Test func `may be of several members`() throws {
    let stream = try InflateStream(.zlibOrGzip, source(gzipped + gzipped, step: 3))
    try stream.skip(150)
    #expect(try all(stream, upTo: 500) == Array((plain + plain).dropFirst(150)))
  }

  @Test func `that ends early or is damaged is an error`() throws {
    for end in 0..<gzipped.count {
      let stream = try InflateStream(.zlibOrGzip, source(Array(gzipped.prefix(end)), step: 5))
      #expect(throws: StreamError.self) { try all(stream, upTo: 500) }
    }
    var flipped = gzipped
    flipped[20] ^= 1
    let stream = try InflateStream(.zlibOrGzip, source(flipped, step: 100))
    #expect(throws: StreamError.self) { try all(stream, upTo: 500) }
  }
}

@Suite struct `A stream of bzip2` {
  @Test(arguments: [1, 7, 1000])
  func `is read whatever the pieces in which it comes, and may be of several streams`(
    step: Int
  ) throws {
    let stream = try BzipStream(source(bzipped + bzipped, step: step))
    #expect(try all(stream, upTo: 500) == plain + plain)
  }

  @Test func `that ends early or is damaged is an error`() throws {
    for end in 0..<bzipped.count {
      let stream = try BzipStream(source(Array(bzipped.prefix(end)), step: 5))
      #expect(throws: StreamError.self) { try all(stream, upTo: 500) }
    }
    var flipped = bzipped
    flipped[12] ^= 1
    let stream = try BzipStream(source(flipped, step: 100))
    #expect(throws: StreamError.self) { try all(stream, upTo: 500) }
  }
}

@Suite struct `A block of LZ4` {
  /// A literal of three bytes and the last five as a literal.
  @Test func `is decompressed, and refused where it is not whole`() {
    let block: [UInt8] = [0x50] + Array("hello".utf8)
    var bytes = [UInt8](repeating: 0, count: 5)
    func decompress(_ source: [UInt8]) -> Bool {
      var span = bytes.mutableSpan
      var raw = unsafe span.mutableBytes
      return LZ4Block.decompress(unsafe source.span.bytes, into: &raw)
    }
    #expect(decompress(block))
    #expect(bytes == Array("hello".utf8))
    #expect(!decompress(Array(block.dropLast())))
    #expect(!decompress([]))
  }
}

@Suite struct `A gzip encoder` {
  /// The stream that `bytes` make when they come in pieces of `step`.
  private func encoded(_ bytes: [UInt8], step: Int, level: Int = 6) throws -> [UInt8] {
    let encoder = try GzipEncoder(level: level)
    var made: [UInt8] = []
    func keep(_ piece: RawSpan) {
      unsafe piece.withUnsafeBytes { unsafe made.append(contentsOf: $0) }
    }
    for start in Swift.stride(from: 0, to: bytes.count, by: step) {
      let piece = Array(bytes[start..<min(start + step, bytes.count)])
      encoder.write(unsafe piece.span.bytes, to: keep)
    }
    encoder.finish(to: keep)
    return made
  }

  /// Bytes that cannot be made much smaller, more than the encoder hands on at once.
  private static let noise: [UInt8] = {
    var state: UInt64 = 9
    return (0..<300_000).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 56)
    }
  }()

  @Test(arguments: [0, 1, 100, 300_000])
  func `makes what is decompressed to the same bytes, however they come`(count: Int) throws {
    let bytes = Array(Self.noise.prefix(count))
    let whole = try encoded(bytes, step: 1 << 20)
    for step in [1000, 4096, 99_999] where count > step {
      #expect(try encoded(bytes, step: step) == whole)
    }
    let stream = try InflateStream(.zlibOrGzip, source(whole, step: 5000))
    #expect(try all(stream, upTo: count + 10) == bytes)
    // No time, and no name.
    #expect(Array(whole[3..<8]) == [0, 0, 0, 0, 0])
  }

  @Test func `makes regular bytes small`() throws {
    let bytes = [UInt8](repeating: 7, count: 700_000)
    #expect(try encoded(bytes, step: 1 << 20).count < 2000)
  }
}
