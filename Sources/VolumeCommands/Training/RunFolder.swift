import EngineCore
import NeuralGraph
import SystemIO
import Training
import VolumeCore

/// The folder of a training: what is written after each epoch, and what is said.
final class RunFolder: TrainingObserver {
  /// Where it is.
  let path: String
  private let setup: TrainingSetup
  private let card: ModelCard
  private let context: CommandContext
  private let progressLine: Progress
  private let voxelsPerStep: Int

  static let modelName = "model.h5"
  static let lastName = "last.h5"
  static let checkpointName = "checkpoint"
  static let recipeName = "recipe.json"
  static let runName = "run.json"

  /// A folder at `path`; `card` is that of the models, without accuracy and factors.
  init(
    _ path: String, _ setup: TrainingSetup, card: ModelCard, context: CommandContext,
    stepsDone: Int
  ) {
    self.path = path
    self.setup = setup
    self.card = card
    self.context = context
    let recipe = setup.recipe
    voxelsPerStep = recipe.batch * recipe.accumulate * setup.crop.output.voxelCount
    progressLine = Progress(
      context.console, "training", total: recipe.epochs * recipe.steps * voxelsPerStep,
      done: stepsDone * voxelsPerStep)
  }

  /// The path of a file in it.
  func file(_ name: String) -> String { path + "/" + name }

  func didStep(_ progress: TrainingProgress, of total: Int) { progressLine.add(voxelsPerStep) }

  func didRestart(_ failure: TrainingFailure, factor: Double) {
    context.console.note(
      "warning: \(failure.explanation.what); going on from the last checkpoint with "
        + "\(Words.short(factor)) of the rates")
  }

  func epochDidEnd(
    _ progress: TrainingProgress, last: Graph, best: Graph?, strip: TrainingStrip?
  ) throws(Explanation) {
    guard let row = progress.history.last else { return }
    let classes = setup.map.classes
    let csv = History.csv(progress.history, classes: classes)
    try explained { () throws(SystemError) in
      try writeFileAtomically(file("history.csv"), Array(csv.utf8))
    }
    try context.writeBoth(
      TrainingCurves(rows: progress.history, classes: classes).chart, to: file("curves"))
    try write(last, row, factors: progress.factors, to: Self.lastName)
    if let best {
      try write(best, row, factors: progress.factors, to: Self.modelName)
    }
    if let strip {
      try context.catalogue.pictures.write(sheet(strip), to: file("evolution.png"))
      let kept = TrainingEvolution(strip, classes: classes).json.text() + "\n"
      try explained { () throws(SystemError) in
        try writeFileAtomically(file(TrainingEvolution.name), Array(kept.utf8))
      }
    }
    say(row)
  }

  private func say(_ row: HistoryRow) {
    let jaccards = row.validationJaccard ?? row.jaccard
    let words = zip(setup.map.classes, jaccards).map { entry, value in
      "\(entry.name) \(value.map { Words.fixed($0, 4) } ?? "-")"
    }
    context.console.note(
      "epoch \(row.epoch) of \(setup.recipe.epochs): loss \(Words.fixed(row.loss, 4))"
        + (row.validationLoss.map { ", validation \(Words.fixed($0, 4))" } ?? "")
        + ", Jaccard \(words.joined(separator: ", "))" + (row.isBest ? " (best so far)" : ""))
  }

  private func write(
    _ graph: Graph, _ row: HistoryRow, factors: [Float], to name: String
  ) throws(Explanation) {
    var card = card
    var document = card.document.object ?? [:]
    if !factors.isEmpty {
      document["decision_factors"] = .array(factors.map { JSONValue(shortest: $0) })
    }
    let jaccards = row.validationJaccard ?? row.jaccard
    var classes: [String: JSONValue] = [:]
    for (entry, value) in zip(setup.map.classes, jaccards) {
      classes[entry.name] = value.map { .number(rounded($0)) } ?? .null
    }
    document["accuracy"] = [
      "of": .string(
        row.validationJaccard == nil
          ? "the training data, while it was trained"
          : "the validation parts, by the most probable class"),
      "jaccard": .object(classes), "epoch": .integer(row.epoch),
      "mean_jaccard": row.score.map { .number(rounded($0)) } ?? .null,
    ]
    card.document = .object(document)
    let model = Model(
      graph: graph, card: card, hasCard: true, path: file(name), hash: "", format: "")
    let writer = try context.catalogue.modelWriter(file(name))
    try writer.write(model, training: nil, to: file(name))
  }

  private func rounded(_ value: Double) -> Double { (value * 1e4).rounded() / 1e4 }

  private func sheet(_ strip: TrainingStrip) -> PictureSheet {
    var sheet = PictureSheet()
    (sheet.columns, sheet.edge) = (6, max(96, min(192, max(strip.width, strip.height))))
    func panel(_ labels: [UInt8]?, _ caption: [String]) -> PictureSheet.Panel {
      var picture = LayerPicture(width: strip.width, height: strip.height, grey: strip.grey)
      picture.labels = labels
      picture.classes = setup.map.classes
      return PictureSheet.Panel(picture: picture, voxelsPerValue: 1, caption: caption)
    }
    sheet.panels = [panel(nil, ["scan"]), panel(strip.truth, ["annotated"])]
    for frame in strip.frames {
      sheet.panels.append(
        panel(frame.labels, ["epoch \(frame.epoch), \(Words.fixed(frame.score, 4))"]))
    }
    return sheet
  }
}

/// The curves of a training: loss, rate and Jaccard indices, by epoch and by voxel.
struct TrainingCurves: Sendable {
  var rows: [HistoryRow]
  var classes: [LabelClass]

  var chart: Chart {
    var panels: [Chart.Panel] = []
    let byEpoch = rows.map { Double($0.epoch) }
    let byVoxel = rows.map { Double($0.voxels) / 1e6 }
    func add(_ title: String, isLogY: Bool, _ series: [(String, [Int], [Double?], Bool)]) {
      for (label, xs) in [("epoch", byEpoch), ("million voxels", byVoxel)] {
        var panel = Chart.Panel(
          title, xLabel: label,
          series.filter { $0.2.contains { $0 != nil } }.map { name, colour, values, isThin in
            var line = Chart.Series(
              name, colour: colour, zip(xs, values).map { ($0, $1 ?? .nan) })
            line.isThin = isThin
            return line
          })
        panel.isLogY = isLogY
        panels.append(panel)
      }
    }
    add(
      "loss", isLogY: true,
      [
        ("training", [120, 120, 120], rows.map(\.loss), false),
        ("validation", [213, 94, 0], rows.map(\.validationLoss), false),
      ])
    add("rate", isLogY: true, [("", [0, 114, 178], rows.map(\.rate), false)])
    let isValidated = rows.contains { $0.validationJaccard != nil }
    var lines: [(String, [Int], [Double?], Bool)] = []
    for (number, entry) in classes.enumerated() {
      let values = rows.map { isValidated ? $0.validationJaccard?[number] : $0.jaccard[number] }
      lines.append((entry.name, entry.colour, values, false))
      if isValidated { lines.append(("", entry.colour, rows.map { $0.jaccard[number] }, true)) }
    }
    add(
      "Jaccard index" + (isValidated ? " (thin: in training)" : " in training"), isLogY: false,
      lines)
    var chart = Chart(panels)
    chart.columns = 2
    return chart
  }
}
