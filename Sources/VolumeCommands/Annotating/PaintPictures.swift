import VolumeCore

/// A picture of few colours, for a paint program.
public struct PalettePicture: Hashable, Sendable {
  /// Pixels in a row.
  public var width: Int
  /// Rows.
  public var height: Int
  /// The place of each pixel's colour, row by row from the top.
  public var places: [UInt8]
  /// Red, green and blue of each colour, at most 256.
  public var colours: [[UInt8]]

  /// A picture of `height` rows of `width` pixels.
  public init(width: Int, height: Int, places: [UInt8], colours: [[UInt8]]) {
    self.width = width
    self.height = height
    self.places = places
    self.colours = colours
  }
}

/// A format of pictures that have a palette and lose nothing.
public enum PaintFormat: String, CaseIterable, Sendable {
  /// Of as many colours as there are classes.
  case png
  /// Of 256 colours, and each pixel's value is its label: ImageJ shows both.
  case tiff

  /// How names of such files end; what is written ends in the first.
  public var endings: [String] {
    switch self {
    case .png: ["png"]
    case .tiff: ["tif", "tiff"]
    }
  }
}

/// A picture as a paint program left it.
public struct PaintedPicture: Hashable, Sendable {
  /// Pixels in a row.
  public var width: Int
  /// Rows.
  public var height: Int
  /// Red, green, blue and opacity of each pixel, row by row from the top.
  public var rgba: [UInt8]

  /// A picture of `height` rows of `width` pixels.
  public init(width: Int, height: Int, rgba: [UInt8]) {
    self.width = width
    self.height = height
    self.rgba = rgba
  }
}

/// Gives pictures to paint programs and takes them back, in the format that their names say.
public protocol PaintPictures: Sendable {
  /// Writes `picture` to `path`, whole or not at all.
  func write(_ picture: PalettePicture, to path: String) throws(Explanation)
  /// Reads the picture at `path`, which is not more than `limit` pixels large.
  func readPainted(_ path: String, limit: Int) throws(Explanation) -> PaintedPicture
}
