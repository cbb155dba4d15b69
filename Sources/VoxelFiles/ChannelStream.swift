import Compression

/// One channel of a stream whose voxels have several, one beside the other.
public final class ChannelStream: ByteStream {
  /// About this many bytes are taken at once.
  private static let pieceByteCount = 256 << 10

  private let base: any ByteStream
  private let width: Int
  private let stride: Int
  private let channel: Int
  private var piece: [UInt8]

  /// Channel `channel` of the `channels` in `base`, each of `width` bytes.
  public init(_ base: any ByteStream, width: Int, channels: Int, channel: Int) {
    precondition(width > 0 && (0..<channels).contains(channel))
    self.base = base
    self.width = width
    self.channel = channel
    stride = width * channels
    piece = [UInt8](repeating: 0, count: max(1, Self.pieceByteCount / stride) * stride)
  }

  /// Fills `destination` as far as there are whole voxels.
  public func read(into destination: inout MutableRawSpan) throws(StreamError) -> Int {
    precondition(destination.byteCount % width == 0)
    var done = 0
    while done < destination.byteCount {
      let voxels = min((destination.byteCount - done) / width, piece.count / stride)
      var span = piece.mutableSpan
      var raw = unsafe span.mutableBytes
      var part = raw._mutatingExtracting(first: voxels * stride)
      let got = try base.read(into: &part) / stride
      for voxel in 0..<got {
        let from = voxel * stride + channel * width
        for byte in 0..<width {
          unsafe destination.storeBytes(
            of: piece[from + byte], toByteOffset: done + byte, as: UInt8.self)
        }
        done += width
      }
      if got < voxels { break }
    }
    return done
  }
}
