import NeuralGraph
import VolumeCore

/// The layers that are computed here, by Keras's names.
enum KerasLayerKind: String, CaseIterable {
  case input = "InputLayer"
  case convolution = "Conv2D"
  case separableConvolution = "SeparableConv2D"
  case depthwiseConvolution = "DepthwiseConv2D"
  case transposedConvolution = "Conv2DTranspose"
  case batchNormalisation = "BatchNormalization"
  case groupNormalisation = "GroupNormalization"
  case layerNormalisation = "LayerNormalization"
  case relu = "ReLU"
  case activation = "Activation"
  case softmax = "Softmax"
  case maxPool = "MaxPooling2D"
  case upsample = "UpSampling2D"
  case concatenate = "Concatenate"
  case add = "Add"
  case crop = "Cropping2D"
  case pad = "ZeroPadding2D"
  case permute = "Permute"
  case dropout = "Dropout"
  case spatialDropout = "SpatialDropout2D"
  case gaussianNoise = "GaussianNoise"
  case gaussianDropout = "GaussianDropout"
  case alphaDropout = "AlphaDropout"

  /// The kind, and the number of axes that the layer is for where its class says so.
  static func read(_ kind: String) -> (kind: KerasLayerKind, dimensions: Int?)? {
    if let flat = KerasLayerKind(rawValue: kind) {
      return (flat, kind.hasSuffix("2D") || kind == "Conv2DTranspose" ? 2 : nil)
    }
    guard let deep = volumetric[kind] else { return nil }
    return (deep, 3)
  }

  /// The layers that there are for three axes, too.
  private static let volumetric: [String: KerasLayerKind] = [
    "Conv3D": .convolution, "Conv3DTranspose": .transposedConvolution, "MaxPooling3D": .maxPool,
    "UpSampling3D": .upsample, "SpatialDropout3D": .spatialDropout, "Cropping3D": .crop,
    "ZeroPadding3D": .pad,
  ]

  static var names: String {
    (allCases.map(\.rawValue) + volumetric.keys.sorted()).joined(separator: ", ")
  }

  /// Norms over the whole image or volume by classes that are not computed here.
  static let spatialNorms: Set = ["InstanceNormalization"]
}

/// A network in the making: Keras's layers become nodes, one or several for each.
struct KerasGraph: ~Copyable {
  let weights: KerasWeights
  var builder: GraphBuilder
  /// The number of axes that the network moves along: 2, or 3.
  let dimensions: Int
  /// The layers of a scan that the network looks at one by one, where it does.
  private let layerCount: Int?
  private let config: KerasConfig
  /// What a layer's call gave.
  private var values: [KerasValue: Value] = [:]
  /// The layers that are called on each layer of a scan in turn, by what they were called on; the
  /// node is the same for all.
  private var stacked: [StackedCall: Int] = [:]

  /// A value of the model, in terms of the graph.
  struct Value: Hashable {
    /// The node whose value it is.
    var node: Int
    /// For the networks that look at the layers of a scan one by one: which layer it is made of.
    var layer: Int?
    /// Zeros around it, which the convolution that takes it is to put there itself.
    var padding: Padding?
    /// How far the taking apart of the input's channels has come.
    var slicing: Slicing?
  }

  /// The steps by which the channels of the input become layers: axes turned, one cut out.
  enum Slicing: Hashable {
    case turned
    case cut(Int)
  }

  private struct StackedCall: Hashable {
    var layer: String
    var inputs: [Int]
  }

  /// Begins with the input.
  init(_ config: KerasConfig, _ weights: consuming KerasWeights) throws(KerasModelError) {
    guard let input = config.layers.first(where: { $0.name == config.input.layer }) else {
      throw .inputIsMissing(layer: config.input.layer, input: config.input.layer)
    }
    let (dimensions, channels) = try Self.input(input)
    for layer in config.layers {
      let known = KerasLayerKind.read(layer.kind)?.dimensions
      guard known ?? dimensions == dimensions, !layer.kind.contains("1D") else {
        throw .wrongDimensions(kind: layer.kind, name: layer.name, input: dimensions)
      }
    }
    self.dimensions = dimensions
    // Where channels are taken apart, they are layers of a scan, and one at a time is looked at.
    let takesLayers =
      dimensions == 2 && channels > 1
      && config.layers.contains { $0.options["dims"] == [3, 1, 2] }
    layerCount = takesLayers ? channels : nil
    builder = GraphBuilder(
      input: input.name, channels: takesLayers ? 1 : channels, isVolumetric: dimensions == 3)
    values[config.input] = Value(node: 0)
    self.config = config
    self.weights = weights
  }

  /// The number of axes and of channels.
  private static func input(
    _ layer: KerasLayer
  ) throws(KerasModelError) -> (dimensions: Int, channels: Int) {
    let options = layer.options
    guard let shape = options["batch_shape"].array ?? options["batch_input_shape"].array else {
      throw .configLacks("'batch_shape'", layer: layer.name)
    }
    guard shape.count == 4 || shape.count == 5 else {
      throw .inputRank(shape.count, name: layer.name)
    }
    guard let channels = shape[shape.count - 1].integer,
      (1...LayerOptions.largest).contains(channels)
    else {
      throw .configLacks("number of channels", layer: layer.name)
    }
    return (shape.count - 2, channels)
  }

  /// Adds every layer after those that it takes values from, and checks the whole.
  mutating func finish() throws(KerasModelError) -> Graph {
    let count = config.layers.count
    var kinds: [KerasLayerKind] = []
    for (index, layer) in config.layers.enumerated() {
      guard let (kind, _) = KerasLayerKind.read(layer.kind) else {
        let name = layer.kind.split(separator: ">").last.map(String.init) ?? layer.kind
        if KerasLayerKind.spatialNorms.contains(name) {
          throw .normalisesOverSpace(
            kind: layer.kind, name: layer.name, number: index + 1, count: count)
        }
        throw .unknownLayer(kind: layer.kind, name: layer.name, number: index + 1, count: count)
      }
      if kind == .input && layer.name != config.input.layer {
        throw .inputCount([config.input.layer, layer.name])
      }
      kinds.append(kind)
    }
    // The layers are nearly always listed in order; then one round is enough.
    var waiting = config.layers.indices.flatMap { index in
      config.layers[index].calls.indices.map { (index, $0) }
    }
    while !waiting.isEmpty {
      var later: [(Int, Int)] = []
      for (index, call) in waiting {
        let layer = config.layers[index]
        if kinds[index] == .input { continue }
        let inputs = layer.calls[call].compactMap { value($0) }
        guard inputs.count == layer.calls[call].count else {
          later.append((index, call))
          continue
        }
        guard !inputs.isEmpty else { throw .configLacks("input", layer: layer.name) }
        values[KerasValue(layer: layer.name, call: call)] = try add(layer, kinds[index], inputs)
      }
      if later.count == waiting.count, let (index, call) = later.first {
        let layer = config.layers[index]
        let input = layer.calls[call].first { value($0) == nil }
        throw .inputIsMissing(layer: layer.name, input: input?.layer ?? "")
      }
      waiting = later
    }
    guard let output = value(config.output) else {
      throw .inputIsMissing(layer: "the output", input: config.output.layer)
    }
    guard output == Value(node: output.node) else {
      throw .mixesLayers(layer: config.output.layer)
    }
    let graph = Graph(nodes: builder.graph.nodes, output: output.node)
    do { try graph.check() } catch { throw .graph(error) }
    return graph
  }

  /// What a call gave, where that is known yet. Calls made outside this model may have been counted, too; a layer that
  /// is called once here can mean only that call.
  private func value(_ value: KerasValue) -> Value? {
    if let known = values[value] { return known }
    guard let layer = config.layers.first(where: { $0.name == value.layer }), layer.calls.count == 1
    else { return nil }
    return values[KerasValue(layer: value.layer, call: 0)]
  }

  /// Adds a call of one layer; returns its value.
  private mutating func add(
    _ layer: KerasLayer, _ kind: KerasLayerKind, _ inputs: [Value]
  ) throws(KerasModelError) -> Value {
    if kind != .add && kind != .concatenate && inputs.count != 1 {
      throw .graph(.wrongInputCount(node: layer.name, wanted: 1, found: inputs.count))
    }
    if let value = try sliced(layer, kind, inputs[0]) { return value }
    guard inputs.allSatisfy({ $0.slicing == nil }) else { throw .mixesLayers(layer: layer.name) }
    if kind == .pad { return try padded(layer, inputs[0]) }
    let padding = inputs[0].padding
    let pads = padding != nil && [.convolution, .depthwiseConvolution].contains(kind)
    guard pads || inputs.allSatisfy({ $0.padding == nil }) else {
      throw .unsupportedOption(
        layer: layer.name, option: "its input", value: "padded, and it is no convolution")
    }
    if kind == .concatenate, let value = try joined(layer, inputs) { return value }
    let number = inputs[0].layer
    guard inputs.allSatisfy({ $0.layer == number }) else { throw .mixesLayers(layer: layer.name) }
    let call = StackedCall(layer: layer.name, inputs: inputs.map(\.node))
    if number != nil, let node = stacked[call] { return Value(node: node, layer: number) }
    let node = try addNode(layer, kind, call.inputs, padding: padding)
    if number != nil { stacked[call] = node }
    return Value(node: node, layer: number)
  }

  /// Adds the nodes of one layer; returns the one whose value is the layer's.
  private mutating func addNode(
    _ layer: KerasLayer, _ kind: KerasLayerKind, _ inputs: [Int], padding: Padding?
  ) throws(KerasModelError) -> Int {
    switch kind {
    case .input, .pad, .permute: return 0
    case .convolution: return try addConvolution(layer, inputs[0], padding: padding)
    case .separableConvolution: return try addSeparableConvolution(layer, inputs[0])
    case .depthwiseConvolution:
      return try addDepthwiseConvolution(layer, inputs[0], padding: padding)
    case .transposedConvolution: return try addTransposedConvolution(layer, inputs[0])
    case .batchNormalisation: return try addBatchNormalisation(layer, inputs[0])
    case .groupNormalisation: return try addGroupNormalisation(layer, inputs[0])
    case .layerNormalisation: return try addLayerNormalisation(layer, inputs[0])
    case .crop:
      let cut = try layer.options.edges("cropping", dimensions: dimensions)
      return builder.add(layer.name, .crop(cut), of: inputs)
    case .relu:
      try layer.options.require("max_value")
      try layer.options.require("negative_slope", 0, .number(0))
      try layer.options.require("threshold", 0, .number(0))
      return builder.add(layer.name, .relu, of: inputs)
    case .activation:
      let operation = try Self.activation(layer) ?? .identity
      return builder.add(layer.name, operation, of: inputs)
    case .softmax:
      try layer.options.require("axis", -1, channelAxis, [-1], [channelAxis])
      return builder.add(layer.name, .softmax, of: inputs)
    case .maxPool:
      return try addMaxPool(layer, inputs[0])
    case .upsample:
      try layer.options.require("data_format", "channels_last")
      // Keras has no other for three axes, and says nothing.
      try layer.options.require("interpolation", "nearest")
      let factor = try layer.options.extent("size", dimensions: dimensions, default: 2)
      return builder.add(layer.name, .upsampleNearest(factor: factor), of: inputs)
    case .concatenate:
      try layer.options.require("axis", -1, channelAxis)
      let channels = inputs.reduce(0) { $0 + builder.channels(of: $1) }
      guard channels <= LayerOptions.largest else {
        throw .graph(
          .impossibleParameter(node: layer.name, parameter: "channels", value: channels))
      }
      return builder.concatenate(layer.name, inputs)
    case .add:
      return builder.add(layer.name, .add, of: inputs)
    case .dropout:
      // With a noise shape several numbers share a fate: nothing that we train.
      guard let rate = layer.options["rate"].number, (0..<1).contains(rate),
        layer.options["noise_shape"] == .null
      else { return builder.add(layer.name, .identity, of: inputs) }
      return builder.add(layer.name, .dropout(rate: Float(rate)), of: inputs)
    case .gaussianNoise:
      guard let sigma = layer.options["stddev"].number, sigma >= 0, sigma.isFinite else {
        return builder.add(layer.name, .identity, of: inputs)
      }
      return builder.add(layer.name, .gaussianNoise(sigma: Float(sigma)), of: inputs)
    case .spatialDropout, .gaussianDropout, .alphaDropout:
      return builder.add(layer.name, .identity, of: inputs)
    }
  }

  /// Where a layer stands in the description, counted from 1, and of how many.
  func place(of layer: KerasLayer) -> (number: Int, count: Int) {
    let place = config.layers.firstIndex { $0.name == layer.name } ?? 0
    return (place + 1, config.layers.count)
  }

  /// The axis of channels, counted from the batch's.
  var channelAxis: JSONValue { .integer(dimensions + 1) }

  /// The operation of the option `activation`; `nil` where it is none.
  static func activation(_ layer: KerasLayer) throws(KerasModelError) -> Operation? {
    switch layer.options["activation"] {
    case .null, "linear": nil
    case "relu": .relu
    case "softmax": .softmax
    default: throw layer.options.unsupported("activation")
    }
  }

  private mutating func addMaxPool(
    _ layer: KerasLayer, _ input: Int
  ) throws(KerasModelError) -> Int {
    let options = layer.options
    try options.require("data_format", "channels_last")
    try options.require("padding", "valid", "same")
    let window = try options.extent("pool_size", dimensions: dimensions, default: 2)
    if options["strides"] != .null {
      let stride = try options.extent("strides", dimensions: dimensions)
      guard stride == window else { throw options.unsupported("strides") }
    }
    return builder.add(layer.name, .maxPool(window: window), of: [input])
  }
}

extension KerasGraph {
  /// The value after a zero padding, which becomes that of the convolutions that take it.
  private func padded(_ layer: KerasLayer, _ input: Value) throws(KerasModelError) -> Value {
    guard input.padding == nil else { throw layer.options.unsupported("padding") }
    try layer.options.require("data_format", "channels_last")
    var value = input
    value.padding = try layer.options.edges("padding", dimensions: dimensions)
    return value
  }

  /// The value of a step of taking the input's channels apart; `nil` where the layer is none.
  ///
  /// Turned to (channel, y, x), cut to one channel, turned back: no other layer that every Keras has
  /// takes channels apart.
  private func sliced(
    _ layer: KerasLayer, _ kind: KerasLayerKind, _ input: Value
  ) throws(KerasModelError) -> Value? {
    guard let count = layerCount else {
      guard kind != .permute else { throw layer.options.unsupported("dims") }
      return nil
    }
    switch (kind, input.slicing) {
    case (.permute, nil) where input == Value(node: 0) && layer.options["dims"] == [3, 1, 2]:
      return Value(node: 0, slicing: .turned)
    case (.crop, .turned?):
      let cut = try layer.options.edges("cropping", dimensions: 2)
      guard cut.before.x == 0, cut.after.x == 0, cut.before.y + cut.after.y == count - 1 else {
        throw layer.options.unsupported("cropping")
      }
      return Value(node: 0, slicing: .cut(cut.before.y))
    case (.permute, .cut(let number)?) where layer.options["dims"] == [2, 3, 1]:
      return Value(node: 0, layer: number)
    case (.permute, _): throw layer.options.unsupported("dims")
    default:
      guard input != Value(node: 0) else { throw .mixesLayers(layer: layer.name) }
      return nil
    }
  }

  /// The concatenation of what was made of each layer, alone or beside other values; `nil` where the
  /// layer joins nothing of the kind.
  private mutating func joined(
    _ layer: KerasLayer, _ inputs: [Value]
  ) throws(KerasModelError) -> Value? {
    guard let count = layerCount, Set(inputs.map(\.layer)).count > 1 else { return nil }
    try layer.options.require("axis", -1, channelAxis)
    var parts: [Int] = []
    var rest = inputs[...]
    while let first = rest.first {
      guard first.layer != nil else {
        parts.append(first.node)
        rest.removeFirst()
        continue
      }
      guard rest.count >= count,
        rest.prefix(count).elementsEqual(
          (0..<count).map { Value(node: first.node, layer: $0) })
      else { throw .mixesLayers(layer: layer.name) }
      let isAlone = inputs.count == count
      let name = isAlone ? layer.name : "\(layer.name)/layers-\(parts.count)"
      parts.append(builder.layersToChannels(name, count: count, of: first.node))
      rest.removeFirst(count)
    }
    return Value(node: parts.count == 1 ? parts[0] : builder.concatenate(layer.name, parts))
  }
}
