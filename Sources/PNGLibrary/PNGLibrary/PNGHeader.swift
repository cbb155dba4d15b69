/// What a PNG file says of itself before its pixels: bytes in, values out, nothing decoded.
public struct PNGHeader: Hashable, Sendable {
  /// What a pixel is made of.
  public enum Kind: Int, Hashable, Sendable {
    /// One grey value.
    case grey = 0
    /// Red, green and blue.
    case colour = 2
    /// The number of a colour in a table.
    case palette = 3
    /// A grey value and an opacity.
    case greyAlpha = 4
    /// Red, green, blue and an opacity.
    case colourAlpha = 6

    /// Samples of one pixel.
    public var samples: Int {
      switch self {
      case .grey, .palette: 1
      case .greyAlpha: 2
      case .colour: 3
      case .colourAlpha: 4
      }
    }

    /// Bits that a sample may have.
    var bitDepths: [Int] {
      switch self {
      case .grey: [1, 2, 4, 8, 16]
      case .palette: [1, 2, 4, 8]
      case .colour, .greyAlpha, .colourAlpha: [8, 16]
      }
    }
  }

  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Bits of a sample.
  public let bitDepth: Int
  /// What a pixel is made of.
  public let kind: Kind
  /// Red, green and blue of each colour of the table, one after another; empty where there is none.
  public let palette: [UInt8]
  /// Pixels in a metre along a row and across the rows, where the file says so.
  public let pixelsPerMetre: Resolution?

  /// How densely pixels lie.
  public struct Resolution: Hashable, Sendable {
    /// Along a row.
    public let x: Int
    /// Across the rows.
    public let y: Int
  }

  /// The first bytes of every PNG file.
  public static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Bytes of all rows, decoded.
  public var decodedByteCount: Int { height * ((width * kind.samples * bitDepth + 7) / 8 + 1) }

  /// Whether a file of `fileByteCount` bytes can hold the pixels at all: deflate makes at most 1,032
  /// bytes of one.
  public func isPlausible(fileByteCount: Int) -> Bool {
    decodedByteCount / 1032 <= fileByteCount
  }

  /// Reads the chunks of `bytes`, the first of a file, up to the one where pixels begin.
  public init(parsing bytes: [UInt8]) throws(PNGHeaderError) {
    guard bytes.starts(with: Self.signature) else { throw .isNoPNG }
    var header: (width: Int, height: Int, bitDepth: Int, kind: Kind)?
    var palette: [UInt8] = []
    var resolution: Resolution?
    var place = Self.signature.count
    while true {
      guard place + 8 <= bytes.count else { throw .endsBeforePixels }
      let length = Self.number(bytes, place)
      let name = String(decoding: bytes[(place + 4)..<(place + 8)], as: UTF8.self)
      // The specification's own limit.
      guard length <= 0x7FFF_FFFF else { throw .isMalformed("a chunk of \(length) bytes") }
      guard name != "IDAT" else { break }
      guard header != nil || name == "IHDR" else {
        throw .isMalformed("it begins with \(Self.shown(name)) and not with IHDR")
      }
      guard name != "IEND" else { throw .isMalformed("it has no pixels") }
      let (start, end) = (place + 8, place + 8 + length)
      place = end + 4
      guard ["IHDR", "PLTE", "pHYs"].contains(name) else { continue }
      // None of them is longer than a table of 256 colours.
      guard length <= 768 else { throw .isMalformed("\(name) of \(length) bytes") }
      guard place <= bytes.count else { throw .endsBeforePixels }
      guard Self.checksum(bytes[(start - 4)..<end]) == UInt32(Self.number(bytes, end)) else {
        throw .checksumDisagrees(chunk: name)
      }
      switch name {
      case "IHDR":
        guard header == nil, length == 13 else { throw .isMalformed("IHDR of \(length) bytes") }
        header = try Self.header(Array(bytes[start..<end]))
      case "PLTE":
        guard length % 3 == 0, length > 0, palette.isEmpty else {
          throw .isMalformed("a colour table of \(length) bytes")
        }
        palette = Array(bytes[start..<end])
      default:
        guard length == 9 else { throw .isMalformed("pHYs of \(length) bytes") }
        let (x, y) = (Self.number(bytes, start), Self.number(bytes, start + 4))
        // Unit 1 is the metre; any other means that only the proportion is known.
        if bytes[start + 8] == 1, x > 0, y > 0 { resolution = Resolution(x: x, y: y) }
      }
    }
    guard let header else { throw .isMalformed("it begins with IDAT and not with IHDR") }
    if header.kind == .palette {
      guard !palette.isEmpty, palette.count <= 3 << header.bitDepth else {
        throw .isMalformed("a colour table of \(palette.count / 3) colours")
      }
    }
    (width, height) = (header.width, header.height)
    (bitDepth, kind) = (header.bitDepth, header.kind)
    self.palette = header.kind == .palette ? palette : []
    pixelsPerMetre = resolution
  }

  private static func header(
    _ bytes: [UInt8]
  ) throws(PNGHeaderError) -> (width: Int, height: Int, bitDepth: Int, kind: Kind) {
    let (width, height) = (number(bytes, 0), number(bytes, 4))
    guard width > 0, height > 0, width <= 1 << 24, height <= 1 << 24 else {
      throw .isMalformed("\(height) rows x \(width) columns")
    }
    let bitDepth = Int(bytes[8])
    guard let kind = Kind(rawValue: Int(bytes[9])), kind.bitDepths.contains(bitDepth) else {
      throw .isMalformed("colour type \(bytes[9]) with \(bitDepth) bits")
    }
    guard bytes[10] == 0, bytes[11] == 0, bytes[12] <= 1 else {
      throw .isMalformed("compression \(bytes[10]), filter \(bytes[11]), interlace \(bytes[12])")
    }
    return (width, height, bitDepth, kind)
  }

  private static func number(_ bytes: [UInt8], _ place: Int) -> Int {
    (0..<4).reduce(0) { $0 << 8 | Int(bytes[place + $1]) }
  }

  private static func shown(_ name: String) -> String {
    name.utf8.allSatisfy { $0 >= 0x21 && $0 < 0x7F } ? name : "a chunk without a name"
  }

  /// CRC-32, bit by bit: what is checked here is short.
  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var sum = UInt32.max
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    return ~sum
  }
}

/// Why bytes are no beginning of a PNG file.
public enum PNGHeaderError: Error, Hashable, Sendable {
  /// Other first bytes.
  case isNoPNG
  /// The bytes end before the pixels begin.
  case endsBeforePixels
  /// A chunk whose checksum is another.
  case checksumDisagrees(chunk: String)
  /// What the specification does not allow.
  case isMalformed(String)
}
