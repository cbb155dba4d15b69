import Compression

/// Decompresses HxByteRLE: a count with the byte that is repeated so often, or, where its highest bit is
/// set, a count of bytes that follow as they are.
final class ByteRunStream: ByteStream {
  private static let inputByteCount = 64 << 10

  private let source: CompressedSource
  private var input = [UInt8](repeating: 0, count: inputByteCount)
  private var next = 0
  private var end = 0
  /// Bytes of the run that are still to come.
  private var left = 0
  /// The byte that is repeated; `nil` where bytes follow as they are.
  private var repeated: UInt8?

  /// Decompresses what `source` delivers.
  init(_ source: @escaping CompressedSource) { self.source = source }

  /// Fills `destination` as far as there are bytes.
  func read(into destination: inout MutableRawSpan) throws(StreamError) -> Int {
    let wanted = destination.byteCount
    var done = 0
    while done < wanted {
      if left == 0 {
        guard let count = try byte() else { break }
        left = Int(count & 0x7F)
        if count < 0x80 {
          guard let value = try byte() else { throw .endsEarly }
          repeated = value
        } else {
          repeated = nil
        }
        continue
      }
      let count: Int
      if let repeated {
        count = min(left, wanted - done)
        unsafe destination.withUnsafeMutableBytes { bytes in
          for place in done..<(done + count) { unsafe bytes[place] = repeated }
        }
      } else {
        if next == end, try !refill() { throw .endsEarly }
        count = min(left, wanted - done, end - next)
        unsafe destination.withUnsafeMutableBytes { bytes in
          for place in 0..<count { unsafe bytes[done + place] = input[next + place] }
        }
        next += count
      }
      left -= count
      done += count
    }
    return done
  }

  private func byte() throws(StreamError) -> UInt8? {
    if next == end, try !refill() { return nil }
    next += 1
    return input[next - 1]
  }

  private func refill() throws(StreamError) -> Bool {
    end = try filled(&input, from: source)
    next = 0
    return end > 0
  }
}

/// Fills `buffer` from `source`; returns how many bytes came, 0 at the end.
func filled(
  _ buffer: inout [UInt8], from source: CompressedSource
) throws(StreamError) -> Int {
  var span = buffer.mutableSpan
  var bytes = unsafe span.mutableBytes
  return try source(&bytes)
}
