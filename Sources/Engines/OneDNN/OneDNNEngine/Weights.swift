import CKernels
import NeuralGraph

extension Float {
  /// The nearest bfloat16, ties to even, as its bits.
  var bfloat16Bits: UInt16 {
    let bits = bitPattern
    if isNaN { return UInt16(truncatingIfNeeded: (bits >> 16) | 0x40) }
    return UInt16(truncatingIfNeeded: (bits &+ 0x7fff &+ ((bits >> 16) & 1)) >> 16)
  }
}

extension PairsWeights {
  /// The weights of a 3x3 convolution with 8 outputs; an odd channel at the end is met by zeros.
  init(_ layer: Convolution) {
    pairs = (layer.inputs + 1) / 2
    var packed = [UInt32](repeating: 0, count: pairs * 9 * 8)
    for channel in 0..<layer.inputs {
      for tap in 0..<9 {
        for output in 0..<8 {
          let value = layer.weights[(tap * layer.inputs + channel) * 8 + output].bfloat16Bits
          packed[(channel / 2 * 9 + tap) * 8 + output] |= UInt32(value) << (channel % 2 * 16)
        }
      }
    }
    weights = AlignedMemory(packed)
    bias = AlignedMemory(layer.bias)
  }
}

extension HeadWeights {
  /// The weights of a 1x1 convolution.
  init(_ layer: Convolution) {
    weights = AlignedMemory(layer.weights)
    bias = AlignedMemory(layer.bias)
    classes = layer.outputs
  }
}

extension ConvolutionSpec {
  /// A dense convolution from (z, y, x, in, out) to the library's order.
  init(_ layer: Convolution, relu: Bool) {
    let taps = layer.kernel.voxelCount
    var weights = [Float](repeating: 0, count: layer.weights.count)
    for output in 0..<layer.outputs {
      for input in 0..<layer.inputs {
        for tap in 0..<taps {
          weights[(output * layer.inputs + input) * taps + tap] =
            layer.weights[(tap * layer.inputs + input) * layer.outputs + output]
        }
      }
    }
    self.init(
      kernel: layer.kernel, stride: layer.stride, padding: layer.padding, inputs: layer.inputs,
      outputs: layer.outputs, groups: 1, weights: weights, bias: layer.bias, relu: relu)
  }

  /// A depthwise convolution from (z, y, x, in, multiplier).
  init(_ layer: DepthwiseConvolution, relu: Bool) {
    let taps = layer.kernel.voxelCount
    let outputs = layer.inputs * layer.multiplier
    var weights = [Float](repeating: 0, count: layer.weights.count)
    for output in 0..<outputs {
      for tap in 0..<taps { weights[output * taps + tap] = layer.weights[tap * outputs + output] }
    }
    self.init(
      kernel: layer.kernel, stride: layer.stride, padding: layer.padding, inputs: layer.inputs,
      outputs: outputs, groups: layer.inputs, weights: weights, bias: layer.bias, relu: relu)
  }
}
