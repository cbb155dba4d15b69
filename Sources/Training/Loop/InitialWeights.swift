import NeuralGraph
import VolumeCore

extension Graph {
  /// This network with the weights that a training begins with: kernels uniform with a variance of
  /// 2 / inputs (He et al., 2015), so that values keep their size through layers that drop what is below
  /// zero; no biases; normalisations that change nothing.
  public func initialised(seed: UInt64) -> Graph {
    var result = self
    for index in nodes.indices {
      result.nodes[index].operation = nodes[index].operation.initialised(
        seed: seed, layer: UInt64(index))
    }
    return result
  }

  /// The same for the layers that `isChosen` alone.
  func initialised(seed: UInt64, _ isChosen: (Int) -> Bool) -> Graph {
    var result = self
    for index in nodes.indices where isChosen(index) {
      result.nodes[index].operation = nodes[index].operation.initialised(
        seed: seed, layer: UInt64(index))
    }
    return result
  }
}

extension Operation {
  fileprivate func initialised(seed: UInt64, layer number: UInt64) -> Operation {
    var random = SeededRandom(seed: seed, 3, number)
    func kernel(_ count: Int, terms: Int) -> [Float] {
      let bound = (6 / Double(max(terms, 1))).squareRoot()
      return (0..<count).map { _ in Float(random.around(bound)) }
    }
    func same(_ count: Int, _ value: Float) -> [Float] { [Float](repeating: value, count: count) }
    switch self {
    case .convolution(var layer):
      layer.weights = kernel(
        layer.weights.count, terms: layer.kernel.voxelCount * layer.inputs)
      layer.bias = same(layer.bias.count, 0)
      return .convolution(layer)
    case .depthwiseConvolution(var layer):
      layer.weights = kernel(layer.weights.count, terms: layer.kernel.voxelCount)
      layer.bias = same(layer.bias.count, 0)
      return .depthwiseConvolution(layer)
    case .transposedConvolution(var layer):
      // Each output sums kernel / stride of the weights.
      let reached = max(1, layer.kernel.voxelCount / layer.stride.voxelCount)
      layer.weights = kernel(layer.weights.count, terms: reached * layer.inputs)
      layer.bias = same(layer.bias.count, 0)
      return .transposedConvolution(layer)
    case .batchNormalisation(var layer):
      let count = layer.scale.count
      (layer.scale, layer.shift) = (same(count, 1), same(count, 0))
      (layer.mean, layer.variance) = (same(count, 0), same(count, 1))
      return .batchNormalisation(layer)
    case .groupNormalisation(var layer):
      let count = layer.scale.count
      (layer.scale, layer.shift) = (same(count, 1), same(count, 0))
      return .groupNormalisation(layer)
    default: return self
    }
  }
}
