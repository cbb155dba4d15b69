import VolumeCore

/// The strip below a picture: how long things are in it, what it shows, which colour is what.
public struct PictureFooter: Sendable {
  /// A line that is `part` of the picture's width long, and what length that is.
  public var scale: (part: Double, text: String)?
  /// What is shown: "z = 12".
  public var caption = ""
  /// Letters that the longest caption of all pictures has that are to be laid out alike.
  public var captionLength = 0
  /// The colours' names, in lines of their own.
  public var legend: [LegendEntry] = []

  /// A strip that says nothing.
  public init() {}

  /// Draws it on white, `width` pixels wide; texts that do not fit are cut off.
  public func drawn(width: Int) -> Picture {
    let size = width < 300 ? 1 : 2
    let margin = 4 * size
    let lineHeight = BitmapFont.height * size
    let length = scale.map { max(1, Int((Double(width) * $0.part).rounded())) } ?? 0
    let barText = scale?.text ?? ""
    let end = scale == nil ? 0 : margin + length + margin + Picture.textWidth(barText, scale: size)
    let captionWidth = Picture.textWidth(caption, scale: size)
    // The caption stands at the right, or below the bar where there is no room.
    let longest = max(
      captionWidth, captionLength * (BitmapFont.width + 1) * size)
    let isBeside = scale == nil || end + 3 * margin + longest <= width
    let lines = (scale == nil && caption.isEmpty ? 0 : 1) + (isBeside || caption.isEmpty ? 0 : 1)
    var strip = Picture(
      width: width, height: lines == 0 ? 0 : lines * (lineHeight + margin) + margin,
      filledWith: .white)
    if scale != nil {
      let middle = margin + lineHeight / 2
      strip.fill(
        rows: (middle - size)..<(middle + size), columns: margin..<(margin + length), with: .black)
      strip.write(barText, row: margin, column: margin + length + margin, scale: size)
    }
    if !caption.isEmpty {
      strip.write(
        caption, row: isBeside ? margin : 2 * margin + lineHeight,
        column: isBeside ? max(margin, width - margin - captionWidth) : margin, scale: size)
    }
    guard !legend.isEmpty else { return strip }
    return .stacked([strip, .legend(legend, width: width, scale: size)])
  }
}
