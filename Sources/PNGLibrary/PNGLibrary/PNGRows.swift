import CPNG

/// Rows of a PNG file as they are stored: one sample of each pixel, neither scaled nor corrected.
public enum PNGRows {
  /// Bytes of a decoded sample: samples of 1, 2 and 4 bits come as a byte each.
  public static func sampleByteCount(_ header: PNGHeader) -> Int { header.bitDepth == 16 ? 2 : 1 }

  /// Decodes `rows` of the file whose bytes are `file` into `destination`, whole rows in the machine's
  /// byte order.
  ///
  /// Rows come from the front: what lies above is decoded as well. With the last row the checksums
  /// behind it are checked.
  ///
  /// - Parameters:
  ///   - header: what the file said when it was opened; another now is an error.
  ///   - sample: which sample of each pixel, from 0.
  public static func read(
    _ rows: Range<Int>, sample: Int, of file: RawSpan, _ header: PNGHeader,
    into destination: inout MutableRawSpan
  ) throws(PNGError) {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= header.height)
    precondition(sample >= 0 && sample < header.kind.samples)
    precondition(
      destination.byteCount == rows.count * header.width * sampleByteCount(header))
    guard !rows.isEmpty else { return }
    var request = cpng_request(
      width: UInt32(header.width), height: UInt32(header.height),
      bit_depth: Int32(header.bitDepth), colour_type: Int32(header.kind.rawValue),
      sample: Int32(sample), first_row: UInt32(rows.lowerBound), row_count: UInt32(rows.count))
    var message = [CChar](repeating: 0, count: 64)
    let status = unsafe file.withUnsafeBytes { file in
      unsafe destination.withUnsafeMutableBytes { destination in
        unsafe cpng_read_sample(
          file.bindMemory(to: UInt8.self).baseAddress, file.count, &request,
          destination.bindMemory(to: UInt8.self).baseAddress, &message)
      }
    }
    guard status == 0 else {
      let words = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      throw PNGError(message: String(decoding: words, as: UTF8.self))
    }
  }
}
