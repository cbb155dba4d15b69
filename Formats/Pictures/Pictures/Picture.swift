/// A picture: rows of red, green and blue bytes, the top row first.
public struct Picture: Hashable, Sendable {
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Three bytes for each pixel.
  public private(set) var rgb: [UInt8]

  /// A colour: red, green, blue.
  public struct Colour: Hashable, Sendable {
    /// Red.
    public var red: UInt8
    /// Green.
    public var green: UInt8
    /// Blue.
    public var blue: UInt8

    /// The colour of these three.
    public init(red: UInt8, green: UInt8, blue: UInt8) {
      self.red = red
      self.green = green
      self.blue = blue
    }

    /// The colour of a class: red, green, blue and, left aside, opacity; what is missing is 0.
    public init(_ channels: [Int]) {
      func channel(_ index: Int) -> UInt8 {
        index < channels.count ? UInt8(max(0, min(255, channels[index]))) : 0
      }
      self.init(red: channel(0), green: channel(1), blue: channel(2))
    }

    /// Black.
    public static let black = Colour(red: 0, green: 0, blue: 0)
    /// White.
    public static let white = Colour(red: 255, green: 255, blue: 255)
  }

  /// A picture of `rgb`, which has `width * height * 3` bytes.
  public init(width: Int, height: Int, rgb: [UInt8]) {
    precondition(width >= 0 && height >= 0 && rgb.count == width * height * 3)
    self.width = width
    self.height = height
    self.rgb = rgb
  }

  /// A picture of one colour.
  public init(width: Int, height: Int, filledWith colour: Colour = .black) {
    self.width = width
    self.height = height
    rgb = []
    rgb.reserveCapacity(width * height * 3)
    var row: [UInt8] = []
    for _ in 0..<width { row += [colour.red, colour.green, colour.blue] }
    for _ in 0..<height { rgb += row }
  }

  /// The colour at `row` and `column`.
  public subscript(row: Int, column: Int) -> Colour {
    get {
      let start = (row * width + column) * 3
      return Colour(red: rgb[start], green: rgb[start + 1], blue: rgb[start + 2])
    }
    set {
      let start = (row * width + column) * 3
      rgb[start] = newValue.red
      rgb[start + 1] = newValue.green
      rgb[start + 2] = newValue.blue
    }
  }

  /// Lays `other` into this picture with its first pixel at `row` and `column`; what would reach
  /// over an edge is cut off.
  public mutating func draw(_ other: Picture, row: Int, column: Int) {
    let columns = max(0, min(other.width, width - column))
    guard columns > 0, row >= 0, column >= 0 else { return }
    for r in 0..<max(0, min(other.height, height - row)) {
      let from = r * other.width * 3
      let to = ((row + r) * width + column) * 3
      rgb.replaceSubrange(to..<(to + columns * 3), with: other.rgb[from..<(from + columns * 3)])
    }
  }

  /// Fills a box with `colour`.
  public mutating func fill(rows: Range<Int>, columns: Range<Int>, with colour: Colour) {
    for row in rows.clamped(to: 0..<height) {
      for column in columns.clamped(to: 0..<width) { self[row, column] = colour }
    }
  }

  /// Pictures side by side, `gap` white columns between them.
  public static func sideBySide(_ pictures: [Picture], gap: Int = 8) -> Picture {
    let width = pictures.map(\.width).reduce(0, +) + gap * max(0, pictures.count - 1)
    var whole = Picture(
      width: width, height: pictures.map(\.height).max() ?? 0, filledWith: .white)
    var column = 0
    for picture in pictures {
      whole.draw(picture, row: 0, column: column)
      column += picture.width + gap
    }
    return whole
  }

  /// Pictures one below the other on white.
  public static func stacked(_ pictures: [Picture]) -> Picture {
    var whole = Picture(
      width: pictures.map(\.width).max() ?? 0, height: pictures.map(\.height).reduce(0, +),
      filledWith: .white)
    var row = 0
    for picture in pictures {
      whole.draw(picture, row: row, column: 0)
      row += picture.height
    }
    return whole
  }
}
