import EngineCore
import NeuralGraph
import Training
import VolumeCore

/// `model features`: what a layer of a network makes of a crop of a scan, channel by channel.
///
/// Only the crop is read, and only the layers before the one that is wanted are computed, by the plain
/// loops of the reference device, which know every layer.
struct ModelFeatures {
  private let scanPath: String
  private let modelPath: String?
  private let layer: String
  private let place: Index3
  private let crop: Shape3
  private let output: String
  private let hints: OpeningHints
  private let window: SegmentChoices.WindowChoice
  private let memory: Int
  private let overwrites: Bool

  static let options: [OptionDeclaration] = [
    OptionDeclaration(
      "model", "FILE", "features, adapt: the model; features has the default one without it"),
    OptionDeclaration(
      "layer", "NAME", "features: a layer as model show lists it, or a block: enc-block-1"),
    OptionDeclaration("at", "Z,Y,X", "features: the middle of the crop"),
    OptionDeclaration(
      "crop", "SIZE", "features: the crop's extent: 128 (the default), 96x128, 48x48x48"),
  ]

  init(_ scan: String, _ arguments: Arguments) throws(UsageError) {
    scanPath = scan
    modelPath = arguments.values["model"]
    guard let layer = arguments.values["layer"] else {
      throw .optionMissing(
        option: "layer", why: "a network has many", expected: "as in --layer enc-block-1")
    }
    self.layer = layer
    let place = try arguments.value("at") { text throws(UsageError) in
      let numbers = text.text.split(separator: ",", omittingEmptySubsequences: false)
        .compactMap { decimal($0) }
      guard numbers.count == 3 else {
        throw text.wrong("this is no voxel", "give layer, row and column, as in --at 40,512,300")
      }
      return Index3(z: numbers[0], y: numbers[1], x: numbers[2])
    }
    guard let place else {
      throw .optionMissing(
        option: "at", why: "a crop lies somewhere", expected: "as in --at 40,512,300")
    }
    self.place = place
    crop =
      try arguments.value("crop") { text throws(UsageError) in try text.cropSize() }
      ?? Shape3(z: 48, y: 128, x: 128)
    guard let output = arguments.values["output"] else {
      throw .optionMissing(
        option: "output", why: "the feature maps are a picture",
        expected: "as in --output features.png")
    }
    self.output = output
    hints = try arguments.openingHints()
    window = try SegmentChoices.WindowChoice(arguments)
    memory = try CopyLimits(arguments).memory
    overwrites = arguments.has("overwrite")
  }

  func run(_ context: CommandContext) throws(Explanation) -> [String: JSONValue] {
    try refuseExisting(output, overwrites: overwrites)
    try checkApart(output, from: [scanPath])
    let path = try VolumeCommands.modelPath(modelPath, context)
    let model = try context.catalogue.model(path)
    context.console.note("model: \(path): \(model.card.name), \(model.format)")
    let whole = try explained { () throws(GraphError) in try model.graph.forGreyScans() }
    let node = try whole.node(named: layer)
    let graph = whole.upTo(node)
    let opened = try context.openInput(scanPath, hints: hints)
    let scan = try computable(opened, at: scanPath)
    let box = try FeatureCrop(place, crop, whole, scan.volume.shape).box
    let shapes = try explained { () throws(GraphError) in
      try graph.shapes(forInput: box.shape)
    }
    let shape = shapes[graph.output]
    let sheet = FeatureSheet(channels: graph.channels[graph.output])
    let cache = scan.cacheByteCount(forBoxesOf: box.shape)
    scan.limitCache(to: cache)
    let peak = graph.largestByteCount(forInput: box.shape) + sheet.byteCount + cache + (64 << 20)
    guard peak <= memory else {
      throw Explanation(
        .input,
        "layer \(graph.nodes[node].name) of a crop of \(box.shape) takes about "
          + "\(Words.memory(peak)), and \(Words.memory(memory)) are allowed",
        remedy: "give a smaller --crop, or more --memory")
    }
    let sample = try GreySample(scan, region: Region(scan.volume.shape))
    let rule = try chosenNormalisation(window, model, scan.volume, sample)
    context.console.note(
      "layer \(graph.nodes[node].name), \(graph.nodes[node].operation.words): \(sheet.channels) "
        + "channels of \(shape) from \(box); peak about \(Words.memory(peak)) of "
        + "\(Words.memory(memory)) allowed")
    let values = try explained { () throws(TrainingDataError) in
      try normalisedVoxels(box, of: scan, rule)
    }
    let input = FeatureMap(shape: box.shape, channels: 1, values: values)
    let features = ReferenceDevice().run(graph, input)
    let panels = features.middlePlanes
    let grey = input.middlePlanes[0]
    try context.catalogue.pictures.write(
      sheet.drawn(grey: grey, panels, layer: graph.nodes[node].name), to: output)
    let still = panels.filter { $0.low == $0.high }.count
    context.console.say(
      "\(output): \(sheet.channels) feature maps of \(graph.nodes[node].name), \(shape.y) rows x "
        + "\(shape.x) columns" + (still == 0 ? "" : "; \(still) are the same everywhere"))
    return [
      "output": .string(output), "layer": .string(graph.nodes[node].name),
      "box": .string(box.description),
      "shape": shape.json, "constant_channels": .integer(still),
      "channels": .array(
        panels.map { ["low": .number(Double($0.low)), "high": .number(Double($0.high))] }),
    ]
  }
}

extension Graph {
  /// The node of that name; of a block's name, its last.
  func node(named name: String) throws(Explanation) -> Int {
    if let exact = nodes.lastIndex(where: { $0.name == name }) { return exact }
    // What brings a block's result to the next level is not in the block.
    let parts = nodes.indices.filter { nodes[$0].name.hasPrefix(name + "-") }
    let inside = parts.filter { !nodes[$0].name.contains("-DOWN") }
    if let last = inside.last ?? parts.last { return last }
    let near = nearest(to: name, among: nodes.map(\.name) + blockNames)
    throw Explanation(
      .input, "the network has no layer '\(name)'",
      remedy: near.map { "did you mean '\($0)'?" } ?? "t2s-volume model show lists the layers")
  }

  /// "enc-block-1" of all "enc-block-1-conv1".
  private var blockNames: [String] {
    var names: [String] = []
    for node in nodes {
      guard let dash = node.name.lastIndex(of: "-") else { continue }
      let name = String(node.name[..<dash])
      if !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// The part of this network that the value of `node` is made of.
  func upTo(_ node: Int) -> Graph { Graph(nodes: Array(nodes[...node]), output: node) }
}

extension FeatureMap {
  /// Each channel's layer in the middle.
  fileprivate var middlePlanes: [FeaturePlane] {
    let z = shape.z / 2
    return (0..<channels).map { channel in
      var values: [Float] = []
      values.reserveCapacity(shape.y * shape.x)
      for y in 0..<shape.y {
        for x in 0..<shape.x { values.append(self[z, y, x, channel]) }
      }
      return FeaturePlane(width: shape.x, height: shape.y, values: values)
    }
  }
}
