import EngineCore
import NeuralGraph
import VolumeCore

/// Memory of one value or gradient of a whole batch: pixels of some channels.
struct TrainingBuffer {
  var channels: Int
  var shape: Shape3
  var precision: Precision
  /// A gradient lives from the step that writes it to the last that reads it; a value for ever.
  var isGradient: Bool

  func byteCount(samples: Int) -> Int {
    samples * shape.voxelCount * channels * precision.byteCount
  }
}

/// Some channels of a buffer.
struct BufferView: Hashable {
  var buffer: Int
  var offset = 0
  var channels: Int
}

/// One convolution of the network.
struct ConvolutionNode {
  var spec: ConvolutionGeometry
  /// The parameter lists: kernel and bias.
  var kernel: Int
  var bias: Int
  /// Dense buffers.
  var from: Int
  var to: Int
  var source: Int
  var node: Int
}

/// One batch normalisation: its parameter lists and its numbers.
struct NormNode {
  var layer: BatchNormalisation
  /// scale, shift, mean, variance.
  var lists: [Int]
}

/// One of the values that a tail sums: normalised or not.
struct TailTerm {
  var from: BufferView
  /// The node whose value it is, for its gradient.
  var source: Int
  /// The batch normalisation, by its number in the program.
  var norm: Int?
  /// A bias that the convolution could not add.
  var bias: Int?
}

/// All that happens number by number between two convolutions, in one pass: normalise, add, ReLU,
/// dropout, noise.
struct Tail {
  var terms: [TailTerm]
  var relu = false
  var dropout: (rule: DropoutRule, layer: Int)?
  var noise: (sigma: Float, layer: Int)?
  /// Where the result goes: the first is what others read.
  var to: [BufferView] = []
  /// The last node that it computes.
  var node = 0

  /// Whether another operation can join before `relu`.
  var isSum: Bool { !relu && dropout == nil && noise == nil }
  /// Whether it is one value and nothing else.
  var isBare: Bool { isSum && terms.count == 1 && terms[0].norm == nil }
}

/// A step forward.
enum ForwardStep {
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
enum BackwardStep {
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
struct TrainingProgram {
  var buffers: [TrainingBuffer] = []
  var convolutions: [ConvolutionNode] = []
  var norms: [NormNode] = []
  var forward: [ForwardStep] = []
  var backward: [BackwardStep] = []
  /// The class scores, dense.
  var scores = 0
  /// Their gradient.
  var scoresGradient = 0
}

/// A convolution from a fine value to a coarse one, as the library is told of it; a transposed
/// one is the same read backwards.
struct ConvolutionGeometry: Hashable {
  var kernel: Shape3
  var stride: Shape3
  var padding: Padding
  /// Channels of the fine value and of the coarse.
  var fineChannels: Int
  var coarseChannels: Int
  /// 1, or the number of fine channels for a depthwise one.
  var groups = 1
  var isTransposed = false
  var fine: Shape3
  var coarse: Shape3

  /// Whether it looks along z; one that does not takes layers as a batch of images.
  var isVolumetric: Bool {
    kernel.z != 1 || stride.z != 1 || padding.before.z != 0 || padding.after.z != 0
      || fine.z != coarse.z
  }
}
