import Compression
import SystemIO

/// How all bytes of a file are compressed, as its first ones say: `scan.mrc.gz`, `scan.nii.gz`.
public enum FileCompression: Hashable, Sendable {
  /// Not at all.
  case none
  /// RFC 1952.
  case gzip
  /// bzip2.
  case bzip2

  /// Looks at the first bytes of the file at `path`, whatever its name says.
  public init(ofFile path: String) throws(SystemError) {
    let start = try VoxelFiles.head(ofFile: path, limit: 4).bytes
    if start.starts(with: [0x1F, 0x8B]) {
      self = .gzip
    } else if start.count == 4, start.starts(with: Array("BZh".utf8)), (0x31...0x39) ~= start[3] {
      self = .bzip2
    } else {
      self = .none
    }
  }

  /// Bytes that one compressed byte makes at most.
  public var mostPerByte: Int {
    switch self {
    case .none: 1
    case .gzip: 1032
    // A block of 900,000 bytes, each of five of which stand for 255, may take less than 50.
    case .bzip2: 1 << 20
    }
  }

  /// The decompressed bytes of the file at `path`, from the first on.
  public func stream(ofFile path: String) throws(StreamError) -> any ByteStream {
    let source = try StreamVolumeReader.source(ofFile: path, from: 0)
    switch self {
    case .none: return StoredStream(source)
    case .gzip: return try InflateStream(.zlibOrGzip, source)
    case .bzip2: return try BzipStream(source)
    }
  }

  /// The first `limit` decompressed bytes of the file at `path`, fewer where it has no more.
  public func head(ofFile path: String, limit: Int) throws(StreamError) -> [UInt8] {
    let stream = try stream(ofFile: path)
    var bytes = [UInt8](repeating: 0, count: limit)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    let got = try stream.read(into: &raw)
    return Array(bytes.prefix(got))
  }
}

/// Bytes as they are.
private final class StoredStream: ByteStream {
  private let source: CompressedSource

  init(_ source: @escaping CompressedSource) { self.source = source }

  func read(into destination: inout MutableRawSpan) throws(StreamError) -> Int {
    try source(&destination)
  }
}
