import VolumeCore

/// Why zstd refused.
public enum ZstdError: Error, Hashable {
  /// The library says so itself, in its own words.
  case refused(call: String, message: String)
  /// The bytes do not begin with the head of a zstd frame.
  case notAFrame
  /// The frame holds another number of bytes than the chunk must have.
  case wrongContentSize(found: UInt64, expected: Int)
  /// Bytes follow the frame, or the frame goes on behind the last byte.
  case wrongFrameSize(found: Int, expected: Int)
}

extension ZstdError: CustomStringConvertible {
  /// The error in words.
  public var description: String {
    switch self {
    case .refused(let call, let message): "\(call): \(message)"
    case .notAFrame: "not a zstd frame"
    case .wrongContentSize(let found, let expected):
      "the zstd frame holds \(found) bytes, not \(expected)"
    case .wrongFrameSize(let found, let expected):
      "the zstd frame is \(found) bytes long, not \(expected)"
    }
  }
}
