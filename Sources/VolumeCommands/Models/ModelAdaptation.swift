import EngineCore
import NeuralGraph
import Training
import VolumeCore

/// `model adapt`: batch normalisation's statistics estimated again on a scan without labels.
struct ModelAdaptation {
  private let modelPath: String
  private let scanPath: String
  private let output: String
  private let count: Int
  private let seed: Int
  private let hints: OpeningHints
  private let window: SegmentChoices.WindowChoice
  private let limits: CopyLimits
  private let overwrites: Bool

  static let options: [OptionDeclaration] = [
    OptionDeclaration(
      "crops", "N", "adapt: crops of the scan that are looked at, spread over it; default 256")
  ]

  init(_ model: String, _ scan: String, _ arguments: Arguments) throws(UsageError) {
    (modelPath, scanPath) = (model, scan)
    guard let output = arguments.values["output"] else {
      throw .optionMissing(
        option: "output", why: "the adapted model is another file",
        expected: "as in --output adapted.h5")
    }
    self.output = output
    count =
      try arguments.value("crops") { text throws(UsageError) in try text.wholeNumber() } ?? 256
    seed =
      try arguments.value("seed") { text throws(UsageError) in
        try text.wholeNumber(atLeast: 0)
      } ?? 1
    hints = try arguments.openingHints()
    window = try SegmentChoices.WindowChoice(arguments)
    limits = try CopyLimits(arguments)
    overwrites = arguments.has("overwrite")
  }

  func run(_ context: CommandContext) throws(Explanation) -> [String: JSONValue] {
    let writer = try context.catalogue.modelWriter(output)
    try refuseExisting(output, overwrites: overwrites)
    try checkApart(output, from: [scanPath])
    let model = try context.catalogue.model(modelPath)
    let graph = try explained { () throws(GraphError) in try model.graph.forGreyScans() }
    guard graph.nodes.contains(where: \.operation.isBatchNormalisation) else {
      throw Explanation(
        .input, "\(modelPath) has no batch normalisation, whose statistics could be adapted",
        remedy: "train it further on an annotated layer of the scan: t2s-volume train --from "
          + "\(modelPath) --few")
    }
    let opened = try context.openInput(scanPath, hints: hints)
    let scan = try computable(opened, at: scanPath)
    let sample = try GreySample(scan, region: Region(scan.volume.shape))
    let rule = try chosenNormalisation(window, model, scan.volume, sample)
    let adaptation = StatisticsAdaptation(
      graph, to: scan, rule, crop: try crop(graph, scan.volume.shape), count: count,
      seed: UInt64(seed))
    let (factory, precision) = try trainer(adaptation, context)
    let peak =
      try explained { () throws(EngineError) in
        try factory.byteCount(
          for: adaptation.plan(precision: precision, threads: limits.threads))
      } + 8 * StatisticsAdaptation.batch * adaptation.crops[0].voxelCount
      + scan.cacheByteCount(forBoxesOf: adaptation.crops[0].shape) + (64 << 20)
    guard peak <= limits.memory else {
      throw Explanation(
        .input,
        "adapting takes about \(Words.memory(peak)), and \(Words.memory(limits.memory)) are allowed",
        remedy: "give more --memory")
    }
    scan.limitCache(to: scan.cacheByteCount(forBoxesOf: adaptation.crops[0].shape))
    context.console.note(
      "\(adaptation.crops.count) crops of \(adaptation.crops[0].shape); engine: \(factory.words), "
        + "\(precision.rawValue); peak about \(Words.memory(peak)) of "
        + "\(Words.memory(limits.memory)) allowed")
    let engine = try explained { () throws(EngineError) in
      try factory.makeEngine(
        for: adaptation.plan(precision: precision, threads: limits.threads))
    }
    let adapted = try adaptation.run(engine) { () throws(Explanation) in
      try context.checkForStop(remedy: "nothing was written: give the same command again")
    }
    var card = model.card
    var document = card.document.object ?? [:]
    document["adapted"] = [
      "to": .string(fileName(of: scanPath)), "fingerprint": .string(scan.fingerprint),
      "voxels": .integer(adaptation.voxelCount), "crops": .integer(adaptation.crops.count),
      "seed": .integer(seed), "from": .string(model.card.name), "from_hash": .string(model.hash),
      "tool_version": .string(toolVersion),
    ]
    card.document = .object(document)
    card.normalisation = rule
    let result = Model(
      graph: adapted, card: card, hasCard: true, path: output, hash: "", format: "")
    try writer.write(result, to: output)
    context.console.say(
      "\(output): \(model.card.name) with the statistics of "
        + "\(Words.grouped(adaptation.voxelCount)) voxels of \(scanPath)")
    return [
      "output": .string(output), "crops": .integer(adaptation.crops.count),
      "voxels": .integer(adaptation.voxelCount), "weights": .string(adapted.fingerprint),
    ]
  }

  /// 128 rows and columns, or 48 along each axis; less where the scan is smaller.
  private func crop(_ graph: Graph, _ shape: Shape3) throws(Explanation) -> Shape3 {
    let edge = graph.isPlanar ? 128 : 48
    let middle = Index3(z: shape.z / 2, y: shape.y / 2, x: shape.x / 2)
    return try FeatureCrop(middle, Shape3(z: edge, y: edge, x: edge), graph, shape).box.shape
  }

  /// The first engine that trains this network, in single precision.
  private func trainer(
    _ adaptation: StatisticsAdaptation, _ context: CommandContext
  ) throws(Explanation) -> (any TrainingEngineFactory, Precision) {
    for factory in context.catalogue.trainers
    where factory.precisions.contains(.f32) && factory.obstacle == nil {
      let plan = adaptation.plan(precision: .f32, threads: limits.threads)
      if (try? factory.byteCount(for: plan)) != nil { return (factory, .f32) }
    }
    throw Explanation(
      .input, "no engine computes this network in training mode", remedy: "train a new one")
  }
}

extension NeuralGraph.Operation {
  fileprivate var isBatchNormalisation: Bool {
    if case .batchNormalisation = self { true } else { false }
  }
}
