import EngineCore
import NeuralGraph
import VolumeCore

/// A value of the network on its way through the card: of which node's extent it is.
package struct GPUBuffer: Hashable, Sendable {
  /// Without those that pad.
  package var channels: Int
  /// The node whose value has this one's extent.
  package var extentOfNode: Int
  /// Values of so many channels, one behind the other: the phases of a transposed convolution, each
  /// computed by itself.
  package var blocks = 1
}

/// A convolution for cuDNN, with all that it does in one go: the sum of what it computes, of another
/// value and of an offset for each channel; then max(_, 0).
package struct FusedConvolution: Hashable, Sendable {
  /// The layer's name, for errors and tables.
  package var name: String
  /// Kernel, stride, padding, weights and offsets.
  package var layer: Convolution
  /// Whether the offsets are added; else they are another's to add.
  package var addsBias: Bool
  /// Whether the result is max(_, 0).
  package var relu: Bool
  /// Which of the values that the result's buffer holds this is.
  package var block = 0

  /// `layer`, with what is computed beside it.
  package init(
    name: String, layer: Convolution, addsBias: Bool, relu: Bool, block: Int = 0
  ) {
    self.name = name
    self.layer = layer
    self.addsBias = addsBias
    self.relu = relu
    self.block = block
  }
}

/// One step of a network on the card; numbers are places in the list of buffers.
package enum GPUStep: Hashable, Sendable {
  /// Grey values to the input.
  case normalise(to: Int)
  /// By cuDNN; `adding` is what is added before the offsets.
  case convolution(FusedConvolution, from: Int, adding: Int?, to: Int)
  /// By a kernel of ours.
  case depthwise(DepthwiseConvolution, from: Int, to: Int, relu: Bool)
  /// A part of a concatenation, nearest up-sampling, depth to space.
  case spread(from: Int, to: Int, factor: Shape3, phases: Bool, offset: Int, isLast: Bool)
  /// So many layers, one after the other, become channels; each layer with those around it.
  case join(layers: Int, from: Int, to: Int)
  /// The largest of each window.
  case pool(from: Int, to: Int, window: Shape3)
  /// The sum of both, or a copy; then max(_, 0) where `relu`.
  case combine(Int, Int?, to: Int, relu: Bool)
  /// A factor and an offset for each channel.
  case affine(scale: [Float], shift: [Float], from: Int, to: Int, relu: Bool)
  /// exp(x) / sum of exp.
  case softmax(from: Int, to: Int)
  /// To the slot's output: labels or scores.
  case result(from: Int)
  /// The same through a last convolution that mixes channels only, in single precision.
  case head(Convolution, from: Int)
  /// exp(x) / sum of exp of the slot's output, which holds scores.
  case softmaxOfScores(classes: Int)

  /// The buffers that it reads.
  package var sources: [Int] {
    switch self {
    case .normalise, .softmaxOfScores: []
    case .convolution(_, let from, let other, _): [from] + [other].compactMap { $0 }
    case .combine(let first, let second, _, _): [first] + [second].compactMap { $0 }
    case .join(_, let from, _), .depthwise(_, let from, _, _), .spread(let from, _, _, _, _, _),
      .pool(let from, _, _),
      .affine(_, _, let from, _, _), .softmax(let from, _), .result(let from), .head(_, let from):
      [from]
    }
  }

  /// The buffer that it writes; `nil` where that is the slot's output.
  package var destination: Int? {
    switch self {
    case .normalise(let to), .convolution(_, _, _, let to), .depthwise(_, _, let to, _),
      .spread(_, let to, _, _, _, _), .join(_, _, let to), .pool(_, let to, _),
      .combine(_, _, let to, _),
      .affine(_, _, _, let to, _), .softmax(_, let to):
      to
    case .result, .head, .softmaxOfScores: nil
    }
  }
}

extension GPUStep {
  /// How it moves along z.
  var move: StreamSchedule.Move {
    let depth: DepthStep =
      switch self {
      case .convolution(let fused, _, _, _):
        .gather(
          kernel: fused.layer.kernel.z, stride: fused.layer.stride.z,
          before: fused.layer.padding.before.z)
      case .depthwise(let layer, _, _, _):
        .gather(kernel: layer.kernel.z, stride: layer.stride.z, before: layer.padding.before.z)
      case .pool(_, _, let window): .gather(kernel: window.z, stride: window.z, before: 0)
      case .join(let layers, _, _): .gather(kernel: layers, stride: 1, before: 0)
      case .spread(_, _, let factor, _, _, _): .spread(factor: factor.z)
      default: .same
      }
    // What is added is taken layer by layer, however far the convolution itself looks.
    return StreamSchedule.Move(
      sources.enumerated().map { place, value in
        StreamSchedule.Source(value, place == 0 ? depth : .same)
      }, to: destination)
  }

  /// Which of its buffer's values it makes.
  var block: Int {
    if case .convolution(let fused, _, _, _) = self { fused.block } else { 0 }
  }

  /// Zeros around what it takes, of those that see any.
  var padding: Padding? {
    switch self {
    case .convolution(let fused, _, _, _): fused.layer.padding
    case .depthwise(let layer, _, _, _): layer.padding
    default: nil
    }
  }
}
