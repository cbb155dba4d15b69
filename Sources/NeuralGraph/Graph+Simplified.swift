import VolumeCore

extension Graph {
  /// The same network with less to compute: batch normalisations folded into the convolution
  /// before them, identities and layers without effect dropped.
  ///
  /// A batch normalisation stays where no convolution comes before it, or where something else
  /// takes that convolution's value as well. Nodes keep their names.
  public func simplified() -> Graph {
    withoutIdentities().withFoldedNormalisations().withoutUnusedNodes()
  }

  private func withoutIdentities() -> Graph {
    var source = Array(nodes.indices)
    var result = self
    for (index, node) in nodes.enumerated() {
      result.nodes[index].inputs = node.inputs.map { source[$0] }
      if node.operation.isIdentityAtInference { source[index] = source[node.inputs[0]] }
    }
    result.output = source[output]
    return result.withoutUnusedNodes()
  }

  private func withFoldedNormalisations() -> Graph {
    var result = self
    var consumers = [Int](repeating: 0, count: nodes.count)
    for node in nodes { for input in node.inputs { consumers[input] += 1 } }
    consumers[output] += 1
    for (index, node) in nodes.enumerated() {
      guard case .batchNormalisation(let layer) = node.operation else { continue }
      let before = node.inputs[0]
      guard consumers[before] == 1,
        let folded = result.nodes[before].operation.followed(by: layer)
      else { continue }
      result.nodes[before].operation = folded
      result.nodes[index].operation = .identity
    }
    return result.withoutIdentities()
  }

  private func withoutUnusedNodes() -> Graph {
    var used = [Bool](repeating: false, count: nodes.count)
    used[0] = true
    used[output] = true
    for index in nodes.indices.reversed() where used[index] {
      for input in nodes[index].inputs { used[input] = true }
    }
    var place = [Int](repeating: 0, count: nodes.count)
    var kept: [Node] = []
    for (index, node) in nodes.enumerated() where used[index] {
      place[index] = kept.count
      var moved = node
      moved.inputs = node.inputs.map { place[$0] }
      kept.append(moved)
    }
    return Graph(nodes: kept, output: place[output])
  }
}

extension Operation {
  /// The one operation that computes this one and then `layer`; `nil` where there is none.
  ///
  /// Exact with any padding, since what is padded is the convolution's input.
  func followed(by layer: BatchNormalisation) -> Operation? {
    let factors = layer.mean.indices.map {
      Double(layer.scale[$0]) / (Double(layer.variance[$0]) + Double(layer.epsilon)).squareRoot()
    }
    func bias(_ bias: [Float]) -> [Float] {
      bias.indices.map {
        Float((Double(bias[$0]) - Double(layer.mean[$0])) * factors[$0] + Double(layer.shift[$0]))
      }
    }
    /// Scales the weights, of which `channel` says to which output each belongs.
    func scaled(_ weights: [Float], _ channel: (Int) -> Int) -> [Float] {
      weights.indices.map { Float(Double(weights[$0]) * factors[channel($0)]) }
    }
    switch self {
    case .convolution(var inner):
      inner.weights = scaled(inner.weights) { $0 % inner.outputs }
      inner.bias = bias(inner.bias)
      inner.hasBias = true
      return .convolution(inner)
    case .depthwiseConvolution(var inner):
      inner.weights = scaled(inner.weights) { $0 % (inner.inputs * inner.multiplier) }
      inner.bias = bias(inner.bias)
      inner.hasBias = true
      return .depthwiseConvolution(inner)
    case .transposedConvolution(var inner):
      inner.weights = scaled(inner.weights) { $0 / inner.inputs % inner.outputs }
      inner.bias = bias(inner.bias)
      inner.hasBias = true
      return .transposedConvolution(inner)
    case .input, .layersToChannels, .crop, .batchNormalisation, .groupNormalisation, .relu, .add,
      .concatenate, .maxPool, .upsampleNearest, .softmax, .dropout, .gaussianNoise, .identity:
      return nil
    }
  }
}
