import NeuralGraph
import VolumeCore

/// Memory of one value or gradient of a whole batch: pixels of some channels.
package struct TrainingBuffer {
  package var channels: Int
  package var shape: Shape3
  package var precision: Precision
  /// A gradient lives from the step that writes it to the last that reads it; a value for ever.
  package var isGradient: Bool

  package func byteCount(samples: Int) -> Int {
    samples * shape.voxelCount * channels * precision.byteCount
  }
}

/// Some channels of a buffer.
package struct BufferView: Hashable {
  package var buffer: Int
  package var offset = 0
  package var channels: Int

  /// `channels` of them, from `offset` on.
  package init(buffer: Int, offset: Int = 0, channels: Int) {
    self.buffer = buffer
    self.offset = offset
    self.channels = channels
  }
}

/// One convolution of the network.
package struct ConvolutionNode {
  package var spec: TrainingConvolutionGeometry
  /// The parameter lists: kernel and bias.
  package var kernel: Int
  package var bias: Int
  /// Dense buffers.
  package var from: Int
  package var to: Int
  package var source: Int
  package var node: Int
}

/// One batch normalisation: its parameter lists and its numbers.
package struct NormNode {
  package var layer: BatchNormalisation
  /// scale, shift, mean, variance.
  package var lists: [Int]
}

/// One of the values that a tail sums: normalised or not.
package struct TailTerm {
  package var from: BufferView
  /// The node whose value it is, for its gradient.
  package var source: Int
  /// The batch normalisation, by its number in the program.
  package var norm: Int?
  /// A bias that the convolution could not add.
  package var bias: Int?
}

/// All that happens number by number between two convolutions, in one pass: normalise, add, ReLU,
/// dropout, noise.
package struct Tail {
  package var terms: [TailTerm]
  package var relu = false
  package var dropout: (rule: DropoutRule, layer: Int)?
  package var noise: (sigma: Float, layer: Int)?
  /// Where the result goes: the first is what others read.
  package var to: [BufferView] = []
  /// The last node that it computes.
  package var node = 0

  /// Whether another operation can join before `relu`.
  package var isSum: Bool { !relu && dropout == nil && noise == nil }
  /// Whether it is one value and nothing else.
  package var isBare: Bool { isSum && terms.count == 1 && terms[0].norm == nil }
}

/// A step forward.
package enum ForwardStep {
  case input(to: Int)
  case convolve(Int)
  case tail(Tail)
  case pool(from: BufferView, to: BufferView, window: Shape3)
  case spread(from: BufferView, to: BufferView, factor: Shape3)
  case layers(from: Int, to: Int, count: Int)
  case crop(Padding, from: BufferView, to: BufferView)
  case groupNorm(GroupNormalisation, lists: [Int], from: Int, to: Int)
  case softmax(from: Int, to: Int)
}

/// A step backward; gradients are buffers like values.
package enum BackwardStep {
  /// The gradient of what a tail made, from its pieces; `to`: the gradient where its ReLU let it
  /// pass, where it is needed; `terms`: those of its normalised terms.
  case tail(Tail, pieces: [BufferView], to: BufferView?, terms: [BufferView?])
  /// The sum of pieces.
  case sum([BufferView], to: BufferView)
  case convolveData(Int, from: Int, to: Int)
  case convolveWeights(Int, gradient: Int)
  case pool(from: BufferView, gradient: BufferView, to: BufferView, window: Shape3)
  case spread(gradient: BufferView, to: BufferView, factor: Shape3)
  case layers(gradient: Int, to: Int, count: Int)
  case crop(Padding, gradient: BufferView, to: BufferView)
  case groupNorm(GroupNormalisation, lists: [Int], from: Int, gradient: Int, to: Int)
  case softmax(value: Int, gradient: Int, to: Int)
}

/// A network as steps forward and backward over buffers.
package struct TrainingProgram {
  package var buffers: [TrainingBuffer] = []
  package var convolutions: [ConvolutionNode] = []
  package var norms: [NormNode] = []
  package var forward: [ForwardStep] = []
  package var backward: [BackwardStep] = []
  /// The class scores, dense.
  package var scores = 0
  /// Their gradient.
  package var scoresGradient = 0
}

/// A convolution from a fine value to a coarse one, as the library is told of it; a transposed
/// one is the same read backwards.
package struct TrainingConvolutionGeometry: Hashable {
  package var kernel: Shape3
  package var stride: Shape3
  package var padding: Padding
  /// Channels of the fine value and of the coarse.
  package var fineChannels: Int
  package var coarseChannels: Int
  /// 1, or the number of fine channels for a depthwise one.
  package var groups = 1
  package var isTransposed = false
  package var fine: Shape3
  package var coarse: Shape3

  /// Weights of the layer.
  package var weightCount: Int {
    kernel.voxelCount * (groups == 1 ? fineChannels : 1) * coarseChannels
  }

  /// For each weight in the order (coarse channel, fine channel, tap) its number in the layer's list,
  /// which is (tap, in, out), or (tap, in, multiplier) for a depthwise convolution.
  package var listNumbers: [Int] {
    let taps = kernel.voxelCount
    let inputs = groups == 1 ? fineChannels : 1
    var numbers: [Int] = []
    numbers.reserveCapacity(weightCount)
    for output in 0..<coarseChannels {
      for input in 0..<inputs {
        for tap in 0..<taps { numbers.append((tap * inputs + input) * coarseChannels + output) }
      }
    }
    return numbers
  }

  /// Whether it looks along z; one that does not takes layers as a batch of images.
  package var isVolumetric: Bool {
    kernel.z != 1 || stride.z != 1 || padding.before.z != 0 || padding.after.z != 0
      || fine.z != coarse.z
  }
}

/// What an engine can train, beyond the operations that all can.
package struct TrainingLimits: Hashable, Sendable {
  /// The engine's name, for messages.
  package var engine: String
  /// Weights in one layer.
  package var mostWeights = Int.max
  /// Channels of a dropout with no ReLU before it.
  package var mostDroppedChannels = Int.max

  /// The limits of `engine`.
  package init(
    engine: String, mostWeights: Int = .max, mostDroppedChannels: Int = .max
  ) {
    self.engine = engine
    self.mostWeights = mostWeights
    self.mostDroppedChannels = mostDroppedChannels
  }
}
