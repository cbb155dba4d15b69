import SystemIO
import VolumeCore

/// The page about a training: its curves, its pictures, its recipe.
struct TrainingReportPage {
  let folder: String

  /// Whether `folder` is what `train` leaves.
  static func isTraining(_ folder: String) -> Bool {
    [RunFolder.recipeName, "history.csv"].allSatisfy { kind(ofPath: "\(folder)/\($0)") != .missing }
  }

  private func text(_ name: String) throws(Explanation) -> String {
    try explained { () throws(SystemError) in
      String(decoding: try contents(ofFile: "\(folder)/\(name)"), as: UTF8.self)
    }
  }

  /// The page, which needs no other file.
  func html() throws(Explanation) -> String {
    let lines = try text("history.csv").split(separator: "\n")
    let header = lines.first?.split(separator: ",", omittingEmptySubsequences: false) ?? []
    let rows = lines.dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    }
    func column(_ name: String) -> [Double?]? {
      guard let place = header.firstIndex(where: { $0 == name }) else { return nil }
      return rows.map { place < $0.count ? $0[place] : nil }
    }
    let epochs = column("epoch") ?? rows.indices.map { Double($0 + 1) }
    func series(_ name: String, _ words: String, _ colour: [Int]) -> Chart.Series? {
      guard let values = column(name), values.contains(where: { $0 != nil }) else { return nil }
      return Chart.Series(
        words, colour: colour, zip(epochs, values).map { ($0 ?? .nan, $1 ?? .nan) })
    }
    func panel(_ title: String, _ series: [Chart.Series?], isLogY: Bool = false) -> String {
      var panel = Chart.Panel(title, xLabel: "epoch", series.compactMap(\.self))
      panel.isLogY = isLogY
      return panel.series.isEmpty ? "" : SVGChart.lines(panel)
    }
    let prefix = "validation_jaccard_"
    let classes = header.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    let palette = LabelClass.palette
    let indices = classes.enumerated().map { number, name in
      series(prefix + name, name, Array(palette[number % palette.count].prefix(3)))
    }
    let title = fileName(of: folder)
    let best = column("validation_mean_jaccard")?.compactMap(\.self).max()
    var body = [
      "<h1>\(HTML.escaped(title))</h1>",
      "<p class=\"sub\">a training of \(rows.count) epochs"
        + (best.map { ", mean Jaccard of its best \(Words.fixed($0, 4)) in validation" } ?? "")
        + "</p>",
    ]
    if best == nil {
      body.append(
        "<div class=\"warnings\">Without a validation part nothing here says how it does on voxels that "
          + "it has not seen.</div>")
    }
    body.append("<h2>Curves</h2>")
    body.append(
      panel(
        "loss",
        [
          series("loss", "training", [0, 114, 178]),
          series("validation_loss", "validation", [213, 94, 0]),
        ], isLogY: true))
    body.append(panel("validation Jaccard", indices))
    body.append(panel("learning rate", [series("rate", "", [0, 114, 178])], isLogY: true))
    if kind(ofPath: "\(folder)/evolution.png") != .missing {
      let picture = try explained { () throws(SystemError) in
        try contents(ofFile: "\(folder)/evolution.png")
      }
      body.append(
        "<h2>The same crop at each best so far</h2><img alt=\"evolution\" src=\"data:image/png;base64,"
          + "\(HTML.base64(picture))\">")
    }
    body.append("<h2>Epochs</h2>")
    body.append(
      HTML.table(
        header.map(String.init),
        rows.map { $0.map { $0.map { Words.short(($0 * 1e5).rounded() / 1e5) } ?? "" } }))
    body.append("<h2>Recipe</h2>")
    body.append(HTML.plain([try text(RunFolder.recipeName)]))
    return RunReportPage.page(title: title, body: body.joined(separator: "\n"), slices: nil)
  }
}
