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

extension PlanesWeights {
  /// The weights of a convolution with 3x3 taps in each layer and 8 outputs, or, of one layer, of more by
  /// eights, for planes of one channel or of pairs; an odd channel at the end of these is met by zeros.
  init(_ layer: Convolution, inPairs: Bool) {
    layers = layer.kernel.z
    let taps = layer.kernel.voxelCount
    layerCount = (inPairs ? (layer.inputs + 1) / 2 : layer.inputs) * 72
    var packed = [UInt32](repeating: 0, count: layer.outputs / 8 * layers * layerCount)
    for tap in 0..<taps {
      let (z, inLayer) = tap.quotientAndRemainder(dividingBy: 9)
      for channel in 0..<layer.inputs {
        let plane = inPairs ? channel / 2 : channel
        for output in 0..<layer.outputs {
          let value = layer.weights[(tap * layer.inputs + channel) * layer.outputs + output]
          let place =
            (output / 8 * layers + z) * layerCount + (plane * 9 + inLayer) * 8 + output % 8
          packed[place] |=
            inPairs ? UInt32(value.bfloat16Bits) << (channel % 2 * 16) : value.bitPattern
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
