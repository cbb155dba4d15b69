import Compression
import VolumeCore

/// Cuts chunks out of a block and sends them through shuffle and deflate.
struct ChunkEncoder: ~Copyable {
  private let edges: Shape3
  private let width: Int
  private let level: Int
  private var plain: [UInt8]
  private var shuffled: [UInt8]
  private var encoded: [UInt8]

  init(_ edges: Shape3, width: Int, level: Int) {
    self.edges = edges
    self.level = level
    self.width = width
    let count = edges.voxelCount * width
    plain = [UInt8](repeating: 0, count: count)
    shuffled = [UInt8](repeating: 0, count: width > 1 ? count : 0)
    encoded = [UInt8](repeating: 0, count: ZlibBlock.mostBytes(of: count))
  }

  /// Encodes the chunk that has the voxels `inside`; what of it sticks out of the volume is zero.
  /// Returns the number of its bytes, or `nil` where zlib fails.
  mutating func encode(_ inside: Region, of region: Region, _ voxels: RawSpan) -> Int? {
    let whole = Region(
      z: inside.z.lowerBound..<(inside.z.lowerBound + edges.z),
      y: inside.y.lowerBound..<(inside.y.lowerBound + edges.y),
      x: inside.x.lowerBound..<(inside.x.lowerBound + edges.x))
    if whole != inside { for place in plain.indices { plain[place] = 0 } }
    Self.copy(inside, from: voxels, of: region, to: &plain, of: whole, width)
    if width > 1 { Self.shuffle(plain, into: &shuffled, width) }
    return Self.deflate(width > 1 ? shuffled : plain, into: &encoded, level)
  }

  private static func copy(
    _ part: Region, from voxels: RawSpan, of region: Region, to chunk: inout [UInt8],
    of whole: Region, _ width: Int
  ) {
    var span = chunk.mutableSpan
    var bytes = unsafe span.mutableBytes
    copyVoxels(part, from: voxels, of: region, to: &bytes, of: whole, width: width)
  }

  private static func shuffle(_ plain: [UInt8], into shuffled: inout [UInt8], _ width: Int) {
    unsafe plain.withUnsafeBytes { plain in
      unsafe shuffled.withUnsafeMutableBytes { shuffled in
        unsafe Shuffle.apply(plain, width: width, into: shuffled)
      }
    }
  }

  private static func deflate(
    _ source: [UInt8], into encoded: inout [UInt8], _ level: Int
  ) -> Int? {
    var span = encoded.mutableSpan
    var target = unsafe span.mutableBytes
    return ZlibBlock.compress(unsafe source.span.bytes, level: level, into: &target)
  }

  /// Lends the encoded bytes.
  func withEncoded<Failure: Error>(
    _ count: Int, _ body: (RawSpan) throws(Failure) -> Void
  ) throws(Failure) {
    try body(unsafe encoded.span.bytes.extracting(first: count))
  }
}
