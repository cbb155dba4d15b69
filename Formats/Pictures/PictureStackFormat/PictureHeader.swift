import PNGLibrary
import SystemIO
import VolumeCore

/// What a picture file says of itself, whichever kind it is.
enum PictureHeader: Hashable {
  case png(PNGHeader)
  case bmp(BMPHeader)

  /// Headers are short; what profiles and texts may lie before the pixels of a PNG is not read far.
  private static let firstByteCount = 4 << 10
  private static let mostByteCount = 4 << 20

  /// Reads the header of the file at `path`, and holds its claims against the file's size.
  init(ofFile path: String) throws(PictureError) {
    let file = fileName(ofPath: path)
    var first: [UInt8]
    let byteCount: Int
    do throws(SystemError) {
      let handle = try FileHandle(readingFrom: path)
      byteCount = try handle.byteCount
      first = try handle.bytes(first: Self.firstByteCount)
      if first.starts(with: PNGHeader.signature), byteCount > first.count,
        Self.endsBeforePixels(first)
      {
        first = try handle.bytes(first: Self.mostByteCount)
      }
    } catch {
      throw .system(error)
    }
    if first.starts(with: PNGHeader.signature) {
      self = .png(try Self.png(first, file: file, byteCount: byteCount))
    } else if first.starts(with: [0x42, 0x4D]) {
      let header = try BMPHeader(parsing: first, file: file)
      let (end, overflows) = header.offset.addingReportingOverflow(header.storedByteCount)
      guard !overflows, end <= byteCount else {
        throw .isTruncated(file: file, needed: overflows ? nil : end, byteCount: byteCount)
      }
      self = .bmp(header)
    } else if let kind = PictureKind.ofOthers(first) {
      throw .kindIsNotRead(file: file, kind: kind)
    } else {
      throw .isNoPicture(file: file, byteCount: byteCount)
    }
  }

  private static func endsBeforePixels(_ bytes: [UInt8]) -> Bool {
    do throws(PNGHeaderError) {
      _ = try PNGHeader(parsing: bytes)
      return false
    } catch {
      return error == .endsBeforePixels
    }
  }

  private static func png(
    _ bytes: [UInt8], file: String, byteCount: Int
  ) throws(PictureError) -> PNGHeader {
    let header: PNGHeader
    do throws(PNGHeaderError) {
      header = try PNGHeader(parsing: bytes)
    } catch {
      switch error {
      case .isNoPNG: throw .isNoPicture(file: file, byteCount: byteCount)
      case .endsBeforePixels where bytes.count < byteCount:
        throw .headerIsMalformed(
          file: file, what: "its pixels do not begin within \(bytes.count) bytes")
      case .endsBeforePixels: throw .isTruncated(file: file, needed: nil, byteCount: byteCount)
      case .checksumDisagrees(let chunk): throw .checksumDisagrees(file: file, chunk: chunk)
      case .isMalformed(let what): throw .headerIsMalformed(file: file, what: what)
      }
    }
    guard header.isPlausible(fileByteCount: byteCount) else {
      throw .sizeIsImplausible(
        file: file, width: header.width, height: header.height, byteCount: byteCount)
    }
    return header
  }

  var width: Int {
    switch self {
    case .png(let header): header.width
    case .bmp(let header): header.width
    }
  }

  var height: Int {
    switch self {
    case .png(let header): header.height
    case .bmp(let header): header.height
    }
  }

  /// Bits of a sample.
  var bitDepth: Int {
    switch self {
    case .png(let header): header.bitDepth
    case .bmp(let header): header.sampleBits
    }
  }

  /// "PNG" or "BMP".
  var format: String {
    switch self {
    case .png: "PNG"
    case .bmp: "BMP"
    }
  }

  /// Whole pixels in a metre along a row and across the rows, where the file says so.
  var pixelsPerMetre: (x: Int, y: Int)? {
    switch self {
    case .png(let header): header.pixelsPerMetre.map { ($0.x, $0.y) }
    case .bmp(let header): header.pixelsPerMetre
    }
  }
}

extension FileHandle {
  /// The first bytes of the file, `count` or as many as there are.
  borrowing func bytes(first count: Int) throws(SystemError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: min(try byteCount, count))
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    let got = try read(at: 0, into: &raw)
    return Array(bytes.prefix(got))
  }
}
