import NeuralGraph
import VolumeCore

/// Operators that look at one voxel: factors, sums and activations.
extension ONNXNetwork {
  // MARK: Activations

  mutating func relu(_ call: ONNXCall) throws(ONNXModelError) -> Feature {
    let feature = try call.feature()
    try requireNoPadding(feature, call.title, call.kind)
    var result = made(feature, call, .relu)
    result.isNonNegative = true
    return result
  }

  mutating func leakyRelu(_ call: ONNXCall) throws(ONNXModelError) -> Feature {
    let feature = try call.feature()
    let slope = call.float("alpha", 0.01)
    return try leaky(feature, [Float](repeating: slope, count: channels[feature.node]), call)
  }

  mutating func parametricRelu(_ call: ONNXCall) throws(ONNXModelError) -> Feature {
    let feature = try call.feature()
    return try leaky(feature, try channelwise(call.weights(1, "slopes"), feature, call), call)
  }

  /// max(x, 0) - slope * max(-x, 0): one of the two is always zero, so this is exact.
  private mutating func leaky(
    _ feature: Feature, _ slopes: [Float], _ call: ONNXCall
  ) throws(ONNXModelError) -> Feature {
    try requireNoPadding(feature, call.title, call.kind)
    guard slopes.allSatisfy(\.isFinite) else { throw .weightsOutOfRange(node: call.title) }
    let name = call.title
    let positive = add("\(name)/positive", .relu, of: [feature.node])
    let minus = [Float](repeating: -1, count: slopes.count)
    let mirrored = scaled("\(name)/mirrored", feature.node, minus)
    let negative = add("\(name)/negative", .relu, of: [mirrored])
    let weighted = scaled("\(name)/slope", negative, slopes.map { -$0 })
    var result = feature
    result.node = add(name, .add, of: [positive, weighted])
    result.isShared = false
    result.isNonNegative = false
    return result
  }

  /// min(max(x, low), high), as max(x - low, 0) - max(x - high, 0) + low.
  mutating func clip(_ call: ONNXCall) throws(ONNXModelError) -> Feature {
    let feature = try call.feature()
    try requireNoPadding(feature, call.title, call.kind)
    let low = try bound(call, 1, "min", -.greatestFiniteMagnitude)
    let high = try bound(call, 2, "max", .greatestFiniteMagnitude)
    guard low <= high else { throw call.unsupported("min", low) }
    let count = channels[feature.node]
    let name = call.title
    var result = feature
    result.isShared = false
    result.isNonNegative = low >= 0
    func shifted(_ part: String, _ node: Int, _ by: Float) -> Int {
      by == 0 ? node : scaled("\(name)/\(part)", node, nil, [Float](repeating: by, count: count))
    }
    let hasLow = low > -1e30
    let hasHigh = high < 1e30
    guard hasLow || hasHigh else { return feature }
    var value = feature.node
    if hasLow {
      let above = add("\(name)/above", .relu, of: [shifted("above-low", value, -low)])
      value = shifted("low", above, low)
    }
    if hasHigh {
      let above = add("\(name)/excess", .relu, of: [shifted("above-high", value, -high)])
      let minus = scaled("\(name)/minus", above, [Float](repeating: -1, count: count))
      value = add(name, .add, of: [value, minus])
    }
    result.node = value
    return result
  }

  private func bound(
    _ call: ONNXCall, _ place: Int, _ name: String, _ standard: Float
  ) throws(ONNXModelError) -> Float {
    let value =
      try call.constant(place, name)?.floats.first ?? call.node.attributes[name]?.float ?? standard
    guard !value.isNaN else { throw .weightsOutOfRange(node: call.title) }
    return min(max(value, -.greatestFiniteMagnitude), .greatestFiniteMagnitude)
  }

  // MARK: Ends

  mutating func sigmoid(_ call: ONNXCall) throws(ONNXModelError) -> Feature {
    let feature = try call.feature()
    try requireNoPadding(feature, call.title, call.kind)
    guard channels[feature.node] == 1 else {
      throw call.unsupported("channels", channels[feature.node])
    }
    var result = feature
    let both = secondOfTwo(feature, call.title)
    result.node = add("\(call.title)/softmax", .softmax, of: [both])
    result.isShared = false
    result.end = .secondOfTwo
    return result
  }

  /// Two channels, 0 and x, of which the softmax is 1 - sigmoid(x) and sigmoid(x).
  mutating func secondOfTwo(_ feature: Feature, _ name: String) -> Int {
    if !feature.isShared, case .convolution(var layer) = nodes[feature.node].operation {
      var weights = [Float](repeating: 0, count: 2 * layer.weights.count)
      for (place, weight) in layer.weights.enumerated() { weights[2 * place + 1] = weight }
      layer.weights = weights
      layer.bias = [0] + layer.bias
      layer.outputs = 2
      nodes[feature.node].operation = .convolution(layer)
      channels[feature.node] = 2
      return feature.node
    }
    let one = Shape3(cube: 1)
    return add(
      "\(name)/two",
      .convolution(
        Convolution(
          kernel: one, stride: one, padding: .none, inputs: 1, outputs: 2, weights: [0, 1],
          bias: [0, 0], hasBias: false)), outputs: 2, of: [feature.node])
  }

  mutating func softmax(_ call: ONNXCall) throws(ONNXModelError) -> Feature {
    let feature = try call.feature()
    try requireNoPadding(feature, call.title, call.kind)
    let axis = call.integer("axis", folding.opset >= 13 ? -1 : 1)
    guard try call.axis(axis, feature) == .channel, feature.ungrouped == nil else {
      throw call.unsupported("axis", axis)
    }
    // Before opset 13 it was taken over all axes from `axis` on.
    guard folding.opset >= 13 || feature.axes.last == .channel else {
      throw call.unsupported("axis", axis)
    }
    guard channels[feature.node] > 1 else { throw call.unsupported("channels", 1) }
    var result = made(feature, call, .softmax)
    result.isNonNegative = true
    // Their logarithms are taken only where a network ends, and then nobody needs them.
    result.end = call.kind == "LogSoftmax" ? .logarithms : .none
    return result
  }

  mutating func argMax(_ call: ONNXCall) throws(ONNXModelError) -> Feature {
    var feature = try call.feature()
    try requireNoPadding(feature, call.title, call.kind)
    let axis = call.integer("axis", 0)
    guard try call.axis(axis, feature) == .channel, feature.ungrouped == nil,
      call.integer("select_last_index", 0) == 0
    else { throw call.unsupported("axis", axis) }
    guard channels[feature.node] > 1 else { throw call.unsupported("channels", 1) }
    guard let place = feature.axes.firstIndex(of: .channel) else {
      throw .axesDisagree(node: call.title, kind: call.kind)
    }
    if call.integer("keepdims", 1) == 0 {
      feature.axes.remove(at: place)
      feature.extents.remove(at: place)
    } else {
      feature.extents[place] = 1
    }
    feature.end = .labels
    return feature
  }

  // MARK: Arithmetic

  mutating func arithmetic(
    _ operation: ONNXOperator, _ call: ONNXCall
  ) throws(ONNXModelError) -> Feature {
    let minusOnes = { (feature: Feature, channels: [Int]) in
      [Float](repeating: -1, count: channels[feature.node])
    }
    if operation == .negate {
      let feature = try call.feature()
      return try affine(feature, minusOnes(feature, channels), nil, call)
    }
    if operation == .sum || call.constants.allSatisfy({ $0 == nil }) {
      var features = try call.features()
      switch operation {
      case .add, .sum: break
      case .subtract:
        features[1] = try affine(features[1], minusOnes(features[1], channels), nil, call)
      default:
        throw .unsupportedOption(
          node: call.title, kind: call.kind, option: "both of its inputs",
          value: "values that depend on the scan (attention, gates)")
      }
      return try sum(features, call)
    }
    guard call.inputs.count == 2 else { throw call.malformed("two inputs") }
    let isFirst = call.constants[1] != nil
    let feature = try call.feature(isFirst ? 0 : 1)
    let values = try channelwise(call.weights(isFirst ? 1 : 0, "numbers"), feature, call)
    switch (operation, isFirst) {
    case (.add, _): return try affine(feature, nil, values, call)
    case (.multiply, _): return try affine(feature, values, nil, call)
    case (.subtract, true): return try affine(feature, nil, values.map { -$0 }, call)
    case (.subtract, false): return try affine(feature, minusOnes(feature, channels), values, call)
    case (.divide, true): return try affine(feature, values.map { 1 / $0 }, nil, call)
    default: throw call.unsupported("its divisor", "a value that depends on the scan")
    }
  }

  private mutating func sum(
    _ features: [Feature], _ call: ONNXCall
  ) throws(ONNXModelError) -> Feature {
    var result = features[0]
    for feature in features {
      try requireNoPadding(feature, call.title, call.kind)
      try requireAlike(feature, result, call)
      guard channels[feature.node] == channels[result.node] else {
        throw .graph(
          .channelsDisagree(
            node: call.title, wanted: channels[result.node], found: channels[feature.node]))
      }
    }
    result.node = add(call.title, .add, of: features.map(\.node))
    result.isShared = false
    result.isNonNegative = features.allSatisfy(\.isNonNegative)
    result.end = .none
    return result
  }

  /// Known numbers as one for each channel; other axes may not tell voxels apart.
  private func channelwise(
    _ constant: Constant, _ feature: Feature, _ call: ONNXCall
  ) throws(ONNXModelError) -> [Float] {
    let count = channels[feature.node]
    let values = constant.floats
    if values.count == 1 { return [Float](repeating: values[0], count: count) }
    let rank = feature.axes.count
    guard constant.extents.count <= rank, values.count == count, feature.ungrouped == nil else {
      throw .axesDisagree(node: call.title, kind: call.kind)
    }
    for (place, extent) in constant.extents.reversed().enumerated() where extent != 1 {
      guard feature.axes[rank - 1 - place] == .channel else {
        throw .axesDisagree(node: call.title, kind: call.kind)
      }
    }
    return values
  }

  /// x * factors + shifts, channel by channel: in the weights of the convolution or norm before, where
  /// nothing else takes its value, else by a convolution of each channel.
  mutating func affine(
    _ feature: Feature, _ factors: [Float]?, _ shifts: [Float]?, _ call: ONNXCall
  ) throws(ONNXModelError) -> Feature {
    guard (factors ?? []).allSatisfy(\.isFinite), (shifts ?? []).allSatisfy(\.isFinite) else {
      throw .weightsOutOfRange(node: call.title)
    }
    // Zeros around a value become the shift where it is shifted before the padding is taken in.
    if shifts != nil { try requireNoPadding(feature, call.title, call.kind) }
    var result = feature
    result.isNonNegative = false
    result.end = .none
    if !feature.isShared, feature.layers == 1,
      let folded = nodes[feature.node].operation.folding(factors, shifts)
    {
      nodes[feature.node].operation = folded
      return result
    }
    result.node = scaled(call.title, feature.node, factors, shifts)
    result.isShared = false
    return result
  }

  /// A node for x * factors + shifts.
  mutating func scaled(
    _ name: String, _ node: Int, _ factors: [Float]?, _ shifts: [Float]? = nil
  ) -> Int {
    let count = channels[node]
    let one = Shape3(cube: 1)
    return add(
      name,
      .depthwiseConvolution(
        DepthwiseConvolution(
          kernel: one, stride: one, padding: .none, inputs: count, multiplier: 1,
          weights: factors ?? [Float](repeating: 1, count: count),
          bias: shifts ?? [Float](repeating: 0, count: count), hasBias: shifts != nil)),
      of: [node])
  }
}

extension Operation {
  /// This convolution, or norm, with its results times `factors` plus `shifts`; `nil` for anything
  /// else.
  fileprivate func folding(_ factors: [Float]?, _ shifts: [Float]?) -> Operation? {
    func scaled(_ list: [Float], _ channel: (Int) -> Int) -> [Float] {
      guard let factors else { return list }
      return list.indices.map { list[$0] * factors[channel($0)] }
    }
    func bias(_ bias: [Float]) -> [Float] {
      let bias = scaled(bias) { $0 }
      guard let shifts else { return bias }
      return zip(bias, shifts).map { $0 + $1 }
    }
    switch self {
    case .convolution(var layer):
      layer.weights = scaled(layer.weights) { $0 % layer.outputs }
      layer.bias = bias(layer.bias)
      layer.hasBias = layer.hasBias || shifts != nil
      return .convolution(layer)
    case .depthwiseConvolution(var layer):
      layer.weights = scaled(layer.weights) { $0 % (layer.inputs * layer.multiplier) }
      layer.bias = bias(layer.bias)
      layer.hasBias = layer.hasBias || shifts != nil
      return .depthwiseConvolution(layer)
    case .transposedConvolution(var layer):
      layer.weights = scaled(layer.weights) { $0 / layer.inputs % layer.outputs }
      layer.bias = bias(layer.bias)
      layer.hasBias = layer.hasBias || shifts != nil
      return .transposedConvolution(layer)
    case .batchNormalisation(var layer):
      layer.scale = scaled(layer.scale) { $0 }
      layer.shift = bias(layer.shift)
      return .batchNormalisation(layer)
    case .groupNormalisation(var layer):
      layer.scale = scaled(layer.scale) { $0 }
      layer.shift = bias(layer.shift)
      return .groupNormalisation(layer)
    default: return nil
    }
  }
}
