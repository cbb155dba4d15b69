import PNGLibrary
import SystemIO
import VolumeCore

/// One picture file as a layer.
struct PictureSlice {
  let path: String
  let header: PictureHeader

  private var file: String { fileName(ofPath: path) }

  /// Reads `rows`, whole, into `destination`.
  func read(
    _ rows: Range<Int>, _ samples: PictureSamples, into destination: inout MutableRawSpan
  ) throws(PictureError) {
    switch header {
    case .png(let header): try read(rows, header, samples, into: &destination)
    case .bmp(let header): try read(rows, header, samples, into: &destination)
    }
    let colours = tableCount
    guard colours < 1 << samples.bits || samples.values != nil else { return }
    // Numbers beyond the table mean nothing, whatever a viewer makes of them.
    let values = samples.values
    let missing = unsafe destination.withUnsafeMutableBytes { bytes -> Int? in
      for index in bytes.indices {
        let number = Int(unsafe bytes[index])
        guard number < colours else { return number }
        if let values { unsafe bytes[index] = values[number] }
      }
      return nil
    }
    if let missing { throw .colourIsMissing(file: file, number: missing, colours: colours) }
  }

  /// Colours of the table, or more than there are numbers where there is none.
  private var tableCount: Int {
    switch header {
    case .png(let header): header.kind == .palette ? header.palette.count / 3 : .max
    case .bmp(let header): header.palette.isEmpty ? .max : header.palette.count / 3
    }
  }

  // MARK: PNG

  /// What a file may have beside its pixels: profiles, texts.
  private static let mostOtherBytes = 16 << 20

  private func read(
    _ rows: Range<Int>, _ header: PNGHeader, _ samples: PictureSamples,
    into destination: inout MutableRawSpan
  ) throws(PictureError) {
    // Deflate never makes pixels much longer.
    let limit = header.decodedByteCount / 8 * 9 + Self.mostOtherBytes
    let bytes: [UInt8]
    do { bytes = try contents(ofFile: path, limit: limit) } catch { throw .system(error) }
    do {
      try PNGRows.read(
        rows, sample: header.kind == .palette ? 0 : samples.channel,
        of: unsafe bytes.span.bytes, header, into: &destination)
    } catch {
      throw .cannotDecode(file: file, message: error.message)
    }
  }

  // MARK: BMP

  private func read(
    _ rows: Range<Int>, _ header: BMPHeader, _ samples: PictureSamples,
    into destination: inout MutableRawSpan
  ) throws(PictureError) {
    let used = header.usedRowByteCount
    if header.kind == .indexed(bits: 8) {
      try readStored(rows, header, into: &destination)
      return
    }
    var stored = PageBuffer(byteCount: rows.count * used)
    try stored.withMutableBytes { (bytes) throws(PictureError) in
      try readStored(rows, header, into: &bytes)
    }
    let width = header.width
    unsafe destination.withUnsafeMutableBytes { to in
      stored.withBytes { from in
        unsafe from.withUnsafeBytes { from in
          for row in 0..<rows.count {
            let (a, b) = (row * used, row * width)
            switch header.kind {
            case .indexed(let bits):
              // The leftmost pixel has the highest bits.
              let perByte = 8 / bits
              let mask = UInt8(1 << bits - 1)
              for x in 0..<width {
                let shift = 8 - bits - x % perByte * bits
                unsafe to[b + x] = from[a + x / perByte] >> UInt8(shift) & mask
              }
            case .colour(let bytes):
              // Blue comes first, red third; the fourth is the fourth.
              let place = samples.channel == 3 ? 3 : 2 - samples.channel
              for x in 0..<width { unsafe to[b + x] = from[a + x * bytes + place] }
            }
          }
        }
      }
    }
  }

  /// Reads rows without their padding, the highest first.
  private func readStored(
    _ rows: Range<Int>, _ header: BMPHeader, into destination: inout MutableRawSpan
  ) throws(PictureError) {
    let first = header.isBottomUp ? header.height - rows.upperBound : rows.lowerBound
    let start = header.offset + first * header.rowByteCount
    let used = header.usedRowByteCount
    let isWhole: Bool
    do throws(SystemError) {
      let handle = try FileHandle(readingFrom: path)
      isWhole = try handle.readRows(
        count: rows.count, wanted: used, stride: header.rowByteCount, at: start,
        into: &destination)
    } catch {
      throw .system(error)
    }
    guard isWhole else {
      throw .cannotDecode(file: file, message: "it has become shorter since it was opened")
    }
    guard header.isBottomUp else { return }
    unsafe destination.withUnsafeMutableBytes { bytes in
      for row in 0..<(rows.count / 2) {
        let (a, b) = (row * used, (rows.count - 1 - row) * used)
        for index in 0..<used { unsafe bytes.swapAt(a + index, b + index) }
      }
    }
  }
}
