/// Why a shard's index cannot be trusted.
public enum ShardError: Error, Hashable {
  /// The file is shorter than its index alone.
  case tooShort(byteCount: UInt64, indexByteCount: Int)
  /// The index has another size than its chunks ask for.
  case indexHasWrongSize(byteCount: Int, chunkCount: Int)
  /// The index is not what was written.
  case indexHasWrongChecksum(found: UInt32, expected: UInt32)
  /// The index sends the reader behind the chunks' part of the file.
  case chunkIsOutside(chunk: Int, offset: UInt64, length: UInt64)
}

extension ShardError: CustomStringConvertible {
  /// The error in words.
  public var description: String {
    switch self {
    case .tooShort(let byteCount, let indexByteCount):
      "\(byteCount) bytes, fewer than the \(indexByteCount) of its index"
    case .indexHasWrongSize(let byteCount, let chunkCount):
      "its index has \(byteCount) bytes, which are not \(chunkCount) entries"
    case .indexHasWrongChecksum(let found, let expected):
      "its index has the checksum \(found.hexadecimal), but \(expected.hexadecimal) is noted"
    case .chunkIsOutside(let chunk, let offset, let length):
      "its index puts chunk \(chunk) at offset \(offset) with \(length) bytes, outside the file"
    }
  }
}
