/// Bytes that come one after another and only forwards: what a compressed file is.
public protocol ByteStream: AnyObject {
  /// Fills `destination` as far as there are bytes; returns how many, fewer only at the end.
  func read(into destination: inout MutableRawSpan) throws(StreamError) -> Int
}

/// Compressed bytes, wherever they come from; returns how many it filled in, 0 at the end.
public typealias CompressedSource = (inout MutableRawSpan) throws(StreamError) -> Int

/// Why a compressed stream cannot be read on.
public enum StreamError: Error, Hashable {
  /// The compressed bytes end before the stream does.
  case endsEarly
  /// The bytes are no such stream, or damaged: the library's own words.
  case damaged(String)
  /// The library refused for lack of memory.
  case outOfMemory
  /// The source could not be read.
  case source(String)
}

extension StreamError: CustomStringConvertible {
  /// The error in words.
  public var description: String {
    switch self {
    case .endsEarly: "the compressed bytes end too early"
    case .damaged(let words): "the compressed bytes are damaged: \(words)"
    case .outOfMemory: "there is not enough memory to decompress"
    case .source(let words): words
    }
  }
}

extension ByteStream {
  /// Reads and forgets `count` bytes.
  public func skip(_ count: Int) throws(StreamError) {
    var left = count
    var scratch = [UInt8](repeating: 0, count: min(max(count, 1), 1 << 20))
    while left > 0 {
      var span = scratch.mutableSpan
      var bytes = unsafe span.mutableBytes
      var part = bytes._mutatingExtracting(first: min(left, bytes.byteCount))
      let got = try read(into: &part)
      guard got > 0 else { throw .endsEarly }
      left -= got
    }
  }
}
