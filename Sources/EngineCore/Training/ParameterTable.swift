import NeuralGraph
import VolumeCore

/// The lists of numbers that a network learns or keeps, each once, and which node takes which.
///
/// Nodes of one name and equal operation share theirs, as a layer that a model file uses several times.
package struct ParameterTable: Sendable {
  /// What a list of numbers is in its layer.
  package enum Role: String, Hashable, Sendable {
    case kernel, bias, scale, shift, mean, variance
  }

  /// One list.
  package struct Entry: Hashable, Sendable {
    /// "LAYER/kernel".
    package var name: String
    package var role: Role
    package var count: Int
    /// Whether steps change it; means and variances are kept by the batches themselves.
    package var isLearned: Bool
  }

  package private(set) var entries: [Entry] = []
  /// For each node the numbers of its entries: kernel and bias; scale, shift, mean and variance.
  package private(set) var ofNode: [[Int]] = []
  /// The lists to begin with.
  package private(set) var initial: [[Float]] = []

  package init(_ graph: Graph) {
    let removed = graph.removedBiases
    var known: [String: Int] = [:]
    for (index, node) in graph.nodes.enumerated() {
      if let first = known[node.name], graph.nodes[first].operation == node.operation {
        ofNode.append(ofNode[first])
        continue
      }
      known[node.name] = index
      let hasFreeBias = !removed[index]
      var numbers: [Int] = []
      for (role, values, isLearned) in node.operation.parameters {
        numbers.append(entries.count)
        entries.append(
          Entry(
            name: "\(node.name)/\(role.rawValue)", role: role, count: values.count,
            isLearned: isLearned && (role != .bias || hasFreeBias)))
        initial.append(values)
      }
      ofNode.append(numbers)
    }
  }

  /// `graph` with `values` in the places of its parameters.
  package func graph(_ graph: Graph, with values: [[Float]]) -> Graph {
    var result = graph
    for (index, node) in graph.nodes.enumerated() {
      let lists = ofNode[index].map { values[$0] }
      result.nodes[index].operation = node.operation.replacingParameters(lists)
    }
    return result
  }
}

extension Graph {
  /// The nodes whose bias a batch normalisation takes away again: its gradient is zero, and what
  /// rounding makes of that zero would be all that a step of Adam sees.
  fileprivate var removedBiases: [Bool] {
    var isTaken = [Bool](repeating: false, count: nodes.count)
    var isFree = isTaken
    isFree[output] = true
    for node in nodes {
      for input in node.inputs {
        isTaken[input] = true
        if case .batchNormalisation = node.operation { continue }
        isFree[input] = true
      }
    }
    return nodes.indices.map { isTaken[$0] && !isFree[$0] }
  }
}

extension Operation {
  /// The lists of this operation, in the order in which nodes know them, and whether it learns them.
  fileprivate var parameters: [(ParameterTable.Role, [Float], Bool)] {
    switch self {
    case .convolution(let layer):
      [(.kernel, layer.weights, true), (.bias, layer.bias, layer.hasBias)]
    case .depthwiseConvolution(let layer):
      [(.kernel, layer.weights, true), (.bias, layer.bias, layer.hasBias)]
    case .transposedConvolution(let layer):
      [(.kernel, layer.weights, true), (.bias, layer.bias, layer.hasBias)]
    case .batchNormalisation(let layer):
      [
        (.scale, layer.scale, layer.hasScale), (.shift, layer.shift, layer.hasShift),
        (.mean, layer.mean, false), (.variance, layer.variance, false),
      ]
    case .groupNormalisation(let layer):
      [(.scale, layer.scale, layer.hasScale), (.shift, layer.shift, layer.hasShift)]
    case .input, .layersToChannels, .crop, .relu, .add, .concatenate, .maxPool, .upsampleNearest,
      .softmax,
      .dropout, .gaussianNoise, .identity:
      []
    }
  }

  /// This operation with other numbers in its lists.
  fileprivate func replacingParameters(_ lists: [[Float]]) -> Operation {
    switch self {
    case .convolution(var layer):
      (layer.weights, layer.bias) = (lists[0], lists[1])
      return .convolution(layer)
    case .depthwiseConvolution(var layer):
      (layer.weights, layer.bias) = (lists[0], lists[1])
      return .depthwiseConvolution(layer)
    case .transposedConvolution(var layer):
      (layer.weights, layer.bias) = (lists[0], lists[1])
      return .transposedConvolution(layer)
    case .batchNormalisation(var layer):
      (layer.scale, layer.shift) = (lists[0], lists[1])
      (layer.mean, layer.variance) = (lists[2], lists[3])
      return .batchNormalisation(layer)
    case .groupNormalisation(var layer):
      (layer.scale, layer.shift) = (lists[0], lists[1])
      return .groupNormalisation(layer)
    case .input, .layersToChannels, .crop, .relu, .add, .concatenate, .maxPool, .upsampleNearest,
      .softmax,
      .dropout, .gaussianNoise, .identity:
      return self
    }
  }
}
