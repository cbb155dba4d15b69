import VolumeCore

extension Graph {
  /// The layers of a scan that the network takes as its channels, where it is of the 2.5D kind: an
  /// odd number, the one in the middle being labelled. `nil` for any other network.
  public var layersAsChannels: Int? {
    for node in nodes {
      if case .layersToChannels(let count) = node.operation { return count }
    }
    return nil
  }

  /// The layers before and behind a tile that the network takes and gives no result for.
  ///
  /// A tile's value is that much shorter than its input, at either end.
  public var layerMargin: Int { layersAsChannels.map { ($0 - 1) / 2 } ?? 0 }

  /// Whether each layer of the result can be computed by itself, from the layers it looks at, without
  /// making anything of a layer more than once: where nothing looks along z but the very first node.
  public var isLayerwise: Bool {
    isPlanar && nodes.allSatisfy { !$0.operation.joinsLayers || $0.inputs == [0] }
  }

  /// Whether nothing after the input looks along z: then each layer may be computed by itself.
  public var isPlanar: Bool {
    nodes.allSatisfy { node in
      if case .layersToChannels = node.operation { return true }
      if case .groupNormalisation(let layer) = node.operation, layer.extent == .volume {
        return false
      }
      return switch node.operation.step(along: .z) {
      case .pointwise: true
      case .gather(let kernel, let stride, let before, let after):
        kernel == 1 && stride == 1 && before == 0 && after == 0
      case .scatter(let kernel, let stride, let before, let after):
        kernel == 1 && stride == 1 && before == 0 && after == 0
      case .window(let reach): reach == 0
      }
    }
  }

  /// This network for a grey scan: where it takes several channels, they are the layers around
  /// each voxel (a 2.5D network).
  public func forGreyScans() throws(GraphError) -> Graph {
    let channels = inputChannels
    guard channels != 1, layersAsChannels == nil, let input = nodes.first else { return self }
    guard channels % 2 == 1, isPlanar else {
      throw .channelsAreNoLayers(node: input.name, channels: channels)
    }
    var result = [
      Node(name: input.name, operation: .input(channels: 1), inputs: []),
      Node(
        name: "\(input.name)/layers", operation: .layersToChannels(count: channels), inputs: [0]),
    ]
    for node in nodes.dropFirst() {
      var moved = node
      moved.inputs = node.inputs.map { $0 + 1 }
      result.append(moved)
    }
    return Graph(nodes: result, output: output + 1)
  }
}

extension Operation {
  /// Whether it makes channels of layers.
  package var joinsLayers: Bool { if case .layersToChannels = self { true } else { false } }
}
