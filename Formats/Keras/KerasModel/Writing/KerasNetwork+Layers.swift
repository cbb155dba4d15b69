import EngineCore
import NeuralGraph
import VolumeCore

extension KerasNetwork {
  /// The layer of a node, still without its name.
  func layer(of node: Node) throws(KerasWritingError) -> Layer {
    switch node.operation {
    case .convolution(let operation): return convolution(node.name, operation)
    case .depthwiseConvolution(let operation): return depthwise(node.name, operation)
    case .transposedConvolution(let operation): return try transposed(node.name, operation)
    case .batchNormalisation(let operation): return batchNormalisation(node.name, operation)
    case .groupNormalisation(let operation): return try groupNormalisation(node.name, operation)
    case .relu:
      return Layer(
        name: "", kind: "ReLU",
        options: ["max_value": .null, "negative_slope": .number(0), "threshold": .number(0)])
    case .add: return Layer(name: "", kind: "Add", options: [:])
    case .concatenate: return Layer(name: "", kind: "Concatenate", options: ["axis": -1])
    case .softmax: return Layer(name: "", kind: "Softmax", options: ["axis": -1])
    case .identity: return Layer(name: "", kind: "Activation", options: ["activation": "linear"])
    case .maxPool(let window):
      return Layer(
        name: "", kind: kind("MaxPooling"),
        options: [
          "pool_size": list(window), "strides": list(window), "padding": "valid",
          "data_format": "channels_last",
        ])
    case .upsampleNearest(let factor):
      var options: [String: JSONValue] = ["size": list(factor), "data_format": "channels_last"]
      if dimensions == 2 { options["interpolation"] = "nearest" }
      return Layer(name: "", kind: kind("UpSampling"), options: options)
    case .dropout(let rate):
      return Layer(
        name: "", kind: "Dropout",
        options: ["rate": JSONValue(shortest: rate), "noise_shape": .null, "seed": .null])
    case .gaussianNoise(let sigma):
      return Layer(
        name: "", kind: "GaussianNoise",
        options: ["stddev": JSONValue(shortest: sigma), "seed": .null])
    case .crop(let crop):
      return Layer(
        name: "", kind: kind("Cropping"),
        options: ["cropping": edges(crop), "data_format": "channels_last"])
    case .input, .layersToChannels:
      preconditionFailure("'\(node.name)' is no layer")
    }
  }

  /// A separable convolution, of the two that it is computed as.
  func separable(
    _ name: String, _ depthwiseName: String, _ first: DepthwiseConvolution, _ second: Convolution
  ) -> Layer {
    var layer = Layer(
      name: "", kind: "SeparableConv2D",
      options: window(first.kernel, first.stride, first.padding))
    layer.options["filters"] = .integer(second.outputs)
    layer.options["depth_multiplier"] = .integer(first.multiplier)
    layer.options["use_bias"] = .bool(second.hasBias)
    layer.weights = [
      Weight(
        name: "depthwise_kernel", shape: extents(first.kernel) + [first.inputs, first.multiplier],
        values: first.weights, node: depthwiseName, part: "kernel"),
      Weight(
        name: "pointwise_kernel", shape: [1, 1, second.inputs, second.outputs],
        values: second.weights, node: name, part: "kernel"),
    ]
    if second.hasBias { layer.weights.append(bias(name, second.bias)) }
    return layer
  }

  private func convolution(_ name: String, _ operation: Convolution) -> Layer {
    var layer = Layer(
      name: "", kind: kind("Conv"),
      options: window(operation.kernel, operation.stride, operation.padding))
    layer.options["filters"] = .integer(operation.outputs)
    layer.options["use_bias"] = .bool(operation.hasBias)
    layer.weights = [
      Weight(
        name: "kernel", shape: extents(operation.kernel) + [operation.inputs, operation.outputs],
        values: operation.weights, node: name, part: "kernel")
    ]
    if operation.hasBias { layer.weights.append(bias(name, operation.bias)) }
    return layer
  }

  private func depthwise(_ name: String, _ operation: DepthwiseConvolution) -> Layer {
    var options = window(operation.kernel, operation.stride, operation.padding)
    options["use_bias"] = .bool(operation.hasBias)
    let outputs = operation.inputs * operation.multiplier
    var layer: Layer
    if dimensions == 2 {
      options["depth_multiplier"] = .integer(operation.multiplier)
      layer = Layer(name: "", kind: "DepthwiseConv2D", options: options)
    } else {
      // There is no such layer for volumes; a group for each channel is the same.
      options["filters"] = .integer(outputs)
      options["groups"] = .integer(operation.inputs)
      layer = Layer(name: "", kind: "Conv3D", options: options)
    }
    layer.weights = [
      Weight(
        name: dimensions == 2 ? "depthwise_kernel" : "kernel",
        shape: extents(operation.kernel)
          + (dimensions == 2 ? [operation.inputs, operation.multiplier] : [1, outputs]),
        values: operation.weights, node: name, part: "kernel")
    ]
    if operation.hasBias { layer.weights.append(bias(name, operation.bias)) }
    return layer
  }

  private func transposed(
    _ name: String, _ operation: TransposedConvolution
  ) throws(KerasWritingError) -> Layer {
    let crop = operation.crop
    guard crop == .none || crop == .same(kernel: operation.kernel, stride: operation.stride) else {
      throw .hasNoLayer(node: name, what: "what it cuts off")
    }
    var layer = Layer(
      name: "", kind: kind("Conv", "Transpose"),
      options: window(operation.kernel, operation.stride, crop))
    layer.options["filters"] = .integer(operation.outputs)
    layer.options["use_bias"] = .bool(operation.hasBias)
    layer.options["output_padding"] = .null
    layer.weights = [
      Weight(
        name: "kernel", shape: extents(operation.kernel) + [operation.outputs, operation.inputs],
        values: operation.weights, node: name, part: "kernel")
    ]
    if operation.hasBias { layer.weights.append(bias(name, operation.bias)) }
    return layer
  }

  private func batchNormalisation(_ name: String, _ operation: BatchNormalisation) -> Layer {
    var layer = Layer(
      name: "", kind: "BatchNormalization",
      options: [
        "axis": -1, "momentum": JSONValue(shortest: operation.momentum),
        "epsilon": JSONValue(shortest: operation.epsilon), "center": .bool(operation.hasShift),
        "scale": .bool(operation.hasScale),
      ])
    layer.weights = norm(
      name, operation.hasScale ? operation.scale : nil, operation.hasShift ? operation.shift : nil)
    for (title, part, values) in [
      ("moving_mean", "mean", operation.mean), ("moving_variance", "variance", operation.variance),
    ] {
      layer.weights.append(
        Weight(
          name: title, shape: [values.count], values: values, node: name, part: part,
          isTrained: false))
    }
    return layer
  }

  private func groupNormalisation(
    _ name: String, _ operation: GroupNormalisation
  ) throws(KerasWritingError) -> Layer {
    var options: [String: JSONValue] = [
      "axis": -1, "epsilon": JSONValue(shortest: operation.epsilon),
      "center": .bool(operation.hasShift), "scale": .bool(operation.hasScale),
    ]
    let kind: String
    switch operation.extent {
    case .voxel where operation.groups == 1: kind = "LayerNormalization"
    case .layer where dimensions == 2, .volume where dimensions == 3:
      kind = "GroupNormalization"
      options["groups"] = .integer(operation.groups)
    case .voxel, .layer, .volume: throw .hasNoLayer(node: name, what: "its norm")
    }
    var layer = Layer(name: "", kind: kind, options: options)
    layer.weights = norm(
      name, operation.hasScale ? operation.scale : nil, operation.hasShift ? operation.shift : nil)
    return layer
  }

  // MARK: Parts

  private func norm(_ name: String, _ scale: [Float]?, _ shift: [Float]?) -> [Weight] {
    var weights: [Weight] = []
    if let scale {
      weights.append(
        Weight(name: "gamma", shape: [scale.count], values: scale, node: name, part: "scale"))
    }
    if let shift {
      weights.append(
        Weight(name: "beta", shape: [shift.count], values: shift, node: name, part: "shift"))
    }
    return weights
  }

  private func bias(_ name: String, _ values: [Float]) -> Weight {
    Weight(name: "bias", shape: [values.count], values: values, node: name, part: "bias")
  }

  private func kind(_ stem: String, _ ending: String = "") -> String {
    "\(stem)\(dimensions)D\(ending)"
  }

  private func extents(_ shape: Shape3) -> [Int] {
    dimensions == 3 ? [shape.z, shape.y, shape.x] : [shape.y, shape.x]
  }

  private func list(_ shape: Shape3) -> JSONValue {
    .array(extents(shape).map { .integer($0) })
  }

  /// The layer that puts zeros around what a convolution takes, where none of Keras's two ways does.
  func paddingLayer(of operation: Operation) -> Layer? {
    let (kernel, stride, padding): (Shape3, Shape3, Padding)
    switch operation {
    case .convolution(let layer):
      (kernel, stride, padding) = (layer.kernel, layer.stride, layer.padding)
    case .depthwiseConvolution(let layer):
      (kernel, stride, padding) = (layer.kernel, layer.stride, layer.padding)
    default: return nil
    }
    guard padding != .none, padding != .same(kernel: kernel, stride: stride) else { return nil }
    return Layer(
      name: "", kind: kind("ZeroPadding"),
      options: ["padding": edges(padding), "data_format": "channels_last"])
  }

  private func edges(_ padding: Padding) -> JSONValue {
    let pairs = zip(extents(padding.before), extents(padding.after))
    return .array(pairs.map { [.integer($0), .integer($1)] })
  }

  /// The options that all convolutions share.
  private func window(
    _ kernel: Shape3, _ stride: Shape3, _ padding: Padding
  ) -> [String: JSONValue] {
    let isSame = padding == .same(kernel: kernel, stride: stride)
    return [
      "kernel_size": list(kernel), "strides": list(stride),
      "padding": isSame ? "same" : "valid", "data_format": "channels_last", "activation": "linear",
    ]
  }
}
