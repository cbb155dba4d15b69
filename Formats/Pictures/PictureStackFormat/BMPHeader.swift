/// What a BMP file says of itself: bytes in, values out.
struct BMPHeader: Hashable {
  /// How a pixel is stored.
  enum Kind: Hashable {
    /// The number of a colour in the table, of 1, 4 or 8 bits.
    case indexed(bits: Int)
    /// Blue, green and red, a byte each, and a fourth byte where a pixel has 32 bits.
    case colour(bytes: Int)
  }

  /// Pixels in a row.
  let width: Int
  /// Rows.
  let height: Int
  /// Whether the first row in the file is the lowest of the picture, as it mostly is.
  let isBottomUp: Bool
  /// How a pixel is stored.
  let kind: Kind
  /// Red, green and blue of each colour of the table, one after another; empty where there is none.
  let palette: [UInt8]
  /// Bytes before the pixels.
  let offset: Int
  /// Whole pixels in a metre, 0 where the file does not say.
  private let resolution: [Int]

  /// Bits of a sample.
  var sampleBits: Int {
    switch kind {
    case .indexed(let bits): bits
    case .colour: 8
    }
  }

  private var pixelBits: Int {
    switch kind {
    case .indexed(let bits): bits
    case .colour(let bytes): 8 * bytes
    }
  }

  /// Bytes from row to row: rows are padded to four.
  var rowByteCount: Int { (width * pixelBits + 31) / 32 * 4 }
  /// Bytes of a row without its padding.
  var usedRowByteCount: Int { (width * pixelBits + 7) / 8 }
  /// Bytes of the pixels; the last row's padding may be missing.
  var storedByteCount: Int { (height - 1) * rowByteCount + usedRowByteCount }

  /// Whole pixels in a metre along a row and across the rows, where the file says so.
  var pixelsPerMetre: (x: Int, y: Int)? {
    resolution[0] > 0 && resolution[1] > 0 ? (resolution[0], resolution[1]) : nil
  }

  private static let fileHeaderByteCount = 14
  /// OS/2's first, Windows' first with and without masks, OS/2's second, Windows' later ones.
  private static let headerByteCounts = [12, 40, 52, 56, 64, 108, 124]

  /// Reads the header and the colours at the beginning of `bytes`; `file` is for messages.
  init(parsing bytes: [UInt8], file: String) throws(PictureError) {
    func number(_ place: Int, _ count: Int = 4) -> Int {
      (0..<count).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
    }
    func signed(_ place: Int) -> Int { Int(Int32(truncatingIfNeeded: number(place))) }
    let start = Self.fileHeaderByteCount
    guard bytes.count >= start + 12 else {
      throw .isTruncated(file: file, needed: start + 12, byteCount: bytes.count)
    }
    let size = number(start)
    guard Self.headerByteCounts.contains(size) else {
      throw .headerIsMalformed(file: file, what: "a BMP header of \(size) bytes")
    }
    guard bytes.count >= start + size else {
      throw .isTruncated(file: file, needed: start + size, byteCount: bytes.count)
    }
    let isOld = size == 12
    let height = isOld ? number(start + 6, 2) : signed(start + 8)
    width = isOld ? number(start + 4, 2) : signed(start + 4)
    self.height = height.magnitude <= 1 << 24 ? abs(height) : 0
    isBottomUp = height > 0
    guard width > 0, width <= 1 << 24, self.height > 0 else {
      throw .headerIsMalformed(file: file, what: "\(height) rows x \(width) columns")
    }
    let bits = number(start + (isOld ? 10 : 14), 2)
    let compression = isOld ? 0 : number(start + 16)
    resolution = isOld ? [0, 0] : [max(0, signed(start + 24)), max(0, signed(start + 28))]
    var coloursAt = start + size
    switch (bits, compression) {
    case (1, 0), (4, 0), (8, 0): kind = .indexed(bits: bits)
    case (24, 0), (32, 0): kind = .colour(bytes: bits / 8)
    case (32, 3), (32, 6):
      // Masks, in the header or behind it; only those of whole bytes in the usual order are read.
      let masks = start + 40
      guard bytes.count >= masks + 12 else {
        throw .isTruncated(file: file, needed: masks + 12, byteCount: bytes.count)
      }
      guard number(masks) == 0xFF_0000, number(masks + 4) == 0xFF00, number(masks + 8) == 0xFF
      else { throw .kindIsNotRead(file: file, kind: .masks) }
      kind = .colour(bytes: 4)
    case (16, _): throw .kindIsNotRead(file: file, kind: .shortColour)
    case (_, 1), (_, 2): throw .kindIsNotRead(file: file, kind: .runLengths)
    case (_, 4): throw .kindIsNotRead(file: file, kind: .lossy("JPEG"))
    default:
      throw .headerIsMalformed(file: file, what: "\(bits) bits, compression \(compression)")
    }
    offset = number(10)
    var palette: [UInt8] = []
    if case .indexed = kind {
      let said = isOld ? 0 : number(start + 32)
      let most = 1 << bits
      guard said <= most else {
        throw .headerIsMalformed(file: file, what: "a table of \(said) colours for \(bits) bits")
      }
      let width = isOld ? 3 : 4
      // Old files may cut the table short without saying so; the pixels begin behind it.
      let count = said > 0 ? said : min(most, max(0, offset - coloursAt) / width)
      guard count > 0 else { throw .headerIsMalformed(file: file, what: "no colour table") }
      guard bytes.count >= coloursAt + count * width else {
        throw .isTruncated(
          file: file, needed: coloursAt + count * width, byteCount: bytes.count)
      }
      for colour in 0..<count {
        let place = coloursAt + colour * width
        palette += [bytes[place + 2], bytes[place + 1], bytes[place]]
      }
      coloursAt += count * width
    }
    self.palette = palette
    guard offset >= coloursAt else {
      throw .headerIsMalformed(
        file: file, what: "its pixels begin at byte \(offset), its header ends at \(coloursAt)")
    }
  }
}
