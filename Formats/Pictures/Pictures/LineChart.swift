/// Lines, dots and bars over axes, in panels: what a training's curves and a comparison's scatter need.
public struct LineChart: Hashable, Sendable {
  /// A line, or dots, of one colour.
  public struct Series: Hashable, Sendable {
    /// For the legend.
    public var name: String
    /// Its colour.
    public var colour: Picture.Colour
    /// Along the panel.
    public var xs: [Double]
    /// Up the panel; what is not finite is left out.
    public var ys: [Double]
    /// Whether its points are not joined.
    public var isScattered: Bool
    /// Whether its line is thin.
    public var isThin: Bool

    /// The line, or the dots, at `xs` and `ys`.
    public init(
      name: String, colour: Picture.Colour, xs: [Double], ys: [Double], isScattered: Bool = false,
      isThin: Bool = false
    ) {
      self.name = name
      self.colour = colour
      self.xs = xs
      self.ys = ys
      self.isScattered = isScattered
      self.isThin = isThin
    }
  }

  /// One pair of axes.
  public struct Panel: Hashable, Sendable {
    /// Above it.
    public var title: String
    /// Below it.
    public var xLabel: String
    /// Whether equal factors are equally far apart along it.
    public var isLogX: Bool
    /// The same up it.
    public var isLogY: Bool
    /// What is drawn.
    public var series: [Series]
    /// Drawn instead of lines and dots, where there are any.
    public var bars: [BarPanel.Bar]

    /// A panel of `series`, or of `bars`.
    public init(
      title: String, xLabel: String, isLogX: Bool = false, isLogY: Bool = false, series: [Series],
      bars: [BarPanel.Bar] = []
    ) {
      self.bars = bars
      self.title = title
      self.xLabel = xLabel
      self.isLogX = isLogX
      self.isLogY = isLogY
      self.series = series
    }
  }

  /// Row by row.
  public var panels: [Panel]
  /// Panels in a row.
  public var columns: Int

  /// A chart of `panels`.
  public init(_ panels: [Panel], columns: Int = 1) {
    self.panels = panels
    self.columns = max(1, columns)
  }

  private static let size = (height: 260, width: 520)

  /// Draws it.
  public func drawn() -> Picture {
    // A row is as high as its highest panel; bars take what they need.
    let rows = stride(from: 0, to: panels.count, by: columns).map { first in
      panels[first..<min(first + columns, panels.count)].map { panel in
        panel.bars.isEmpty ? Self.size.height : BarPanel.height(of: panel.bars.count)
      }.max() ?? 0
    }
    var picture = Picture(
      width: columns * Self.size.width,
      height: rows.isEmpty ? Self.size.height : rows.reduce(0, +), filledWith: .white)
    var top = 0
    for (row, height) in rows.enumerated() {
      for column in 0..<columns where row * columns + column < panels.count {
        let panel = panels[row * columns + column]
        let left = column * Self.size.width
        if panel.bars.isEmpty {
          panel.draw(
            on: &picture, top: top, left: left, height: Self.size.height, width: Self.size.width)
        } else {
          BarPanel(title: panel.title, bars: panel.bars)
            .draw(on: &picture, top: top, left: left, width: Self.size.width)
        }
      }
      top += height
    }
    return picture
  }
}

extension LineChart.Panel {
  private static let grey = Picture.Colour(red: 190, green: 190, blue: 190)
  private static let pale = Picture.Colour(red: 232, green: 232, blue: 232)

  fileprivate func draw(
    on picture: inout Picture, top: Int, left: Int, height: Int, width: Int
  ) {
    let box = (
      top: top + 30, bottom: top + height - 34, left: left + 58, right: left + width - 14
    )
    picture.write(title, row: top + 8, column: left + 58)
    let points = series.flatMap { zip($0.xs, $0.ys).filter(isDrawn) }
    let x = ChartAxis(points.map(\.0), isLog: isLogX)
    let y = ChartAxis(points.map(\.1), isLog: isLogY)
    func column(_ value: Double) -> Int {
      box.left + Int((x.place(value) * Double(box.right - box.left)).rounded())
    }
    func row(_ value: Double) -> Int {
      box.bottom - Int((y.place(value) * Double(box.bottom - box.top)).rounded())
    }
    for tick in x.ticks(8) {
      let at = column(tick)
      picture.fill(rows: box.top..<box.bottom, columns: at..<(at + 1), with: Self.pale)
      let text = ChartAxis.words(tick)
      picture.write(text, row: box.bottom + 6, column: at - text.count * 3)
    }
    for tick in y.ticks(6) {
      let at = row(tick)
      picture.fill(rows: at..<(at + 1), columns: box.left..<box.right, with: Self.pale)
      let text = ChartAxis.words(tick)
      picture.write(text, row: at - 3, column: box.left - 6 - text.count * 6)
    }
    picture.fill(
      rows: box.top..<(box.bottom + 1), columns: box.left..<(box.left + 1), with: Self.grey)
    picture.fill(
      rows: box.bottom..<(box.bottom + 1), columns: box.left..<(box.right + 1), with: Self.grey)
    picture.write(
      xLabel, row: box.bottom + 20, column: (box.left + box.right) / 2 - xLabel.count * 3)
    var legend = box.right
    for each in series.reversed() where !each.name.isEmpty && !each.isScattered {
      legend -= each.name.count * 6 + 26
      picture.fill(
        rows: (top + 10)..<(top + 13), columns: legend..<(legend + 14), with: each.colour)
      picture.write(each.name, row: top + 8, column: legend + 18)
    }
    for each in series {
      var before: (row: Int, column: Int)?
      for point in zip(each.xs, each.ys) {
        guard isDrawn(point) else {
          before = nil
          continue
        }
        let here = (row: row(point.1), column: column(point.0))
        if each.isScattered {
          picture.fill(
            rows: (here.row - 3)..<(here.row + 4), columns: (here.column - 3)..<(here.column + 4),
            with: each.colour)
        } else {
          picture.line(
            from: before ?? here, to: here, width: each.isThin ? 1 : 2, colour: each.colour)
        }
        before = here
      }
    }
    // Dots are named where they are: a legend of many would not fit.
    var taken: [(row: Int, columns: Range<Int>)] = []
    for each in series where each.isScattered && !each.name.isEmpty {
      guard let point = zip(each.xs, each.ys).first(where: isDrawn) else { continue }
      let width = each.name.count * 6
      var start = column(point.0) + 7
      if start + width > box.right { start = column(point.0) - 7 - width }
      let columns = start..<(start + width)
      func isFree(_ at: Int) -> Bool {
        !taken.contains { abs($0.row - at) < 9 && $0.columns.overlaps(columns) }
      }
      // Beside the dot, else as near below or above it as there is room.
      let wanted = row(point.1) - 3
      let places = (0..<12).flatMap { [wanted + 9 * $0, wanted - 9 * $0] }
      let at = places.first { isFree($0) && $0 >= top + 20 && $0 < box.bottom - 7 } ?? wanted
      taken.append((at, columns))
      picture.write(each.name, row: at, column: columns.lowerBound, colour: each.colour)
    }
  }

  private func isDrawn(_ point: (Double, Double)) -> Bool {
    point.0.isFinite && point.1.isFinite && (!isLogX || point.0 > 0) && (!isLogY || point.1 > 0)
  }
}

extension Picture {
  /// A line of `width` pixels.
  mutating func line(
    from a: (row: Int, column: Int), to b: (row: Int, column: Int), width: Int, colour: Colour
  ) {
    let steps = max(abs(b.row - a.row), abs(b.column - a.column), 1)
    for step in 0...steps {
      let row = a.row + (b.row - a.row) * step / steps
      let column = a.column + (b.column - a.column) * step / steps
      fill(rows: row..<(row + width), columns: column..<(column + width), with: colour)
    }
  }
}
