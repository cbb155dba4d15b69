import VolumeCore

extension Graph {
  /// A checksum of what the network computes: each operation, of what, with which weights. The same
  /// network has the same one in whatever file it lies, under whatever names, and in whatever order its
  /// nodes are listed; what does nothing at inference plays no part.
  public var fingerprint: String {
    let order = fromTheOutput
    var place = [Int](repeating: 0, count: nodes.count)
    for (number, index) in order.enumerated() { place[index] = number }
    var print = Fingerprint()
    for index in order {
      let inputs = nodes[index].inputs.map { place[source($0)] }
      nodes[index].operation.add(to: &print, inputs)
    }
    return print.text
  }

  /// The node whose value this one passes on.
  private func source(_ node: Int) -> Int {
    var node = node
    while nodes[node].operation.isIdentityAtInference { node = nodes[node].inputs[0] }
    return node
  }

  /// The nodes that compute something, each after all that it takes, as they are met from the output.
  private var fromTheOutput: [Int] {
    var order: [Int] = []
    var isDone = [Bool](repeating: false, count: nodes.count)
    // A stack of nodes with the next of their inputs to visit: networks may be deep.
    var stack = [(node: source(output), next: 0)]
    while let (node, next) = stack.last {
      if isDone[node] {
        stack.removeLast()
      } else if next < nodes[node].inputs.count {
        stack[stack.count - 1].next += 1
        stack.append((source(nodes[node].inputs[next]), 0))
      } else {
        isDone[node] = true
        order.append(node)
        stack.removeLast()
      }
    }
    return order
  }
}

extension Operation {
  fileprivate func add(to print: inout Fingerprint, _ inputs: [Int]) {
    func add(_ text: String) {
      let bytes = Array(text.utf8)
      print.update(unsafe bytes.span.bytes)
    }
    func add(_ lists: [Float]...) {
      for list in lists { print.update(unsafe list.span.bytes) }
    }
    add("\(inputs)")
    switch self {
    case .convolution(let layer):
      add("convolution \(layer.kernel) \(layer.stride) \(layer.padding)")
      add(layer.weights, layer.bias)
    case .depthwiseConvolution(let layer):
      add("depthwise \(layer.kernel) \(layer.stride) \(layer.padding)")
      add(layer.weights, layer.bias)
    case .transposedConvolution(let layer):
      add("transposed \(layer.kernel) \(layer.stride) \(layer.crop)")
      add(layer.weights, layer.bias)
    case .batchNormalisation(let layer):
      add("batch \(layer.epsilon)")
      add(layer.scale, layer.shift, layer.mean, layer.variance)
    case .groupNormalisation(let layer):
      add("groups \(layer.groups) \(layer.extent) \(layer.epsilon)")
      add(layer.scale, layer.shift)
    case .input, .layersToChannels, .relu, .add, .concatenate, .maxPool, .upsampleNearest, .crop,
      .softmax, .dropout, .gaussianNoise, .identity:
      add("\(self)")
    }
  }
}
