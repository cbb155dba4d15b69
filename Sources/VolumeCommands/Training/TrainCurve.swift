import SystemIO
import Training
import VolumeCore

/// `train curve`: how many annotated layers are enough, and whether it is thanks to the augmentation.
struct TrainCurve {
  /// What chooses it.
  static let word = "curve"

  /// One training of the curve.
  private struct Point {
    var layers: Int
    var isVaried: Bool
    var row: JSONValue
    var seconds: Double

    var mean: Double? {
      let values = (row["validation_jaccard"]?.array ?? []).compactMap(\.number)
      return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
  }

  private let choices: TrainChoices
  private let counts: [Int]
  private let context: CommandContext

  init(_ choices: TrainChoices, counts: [Int], _ context: CommandContext) {
    self.choices = choices
    self.counts = counts
    self.context = context
  }

  /// Trains once for each number, with augmentation, and without where that was asked for.
  func run(_ arguments: Arguments) throws(Explanation) -> [String: JSONValue] {
    guard choices.scans.count == 1, !choices.validation.isEmpty else {
      throw Explanation(
        .input, "a curve is of one scan, and of a part that validates every training alike",
        remedy: "give one --scan, and --validate z=60:64")
    }
    let (all, validating) = try layers()
    guard counts.allSatisfy({ $0 >= 1 && $0 <= all.count }), Set(counts).count == counts.count
    else {
      throw Explanation(
        .input, "--counts: there are \(all.count) annotated layers to train on",
        remedy: "give numbers from 1 to \(all.count), each once")
    }
    var common = choices
    common.changes.isNotVaried = false
    let recipe = try TrainSession(common, context, recipeAsItIs: false, nil).recipe()
    let series = try TrainSeries(Self.word, choices, recipe, arguments, context)
    try series.begin()
    var points: [Point] = []
    for count in counts {
      // Spread evenly: the middle of each of as many equal parts.
      let chosen = (0..<count).map { all[(2 * $0 + 1) * all.count / (2 * count)] }
      for isVaried in choices.changes.isNotVaried ? [true, false] : [true] {
        var one = choices
        one.used = chosen + validating
        one.changes.isNotVaried = !isVaried
        one.output = "\(choices.output)/\(count)\(isVaried ? "" : "-plain")"
        context.console.note(
          "\(count) \(count == 1 ? "layer" : "layers") (\(chosen.map(String.init).joined(separator: ", ")))"
            + (isVaried ? "" : ", without augmentation"))
        // What chooses between the runs is in each run's recipe.
        var own = arguments
        own.flags.remove("no-augmentation")
        let result = try series.run(one, own)
        points.append(
          Point(
            layers: count, isVaried: isVaried, row: result["best"] ?? .null,
            seconds: result["seconds"]?.number ?? 0))
        try write(points)
      }
    }
    return [
      "table": .string(choices.output + "/curve.csv"),
      "points": .array(
        points.map {
          [
            "layers": .integer($0.layers), "augmentation": .bool($0.isVaried), "best": $0.row,
            "seconds": .number($0.seconds),
          ]
        }),
    ]
  }

  /// The layers that are trained on, and those that validate.
  private func layers() throws(Explanation) -> (training: [Int], validating: [Int]) {
    let recipe = TrainingRecipe()
    var quiet = context
    quiet.console = Console(output: { _ in true }, error: { _ in true })
    let inputs = try TrainingInputs(choices, recipe, from: nil, quiet)
    func layers(_ parts: [DataPart]) -> [Int] {
      Set(parts.flatMap { inputs.scans[$0.scan].annotated(in: $0.region.z) }).sorted()
    }
    let validating = layers(inputs.partition.validation)
    return (
      layers(inputs.partition.training).filter { !validating.contains($0) }, validating
    )
  }

  private func write(_ points: [Point]) throws(Explanation) {
    var lines = ["layers,augmentation,epoch,seconds,mean_jaccard,jaccard"]
    var table = TextTable(["layers", "augmentation", "mean Jaccard", "time"])
    for point in points {
      let values = (point.row["validation_jaccard"]?.array ?? []).map {
        Words.fixed($0.number ?? .nan, 4)
      }
      lines.append(
        "\(point.layers),\(point.isVaried ? 1 : 0),\(point.row["epoch"]?.integer ?? 0),"
          + "\(Words.fixed(point.seconds, 1)),\(point.mean.map { Words.fixed($0, 4) } ?? ""),"
          + values.joined(separator: " "))
      table.add([
        "\(point.layers)", point.isVaried ? "yes" : "no",
        point.mean.map { Words.fixed($0, 4) } ?? "-", Words.duration(point.seconds),
      ])
    }
    let text = lines.joined(separator: "\n") + "\n"
    try explained { () throws(SystemError) in
      try writeFileAtomically(choices.output + "/curve.csv", Array(text.utf8))
    }
    func line(_ isVaried: Bool, _ name: String, _ colour: [Int]) -> Chart.Series {
      Chart.Series(
        name, colour: colour,
        points.filter { $0.isVaried == isVaried }.map { (Double($0.layers), $0.mean ?? .nan) })
    }
    var panel = Chart.Panel(
      "mean Jaccard index of the validation part", xLabel: "annotated layers",
      [line(true, "with augmentation", [0, 114, 178])]
        + (points.contains { !$0.isVaried } ? [line(false, "without", [213, 94, 0])] : []))
    panel.isLogX = true
    try context.writeBoth(Chart([panel]), to: choices.output + "/curve")
    if points.count == counts.count * (choices.changes.isNotVaried ? 2 : 1) {
      for line in table.lines() { context.console.say(line) }
    }
  }
}
