import SystemIO
import VolumeCore

/// The table of an ablation: for people, for programs, and as a picture.
struct AblationReport {
  /// One network.
  struct Row {
    var name: String
    var words: String
    var classes: [String]
    var jaccard: [Double?]
    var parameters: Int
    var trainable: Int
    /// Of the best model's file, where it is one.
    var bytes: Int?
    /// Floating-point operations for each voxel.
    var operations: Double
    var epoch: Int
    var epochs: Int
    var seconds: Double

    var mean: Double? {
      let known = jaccard.compactMap(\.self)
      return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    }

    init(name: String, words: String, result: [String: JSONValue]) {
      self.name = name
      self.words = words
      let best = result["best"] ?? .null
      classes = (result["classes"]?.array ?? []).compactMap(\.string)
      jaccard = (best["validation_jaccard"]?.array ?? []).map(\.number)
      parameters = result["parameters_total"]?.integer ?? 0
      trainable = result["parameters"]?.integer ?? 0
      if case .file(let count) = kind(ofPath: result["model"]?.string ?? "") { bytes = count }
      operations = result["operations_per_voxel"]?.number ?? 0
      epoch = best["epoch"]?.integer ?? 0
      epochs = result["epochs"]?.integer ?? 0
      seconds = result["seconds"]?.number ?? 0
    }
  }

  let folder: String
  let preset: String

  /// `ablation.csv` and so on.
  func file(_ ending: String) -> String { folder + "/ablation" + ending }

  /// Writes the table and the picture of the rows so far.
  func write(_ rows: [Row], _ context: CommandContext) throws(Explanation) {
    let (csv, markdown) = (csv(rows), markdown(rows))
    try explained { () throws(SystemError) in
      try writeFileAtomically(file(".csv"), Array(csv.utf8))
      try writeFileAtomically(file(".md"), Array(markdown.utf8))
    }
    try context.writeBoth(chart(rows), to: file(""))
  }

  private func cells(_ row: Row, _ rows: [Row]) -> [String] {
    func index(_ value: Double?) -> String { value.map { Words.fixed($0, 4) } ?? "-" }
    let change = row.mean.flatMap { mean in rows.first?.mean.map { mean - $0 } }
    let isReference = row.name == rows.first?.name
    return [
      row.name, Words.grouped(row.parameters), row.bytes.map { Words.bytes($0) } ?? "-",
      Words.fixed(row.operations / 1000, 1), "\(row.epochs)", Words.duration(row.seconds),
    ] + row.jaccard.map(index) + [
      index(row.mean),
      isReference ? "" : change.map { ($0 < 0 ? "" : "+") + Words.fixed($0, 4) } ?? "-",
    ]
  }

  private func header(_ rows: [Row]) -> [String] {
    ["network", "parameters", "file", "kFLOP/voxel", "epochs", "time"]
      + (rows.first?.classes ?? []) + ["mean", "change"]
  }

  /// For a terminal; the last columns are Jaccard indices of the validation parts.
  func table(_ rows: [Row]) -> TextTable {
    var table = TextTable(header(rows))
    for row in rows { table.add(cells(row, rows)) }
    return table
  }

  private func markdown(_ rows: [Row]) -> String {
    func line(_ cells: [String]) -> String {
      "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
    }
    let header = header(rows) + ["what"]
    var lines = [
      "Ablation of \(preset): each network is as the first but for one change. The Jaccard indices "
        + "are those of the validation parts at the best epoch.", "",
      line(header),
      line(header.indices.map { $0 == 0 || $0 == header.count - 1 ? "---" : "---:" }),
    ]
    for row in rows { lines.append(line(cells(row, rows) + [row.words])) }
    return lines.joined(separator: "\n") + "\n"
  }

  private func csv(_ rows: [Row]) -> String {
    let names = (rows.first?.classes ?? []).map {
      "jaccard_" + String($0.map { $0 == "," || $0 == "\"" || $0.isNewline ? "_" : $0 })
    }
    var lines = [
      (["network", "parameters", "trainable", "bytes", "flop_per_voxel", "epochs", "best_epoch"]
        + ["seconds"] + names + ["mean_jaccard"]).joined(separator: ",")
    ]
    for row in rows {
      let cells =
        [
          row.name, "\(row.parameters)", "\(row.trainable)", row.bytes.map { "\($0)" } ?? "",
          Words.fixed(row.operations, 1), "\(row.epochs)", "\(row.epoch)",
          Words.fixed(row.seconds, 1),
        ] + (row.jaccard + [row.mean]).map { $0.map { Words.fixed($0, 6) } ?? "" }
      lines.append(cells.joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static let colours = [
    [0, 0, 0], [0, 114, 178], [213, 94, 0], [0, 158, 115], [204, 121, 167], [230, 159, 0],
    [86, 180, 233], [140, 86, 75], [127, 127, 127], [148, 103, 189], [160, 160, 0],
  ]

  /// The mean Jaccard index over what a network costs: parameters, and time.
  private func chart(_ rows: [Row]) -> Chart {
    func panel(_ label: String, isLog: Bool, _ cost: (Row) -> Double) -> Chart.Panel {
      var panel = Chart.Panel(
        "mean Jaccard index of the validation parts", xLabel: label,
        rows.enumerated().map { number, row in
          var series = Chart.Series(
            row.name, colour: Self.colours[number % Self.colours.count],
            [(cost(row), row.mean ?? .nan)])
          series.isScattered = true
          return series
        })
      panel.isLogX = isLog
      return panel
    }
    return Chart([
      panel("parameters", isLog: true) { Double($0.parameters) },
      panel("seconds of training", isLog: false) { $0.seconds },
    ])
  }

  /// What `--json` prints.
  func json(_ rows: [Row]) -> [String: JSONValue] {
    [
      "preset": .string(preset), "table": .string(file(".csv")),
      "markdown": .string(file(".md")), "chart": .string(file(".png")),
      "networks": .array(
        rows.map { row in
          [
            "name": .string(row.name), "what": .string(row.words),
            "parameters": .integer(row.parameters), "trainable": .integer(row.trainable),
            "bytes": row.bytes.map { .integer($0) } ?? .null,
            "operations_per_voxel": .number(row.operations), "epochs": .integer(row.epochs),
            "best_epoch": .integer(row.epoch), "seconds": .number(row.seconds),
            "jaccard": .object(
              Dictionary(
                zip(row.classes, row.jaccard.map { $0.map { .number($0) } ?? .null })
              ) { first, _ in first }),
            "mean_jaccard": row.mean.map { .number($0) } ?? .null,
          ]
        }),
    ]
  }
}
