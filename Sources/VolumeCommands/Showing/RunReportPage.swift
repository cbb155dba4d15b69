import Evaluation
import Quantification
import VolumeCore

/// The page about a segmentation: warnings first, then what it found, then how it was made.
struct RunReportPage {
  var path: String
  var labels: VolumeDescription
  var receipt: JSONValue?
  var isFinished = true
  var statistics: RunStatistics?
  var evaluation: EvaluationReport?
  var overlap: [String] = []
  var slices: JSONValue?
  var madeAt = ""

  /// The classes' names and colours.
  var classes: [LabelClass] { labels.classes ?? statistics?.classes ?? [] }

  private func name(_ value: Int) -> String {
    classes.first { $0.value == value }?.name ?? "class \(value)"
  }

  private func colour(_ value: Int) -> [Int] {
    classes.first { $0.value == value }?.colour
      ?? LabelClass.palette[value % LabelClass.palette.count]
  }

  /// What a reader must know before anything else.
  var warnings: [String] {
    var warnings: [String] = []
    if !isFinished {
      warnings.append("The run is not finished: what is not computed yet reads as 0.")
    }
    if let receipt {
      if receipt["state"]?.string != "finished" {
        warnings.append("The receipt says \(receipt["state"]?.string ?? "nothing"), not finished.")
      }
      if receipt["input_changed"] != nil {
        warnings.append("The scan's files changed while the run went on.")
      }
      if receipt["tiling"]?["halo_exact"]?.bool == false {
        warnings.append(
          "Tiles were computed with less context than the network sees: their borders may show.")
      }
      if let seams = receipt["seams"], (seams["beyond_ties"]?.integer ?? 0) > 0 {
        warnings.append("Labels change where tiles meet: \(ReceiptPage.seams(seams)).")
      }
      let resumes = receipt["resumes"]?.integer ?? 0
      if resumes > 0 {
        warnings.append(
          "The run was stopped and gone on with \(resumes) \(resumes == 1 ? "time" : "times"); what was "
            + "committed is checked, and the labels are those of one run.")
      }
    } else {
      warnings.append("There is no receipt: nothing says what the labels were computed from.")
    }
    if labels.spacing == nil {
      warnings.append("The voxel size is not known: lengths are in voxels.")
    }
    return warnings + overlap
  }

  /// The page, which needs no other file.
  var html: String {
    let title = fileName(of: path)
    var body = [
      "<h1>\(HTML.escaped(title))</h1>",
      "<p class=\"sub\">\(HTML.escaped(words(of: labels)))\(madeAt.isEmpty ? "" : ", report of \(HTML.escaped(madeAt))")</p>",
    ]
    let warnings = warnings
    body.append(
      warnings.isEmpty
        ? "<p class=\"fine\">Finished; nothing to warn of.</p>"
        : "<div class=\"warnings\"><strong>Before you use it</strong><ul>"
          + warnings.map { "<li>\(HTML.escaped($0))</li>" }.joined() + "</ul></div>")
    body.append(contentsOf: fractionParts)
    if slices != nil { body.append(browser) }
    body.append(contentsOf: scoreParts)
    body.append(contentsOf: profileParts)
    if let receipt {
      body.append("<h2>What was done</h2>")
      body.append(HTML.plain(ReceiptPage(path: path, document: receipt).lines))
      body.append(
        "<details><summary>The whole receipt</summary>"
          + HTML.plain([Self.withoutBlocks(receipt).text(pretty: true)]) + "</details>")
    }
    return Self.page(title: title, body: body.joined(separator: "\n"), slices: slices)
  }

  static func page(title: String, body: String, slices: JSONValue?) -> String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(HTML.escaped(title))</title>
    <style>\(ReportStyle.css)</style>
    </head>
    <body>
    \(body)
    \(slices.map { "<script type=\"application/json\" id=\"slices\">\(HTML.script($0))</script>" } ?? "")
    <script>\(ReportStyle.script)</script>
    </body>
    </html>

    """
  }

  /// Hashes of thousands of blocks help nobody who reads.
  private static func withoutBlocks(_ receipt: JSONValue) -> JSONValue {
    guard var members = receipt.object else { return receipt }
    for key in ["input", "output"] {
      guard var part = members[key]?.object else { continue }
      part["blocks"] = nil
      members[key] = .object(part)
    }
    if var model = members["model"]?.object {
      model["card"] = nil
      members["model"] = .object(model)
    }
    return .object(members)
  }

  private var fractionParts: [String] {
    guard let statistics else { return [] }
    let table = statistics.table
    let bars = table.fractions.classes.map { item in
      SVGChart.Bars.Bar(
        name: name(item.value), value: item.fraction * 100,
        interval: (item.volume ?? item.material).map { ($0.low * 100, $0.high * 100) },
        colour: colour(item.value))
    }
    var rows: [[String]] = []
    for item in table.fractions.classes {
      rows.append([
        name(item.value), Words.grouped(item.voxels), Words.percent(item.fraction, 3),
        item.volume.map(FractionTable.bounds) ?? "-",
        item.material.map(FractionTable.bounds) ?? "-",
        volume(item.voxels),
      ])
    }
    return [
      "<h2>Volume fractions</h2>",
      SVGChart.bars(SVGChart.Bars(title: "volume fraction, %", unit: " %", bars: bars)),
      HTML.table(
        [
          "class", "voxels", "fraction", "95 %, this volume", "95 %, the material", "volume",
        ], rows),
      "<p>\(HTML.escaped(table.remark))</p>",
    ]
  }

  /// A volume in cubic millimetres, where the voxel size is known.
  private func volume(_ voxels: Int) -> String {
    guard let spacing = labels.spacing else { return "-" }
    let cubic = Double(voxels) * spacing.z * spacing.y * spacing.x / 1e9
    return cubic >= 0.01 ? "\(Words.fixed(cubic, 4)) mm³" : "\(Words.fixed(cubic * 1e9, 0)) µm³"
  }

  private var browser: String {
    func choice(_ group: String, _ values: [(String, String)], _ first: String) -> String {
      values.map {
        "<label><input type=\"radio\" name=\"\(group)\" value=\"\($0.0)\""
          + ($0.0 == first ? " checked" : "") + "> \($0.1)</label><br>"
      }.joined()
    }
    var views = [("both", "labels over grey"), ("grey", "grey"), ("labels", "labels")]
    if evaluation != nil { views.append(("errors", "errors")) }
    let key = classes.map {
      "<div><span class=\"key\" style=\"background:\(SVGChart.colour($0.colour))\"></span>"
        + "\(HTML.escaped($0.name))</div>"
    }.joined()
    return """
      <h2>Slices</h2>
      <div class="browser"><canvas id="slice" width="16" height="16"></canvas>
      <div class="controls"><fieldset><legend>Across</legend>\
      \(choice("axis", [("z", "z (layers)"), ("y", "y"), ("x", "x")], "z"))</fieldset>
      <fieldset><legend>Shown</legend>\(choice("view", views, "both"))</fieldset>
      <fieldset><legend id="where">position</legend><input type="range" id="position" min="0" max="0" \
      aria-label="position"></fieldset>\(key)
      <p class="sub">Thinned out for this page: <code>t2s-volume show</code> draws single layers whole.</p></div></div>
      """
  }

  private var scoreParts: [String] {
    guard let evaluation else { return [] }
    func digits(_ value: Double?) -> String { value.map { Words.fixed($0, 4) } ?? "-" }
    let scores = evaluation.scores
    let rows = scores.classes.map { score in
      [
        evaluation.name(of: score.value), digits(score.jaccard), digits(score.precision),
        digits(score.recall), digits(score.f1), Words.grouped(score.support),
        Words.grouped(score.predicted),
      ]
    }
    let names = scores.classes.map { evaluation.name(of: $0.value) }
    var confusion: [[String]] = []
    for truth in scores.classes {
      var row = [evaluation.name(of: truth.value)]
      for prediction in scores.classes {
        row.append(
          Words.grouped(
            evaluation.matrix.count(truth: truth.value, prediction: prediction.value)))
      }
      confusion.append(row)
    }
    return [
      "<h2>Against the truth</h2>",
      "<p>Mean Jaccard <strong>\(digits(scores.meanJaccard))</strong>, accuracy "
        + "\(digits(scores.accuracy)), \(Words.grouped(evaluation.matrix.total)) voxels compared.</p>",
      HTML.table(
        ["class", "Jaccard", "precision", "recall", "F1", "voxels of it", "called it"], rows),
      HTML.table(["truth \\ predicted"] + names, confusion),
    ]
  }

  private var profileParts: [String] {
    guard let statistics else { return [] }
    let tally = statistics.counts.tally
    let items = tally.classes.filter { $0.value != LabelClass.outsideValue }
    var parts = ["<h2>Along the axes</h2>"]
    for (axis, counts) in [
      ("z", items.map(\.z)), ("y", items.map(\.y)), ("x", items.map(\.x)),
    ] {
      guard let length = counts.first?.count, length > 1 else { continue }
      let sums = (0..<length).map { place in counts.reduce(0) { $0 + $1[place] } }
      // The commonest class is the rest.
      let rare = items.indices.sorted { items[$0].count < items[$1].count }.dropLast(
        items.count > 1 ? 1 : 0)
      var series: [Chart.Series] = []
      for number in rare.sorted() {
        var points: [(Double, Double)] = []
        for place in 0..<length where sums[place] > 0 {
          let share = 100 * Double(counts[number][place]) / Double(sums[place])
          points.append((Double(place), share))
        }
        let value = items[number].value
        series.append(Chart.Series(name(value), colour: colour(value), points))
      }
      let panel = Chart.Panel("volume fraction, %", xLabel: axis, series)
      parts.append(SVGChart.lines(panel))
    }
    let greys = statistics.counts.greys
    let bins = greys.bins
    parts.append("<h2>Grey values</h2>")
    var series: [Chart.Series] = []
    for item in items where item.count > 0 {
      let histogram = greys.histogram(of: item.value)
      let sum = Double(max(histogram.reduce(0, +), 1))
      var points: [(Double, Double)] = []
      for bin in histogram.indices {
        points.append((bins.middle(of: bin), 100 * Double(histogram[bin]) / sum))
      }
      series.append(Chart.Series(name(item.value), colour: colour(item.value), points))
    }
    parts.append(
      SVGChart.lines(Chart.Panel("part of the class, %", xLabel: "grey value", series)))
    return parts
  }
}
