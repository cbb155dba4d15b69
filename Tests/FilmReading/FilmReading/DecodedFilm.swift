import CAV

/// A film as FFmpeg's decoders see it, for tests.
public struct DecodedFilm: Sendable {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Pictures a second, rounded.
  public let picturesPerSecond: Int
  /// How long it takes.
  public let seconds: Double
  /// The decoder's name.
  public let codec: String
  /// Whether it is in the one form that every player knows: 8 bits, 4:2:0.
  public let isPlain: Bool
  /// Red, green and blue of each picture, row by row.
  public let pictures: [[UInt8]]

  /// Decodes the film at `path`; `nil` where it is none.
  public init?(_ path: String) {
    var film = unsafe cav_film()
    guard unsafe cav_read(path, &film) == 0 else { return nil }
    defer { unsafe free(film.rgb) }
    (width, height) = unsafe (Int(film.width), Int(film.height))
    picturesPerSecond = unsafe Int(film.per_second)
    seconds = unsafe film.seconds
    isPlain = unsafe film.is_420 != 0
    codec = unsafe withUnsafeBytes(of: film.codec) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    let size = width * height * 3
    pictures = unsafe (0..<Int(film.count)).map { number in
      unsafe Array(UnsafeBufferPointer(start: film.rgb + number * size, count: size))
    }
  }

  /// Red, green and blue of a pixel.
  public func pixel(_ picture: Int, row: Int, column: Int) -> [UInt8] {
    let start = (row * width + column) * 3
    return Array(pictures[picture][start..<(start + 3)])
  }
}
