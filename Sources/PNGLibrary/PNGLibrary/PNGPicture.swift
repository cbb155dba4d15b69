import CPNG
import Glibc

/// A picture of red, green and blue bytes, as it lies in a PNG file.
public struct PNGPicture: Hashable, Sendable {
  /// Pixels in a row.
  public var width: Int
  /// Rows.
  public var height: Int
  /// Red, green and blue of each pixel, row by row from the top.
  public var rgb: [UInt8]

  /// A picture of `height` rows of `width` pixels.
  public init(width: Int, height: Int, rgb: [UInt8]) {
    self.width = width
    self.height = height
    self.rgb = rgb
  }

  /// The picture in a PNG file's bytes; `nil` where they are none.
  public init?(decoding bytes: [UInt8]) {
    var width: UInt32 = 0
    var height: UInt32 = 0
    guard let rgb = unsafe cpng_decode_rgb(bytes, bytes.count, &width, &height) else {
      return nil
    }
    defer { unsafe free(rgb) }
    self.init(
      width: Int(width), height: Int(height),
      rgb: unsafe Array(UnsafeBufferPointer(start: rgb, count: Int(width) * Int(height) * 3)))
  }

  /// The bytes of a PNG file; equal pictures make equal bytes.
  public func encoded() throws(PNGError) -> [UInt8] {
    guard width > 0, height > 0, rgb.count == width * height * 3 else {
      throw PNGError(message: "it is empty")
    }
    var count = 0
    var message = [CChar](repeating: 0, count: 64)
    guard
      let bytes = unsafe cpng_encode_rgb(rgb, UInt32(width), UInt32(height), &count, &message)
    else {
      let words = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      throw PNGError(message: String(decoding: words, as: UTF8.self))
    }
    defer { unsafe free(bytes) }
    return unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
  }
}

/// What libpng says.
public struct PNGError: Error, Hashable, Sendable {
  /// In its words.
  public var message: String

  /// The library said `message`.
  public init(message: String) { self.message = message }
}
