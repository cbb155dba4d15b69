import VolumeCore

/// One line of a legend: what a colour stands for, and how much there is of it.
public struct LegendEntry: Hashable, Sendable {
  /// The class.
  public var labelClass: LabelClass
  /// Its part of all voxels, 0 to 1, or `nil` where it is not known.
  public var fraction: Double?

  /// `labelClass` makes up `fraction` of all.
  public init(_ labelClass: LabelClass, fraction: Double? = nil) {
    self.labelClass = labelClass
    self.fraction = fraction
  }

  /// "fibre 12.34 %".
  var text: String {
    guard let fraction else { return labelClass.name }
    let hundredths = Int((fraction * 10_000).rounded())
    let rest = hundredths % 100
    return "\(labelClass.name) \(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) %"
  }
}

extension Picture {
  /// A strip of colour swatches and names, `width` pixels wide, in as many lines as it takes.
  public static func legend(_ entries: [LegendEntry], width: Int, scale: Int = 2) -> Picture {
    let lineHeight = (BitmapFont.height + 6) * scale
    let swatch = BitmapFont.height * scale
    let margin = 4 * scale
    func extent(_ entry: LegendEntry) -> Int {
      swatch + margin + textWidth(entry.text, scale: scale)
    }
    var places: [(line: Int, column: Int)] = []
    var line = 0
    var column = margin
    for entry in entries {
      if column > margin, column + extent(entry) > width - margin {
        line += 1
        column = margin
      }
      places.append((line, column))
      column += extent(entry) + 3 * margin
    }
    var strip = Picture(
      width: width, height: entries.isEmpty ? 0 : (line + 1) * lineHeight, filledWith: .white)
    for (entry, place) in zip(entries, places) {
      let top = place.line * lineHeight + 3 * scale
      // A frame, so that a white class is seen on the white strip.
      strip.fill(
        rows: top..<(top + swatch), columns: place.column..<(place.column + swatch), with: .black)
      strip.fill(
        rows: (top + 1)..<(top + swatch - 1),
        columns: (place.column + 1)..<(place.column + swatch - 1),
        with: Colour(entry.labelClass.colour))
      strip.write(
        entry.text, row: top, column: place.column + swatch + margin, scale: scale)
    }
    return strip
  }

  /// Pixels that `text` is wide.
  static func textWidth(_ text: String, scale: Int) -> Int {
    max(0, text.count * (BitmapFont.width + 1) - 1) * scale
  }

  /// Writes `text` with its upper left corner at `row` and `column`.
  public mutating func write(
    _ text: String, row: Int, column: Int, scale: Int = 1, colour: Colour = .black
  ) {
    for (index, character) in text.enumerated() {
      let left = column + index * (BitmapFont.width + 1) * scale
      for (dot, isSet) in BitmapFont.dots(of: character).enumerated() where isSet {
        let top = row + dot / BitmapFont.width * scale
        let start = left + dot % BitmapFont.width * scale
        fill(rows: top..<(top + scale), columns: start..<(start + scale), with: colour)
      }
    }
  }
}
