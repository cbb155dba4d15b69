import Glibc
import VolumeCore

/// A chart as SVG: lines, dots, or bars with intervals, for a page or a paper.
struct SVGChart {
  /// Bars with intervals, one group for each name.
  struct Bars {
    /// One bar.
    struct Bar {
      var name: String
      var value: Double
      var interval: (low: Double, high: Double)?
      var colour: [Int]
    }

    var title: String
    var unit: String
    var bars: [Bar]
  }

  private static let font =
    "font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"currentColor\""

  static func colour(_ colour: [Int]) -> String {
    let parts = colour.prefix(3).map { max(0, min(255, $0)) }
    guard parts.count == 3 else { return "#888888" }
    func hex(_ value: Int) -> String {
      let text = String(value, radix: 16)
      return text.count == 1 ? "0" + text : text
    }
    return "#" + parts.map(hex).joined()
  }

  private static func number(_ value: Double) -> String { Words.fixed(value, 2) }

  /// Round numbers from `low` to `high`, about five of them.
  static func ticks(_ low: Double, _ high: Double) -> [Double] {
    let span = high - low
    guard span > 0, span.isFinite else { return [low] }
    var step = 1.0
    while step > span { step /= 10 }
    while step * 10 <= span { step *= 10 }
    for factor in [0.1, 0.2, 0.5, 1, 2] where span / (step * factor) <= 6 {
      step *= factor
      break
    }
    var tick = (low / step).rounded(.up) * step
    var ticks: [Double] = []
    while tick <= high + step * 1e-9 {
      ticks.append(abs(tick) < step * 1e-9 ? 0 : tick)
      tick += step
    }
    return ticks
  }

  /// All panels of `chart` on one page, as a file.
  static func page(_ chart: Chart) -> String {
    let gap = 16
    var (inside, top, width) = ("", 0, 0)
    for first in stride(from: 0, to: chart.panels.count, by: max(1, chart.columns)) {
      var (left, height) = (0, 0)
      for panel in chart.panels[first..<min(first + max(1, chart.columns), chart.panels.count)] {
        let size = size(of: panel)
        let drawn = drawn(panel)
        if !drawn.isEmpty {
          inside += "<svg x=\"\(left)\" y=\"\(top)\"" + drawn.dropFirst("<svg".count)
        }
        left += size.width + gap
        height = max(height, size.height)
      }
      width = max(width, left - gap)
      top += height + gap
    }
    return
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(max(1, top - gap))\" "
      + "width=\"\(width)\" height=\"\(max(1, top - gap))\" color=\"#000000\">" + inside + "</svg>"
  }

  private static func size(of panel: Chart.Panel) -> (width: Int, height: Int) {
    (640, panel.bars.isEmpty ? 260 : barHeight(panel.bars.count))
  }

  private static func drawn(_ panel: Chart.Panel) -> String {
    guard !panel.bars.isEmpty else { return lines(panel) }
    return bars(
      Bars(
        title: panel.title, unit: "",
        bars: panel.bars.map { bar in
          Bars.Bar(
            name: bar.name, value: bar.value,
            interval: bar.reach.map { (max(0, bar.value - $0), bar.value + $0) },
            colour: bar.colour)
        }))
  }

  private static let barTop = 30.0
  private static let barRow = 26.0

  private static func barHeight(_ count: Int) -> Int { Int(barTop + barRow * Double(count) + 10) }

  /// One panel of lines and dots.
  static func lines(_ panel: Chart.Panel, width: Int = 640, height: Int = 260) -> String {
    let (left, right, top, bottom) = (64.0, 12.0, 34.0, 40.0)
    func scaled(_ value: Double, _ isLog: Bool) -> Double? {
      guard value.isFinite else { return nil }
      return isLog ? (value > 0 ? log10(value) : nil) : value
    }
    let points = panel.series.map { series in
      zip(series.xs, series.ys).map { x, y -> (Double, Double)? in
        guard let x = scaled(x, panel.isLogX), let y = scaled(y, panel.isLogY) else { return nil }
        return (x, y)
      }
    }
    let known = points.flatMap { $0.compactMap(\.self) }
    guard let firstX = known.map(\.0).min(), let lastX = known.map(\.0).max(),
      var low = known.map(\.1).min(), var high = known.map(\.1).max()
    else { return "" }
    if low == high { (low, high) = (low - 0.5, high + 0.5) }
    let margin = (high - low) * 0.05
    (low, high) = (low - margin, high + margin)
    let spanX = lastX > firstX ? lastX - firstX : 1
    let (plotWidth, plotHeight) = (Double(width) - left - right, Double(height) - top - bottom)
    func place(_ point: (Double, Double)) -> String {
      let x = left + (point.0 - firstX) / spanX * plotWidth
      let y = top + (high - point.1) / (high - low) * plotHeight
      return "\(number(x)),\(number(y))"
    }
    var parts = [header(width, height, panel.title)]
    func label(_ value: Double, _ isLog: Bool) -> String {
      Words.short(isLog ? pow(10, value) : value)
    }
    for tick in ticks(low, high) {
      let y = number(top + (high - tick) / (high - low) * plotHeight)
      parts.append(
        "<line x1=\"\(number(left))\" x2=\"\(number(left + plotWidth))\" y1=\"\(y)\" y2=\"\(y)\" "
          + "stroke=\"currentColor\" stroke-opacity=\"0.15\"/>"
          + "<text x=\"\(number(left - 6))\" y=\"\(y)\" dy=\"4\" text-anchor=\"end\" \(font)>"
          + "\(label(tick, panel.isLogY))</text>")
    }
    for tick in ticks(firstX, lastX) {
      let x = number(left + (tick - firstX) / spanX * plotWidth)
      parts.append(
        "<text x=\"\(x)\" y=\"\(number(top + plotHeight + 16))\" text-anchor=\"middle\" \(font)>"
          + "\(label(tick, panel.isLogX))</text>")
    }
    parts.append(
      "<rect x=\"\(number(left))\" y=\"\(number(top))\" width=\"\(number(plotWidth))\" "
        + "height=\"\(number(plotHeight))\" fill=\"none\" stroke=\"currentColor\" "
        + "stroke-opacity=\"0.4\"/>"
        + "<text x=\"\(number(left + plotWidth / 2))\" y=\"\(height - 6)\" text-anchor=\"middle\" "
        + "\(font)>\(HTML.escaped(panel.xLabel))</text>")
    var legend = left + plotWidth
    for (series, list) in zip(panel.series, points).reversed() {
      let colour = colour(series.colour)
      if series.isScattered {
        for point in list.compactMap(\.self) {
          let parts2 = place(point).split(separator: ",")
          parts.append(
            "<circle cx=\"\(parts2[0])\" cy=\"\(parts2[1])\" r=\"3.5\" fill=\"\(colour)\"/>")
        }
      } else {
        // A gap where a point is not known.
        var path = ""
        var isOpen = false
        for point in list {
          guard let point else {
            isOpen = false
            continue
          }
          path += (isOpen ? "L" : "M") + place(point)
          isOpen = true
        }
        parts.append(
          "<path d=\"\(path)\" fill=\"none\" stroke=\"\(colour)\" "
            + "stroke-width=\"\(series.isThin ? 1 : 1.8)\" stroke-linejoin=\"round\"/>")
      }
      guard !series.name.isEmpty else { continue }
      legend -= Double(series.name.count) * 6.6
      parts.append(
        "<text x=\"\(number(legend))\" y=\"22\" \(font)>\(HTML.escaped(series.name))</text>"
          + "<rect x=\"\(number(legend - 18))\" y=\"15\" width=\"14\" height=\"4\" "
          + "fill=\"\(colour)\"/>")
      legend -= 30
    }
    return parts.joined() + "</svg>"
  }

  /// Horizontal bars, with their intervals as lines over them.
  static func bars(_ chart: Bars, width: Int = 640) -> String {
    let (top, row, right) = (barTop, barRow, 90.0)
    // Names of files are longer than those of classes.
    let longest = Double(chart.bars.map(\.name.count).max() ?? 0)
    let left = max(130, min(280, longest * 6.8 + 16))
    let height = barHeight(chart.bars.count)
    let most = chart.bars.map { max($0.value, $0.interval?.high ?? 0) }.max() ?? 0
    let scale = (Double(width) - left - right) / (most > 0 ? most : 1)
    var parts = [header(width, height, chart.title)]
    for (place, bar) in chart.bars.enumerated() {
      let y = top + row * Double(place)
      parts.append(
        "<text x=\"\(number(left - 8))\" y=\"\(number(y + 14))\" text-anchor=\"end\" \(font)>"
          + "\(HTML.escaped(bar.name))</text>"
          + "<rect x=\"\(number(left))\" y=\"\(number(y + 3))\" "
          + "width=\"\(number(max(0, bar.value) * scale))\" height=\"\(number(row - 10))\" "
          + "fill=\"\(colour(bar.colour))\" stroke=\"currentColor\" stroke-opacity=\"0.4\"/>")
      var end = bar.value
      if let interval = bar.interval {
        end = max(end, interval.high)
        let middle = number(y + 3 + (row - 10) / 2)
        parts.append(
          "<line x1=\"\(number(left + interval.low * scale))\" "
            + "x2=\"\(number(left + interval.high * scale))\" y1=\"\(middle)\" y2=\"\(middle)\" "
            + "stroke=\"currentColor\" stroke-width=\"2\"/>")
      }
      parts.append(
        "<text x=\"\(number(left + end * scale + 8))\" y=\"\(number(y + 14))\" \(font)>"
          + "\(Words.fixed(bar.value, 3))\(chart.unit)</text>")
    }
    return parts.joined() + "</svg>"
  }

  private static func header(_ width: Int, _ height: Int, _ title: String) -> String {
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(height)\" "
      + "width=\"\(width)\" height=\"\(height)\" role=\"img\">"
      + "<title>\(HTML.escaped(title))</title>"
      + "<text x=\"4\" y=\"22\" font-weight=\"600\" \(font)>\(HTML.escaped(title))</text>"
  }
}
