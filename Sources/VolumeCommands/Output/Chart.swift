/// Curves and bars in one or several panels below each other.
public struct Chart: Hashable, Sendable {
  /// A line, or dots, of one colour.
  public struct Series: Hashable, Sendable {
    /// For the legend.
    public var name: String
    /// Red, green, blue.
    public var colour: [Int]
    /// Along the panel.
    public var xs: [Double]
    /// Up the panel; what is not finite is left out.
    public var ys: [Double]
    /// Whether its points are not joined.
    public var isScattered = false
    /// Whether it is drawn thinly.
    public var isThin = false

    /// The line through `points`.
    public init(_ name: String, colour: [Int], _ points: [(Double, Double)]) {
      self.name = name
      self.colour = colour
      xs = points.map(\.0)
      ys = points.map(\.1)
    }
  }

  /// A horizontal bar.
  public struct Bar: Hashable, Sendable {
    /// At its left.
    public var name: String
    /// How long it is; not negative.
    public var value: Double
    /// Half of the width of an interval about its end, where that is known.
    public var reach: Double?
    /// Red, green, blue.
    public var colour: [Int]

    /// A bar of `value` called `name`.
    public init(_ name: String, value: Double, reach: Double? = nil, colour: [Int]) {
      (self.name, self.value, self.reach, self.colour) = (name, value, reach, colour)
    }
  }

  /// One pair of axes.
  public struct Panel: Hashable, Sendable {
    /// Above it.
    public var title: String
    /// Below it.
    public var xLabel: String
    /// Whether equal factors are equally far apart.
    public var isLogX = false
    /// The same up the panel.
    public var isLogY = false
    /// What is drawn.
    public var series: [Series]
    /// Drawn instead of curves, from the top, where there are any.
    public var bars: [Bar] = []

    /// A panel of `series`.
    public init(_ title: String, xLabel: String, _ series: [Series]) {
      self.title = title
      self.xLabel = xLabel
      self.series = series
    }

    /// A panel of `bars`.
    public init(_ title: String, bars: [Bar]) {
      self.init(title, xLabel: "", [])
      self.bars = bars
    }
  }

  /// From the top, or column by column.
  public var panels: [Panel]
  /// Panels side by side.
  public var columns = 1

  /// A chart of `panels`.
  public init(_ panels: [Panel]) { self.panels = panels }
}
