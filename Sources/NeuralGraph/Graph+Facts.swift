extension Graph {
  /// Channels that the network takes.
  public var inputChannels: Int {
    if case .input(let channels)? = nodes.first?.operation { channels } else { 0 }
  }

  /// The number of classes: the channels of its result.
  public var classCount: Int { channels[output] }

  /// The channels of each value; the graph's inputs are in order and its parameters fit.
  public var channels: [Int] {
    var result: [Int] = []
    for node in nodes {
      let inputs = node.inputs.map { result[$0] }
      switch node.operation {
      case .input(let channels): result.append(channels)
      case .layersToChannels(let count): result.append(count * (inputs.first ?? 0))
      case .convolution(let layer): result.append(layer.outputs)
      case .depthwiseConvolution(let layer): result.append(layer.inputs * layer.multiplier)
      case .transposedConvolution(let layer): result.append(layer.outputs)
      case .concatenate: result.append(inputs.reduce(0, +))
      case .crop, .batchNormalisation, .groupNormalisation, .relu, .add, .maxPool, .upsampleNearest,
        .softmax, .dropout, .gaussianNoise, .identity:
        result.append(inputs.first ?? 0)
      }
    }
    return result
  }

  /// The nodes that take each node's value.
  package var consumers: [[Int]] {
    var result = [[Int]](repeating: [], count: nodes.count)
    for (index, node) in nodes.enumerated() {
      for input in node.inputs { result[input].append(index) }
    }
    return result
  }
}
