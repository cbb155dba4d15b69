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
  case relu = "ReLU"
  case activation = "Activation"
  case softmax = "Softmax"
  case maxPool = "MaxPooling2D"
  case upsample = "UpSampling2D"
  case concatenate = "Concatenate"
  case add = "Add"
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
    "UpSampling3D": .upsample, "SpatialDropout3D": .spatialDropout,
  ]

  static var names: String {
    (allCases.map(\.rawValue) + volumetric.keys.sorted()).joined(separator: ", ")
  }

  /// Norms over the whole image or volume by classes that are not computed here.
  static let spatialNorms: Set = ["InstanceNormalization", "LayerNormalization"]
}

/// A network in the making: Keras's layers become nodes, one or several for each.
struct KerasGraph: ~Copyable {
  let weights: KerasWeights
  var builder: GraphBuilder
  /// The number of axes that the network moves along: 2, or 3.
  let dimensions: Int
  private let config: KerasConfig
  /// The node whose value is that of a layer's call.
  private var nodes: [KerasValue: Int] = [:]

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
    builder = GraphBuilder(
      input: input.name, channels: channels, isVolumetric: dimensions == 3)
    nodes[config.input] = 0
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
        let inputs = layer.calls[call].compactMap { node(of: $0) }
        guard inputs.count == layer.calls[call].count else {
          later.append((index, call))
          continue
        }
        guard !inputs.isEmpty else { throw .configLacks("input", layer: layer.name) }
        nodes[KerasValue(layer: layer.name, call: call)] = try add(layer, kinds[index], inputs)
      }
      if later.count == waiting.count, let (index, call) = later.first {
        let layer = config.layers[index]
        let input = layer.calls[call].first { node(of: $0) == nil }
        throw .inputIsMissing(layer: layer.name, input: input?.layer ?? "")
      }
      waiting = later
    }
    guard let output = node(of: config.output) else {
      throw .inputIsMissing(layer: "the output", input: config.output.layer)
    }
    let graph = Graph(nodes: builder.graph.nodes, output: output)
    do { try graph.check() } catch { throw .graph(error) }
    return graph
  }

  /// The node of a value. Calls made outside this model may have been counted, too; a layer that
  /// is called once here can mean only that call.
  private func node(of value: KerasValue) -> Int? {
    if let node = nodes[value] { return node }
    guard let layer = config.layers.first(where: { $0.name == value.layer }), layer.calls.count == 1
    else { return nil }
    return nodes[KerasValue(layer: value.layer, call: 0)]
  }

  /// Adds the nodes of one layer; returns the one whose value is the layer's.
  private mutating func add(
    _ layer: KerasLayer, _ kind: KerasLayerKind, _ inputs: [Int]
  ) throws(KerasModelError) -> Int {
    if kind != .add && kind != .concatenate && inputs.count != 1 {
      throw .graph(.wrongInputCount(node: layer.name, wanted: 1, found: inputs.count))
    }
    switch kind {
    case .input: return 0
    case .convolution: return try addConvolution(layer, inputs[0])
    case .separableConvolution: return try addSeparableConvolution(layer, inputs[0])
    case .depthwiseConvolution: return try addDepthwiseConvolution(layer, inputs[0])
    case .transposedConvolution: return try addTransposedConvolution(layer, inputs[0])
    case .batchNormalisation: return try addBatchNormalisation(layer, inputs[0])
    case .groupNormalisation: return try addGroupNormalisation(layer, inputs[0])
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
