import Evaluation
import SystemIO
import VolumeCore

/// `show report`: one page about a segmentation or a training, in one file.
struct ShowReport {
  let run: String
  let output: String
  let arguments: Arguments
  let context: CommandContext

  init(_ operands: [String], _ arguments: Arguments, _ context: CommandContext) throws(UsageError) {
    guard let run = operands.first else { throw .operandMissing("RUN", command: "show report") }
    self.run = run
    output = arguments.values["output"] ?? outputName(for: run, suffix: ".report.html")
    self.arguments = arguments
    self.context = context
    guard output.lowercased().hasSuffix(".html") else {
      throw OptionText(option: "output", text: output)
        .wrong("a report is a page", "end the name in .html")
    }
  }

  func make() throws(Explanation) -> [String: JSONValue] {
    try checkApart(output, from: [run])
    if kind(ofPath: output) != .missing, !arguments.has("overwrite") {
      throw Explanation(
        .input, "\(output) is there already",
        remedy: "give --overwrite to replace it, or another --output")
    }
    let page: String
    if TrainingReportPage.isTraining(run) {
      page = try TrainingReportPage(folder: run).html()
    } else {
      page = try segmentation()
    }
    let bytes = Array(page.utf8)
    try explained { () throws(SystemError) in try writeFileAtomically(output, bytes) }
    context.console.say("\(output): \(Words.bytes(bytes.count)), opens in any browser")
    return ["output": .string(output), "bytes": .integer(bytes.count)]
  }

  private func segmentation() throws(Explanation) -> String {
    let labels = try context.openInput(run, hints: OpeningHints())
    var page = RunReportPage(path: run, labels: labels.volume)
    page.madeAt = utcNow()
    let stores = context.catalogue.stores
    if let stores, stores.isStore(run) {
      page.receipt = try stores.kept(RunReceipt.name, in: run)
      page.statistics = try RunStatistics.kept(run, shape: labels.volume.shape, context)
    }
    let hints = try explained { () throws(UsageError) in try arguments.openingHints() }
    var scan = arguments.values["scan"].map { ($0, hints) }
    if scan == nil, let known = page.receipt?["scan"]?["path"]?.string {
      if kind(ofPath: known) == .missing {
        context.console.note(
          "\(known), which the labels were computed from, is not there: the page shows labels alone; "
            + "--scan says where it is now")
      } else {
        scan = (known, try given(page.receipt?["scan"]?["options"]))
      }
    }
    if let opened = scan {
      let reader = try context.catalogue.open(opened.0, hints: opened.1)
      if reader.volume.shape != labels.volume.shape {
        guard arguments.values["scan"] == nil else {
          throw Explanation(
            .input,
            "\(opened.0) has \(reader.volume.shape.words), the labels have \(labels.volume.shape.words)",
            remedy: "give the scan of these labels")
        }
        // Labels of a part of the scan.
        context.console.note("the labels are of a part of the scan: the page shows them alone")
        scan = nil
      }
    }
    if let truth = arguments.values["truth"] { try judge(truth, labels, hints, &page) }
    let limits = try explained { () throws(UsageError) in try CopyLimits(arguments) }
    var edge = ReportSlices.edge
    while edge > 64, ReportSlices.byteCount(edge: edge) > limits.memory { edge -= 32 }
    context.console.note(
      "reading slices: at most \(Words.memory(ReportSlices.byteCount(edge: edge))) of memory, beside "
        + "\(Words.memory(peakResidentBytes() ?? 0)) of the tool itself")
    page.slices = try ReportSlices(
      scan: scan.map { (path: $0.0, hints: $0.1) }, labels: run, truth: arguments.values["truth"],
      classes: page.classes, shape: labels.volume.shape, edge: edge, context
    ).json
    return page.html
  }

  /// What the user once said about the scan's bytes.
  private func given(_ options: JSONValue?) throws(Explanation) -> OpeningHints {
    var past = arguments
    for (name, value) in options?.object ?? [:] where past.values[name] == nil {
      past.values[name] = value.string
    }
    return try explained { () throws(UsageError) in try past.openingHints() }
  }

  private func judge(
    _ truth: String, _ labels: any VolumeReader, _ hints: OpeningHints, _ page: inout RunReportPage
  ) throws(Explanation) {
    let reader = try context.openInput(truth, hints: hints)
    try EvaluationInputs.check(run, labels, truth, reader)
    let pairing = LabelPairing(prediction: labels, truth: reader)
    let limits = try explained { () throws(UsageError) in try CopyLimits(arguments) }
    let progress = Progress(context.console, "comparing", total: pairing.region.voxelCount)
    let context = context
    let matrix = try pairing.confusion(
      WalkControl(
        memory: limits.memory, threads: limits.threads,
        isStopped: { context.stopSignal() != nil }, progress: { progress.add($0) }))
    progress.end()
    try context.checkForStop(remedy: "give the same command again")
    let classes = reader.volume.classes ?? page.classes
    page.evaluation = EvaluationReport(
      scores: Scores(matrix, expected: classes.map(\.value)), matrix: matrix, classes: classes)
    page.overlap = try EvaluationInputs.trainingOverlap(run, labels, pairing.region, context)
  }
}
