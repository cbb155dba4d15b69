import NeuralGraph
import VolumeCore

/// A transposed convolution as an ordinary one that computes all output phases of a voxel as channels
/// (`TransposedConvolution.phases`), which depth-to-space then spreads. oneDNN 2.6's own transposed
/// convolution is 20 to 100 times slower.
struct Phases {
  /// How the phases lie among the channels of a voxel.
  enum Order {
    /// (layer phase, row phase, column phase, channel).
    case phaseFirst
    /// (layer phase, channel pair, row phase, column phase, channel of the pair).
    case pairFirst
    /// (layer phase, channel, row phase, column phase).
    case channelFirst
  }

  var spec: ConvolutionSpec
  var factor: Shape3

  /// A convolution for each phase, of the taps that it has, where not all phases have all: a kernel of 3 and a
  /// stride of 2 have 9 of 16, in three dimensions 27 of 64. `nil` elsewhere.
  static func separate(_ layer: TransposedConvolution, relu: Bool) -> [ConvolutionSpec]? {
    guard let together = layer.phases, let separate = layer.phaseConvolutions,
      separate.contains(where: { $0.kernel != together.kernel })
    else { return nil }
    return separate.map { ConvolutionSpec($0, relu: relu) }
  }

  /// `nil` where the result is not exactly stride times as large as the input.
  init?(_ layer: TransposedConvolution, relu: Bool, order: Order) {
    guard let phases = layer.phases else { return nil }
    let (taps, outputs) = (phases.kernel.voxelCount, phases.outputs)
    var weights = [Float](repeating: 0, count: phases.weights.count)
    var bias = phases.bias
    let inLayer = layer.stride.y * layer.stride.x
    for phase in 0..<layer.stride.voxelCount {
      for o in 0..<layer.outputs {
        let from = phase * layer.outputs + o
        let channel =
          switch order {
          case .phaseFirst: from
          case .pairFirst:
            ((phase / inLayer * (layer.outputs / 2) + o / 2) * inLayer + phase % inLayer) * 2 + o
              % 2
          case .channelFirst:
            (phase / inLayer * layer.outputs + o) * inLayer + phase % inLayer
          }
        bias[channel] = phases.bias[from]
        for i in 0..<layer.inputs {
          for tap in 0..<taps {
            weights[(channel * layer.inputs + i) * taps + tap] =
              phases.weights[(tap * layer.inputs + i) * outputs + from]
          }
        }
      }
    }
    spec = ConvolutionSpec(
      kernel: phases.kernel, stride: phases.stride, padding: phases.padding,
      inputs: layer.inputs, outputs: outputs, groups: 1, weights: weights, bias: bias, relu: relu)
    factor = layer.stride
  }
}
