import Compression

/// Why the bytes of a chunk are not the chunk.
public enum ChunkError: Error, Hashable {
  /// Fewer bytes than the checksum alone takes.
  case tooShort(byteCount: Int)
  /// More bytes than any chunk of this size takes.
  case tooLong(byteCount: UInt64, limit: Int)
  /// The bytes are not those that were written.
  case wrongChecksum(found: UInt32, expected: UInt32)
  /// A chunk that is not compressed has another size than its voxels.
  case wrongSize(byteCount: Int, expected: Int)
  /// The compression's own complaint.
  case zstd(ZstdError)
  /// The stream's own complaint.
  case stream(codec: String, StreamError)
  /// A compressed block that is none, or holds another number of bytes.
  case damaged(codec: String, byteCount: Int, expected: Int)
}

extension ChunkError: CustomStringConvertible {
  /// The error in words.
  public var description: String {
    switch self {
    case .tooShort(let byteCount): "\(byteCount) bytes are too few for its checksum"
    case .tooLong(let byteCount, let limit):
      "\(byteCount) bytes, where a chunk takes at most \(limit)"
    case .wrongChecksum(let found, let expected):
      "its checksum is \(found.hexadecimal), but \(expected.hexadecimal) is noted"
    case .wrongSize(let byteCount, let expected): "\(byteCount) bytes, not \(expected)"
    case .zstd(let error): error.description
    case .stream(let codec, let error): "\(codec): \(error)"
    case .damaged(let codec, let byteCount, let expected):
      "\(byteCount) bytes are no \(codec) block of \(expected) bytes that can be decompressed"
    }
  }
}

extension UInt32 {
  /// Eight digits, as checksums are printed.
  public var hexadecimal: String {
    let digits = String(self, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
