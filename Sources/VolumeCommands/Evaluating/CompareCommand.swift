import Evaluation
import Quantification
import SystemIO
import VolumeCore

/// `compare`: predictions of the same voxels side by side.
public struct CompareCommand: Command {
  /// The command.
  public init() {}

  /// "compare".
  public var name: String { "compare" }
  /// What it does.
  public var summary: String {
    "rank several label volumes by one truth, and tell chance from merit"
  }
  /// What it takes.
  public var operands: String { "RUN RUN [RUN...]" }
  /// Its options.
  public var options: [OptionDeclaration] {
    [
      OptionDeclaration("truth", "TRUTH", "the labels that the runs are judged by"),
      OptionDeclaration(
        "region", "z0:z1,y0:y1,x0:x1", "compare only this box of all; ':' stands for a whole axis"),
      OptionDeclaration("mask", "MASK", "compare only where this volume is not 0"),
      OptionDeclaration("csv", "FILE", "the table for other programs"),
      OptionDeclaration(
        "picture", "FILE",
        "mean Jaccard indices with their intervals, and a bar for each run and class: .png or .svg"),
      .memory, .threads,
    ] + OptionDeclaration.inputs + [.overwrite]
  }
  /// Lines to type.
  public var examples: [String] {
    [
      "t2s-volume compare a.labels.zarr b.labels.zarr --truth truth.zarr",
      "t2s-volume compare a.zarr b.zarr c.zarr --truth truth.tif --region 40:60,:,: --csv models.csv",
    ]
  }
  /// What else is worth knowing.
  public var notes: [String] {
    [
      "Every run is compared with the best: the volume is cut into at least 64 blocks, each is left out "
        + "in turn, and how much the difference of the mean Jaccard indices then moves tells how far it "
        + "can be chance (jackknife, paired by blocks; p of a t test). It speaks of other places of "
        + "this scan, not of other scans, and not of another training with another seed."
    ]
  }

  /// More than these are not read at once.
  static let mostRuns = 32

  /// One run of the table.
  private struct Row {
    var path: String
    var model: String?
    var seconds: Double?
    var scores: Scores
    var difference: RunComparison.Difference?

    /// Half of the width of the difference's 95 % interval.
    var reach: Double? {
      guard let difference, let error = difference.error else { return nil }
      return error
        * StudentT.factor(confidence: Interval.confidence, freedom: Double(difference.freedom))
    }
    /// How likely such a difference is where there is none.
    var chance: Double? {
      guard let difference, let error = difference.error else { return nil }
      guard error > 0 else { return difference.value == 0 ? 1 : 0 }
      return StudentT.outside(abs(difference.value / error), Double(difference.freedom))
    }
  }

  /// Compares.
  public func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let paths = arguments.operands
    let (truthPath, hints, limits) = try explained { () throws(UsageError) in
      guard paths.count > 1 else {
        throw UsageError.operandMissing("RUN RUN", command: name)
      }
      guard let truth = arguments.values["truth"] else {
        throw OptionText(option: "truth", text: "").wrong("runs are judged by a truth", "a volume")
      }
      return (truth, try arguments.openingHints(), try CopyLimits(arguments))
    }
    guard paths.count <= Self.mostRuns else {
      throw Explanation(
        .input, "\(paths.count) runs are more than the \(Self.mostRuns) that are read at once",
        remedy: "compare fewer at a time")
    }
    let (csv, picture) = (arguments.values["csv"], arguments.values["picture"])
    let ending = picture?.lowercased() ?? ".png"
    guard ending.hasSuffix(".png") || ending.hasSuffix(".svg") else {
      throw Explanation(
        .input, "--picture \(picture ?? ""): charts are written as PNG or SVG",
        remedy: "end the name in .png, or in .svg for a paper")
    }
    try checkApart(
      [csv, picture].compactMap(\.self),
      from: paths + [truthPath] + (arguments.values["mask"].map { [$0] } ?? []))
    for output in [csv, picture].compactMap(\.self)
    where kind(ofPath: output) != .missing && !arguments.has("overwrite") {
      throw Explanation(
        .input, "\(output) is there already",
        remedy: "give --overwrite to replace it, or another name")
    }
    let truth = try context.openInput(truthPath, hints: hints)
    func alike(_ path: String) throws(Explanation) -> any VolumeReader {
      let reader = try context.openInput(path, hints: hints)
      try EvaluationInputs.check(path, reader, truthPath, truth)
      return reader
    }
    var readers: [any VolumeReader] = []
    for path in paths { readers.append(try alike(path)) }
    var mask: (any VolumeReader)?
    if let path = arguments.values["mask"] { mask = try alike(path) }
    let region = try explained { () throws(UsageError) in
      try arguments.value("region") { text throws(UsageError) in
        try text.region(in: truth.volume.shape)
      }
    }
    let comparison = try compare(
      readers, truth, mask, region ?? Region(truth.volume.shape), limits, context)
    let classes = truth.volume.classes ?? readers.lazy.compactMap { $0.volume.classes }.first ?? []
    let rows = rows(comparison, paths, classes, context)
    let report = EvaluationReport(
      scores: rows[0].scores, matrix: ConfusionMatrix(), classes: classes)
    for line in page(rows, report) { context.console.say(line) }
    if let csv {
      let text = table(rows, report)
      try explained { () throws(SystemError) in try writeFileAtomically(csv, Array(text.utf8)) }
    }
    if let picture { try context.write(chart(rows, report), to: picture) }
    return [
      "runs": .array(rows.map { json($0, report) }), "truth": .string(truthPath),
      "blocks": .integer(comparison.blocks.count.voxelCount),
    ]
  }

  /// Walks twice: for the values that occur, and to count block by block.
  private func compare(
    _ readers: [any VolumeReader], _ truth: any VolumeReader, _ mask: (any VolumeReader)?,
    _ region: Region, _ limits: CopyLimits, _ context: CommandContext
  ) throws(Explanation) -> RunComparison {
    func walking<Value>(
      _ what: String, _ body: (WalkControl) throws(Explanation) -> Value
    ) throws(Explanation) -> Value {
      let progress = Progress(context.console, what, total: region.voxelCount)
      let value = try body(
        WalkControl(
          memory: limits.memory, threads: limits.threads,
          isStopped: { context.stopSignal() != nil }, progress: { progress.add($0) }))
      progress.end()
      try context.checkForStop(remedy: "give the same command again")
      return value
    }
    let passes =
      readers.map {
        LabelPairing(prediction: $0, truth: truth, mask: mask, region: region).pass()
      } + [
        RunComparison.pass(
          readers, truth: truth, mask: mask, region: region, classes: EvaluateCommand.mostValues)
      ]
    var most = 0
    for pass in passes {
      let prepared = try pass.prepared(memory: limits.memory, threads: limits.threads)
      most = max(most, prepared.byteCount)
    }
    context.console.note(
      "comparing \(region.shape.words) of \(readers.count) runs: at most \(Words.memory(most)) of "
        + "memory, beside \(Words.memory(peakResidentBytes() ?? 0)) of the tool itself")
    var values: Set<Int> = []
    for (number, reader) in readers.enumerated() {
      let pairing = LabelPairing(prediction: reader, truth: truth, mask: mask, region: region)
      let matrix = try walking("run \(number + 1)") { control throws(Explanation) in
        try pairing.confusion(control)
      }
      values.formUnion(matrix.values)
    }
    guard values.count <= EvaluateCommand.mostValues else {
      throw Explanation(
        .input, "the volumes hold \(values.count) different values, as no labels do",
        remedy: "give label volumes: is one of them the grey scan?")
    }
    return try walking("blocks") { control throws(Explanation) in
      try RunComparison(
        readers, truth: truth, mask: mask, region: region, classes: values.sorted(), control)
    }
  }

  /// The rows, the best first.
  private func rows(
    _ comparison: RunComparison, _ paths: [String], _ classes: [LabelClass],
    _ context: CommandContext
  ) -> [Row] {
    let scores = paths.indices.map {
      Scores(comparison.matrix($0), expected: classes.map(\.value))
    }
    let order = paths.indices.sorted {
      (scores[$0].meanJaccard ?? 0, $1) > (scores[$1].meanJaccard ?? 0, $0)
    }
    return order.map { number in
      let receipt = context.catalogue.stores.flatMap { try? $0.kept("receipt", in: paths[number]) }
      let runs = receipt?["runs"]?.array?.compactMap { $0["seconds"]?.number } ?? []
      return Row(
        path: paths[number], model: receipt?["model"]?["name"]?.string,
        seconds: runs.isEmpty ? nil : runs.reduce(0, +), scores: scores[number],
        difference: number == order[0] ? nil : comparison.difference(number, order[0]))
    }
  }

  private func digits(_ value: Double?) -> String { value.map { Words.fixed($0, 4) } ?? "-" }

  private func page(_ rows: [Row], _ report: EvaluationReport) -> [String] {
    let values = rows[0].scores.classes.map(\.value)
    let hasModels = rows.contains { $0.model != nil }
    var table = TextTable(
      ["run"] + (hasModels ? ["model", "time"] : []) + values.map { report.name(of: $0) }
        + ["mean Jaccard", "accuracy", "to the best", "95 %", "p"])
    for row in rows {
      var cells = [row.path]
      if hasModels { cells += [row.model ?? "-", row.seconds.map(Words.duration) ?? "-"] }
      cells += values.map { value in
        digits(row.scores.classes.first { $0.value == value }?.jaccard)
      }
      cells += [digits(row.scores.meanJaccard), digits(row.scores.accuracy)]
      if let difference = row.difference {
        cells += [
          digits(difference.value), row.reach.map { "± \(Words.fixed($0, 4))" } ?? "-",
          row.chance.map { $0 < 0.0001 ? "< 0.0001" : Words.fixed($0, 4) } ?? "-",
        ]
      } else {
        cells += ["best", "", ""]
      }
      table.add(cells)
    }
    var lines = table.lines(leftAligned: hasModels ? [0, 1] : [0])
    let close = rows.filter { ($0.chance ?? 0) > 0.05 }
    if !close.isEmpty {
      lines.append(
        "not told apart from the best at 5 %: " + list(close.map(\.path)))
    }
    return lines
  }

  private func table(_ rows: [Row], _ report: EvaluationReport) -> String {
    let values = rows[0].scores.classes.map(\.value)
    func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
    var lines = [
      (["run", "model", "seconds"] + values.map { "jaccard \(report.name(of: $0))" }
        + [
          "mean_jaccard", "accuracy", "difference_to_best", "half_interval_95", "p",
        ]).joined(separator: ",")
    ]
    for row in rows {
      var cells = [row.path, row.model ?? "", text(row.seconds)]
      cells += values.map { value in
        text(row.scores.classes.first { $0.value == value }?.jaccard)
      }
      cells += [
        text(row.scores.meanJaccard), text(row.scores.accuracy), text(row.difference?.value),
        text(row.reach), text(row.chance),
      ]
      lines.append(cells.joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func json(_ row: Row, _ report: EvaluationReport) -> JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
    return [
      "run": .string(row.path), "model": row.model.map { .string($0) } ?? .null,
      "seconds": number(row.seconds), "mean_jaccard": number(row.scores.meanJaccard),
      "accuracy": number(row.scores.accuracy),
      "classes": .array(
        row.scores.classes.map {
          [
            "value": .integer($0.value), "name": .string(report.name(of: $0.value)),
            "jaccard": number($0.jaccard),
          ]
        }),
      "difference_to_best": number(row.difference?.value), "half_interval_95": number(row.reach),
      "p": number(row.chance),
    ]
  }

  /// A dot for each run, in the order of the table, with the interval of its difference to the best; below
  /// bars of the mean and of each class.
  private func chart(_ rows: [Row], _ report: EvaluationReport) -> Chart {
    var series: [Chart.Series] = []
    for (number, row) in rows.enumerated() {
      guard let mean = row.scores.meanJaccard else { continue }
      let colour = LabelClass.palette[(number + 1) % LabelClass.palette.count]
      let at = Double(number + 1)
      if let reach = row.reach {
        series.append(
          Chart.Series(
            "", colour: Array(colour.prefix(3)), [(at, mean - reach), (at, mean + reach)]))
      }
      var dot = Chart.Series(row.path, colour: Array(colour.prefix(3)), [(at, mean)])
      dot.isScattered = true
      series.append(dot)
    }
    func bars(_ title: String, _ value: (Row) -> Double?, hasReach: Bool) -> Chart.Panel {
      Chart.Panel(
        title,
        bars: rows.enumerated().map { number, row in
          Chart.Bar(
            row.path, value: value(row) ?? 0, reach: hasReach ? row.reach : nil,
            colour: Array(LabelClass.palette[(number + 1) % LabelClass.palette.count].prefix(3)))
        })
    }
    return Chart(
      [
        Chart.Panel("mean Jaccard", xLabel: "run, the best first", series),
        bars("mean Jaccard", { $0.scores.meanJaccard }, hasReach: true),
      ]
        + rows[0].scores.classes.map(\.value).map { value in
          bars(
            "Jaccard of \(report.name(of: value))",
            { $0.scores.classes.first { $0.value == value }?.jaccard }, hasReach: false)
        })
  }
}
