import VolumeCore

/// How many numbers a network has learned.
public struct ParameterCount: Hashable, Sendable {
  /// Weights, biases, scales and shifts.
  public var trainable: Int
  /// Moving means and variances.
  public var frozen: Int

  /// These numbers of parameters.
  public init(trainable: Int, frozen: Int) {
    self.trainable = trainable
    self.frozen = frozen
  }

  /// Both kinds.
  public var total: Int { trainable + frozen }
}

extension Graph {
  /// The parameters, as the model file counts them: a bias that a layer lacks is none, and those
  /// of a layer that is used several times (nodes of one name and operation) count once.
  public var parameterCount: ParameterCount {
    var counted: [String: Int] = [:]
    var sum = ParameterCount(trainable: 0, frozen: 0)
    for (index, node) in nodes.enumerated() {
      if let first = counted[node.name], nodes[first].operation == node.operation { continue }
      counted[node.name] = index
      let count = node.parameterCount
      sum.trainable += count.trainable
      sum.frozen += count.frozen
    }
    return sum
  }

  /// Floating-point operations of all convolutions for each voxel of the input, a multiplication
  /// and an addition counted as two; edges are counted as if there were none.
  public var operationsPerVoxel: Double {
    zip(nodes, zip(scales, channels)).reduce(0) { sum, item in
      let (node, (scale, _)) = item
      let voxels = scale.reduce(1.0) { $0 * Double($1.up) / Double($1.down) }
      return sum + 2 * voxels * node.operation.multiplicationsPerVoxel
    }
  }
}

extension Node {
  /// This node's parameters.
  public var parameterCount: ParameterCount {
    func count(_ weights: [Float], _ bias: [Float], _ hasBias: Bool) -> ParameterCount {
      ParameterCount(trainable: weights.count + (hasBias ? bias.count : 0), frozen: 0)
    }
    switch operation {
    case .convolution(let layer):
      return count(layer.weights, layer.bias, layer.hasBias)
    case .depthwiseConvolution(let layer):
      return count(layer.weights, layer.bias, layer.hasBias)
    case .transposedConvolution(let layer):
      return count(layer.weights, layer.bias, layer.hasBias)
    case .batchNormalisation(let layer):
      let channels = layer.mean.count
      return ParameterCount(
        trainable: (layer.hasScale ? channels : 0) + (layer.hasShift ? channels : 0),
        frozen: 2 * channels)
    case .groupNormalisation(let layer):
      let channels = layer.scale.count
      return ParameterCount(
        trainable: (layer.hasScale ? channels : 0) + (layer.hasShift ? channels : 0), frozen: 0)
    case .input, .layersToChannels, .crop, .relu, .add, .concatenate, .maxPool, .upsampleNearest,
      .softmax, .dropout, .gaussianNoise, .identity:
      return ParameterCount(trainable: 0, frozen: 0)
    }
  }
}

extension Operation {
  /// Multiplications for each voxel of this operation's value; of the convolutions only.
  var multiplicationsPerVoxel: Double {
    switch self {
    case .convolution(let layer):
      Double(layer.weights.count)
    case .depthwiseConvolution(let layer):
      Double(layer.weights.count)
    case .transposedConvolution(let layer):
      // Each output voxel is reached by kernel / stride of the weights.
      Double(layer.weights.count) / Double(layer.stride.voxelCount)
    case .input, .layersToChannels, .crop, .batchNormalisation, .groupNormalisation, .relu, .add,
      .concatenate, .maxPool, .upsampleNearest, .softmax, .dropout, .gaussianNoise, .identity:
      0
    }
  }
}
