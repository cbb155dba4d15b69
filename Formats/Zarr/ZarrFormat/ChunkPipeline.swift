import Compression
import VolumeCore

/// Runs a codec chain backwards: stored bytes of others become voxels; for one thread at a time.
///
/// The bytes may be anybody's: whatever they are, decoding fills the destination or throws.
public struct ChunkPipeline: ~Copyable {
  private let chain: CodecChain
  private var zstd: ZstdDecompressor?

  /// A pipeline for `chain`.
  public init(_ chain: CodecChain) throws(ChunkError) {
    self.chain = chain
    do {
      zstd = if chain.byteCodecs.contains(.zstd) { try ZstdDecompressor() } else { nil }
    } catch {
      throw .zstd(error)
    }
  }

  /// Checks `stored` and fills `voxels`, which has exactly the chunk's bytes; they come in the order
  /// in which they were stored, dimensions and bytes alike.
  public mutating func decode(
    _ stored: [UInt8], into voxels: inout MutableRawSpan
  ) throws(ChunkError) {
    let possible = chain.storedByteCounts(of: voxels.byteCount)
    guard stored.count <= possible.upperBound else {
      throw .tooLong(byteCount: UInt64(stored.count), limit: possible.upperBound)
    }
    guard stored.count >= possible.lowerBound else {
      throw .wrongSize(byteCount: stored.count, expected: voxels.byteCount)
    }
    var bytes = stored
    var count = stored.count
    for (step, codec) in chain.byteCodecs.enumerated().reversed() {
      // What came out of the steps before this one, none of which compresses.
      let before = chain.byteCodecs[..<step]
      let content = voxels.byteCount + 4 * before.count { $0 == .crc32c }
      if codec == .crc32c {
        count = try Self.checkedCount(bytes, count)
      } else if step == 0 {
        return try undo(codec, bytes, count, into: &voxels)
      } else {
        var output = [UInt8](repeating: 0, count: content)
        var span = output.mutableSpan
        var raw = unsafe span.mutableBytes
        try undo(codec, bytes, count, into: &raw)
        bytes = output
        count = content
      }
    }
    guard count == voxels.byteCount else {
      throw .wrongSize(byteCount: count, expected: voxels.byteCount)
    }
    unsafe voxels.withUnsafeMutableBytes { voxels in
      unsafe bytes.withUnsafeBytes {
        unsafe voxels.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<count]))
      }
    }
  }

  private static func checkedCount(_ bytes: [UInt8], _ count: Int) throws(ChunkError) -> Int {
    guard count >= 4 else { throw .tooShort(byteCount: count) }
    let all = unsafe bytes.span.bytes
    let expected = all.littleEndianUInt32(at: count - 4)
    let found = CRC32C.checksum(of: all.extracting(first: count - 4))
    guard found == expected else { throw .wrongChecksum(found: found, expected: expected) }
    return count - 4
  }

  private mutating func undo(
    _ codec: ByteCodec, _ bytes: [UInt8], _ count: Int, into output: inout MutableRawSpan
  ) throws(ChunkError) {
    let content = unsafe bytes.span.bytes.extracting(first: count)
    switch codec {
    case .crc32c: break
    case .zstd:
      do { try zstd?.decompress(content, into: &output) } catch { throw .zstd(error) }
    case .gzip, .zlib:
      try Self.fill(&output, "gzip or zlib", bytes, count) { source throws(StreamError) in
        try InflateStream(.zlibOrGzip, source)
      }
    case .bzip2:
      try Self.fill(&output, "bzip2", bytes, count) { source throws(StreamError) in
        try BzipStream(source)
      }
    case .lz4:
      guard count >= 4, content.littleEndianUInt32(at: 0) == UInt32(exactly: output.byteCount),
        LZ4Block.decompress(content.extracting(4..<count), into: &output)
      else { throw .damaged(codec: "LZ4", byteCount: count, expected: output.byteCount) }
    case .blosc:
      guard BloscChunk.decompress(content, into: &output) else {
        throw .damaged(codec: "Blosc", byteCount: count, expected: output.byteCount)
      }
    case .shuffle(let elementByteCount):
      guard count == output.byteCount, count % elementByteCount == 0 else {
        throw .wrongSize(byteCount: count, expected: output.byteCount)
      }
      unshuffle(content, elementByteCount: elementByteCount, into: &output)
    }
  }

  /// Fills `output` from a stream, which must end there; its last read checks what ends the stream.
  private static func fill(
    _ output: inout MutableRawSpan, _ name: String, _ bytes: [UInt8], _ count: Int,
    _ make: (@escaping CompressedSource) throws(StreamError) -> any ByteStream
  ) throws(ChunkError) {
    var place = 0
    let expected = output.byteCount
    let got: Int
    let beyond: Int
    do {
      let stream = try make { destination throws(StreamError) in
        let part = min(count - place, destination.byteCount)
        unsafe destination.withUnsafeMutableBytes { destination in
          unsafe bytes.withUnsafeBytes {
            unsafe destination.copyMemory(
              from: UnsafeRawBufferPointer(rebasing: $0[place..<(place + part)]))
          }
        }
        place += part
        return part
      }
      got = try stream.read(into: &output)
      var more: [UInt8] = [0]
      var span = more.mutableSpan
      var raw = unsafe span.mutableBytes
      beyond = got < expected ? 0 : try stream.read(into: &raw)
    } catch {
      throw .stream(codec: name, error)
    }
    guard got == expected, beyond == 0 else {
      throw .wrongSize(byteCount: got + beyond, expected: expected)
    }
  }
}

/// Undoes a shuffle: byte b of element e lies at b * count + e.
private func unshuffle(
  _ source: RawSpan, elementByteCount: Int, into output: inout MutableRawSpan
) {
  let count = source.byteCount / elementByteCount
  unsafe source.withUnsafeBytes { source in
    unsafe output.withUnsafeMutableBytes { output in
      for byte in 0..<elementByteCount {
        for element in 0..<count {
          unsafe output[element * elementByteCount + byte] = source[byte * count + element]
        }
      }
    }
  }
}
