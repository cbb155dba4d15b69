import NeuralGraph
import VolumeCore

extension KerasGraph {
  mutating func addConvolution(
    _ layer: KerasLayer, _ input: Int, padding: Padding?
  ) throws(KerasModelError) -> Int {
    // A group for each channel is what other layers call depthwise.
    let groups = layer.options["groups"]
    let isNamed = KerasWeightPlace.depthwiseNode(layer.name) != layer.name
    if groups != .null, groups != 1 || isNamed {
      guard groups.integer == builder.channels(of: input) else {
        throw layer.options.unsupported("groups")
      }
      return try addDepthwiseConvolution(layer, input, padding: padding)
    }
    let window = try ConvolutionWindow(layer, dimensions: dimensions, around: padding)
    let inputs = builder.channels(of: input)
    let outputs = try layer.options.count("filters")
    let (bias, hasBias) = try bias(layer, outputs)
    let operation = Convolution(
      kernel: window.kernel, stride: window.stride, padding: window.padding, inputs: inputs,
      outputs: outputs,
      weights: try weights.read(
        ["kernel"], of: layer.name, shape: window.shape(inputs, outputs)),
      bias: bias, hasBias: hasBias)
    builder.add(layer.name, .convolution(operation), outputs: outputs, of: [input])
    return try addActivation(layer)
  }

  /// A depthwise convolution, then one of 1x1 that has the bias.
  mutating func addSeparableConvolution(
    _ layer: KerasLayer, _ input: Int
  ) throws(KerasModelError) -> Int {
    let window = try ConvolutionWindow(layer, dimensions: dimensions)
    try layer.options.require("groups", 1)
    let inputs = builder.channels(of: input)
    let multiplier = try layer.options.count("depth_multiplier", default: 1)
    let outputs = try layer.options.count("filters")
    let between = inputs * multiplier
    let depthwise = DepthwiseConvolution(
      kernel: window.kernel, stride: window.stride, padding: window.padding, inputs: inputs,
      multiplier: multiplier,
      weights: try weights.read(
        ["depthwise_kernel"], of: layer.name, shape: window.shape(inputs, multiplier)),
      bias: [Float](repeating: 0, count: between), hasBias: false)
    builder.add(
      "\(layer.name)/depthwise", .depthwiseConvolution(depthwise), outputs: between, of: [input])
    let one = Shape3(z: 1, y: 1, x: 1)
    let (bias, hasBias) = try bias(layer, outputs)
    let pointwise = Convolution(
      kernel: one, stride: one, padding: .none, inputs: between, outputs: outputs,
      weights: try weights.read(
        ["pointwise_kernel"], of: layer.name, shape: [1, 1, between, outputs]),
      bias: bias, hasBias: hasBias)
    builder.add(layer.name, .convolution(pointwise), outputs: outputs)
    return try addActivation(layer)
  }

  mutating func addDepthwiseConvolution(
    _ layer: KerasLayer, _ input: Int, padding: Padding?
  ) throws(KerasModelError) -> Int {
    let window = try ConvolutionWindow(layer, dimensions: dimensions, around: padding)
    let inputs = builder.channels(of: input)
    let isGrouped = layer.options["filters"] != .null
    let filters = isGrouped ? try layer.options.count("filters") : inputs
    guard filters % inputs == 0 else { throw layer.options.unsupported("filters") }
    let multiplier =
      isGrouped ? filters / inputs : try layer.options.count("depth_multiplier", default: 1)
    let outputs = inputs * multiplier
    let (bias, hasBias) = try bias(layer, outputs)
    // Keras 3 calls "kernel" what Keras 2 called "depthwise_kernel".
    let operation = DepthwiseConvolution(
      kernel: window.kernel, stride: window.stride, padding: window.padding, inputs: inputs,
      multiplier: multiplier,
      weights: try weights.read(
        ["depthwise_kernel", "kernel"], of: layer.name,
        shape: isGrouped ? window.shape(1, filters) : window.shape(inputs, multiplier)),
      bias: bias, hasBias: hasBias)
    // The first half of a separable convolution of volumes, for which Keras has no layer.
    let name = isGrouped ? KerasWeightPlace.depthwiseNode(layer.name) : layer.name
    builder.add(name, .depthwiseConvolution(operation), outputs: outputs, of: [input])
    return try addActivation(layer)
  }

  mutating func addTransposedConvolution(
    _ layer: KerasLayer, _ input: Int
  ) throws(KerasModelError) -> Int {
    let window = try ConvolutionWindow(layer, dimensions: dimensions)
    try layer.options.require("output_padding")
    try layer.options.require("groups", 1)
    // Keras fills up with zeros where the kernel does not cover the stride.
    guard window.kernel.z >= window.stride.z, window.kernel.y >= window.stride.y,
      window.kernel.x >= window.stride.x
    else {
      throw layer.options.unsupported("strides")
    }
    let inputs = builder.channels(of: input)
    let outputs = try layer.options.count("filters")
    let (bias, hasBias) = try bias(layer, outputs)
    let operation = TransposedConvolution(
      kernel: window.kernel, stride: window.stride, crop: window.padding, inputs: inputs,
      outputs: outputs,
      weights: try weights.read(
        ["kernel"], of: layer.name, shape: window.shape(outputs, inputs)),
      bias: bias, hasBias: hasBias)
    builder.add(layer.name, .transposedConvolution(operation), outputs: outputs, of: [input])
    return try addActivation(layer)
  }

  mutating func addBatchNormalisation(
    _ layer: KerasLayer, _ input: Int
  ) throws(KerasModelError) -> Int {
    let options = layer.options
    try options.require("axis", -1, channelAxis, [-1], [channelAxis])
    guard let epsilon = options["epsilon"].number, epsilon >= 0, epsilon.isFinite else {
      throw .configLacks("'epsilon'", layer: layer.name)
    }
    let channels = builder.channels(of: input)
    let hasScale = try options.flag("scale", default: true)
    let hasShift = try options.flag("center", default: true)
    let operation = BatchNormalisation(
      scale: hasScale
        ? try weights.read(["gamma"], of: layer.name, shape: [channels])
        : [Float](repeating: 1, count: channels),
      shift: hasShift
        ? try weights.read(["beta"], of: layer.name, shape: [channels])
        : [Float](repeating: 0, count: channels),
      mean: try weights.read(["moving_mean"], of: layer.name, shape: [channels]),
      variance: try weights.read(["moving_variance"], of: layer.name, shape: [channels]),
      epsilon: Float(epsilon), momentum: Float(options["momentum"].number ?? 0.99),
      hasScale: hasScale, hasShift: hasShift)
    return builder.add(layer.name, .batchNormalisation(operation), of: [input])
  }

  mutating func addGroupNormalisation(
    _ layer: KerasLayer, _ input: Int
  ) throws(KerasModelError) -> Int {
    let channels = builder.channels(of: input)
    // -1 stands for a group for each channel.
    guard let given = layer.options["groups"].integer, given == -1 || given > 0 else {
      throw .configLacks("'groups'", layer: layer.name)
    }
    let groups = given == -1 ? channels : given
    guard channels % groups == 0 else { throw layer.options.unsupported("groups") }
    return try addNormalisation(
      layer, input, groups: groups, extent: dimensions == 3 ? .volume : .layer)
  }

  private mutating func addNormalisation(
    _ layer: KerasLayer, _ input: Int, groups: Int, extent: GroupNormalisation.Extent
  ) throws(KerasModelError) -> Int {
    let options = layer.options
    try options.require("axis", -1, channelAxis, [-1], [channelAxis])
    guard let epsilon = options["epsilon"].number, epsilon >= 0, epsilon.isFinite else {
      throw .configLacks("'epsilon'", layer: layer.name)
    }
    let channels = builder.channels(of: input)
    let hasScale = try options.flag("scale", default: true)
    let hasShift = try options.flag("center", default: true)
    let operation = GroupNormalisation(
      groups: groups,
      scale: hasScale
        ? try weights.read(["gamma"], of: layer.name, shape: [channels])
        : [Float](repeating: 1, count: channels),
      shift: hasShift
        ? try weights.read(["beta"], of: layer.name, shape: [channels])
        : [Float](repeating: 0, count: channels),
      epsilon: Float(epsilon), extent: extent, hasScale: hasScale, hasShift: hasShift)
    return builder.add(layer.name, .groupNormalisation(operation), of: [input])
  }

  /// A norm over each voxel's channels: over more, it would depend on where a tile is cut.
  mutating func addLayerNormalisation(
    _ layer: KerasLayer, _ input: Int
  ) throws(KerasModelError) -> Int {
    guard layer.options["axis"] == .null || layer.options.isChannelAxis(dimensions) else {
      let (number, count) = place(of: layer)
      throw .normalisesOverSpace(kind: layer.kind, name: layer.name, number: number, count: count)
    }
    return try addNormalisation(layer, input, groups: 1, extent: .voxel)
  }

  private func bias(
    _ layer: KerasLayer, _ count: Int
  ) throws(KerasModelError) -> (values: [Float], there: Bool) {
    guard count <= LayerOptions.largest else { throw layer.options.unsupported("depth_multiplier") }
    guard try layer.options.flag("use_bias", default: true) else {
      return ([Float](repeating: 0, count: count), false)
    }
    return (try weights.read(["bias"], of: layer.name, shape: [count]), true)
  }

  private mutating func addActivation(_ layer: KerasLayer) throws(KerasModelError) -> Int {
    guard let operation = try Self.activation(layer) else { return builder.last }
    return builder.add("\(layer.name)/\(operation == .relu ? "relu" : "softmax")", operation)
  }
}

/// The options that all convolutions share.
struct ConvolutionWindow {
  var kernel: Shape3
  var stride: Shape3
  /// Keras's padding, or for a transposed convolution its crop, for extents that are multiples of
  /// the stride.
  var padding: Padding

  private let dimensions: Int

  /// - Parameter around: zeros that a layer before has put around.
  init(
    _ layer: KerasLayer, dimensions: Int, around: Padding? = nil
  ) throws(KerasModelError) {
    self.dimensions = dimensions
    let options = layer.options
    try options.require("data_format", "channels_last")
    try options.require("dilation_rate", 1, [1, 1], [1, 1, 1])
    kernel = try options.extent("kernel_size", dimensions: dimensions)
    stride = try options.extent("strides", dimensions: dimensions, default: 1)
    switch options["padding"] {
    case "same" where around == nil: padding = .same(kernel: kernel, stride: stride)
    case .null, "valid": padding = around ?? .none
    default: throw options.unsupported("padding")
    }
  }

  /// The shape of the weights in the file.
  func shape(_ a: Int, _ b: Int) -> [Int] {
    (dimensions == 3 ? [kernel.z] : []) + [kernel.y, kernel.x, a, b]
  }
}
