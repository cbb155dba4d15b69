import Compression
import SystemIO

/// One channel of a stream whose voxels have several, one beside the other.
public final class ChannelStream: ByteStream {
  /// About this many bytes are taken at once.
  private static let pieceByteCount = 256 << 10

  private let base: any ByteStream
  private let width: Int
  private let stride: Int
  private let channel: Int
  private var piece: PageBuffer

  /// Channel `channel` of the `channels` in `base`, each of `width` bytes.
  public init(_ base: any ByteStream, width: Int, channels: Int, channel: Int) {
    precondition(width > 0 && (0..<channels).contains(channel))
    self.base = base
    self.width = width
    self.channel = channel
    stride = width * channels
    piece = PageBuffer(byteCount: max(1, Self.pieceByteCount / stride) * stride)
  }

  /// Fills `destination` as far as there are whole voxels.
  public func read(into destination: inout MutableRawSpan) throws(StreamError) -> Int {
    precondition(destination.byteCount % width == 0)
    var done = 0
    while done < destination.byteCount {
      let voxels = min((destination.byteCount - done) / width, piece.byteCount / stride)
      let got = try piece.withMutableBytes(first: voxels * stride) { bytes throws(StreamError) in
        try base.read(into: &bytes) / stride
      }
      unsafe destination.withUnsafeMutableBytes { destination in
        piece.withBytes { bytes in
          unsafe bytes.withUnsafeBytes { bytes in
            for voxel in 0..<got {
              let from = voxel * stride + channel * width
              unsafe UnsafeMutableRawBufferPointer(rebasing: destination[done..<(done + width)])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[from..<(from + width)]))
              done += width
            }
          }
        }
      }
      if got < voxels { break }
    }
    return done
  }
}
