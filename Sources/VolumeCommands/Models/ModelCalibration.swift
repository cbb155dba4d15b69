import EngineCore
import NeuralGraph
import VolumeCore

/// `model calibrate`: how large a network's values are on a scan, so that it can be computed in bytes,
/// and what its labels lose by that.
struct ModelCalibration {
  private let modelPath: String
  private let scanPath: String
  private let labels: String?
  private let output: String
  private let engine: String?
  private let hints: OpeningHints
  private let window: SegmentChoices.WindowChoice
  private let limits: CopyLimits
  private let overwrites: Bool

  static let options: [OptionDeclaration] = [
    OptionDeclaration(
      "scan", "SCAN", "calibrate: the scan, where it is not named behind the model"),
    OptionDeclaration(
      "labels", "FILE",
      "calibrate: annotated voxels of the scan's extent (255: none), so that the loss is that of "
        + "the Jaccard index"),
  ]

  init(_ model: String, _ scan: String, _ arguments: Arguments) throws(UsageError) {
    (modelPath, scanPath) = (model, scan)
    labels = arguments.values["labels"]
    output = arguments.values["output"] ?? ByteCalibration.path(beside: model)
    guard output.lowercased().hasSuffix(".json") else {
      throw OptionText(option: "output", text: output).wrong(
        "a calibration is JSON",
        "end the name in .json, or leave --output out: "
          + "\(ByteCalibration.path(beside: model)) is where segment looks for it")
    }
    engine = arguments.values["engine"]
    hints = try arguments.openingHints()
    window = try SegmentChoices.WindowChoice(arguments)
    limits = try CopyLimits(arguments)
    overwrites = arguments.has("overwrite")
  }

  func run(_ context: CommandContext) throws(Explanation) -> [String: JSONValue] {
    try refuseExisting(output, overwrites: overwrites)
    try checkApart(output, from: [scanPath, modelPath])
    var model = try context.catalogue.model(modelPath)
    do { model.graph = try model.graph.padded().forGreyScans() } catch { throw error.explanation }
    let opened = try context.openInput(scanPath, hints: hints)
    let scan = try computable(opened, at: scanPath)
    let region = Region(scan.volume.shape)
    var volume = scan.volume
    volume.voxelType = opened.volume.voxelType
    let rule = try chosenNormalisation(
      window, model, volume, try GreySample(scan, region: region))
    guard let engine = context.catalogue.engines.first(where: { $0.byteArithmetic != .none }) else {
      throw Explanation(
        .failed, "this build has no engine that computes in bytes",
        remedy: "install the tool again with Tools/setup")
    }
    var run = CalibrationRun(
      model: model, graph: model.graph, scan: scan, region: region, normalisation: rule,
      engine: engine, threads: limits.threads)
    run.truth = try truth(scan.volume.shape, context)
    try run.checkMemory(limits.memory)
    let peak = Words.memory(try run.byteCount() + (64 << 20))
    context.console.note(
      "\(2 * CalibrationRun.crops) crops of \(scanPath); engine: \(engine.words); peak about "
        + "\(peak) of \(Words.memory(limits.memory)) allowed")
    let calibration = try run.run { () throws(Explanation) in
      try context.checkForStop(remedy: "nothing was written: give the same command again")
    }
    try calibration.write(to: output)
    let gate = calibration.gate
    context.console.say(
      "\(output): \(model.card.name) on \(Words.grouped(calibration.voxels)) voxels")
    context.console.say("  \(gate.words)")
    for one in gate.classes {
      context.console.say(
        "  \(one.name): Jaccard index \(Words.fixed(one.single, 4)) in f32, "
          + "\(Words.fixed(one.bytes, 4)) in int8")
    }
    if !gate.isPassed {
      context.console.say(
        "  segment keeps to the other precisions by itself; --precision int8 obeys all the same")
    }
    return [
      "output": .string(output), "gate": gate.json, "voxels": .integer(calibration.voxels),
      "crops": .integer(calibration.crops),
    ]
  }

  private func truth(
    _ shape: Shape3, _ context: CommandContext
  ) throws(Explanation) -> (any VolumeReader)? {
    guard let labels else { return nil }
    let reader = try context.catalogue.open(labels, hints: OpeningHints())
    guard reader.volume.shape == shape, reader.volume.voxelType == .uint8 else {
      throw Explanation(
        .input,
        "--labels \(labels) is \(reader.volume.shape), \(reader.volume.voxelType.rawValue); the scan is "
          + "\(shape), and labels are uint8",
        remedy: "give labels of all of the scan; 255 stands where there is no annotation")
    }
    return reader
  }
}
