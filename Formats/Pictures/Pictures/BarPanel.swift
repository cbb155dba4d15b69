/// Horizontal bars with their names and numbers, from 0 to the longest.
public struct BarPanel: Hashable, Sendable {
  /// One bar.
  public struct Bar: Hashable, Sendable {
    /// At its left.
    public var name: String
    /// How long it is; not negative.
    public var value: Double
    /// Half of the width of an interval about its end.
    public var reach: Double?
    /// Its colour.
    public var colour: Picture.Colour

    /// A bar of `value`.
    public init(name: String, value: Double, reach: Double? = nil, colour: Picture.Colour) {
      (self.name, self.value, self.reach, self.colour) = (name, value, reach, colour)
    }
  }

  private static let row = 18
  private static let head = 30

  /// Above them.
  let title: String
  /// From the top.
  let bars: [Bar]

  /// Pixels that `count` bars are high, with what is above and below.
  static func height(of count: Int) -> Int { head + count * row + 12 }

  func draw(on picture: inout Picture, top: Int, left: Int, width: Int) {
    // Names take what they need, but not more than half.
    let letters = min(
      bars.map(\.name.count).max() ?? 0, (width / 2 - 16) / (BitmapFont.width + 1))
    let start = left + 14 + letters * (BitmapFont.width + 1)
    let room = left + width - 60 - start
    let most = bars.map { $0.value + ($0.reach ?? 0) }.filter(\.isFinite).max() ?? 0
    let scale = Double(room) / (most > 0 ? most : 1)
    picture.write(title, row: top + 8, column: start)
    for (place, bar) in bars.enumerated() {
      let at = top + Self.head + place * Self.row
      // The end of a long name says more than its beginning: it is a path's.
      let name = String(bar.name.suffix(letters))
      picture.write(name, row: at + 3, column: start - 6 - name.count * (BitmapFont.width + 1))
      guard bar.value.isFinite else { continue }
      let length = max(0, Int((bar.value * scale).rounded()))
      picture.fill(rows: at..<(at + 12), columns: start..<(start + length), with: bar.colour)
      var end = length
      if let reach = bar.reach {
        let (low, high) = (
          max(0, Int(((bar.value - reach) * scale).rounded())),
          Int(((bar.value + reach) * scale).rounded())
        )
        picture.fill(
          rows: (at + 5)..<(at + 7), columns: (start + low)..<(start + high + 1), with: .black)
        end = max(end, high)
      }
      let text = Self.words(bar.value)
      picture.write(text, row: at + 3, column: start + end + 6)
    }
    let bottom = top + Self.head + bars.count * Self.row
    picture.fill(rows: (top + Self.head - 4)..<bottom, columns: start..<(start + 1), with: .black)
  }

  /// Four digits behind the point.
  private static func words(_ value: Double) -> String {
    let parts = Int((value * 10_000).rounded())
    let rest = "\(parts % 10_000)"
    return "\(parts / 10_000)." + String(repeating: "0", count: 4 - rest.count) + rest
  }
}
