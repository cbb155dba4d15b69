import SystemIO
import VolumeCore

extension CommandContext {
  /// Writes `chart` to `path`, whole or not at all: as SVG, for a paper, where it is named so, else as
  /// a PNG.
  func write(_ chart: Chart, to path: String) throws(Explanation) {
    guard path.lowercased().hasSuffix(".svg") else {
      try catalogue.pictures.write(chart, to: path)
      return
    }
    let text = SVGChart.page(chart) + "\n"
    try explained { () throws(SystemError) in
      try writeFileAtomically(path, Array(text.utf8))
    }
  }

  /// Writes `chart` as `base`.png, to be looked at, and as `base`.svg, for a paper.
  func writeBoth(_ chart: Chart, to base: String) throws(Explanation) {
    try write(chart, to: base + ".png")
    try write(chart, to: base + ".svg")
  }
}
