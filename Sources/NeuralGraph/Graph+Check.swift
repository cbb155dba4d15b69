import VolumeCore

extension Graph {
  /// No value may be longer along an axis; keeps sums of extents far from overflow.
  static let largestExtent = 1 << 40
  /// No kernel, stride, padding or number of channels may be larger.
  static let largestParameter = 1 << 20
  /// No network may sample down by more.
  static let largestStride = 1 << 12

  /// Checks all that does not depend on the input's shape: order, numbers of inputs, channels,
  /// parameters, and that only values of one resolution are joined.
  ///
  /// Every other question that can be asked of a graph relies on this, but for
  /// `shapes(forInput:)`, which asks it itself.
  public func check() throws(GraphError) {
    guard let first = nodes.first else { throw .empty }
    guard case .input = first.operation else { throw .misplacedInput(node: first.name) }
    guard nodes.indices.contains(output) else {
      throw .outputIsMissing(output: output, nodes: nodes.count)
    }
    var channels: [Int] = []
    var scales: [[Scale]] = []
    var strides = [1, 1, 1]
    for (index, node) in nodes.enumerated() {
      for input in node.inputs where !(0..<index).contains(input) {
        throw .usesLaterNode(node: node.name, input: input)
      }
      try checkInputCount(of: node, at: index)
      try node.checkParameters()
      let count = try node.channels(ofInputs: node.inputs.map { channels[$0] })
      guard count <= Self.largestParameter else {
        throw .impossibleParameter(
          node: node.name, parameter: "the number of channels", value: count)
      }
      channels.append(count)
      let inputScales = node.inputs.map { scales[$0] }
      guard let scale = node.operation.scale(ofInputs: inputScales) else {
        throw .resolutionsDisagree(node: node.name)
      }
      scales.append(scale)
      for place in 0..<3 {
        strides[place] = leastCommonMultiple([strides[place], scale[place].down])
        guard strides[place] <= Self.largestStride else {
          throw .impossibleParameter(
            node: node.name, parameter: "the total stride", value: strides[place])
        }
      }
    }
  }

  private func checkInputCount(of node: Node, at index: Int) throws(GraphError) {
    let count = node.inputs.count
    switch node.operation {
    case .input:
      guard index == 0 else { throw .misplacedInput(node: node.name) }
      guard count == 0 else { throw .wrongInputCount(node: node.name, wanted: 0, found: count) }
    case .add, .concatenate:
      guard count >= 1 else { throw .wrongInputCount(node: node.name, wanted: 2, found: count) }
    case .layersToChannels, .crop, .convolution, .depthwiseConvolution, .transposedConvolution,
      .batchNormalisation, .groupNormalisation, .relu, .maxPool, .upsampleNearest, .softmax,
      .dropout, .gaussianNoise, .identity:
      guard count == 1 else { throw .wrongInputCount(node: node.name, wanted: 1, found: count) }
    }
  }
}

extension Node {
  /// Checks kernels, strides, paddings and the lengths of the parameter lists.
  func checkParameters() throws(GraphError) {
    let none = Shape3(cube: 0)
    switch operation {
    case .input(let channels):
      try check("channels", channels, atLeast: 1)
    case .layersToChannels(let count):
      try check("the number of layers", count, atLeast: 1)
      guard count % 2 == 1 else {
        throw .impossibleParameter(node: name, parameter: "the number of layers", value: count)
      }
    case .convolution(let layer):
      try check(layer.kernel, layer.stride, layer.padding, [layer.inputs, layer.outputs])
      try check(layer.weights, [layer.kernel.voxelCount, layer.inputs, layer.outputs])
      try check(layer.bias, [layer.outputs])
    case .depthwiseConvolution(let layer):
      try check(layer.kernel, layer.stride, layer.padding, [layer.inputs, layer.multiplier])
      try check(layer.weights, [layer.kernel.voxelCount, layer.inputs, layer.multiplier])
      try check(layer.bias, [layer.inputs, layer.multiplier])
    case .transposedConvolution(let layer):
      try check(layer.kernel, layer.stride, layer.crop, [layer.inputs, layer.outputs])
      try check(layer.weights, [layer.kernel.voxelCount, layer.inputs, layer.outputs])
      try check(layer.bias, [layer.outputs])
    case .batchNormalisation(let layer):
      for list in [layer.shift, layer.mean, layer.variance] {
        try check(list, [layer.scale.count])
      }
    case .groupNormalisation(let layer):
      try check("the number of groups", layer.groups, atLeast: 1)
      guard layer.scale.count % layer.groups == 0 else {
        throw .impossibleParameter(
          node: name, parameter: "the number of groups", value: layer.groups)
      }
      try check(layer.shift, [layer.scale.count])
    case .crop(let crop):
      try check(Shape3(cube: 1), Shape3(cube: 1), crop, [])
    case .maxPool(let size), .upsampleNearest(let size):
      try check(size, size, Padding(before: none, after: none), [])
    case .dropout(let rate):
      guard rate >= 0, rate < 1 else {
        throw .impossibleNumber(node: name, parameter: "the rate", value: rate)
      }
    case .gaussianNoise(let sigma):
      guard sigma >= 0, sigma.isFinite else {
        throw .impossibleNumber(node: name, parameter: "sigma", value: sigma)
      }
    case .relu, .add, .concatenate, .softmax, .identity:
      break
    }
  }

  private func check(
    _ parameter: String, _ value: Int, atLeast least: Int
  ) throws(GraphError) {
    guard (least...Graph.largestParameter).contains(value) else {
      throw .impossibleParameter(node: name, parameter: parameter, value: value)
    }
  }

  private func check(
    _ kernel: Shape3, _ stride: Shape3, _ padding: Padding, _ channels: [Int]
  ) throws(GraphError) {
    for axis in Axis.allCases {
      try check("an extent of the kernel", kernel[axis], atLeast: 1)
      try check("a stride", stride[axis], atLeast: 1)
      try check("a padding", padding.before[axis], atLeast: 0)
      try check("a padding", padding.after[axis], atLeast: 0)
    }
    for count in channels { try check("channels", count, atLeast: 1) }
  }

  private func check(_ list: [Float], _ factors: [Int]) throws(GraphError) {
    var wanted = 1
    for factor in factors {
      let (product, overflow) = wanted.multipliedReportingOverflow(by: factor)
      wanted = overflow ? Int.max : product
    }
    guard list.count == wanted else {
      throw .parametersDisagree(node: name, wanted: wanted, found: list.count)
    }
  }

  /// The channels of this node's value, given those of its inputs.
  func channels(ofInputs inputs: [Int]) throws(GraphError) -> Int {
    func expect(_ wanted: Int) throws(GraphError) {
      for found in inputs where found != wanted {
        throw .channelsDisagree(node: name, wanted: wanted, found: found)
      }
    }
    switch operation {
    case .input(let channels): return channels
    case .layersToChannels(let count):
      let (channels, overflow) = inputs[0].multipliedReportingOverflow(by: count)
      return overflow ? Int.max : channels
    case .convolution(let layer):
      try expect(layer.inputs)
      return layer.outputs
    case .depthwiseConvolution(let layer):
      try expect(layer.inputs)
      return layer.inputs * layer.multiplier
    case .transposedConvolution(let layer):
      try expect(layer.inputs)
      return layer.outputs
    case .batchNormalisation(let layer):
      try expect(layer.scale.count)
    case .groupNormalisation(let layer):
      try expect(layer.scale.count)
    case .concatenate:
      return inputs.reduce(0, +)
    case .add:
      try expect(inputs[0])
    case .relu, .crop, .maxPool, .upsampleNearest, .softmax, .dropout, .gaussianNoise, .identity:
      break
    }
    return inputs[0]
  }
}
