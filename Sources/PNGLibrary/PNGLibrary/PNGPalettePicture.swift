import CPNG
import Glibc

/// A picture of at most 256 colours, as it lies in a PNG file with a palette.
public struct PNGPalettePicture: Hashable, Sendable {
  /// Pixels in a row.
  public var width: Int
  /// Rows.
  public var height: Int
  /// The place of each pixel's colour, row by row from the top.
  public var places: [UInt8]
  /// Red, green and blue of each colour.
  public var colours: [[UInt8]]

  /// A picture of `height` rows of `width` pixels.
  public init(width: Int, height: Int, places: [UInt8], colours: [[UInt8]]) {
    self.width = width
    self.height = height
    self.places = places
    self.colours = colours
  }

  /// The bytes of a PNG file; equal pictures make equal bytes.
  public func encoded() throws(PNGError) -> [UInt8] {
    guard width > 0, height > 0, places.count == width * height, (1...256).contains(colours.count),
      colours.allSatisfy({ $0.count == 3 }), places.allSatisfy({ Int($0) < colours.count })
    else { throw PNGError(message: "its pixels and its colours do not fit together") }
    var count = 0
    var message = [CChar](repeating: 0, count: 64)
    guard
      let bytes = unsafe cpng_encode_palette(
        places, colours.flatMap { $0 }, UInt32(colours.count), UInt32(width), UInt32(height),
        &count,
        &message)
    else {
      let words = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      throw PNGError(message: String(decoding: words, as: UTF8.self))
    }
    defer { unsafe free(bytes) }
    return unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
  }
}

/// A picture of red, green, blue and opacity bytes, whatever kind of PNG it was read from.
public struct PNGOpacityPicture: Hashable, Sendable {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Red, green, blue and opacity of each pixel, row by row from the top.
  public let rgba: [UInt8]

  /// The picture in a PNG file's bytes; `nil` where they are none.
  public init?(decoding bytes: [UInt8]) {
    var width: UInt32 = 0
    var height: UInt32 = 0
    guard let rgba = unsafe cpng_decode_rgba(bytes, bytes.count, &width, &height) else {
      return nil
    }
    defer { unsafe free(rgba) }
    (self.width, self.height) = (Int(width), Int(height))
    self.rgba = unsafe Array(
      UnsafeBufferPointer(start: rgba, count: Int(width) * Int(height) * 4))
  }
}
