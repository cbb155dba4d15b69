import EngineCore
import NeuralGraph

/// The parameters of each step in the card's memory.
final class CardWeights {
  /// For each step the place of its weights (or factors) and of its offsets; 0 where it has none.
  private(set) var places: [(weights: UInt64, bias: UInt64)] = []
  private var memory: [DeviceMemory] = []

  init(_ lowering: GPULowering, _ format: NumberFormat, _ stream: GPUStream) throws(GPUError) {
    for step in lowering.steps {
      switch step {
      case .convolution(let fused, _, _, _):
        places.append(
          (
            try upload(fused.packedWeights(format), format.precision, stream),
            try upload(fused.packedBias(format), format.precision, stream)
          ))
      case .depthwise(let layer, _, _, _):
        places.append(
          (try upload(layer.weights, .f32, stream), try upload(layer.bias, .f32, stream)))
      case .affine(let scale, let shift, _, _, _):
        // Channels that pad stay zeros.
        let rest = [Float](repeating: 0, count: format.padded(scale.count) - scale.count)
        places.append(
          (try upload(scale + rest, .f32, stream), try upload(shift + rest, .f32, stream)))
      case .head(let layer, _):
        places.append(
          (
            try upload(layer.weightsByOutput, .f32, stream), try upload(layer.bias, .f32, stream)
          ))
      case .normalise, .spread, .join, .pool, .combine, .softmax, .result, .softmaxOfScores:
        places.append((0, 0))
      }
    }
  }

  private func upload(
    _ values: [Float], _ precision: Precision, _ stream: GPUStream
  ) throws(GPUError) -> UInt64 {
    let memory = try DeviceMemory(values.count * precision.byteCount, stream.session)
    if precision == .f16 {
      try stream.upload(values.map { Float16($0).bitPattern }, to: memory.address)
    } else {
      try stream.upload(values, to: memory.address)
    }
    self.memory.append(memory)
    return memory.address
  }
}

extension Convolution {
  /// The weights of a convolution that mixes channels only, in the order (output, input).
  package var weightsByOutput: [Float] {
    var result = [Float](repeating: 0, count: weights.count)
    for i in 0..<inputs {
      for o in 0..<outputs { result[o * inputs + i] = weights[i * outputs + o] }
    }
    return result
  }
}
