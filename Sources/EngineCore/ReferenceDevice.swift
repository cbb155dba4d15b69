import NeuralGraph
import VolumeCore

/// Computes operations with plain loops, written to be read: the specification of every device.
///
/// Sums are in single precision and in one order, whatever the shape: first the bias, then the
/// kernel's positions (z, y, x), at each the channels in. A position outside the value is skipped,
/// which is the same as adding zeros. So a voxel's result depends on its neighbourhood alone, not
/// on the tile that it was computed in.
public struct ReferenceDevice: Sendable {
  /// There is only one kind.
  public init() {}

  /// The value of `operation` for the values of its inputs, whose shapes have been checked.
  public func compute(_ operation: Operation, _ inputs: [FeatureMap]) -> FeatureMap {
    switch operation {
    case .input:
      preconditionFailure("the input's value is given")
    case .layersToChannels(let count): layersToChannels(count, inputs[0])
    case .convolution(let layer): convolution(layer, inputs[0])
    case .depthwiseConvolution(let layer): depthwiseConvolution(layer, inputs[0])
    case .transposedConvolution(let layer): transposedConvolution(layer, inputs[0])
    case .batchNormalisation(let layer): batchNormalisation(layer, inputs[0])
    case .groupNormalisation(let layer): groupNormalisation(layer, inputs[0])
    case .crop(let cut): crop(cut, inputs[0])
    case .relu: relu(inputs[0])
    case .add: sum(inputs)
    case .concatenate: concatenation(inputs)
    case .maxPool(let window): maxPool(window, inputs[0])
    case .upsampleNearest(let factor): upsampleNearest(factor, inputs[0])
    case .softmax: softmax(inputs[0])
    case .dropout, .gaussianNoise, .identity: inputs[0]
    }
  }

  /// The values of a network's nodes for the value of its input; the last use of one frees it.
  public func run(_ graph: Graph, _ input: FeatureMap) -> FeatureMap {
    var values = [FeatureMap?](repeating: nil, count: graph.nodes.count)
    let lastUse = graph.lastUses
    values[0] = input
    for (index, node) in graph.nodes.enumerated() where index > 0 {
      values[index] = compute(node.operation, node.inputs.compactMap { values[$0] })
      for used in node.inputs where lastUse[used] == index { values[used] = nil }
    }
    guard let result = values[graph.output] else {
      preconditionFailure("the output is used by no node after it, so it was kept")
    }
    return result
  }
}

extension Graph {
  /// The last node that takes each value; beyond all nodes for the output.
  var lastUses: [Int] {
    var result = Array(nodes.indices)
    for (index, node) in nodes.enumerated() { for input in node.inputs { result[input] = index } }
    result[output] = nodes.count
    return result
  }
}
