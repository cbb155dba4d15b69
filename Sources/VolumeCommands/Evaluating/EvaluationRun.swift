import Components
import Evaluation
import Pipelines
import Quantification
import SystemIO
import VolumeCore

/// What an evaluation found out.
struct EvaluationFindings: Sendable {
  var report: EvaluationReport
  var json: [String: JSONValue]
  /// "errors in wrong.zarr".
  var outputs: [String] = []
}

/// One evaluation: the scores, and what else was asked for, one walk over the volumes after another.
struct EvaluationRun {
  let choices: EvaluationChoices
  let inputs: EvaluationInputs
  let context: CommandContext

  private var pairing: LabelPairing { inputs.pairing }

  /// Walks over all of the region; `what` is said while it goes on.
  private func walking<Value>(
    _ what: String, _ body: (WalkControl) throws(Explanation) -> Value
  ) throws(Explanation) -> Value {
    let progress = Progress(context.console, what, total: pairing.region.voxelCount)
    let context = context
    let value = try body(
      WalkControl(
        memory: choices.limits.memory, threads: choices.limits.threads,
        isStopped: { context.stopSignal() != nil }, progress: { progress.add($0) }))
    progress.end()
    try context.checkForStop(remedy: "give the same command again")
    return value
  }

  func run() throws(Explanation) -> EvaluationFindings {
    try sayMemory()
    let joined =
      context.joinsParts ? try EvaluationParts.joined(choices.output, pairing.region) : nil
    let matrix: ConfusionMatrix
    if let joined {
      matrix = joined
    } else {
      matrix = try walking("comparing") { control throws(Explanation) in
        try pairing.confusion(control)
      }
    }
    guard matrix.values.count <= EvaluateCommand.mostValues else {
      throw Explanation(
        .input, "the two volumes hold \(matrix.values.count) different values, as no labels do",
        remedy: "give label volumes: is one of them the grey scan?")
    }
    let classes = inputs.classes
    var report = EvaluationReport(
      scores: Scores(matrix, expected: classes.map(\.value)), matrix: matrix, classes: classes)
    report.spacing = pairing.truth.volume.spacing ?? pairing.prediction.volume.spacing
    if choices.baselines { report.baselines = try baselines(report) }
    if let path = choices.probabilities { report.probabilities = try probabilities(path, report) }
    var findings = EvaluationFindings(report: report, json: report.json)
    if let folder = choices.output {
      let writing = EvaluationFolder(path: folder, context: context)
      try writing.begin()
      report.fractions = try fractions(matrix)
      let values = matrix.values
      let curves = try walking("layers") { control throws(Explanation) in
        try pairing.layerCurves(values, control)
      }
      if choices.reach > 0 {
        report.boundaries = try walking("boundaries") { control throws(Explanation) in
          try pairing.boundaryDistances(values, reach: choices.reach, control)
        }
        report.boundaryClasses = values
      }
      try writing.write(curves, report)
      let errors = try errorBlobs(in: folder)
      report.worst = errors.flatMap { axis in
        NotableReason.allCases.compactMap { reason in
          axis.notable(reason).map { (axis.axis, $0.position, reason) }
        }
      }
      try draw(errors, in: folder)
      try solidBlobs(in: folder)
      findings.report = report
      findings.json = report.json
      try writing.finish(report, findings.json)
      findings.outputs.append("all of it in \(folder)")
    }
    for volume in [errorVolume, confusionVolume].compactMap(\.self) {
      let writing = OutputWriting(
        volume.reader, region: pairing.region, to: volume.path,
        plan: ["evaluation": .string(volume.what), "of": .string(volume.reader.fingerprint)],
        overwrites: choices.overwrites, limits: choices.limits)
      _ = try writing.run("writing \(volume.what)", context)
      findings.outputs.append("\(volume.what) in \(volume.path)")
    }
    findings.json["output"] = choices.output.map { .string($0) } ?? .null
    return findings
  }

  private func sayMemory() throws(Explanation) {
    var passes = [pairing.pass()]
    if choices.output != nil {
      passes.append(pairing.layerPass(classes: max(inputs.classes.count, 4)))
      if choices.reach > 0 { passes.append(pairing.boundaryPass(reach: choices.reach)) }
      passes += LayerCurves.Axis.allCases.map { pairing.layerErrorsPass($0) }
    }
    var most = 0
    for pass in passes {
      let prepared = try pass.prepared(
        memory: choices.limits.memory, threads: choices.limits.threads)
      most = max(most, prepared.byteCount)
    }
    let itself = peakResidentBytes() ?? 0
    context.console.note(
      "comparing \(pairing.region.shape.words): at most \(Words.memory(most)) of memory, beside "
        + "\(Words.memory(itself)) of the tool itself")
  }

  /// Writes the connected errors of every layer across each axis.
  private func errorBlobs(in folder: String) throws(Explanation) -> [AxisErrors] {
    var found: [AxisErrors] = []
    for axis in LayerCurves.Axis.allCases {
      let table = try StreamedTable(
        "\(folder)/blobs-\(axis.rawValue).csv", columns: ErrorTables.columns(axis))
      let turns = Turns()
      found.append(
        try walking("errors across \(axis.rawValue)") { control throws(Explanation) in
          try pairing.layerErrors(axis, control, onFailure: { turns.abort() }) {
            number, blobs throws(Explanation) in
            guard turns.wait(for: number) else { return }
            for blob in blobs { try table.add(ErrorTables.row(blob)) }
            turns.pass()
          }
        })
      try table.finish()
    }
    return found
  }

  /// Writes the connected errors of the volume, by faces, of more than one voxel.
  private func solidBlobs(in folder: String) throws(Explanation) {
    var options = ComponentOptions(of: [1])
    options.connectivity = .faces
    options.scratchFolder = folder
    options.memory = choices.limits.memory
    options.threads = choices.limits.threads
    let search = try ComponentSearch(
      DifferenceVolume(pairing, .errors), region: pairing.region, options)
    let found = try walking("errors in space") { control throws(Explanation) in
      try search.run(isStopped: control.isStopped, progress: control.progress)
    }
    guard let found else { return }
    let table = try StreamedTable("\(folder)/blobs.csv", columns: ErrorTables.solidColumns)
    try found.forEach { component throws(Explanation) in
      if component.voxels > 1 { try table.add(ErrorTables.row(component)) }
    }
    try table.finish()
  }

  /// Draws the layers that are notable, each once.
  private func draw(_ errors: [AxisErrors], in folder: String) throws(Explanation) {
    let writing = EvaluationFolder(path: folder, context: context)
    try writing.write(ErrorTables.notable(errors), to: "notable.csv")
    let layers = NotableLayers(inputs: inputs, classes: inputs.classes)
    for axis in errors {
      var reasons: [Int: [String]] = [:]
      for reason in NotableReason.allCases {
        if let layer = axis.notable(reason) {
          reasons[layer.position, default: []].append(reason.rawValue)
        }
      }
      for (position, captions) in reasons.sorted(by: { $0.key < $1.key }) {
        try context.checkForStop(remedy: "give the same command again")
        let name = NotableLayers.pictureName(axis.axis, position)
        try context.catalogue.pictures.write(
          try layers.sheet(axis.axis, position, captions: captions), to: "\(folder)/\(name)")
      }
    }
  }

  private func baselines(_ report: EvaluationReport) throws(Explanation) -> Baselines {
    let classes = report.scores.classes.filter { $0.value != LabelClass.outsideValue }
    var greys: [[Int]]?
    if let scan = inputs.scan {
      let values = classes.map(\.value)
      greys = try walking("grey values") { control throws(Explanation) in
        try pairing.greysByTruth(scan, classes: values, control)
      }
    }
    return Baselines(classes: classes.map(\.value), supports: classes.map(\.support), greys: greys)
  }

  private func probabilities(
    _ path: String, _ report: EvaluationReport
  ) throws(Explanation) -> [ProbabilityCounts] {
    let kept = try ProbabilityChannels(
      path, choices.hints, like: pairing.truth.volume.shape, report.classes, context)
    var found: [ProbabilityCounts] = []
    for channel in kept.channels {
      found.append(
        try walking("probabilities of \(channel.name)") { control throws(Explanation) in
          try pairing.probabilityCounts(of: channel.value, channel.reader, control)
        })
    }
    return found
  }

  /// Fractions of both, whose intervals tell whether a difference is one of the material.
  private func fractions(_ matrix: ConfusionMatrix) throws(Explanation) -> FractionPair {
    let none = [LabelClass.outsideValue, LabelClass.unannotatedValue]
    let values = matrix.values.filter { !none.contains($0) }
    let (region, shape) = (pairing.region, pairing.truth.volume.shape)
    let parts = try walking("volume fractions") { control throws(Explanation) in
      try pairing.walk(
        control, workBytesPerVoxel: 2,
        gather: { FractionTallies(region, shape, values) }
      ) { tallies, core, prediction, truth in
        tallies.count(core, prediction: prediction, truth: truth)
      }
    }
    var sum = FractionTallies(region, shape, values)
    for part in parts { sum.add(part) }
    return FractionPair(
      truth: VolumeFractions(sum.truth, outside: LabelClass.outsideValue),
      prediction: VolumeFractions(sum.prediction, outside: LabelClass.outsideValue))
  }

  private typealias Volume = (what: String, path: String, reader: any VolumeReader)

  private var errorVolume: Volume? {
    choices.errors.map { ("errors", $0, DifferenceVolume(pairing, .errors)) }
  }

  private var confusionVolume: Volume? {
    choices.confusion.map { ("confusion", $0, DifferenceVolume(pairing, .confusion)) }
  }
}

/// Volume fractions of a truth and of a prediction.
struct FractionPair: Hashable, Sendable {
  var truth: VolumeFractions
  var prediction: VolumeFractions
}

/// What fractions of both follow from; what does not count is outside.
private struct FractionTallies: Sendable {
  var truth: LabelTally
  var prediction: LabelTally
  private let region: Region
  private let shape: Shape3
  private let values: [Int]
  private var labels: [UInt8] = []

  init(_ region: Region, _ shape: Shape3, _ values: [Int]) {
    self.region = region
    self.shape = shape
    self.values = values + [LabelClass.outsideValue]
    // Cells are those of the region, which is the sample.
    truth = LabelTally(of: Region(region.shape), in: region.shape, classes: self.values)
    prediction = truth
  }

  mutating func count(_ core: Region, prediction other: RawSpan, truth labels: RawSpan) {
    truth.add(tally(core, labels))
    prediction.add(tally(core, other))
  }

  private mutating func tally(_ core: Region, _ source: RawSpan) -> LabelTally {
    var part = LabelTally(
      of: core.relative(to: region.origin), in: region.shape, classes: values)
    if labels.count != source.byteCount {
      labels = [UInt8](repeating: 0, count: source.byteCount)
    }
    for i in labels.indices {
      let label = unsafe source.unsafeLoad(fromByteOffset: i, as: UInt8.self)
      labels[i] =
        label == UInt8(LabelClass.unannotatedValue) ? UInt8(LabelClass.outsideValue) : label
    }
    unsafe part.count(labels.span.bytes)
    return part
  }

  mutating func add(_ other: FractionTallies) {
    truth.add(other.truth)
    prediction.add(other.prediction)
  }
}
