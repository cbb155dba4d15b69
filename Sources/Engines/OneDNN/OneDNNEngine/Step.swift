import EngineCore
import NeuralGraph
import VolumeCore

/// A value of the network on its way through the engine: where and how it lies is decided here.
struct Buffer: Hashable {
  /// How its numbers lie in memory.
  enum Layout: Hashable {
    /// [z][y][x][channel].
    case channelsLast(Precision)
    /// Planes of channel pairs in bfloat16 with zeros around; see CKernels.h.
    case pairs
    /// Planes of one channel in single precision with zeros around; see CPlanes.h.
    case planes
    /// Planes of channel quads in bytes with a border of `zero` around; see CQuads.h.
    case quads(zero: UInt8)
  }

  var layout: Layout
  var channels: Int
  /// The node whose value has this one's extent.
  var extentOfNode: Int
}

/// One call of a kernel; numbers are places in the list of buffers.
enum Step {
  /// The scan's voxels to the network's input, one layer for each of its channels.
  case normalise(to: Int)
  case convolution(ConvolutionSpec, from: Int, to: Int)
  /// 3x3 with 8 outputs, or 16, of values in planes; the channels of all inputs, one after the other.
  case planesConvolution(PlanesWeights, from: [Int], to: Int, relu: Bool)
  /// Phases to voxels.
  case depthToSpace(PhaseSpread, from: Int, to: Int)
  /// Phases of 2x2 to voxels, with the channels of a value that has these voxels already before or behind them.
  case join(PhaseSpread, phases: [Int], with: Int, to: Int)
  /// To planes, of phases of 2x2 or 2x2x2.
  case planesDepthToSpace(from: Int, to: Int, factor: Shape3)
  /// All channels, written from channel `offset` of the output's pixels.
  case place(from: Int, to: Int, offset: Int)
  /// The channels of `count` layers, one layer after the other.
  case joinLayers(from: Int, to: Int, count: Int)
  /// What is left when `before` and the rest behind are cut off.
  case crop(from: Int, to: Int, before: Shape3)
  case maxPool(from: Int, to: Int, window: Shape3)
  /// From planes, of 2x2 or 2x2x2.
  case planesMaxPool(from: Int, to: Int, window: Shape3)
  case upsample(from: Int, to: Int, factor: Shape3)
  case add(from: [Int], to: Int, relu: Bool)
  case affine(scale: [Float], shift: [Float], from: Int, to: Int, relu: Bool)
  case groupNorm(GroupNormSpec, from: Int, to: Int)
  case relu(from: Int, to: Int)
  case softmax(from: Int, to: Int)
  case toChannelsLast(from: Int, to: Int)
  /// To the slot's output: the first largest channel.
  case labels(from: Int)
  /// To the slot's output: all channels in single precision.
  case scores(from: Int)
  /// To the slot's output: 1x1 convolution, then as `labels`.
  case planesLabels(HeadWeights, from: Int)
  /// 1x1 convolution in single precision.
  case planesScores(HeadWeights, from: Int, to: Int)
  /// A step on values in bytes; `to` is nil where it writes the slot's output.
  case quads(QuadsStep, from: [Int], to: Int?)

  /// The buffers that it reads.
  var sources: [Int] {
    switch self {
    case .normalise: []
    case .convolution(_, let from, _), .depthToSpace(_, let from, _),
      .planesDepthToSpace(let from, _, _), .place(let from, _, _), .maxPool(let from, _, _),
      .planesMaxPool(let from, _, _), .upsample(let from, _, _), .affine(_, _, let from, _, _),
      .groupNorm(_, let from, _), .joinLayers(let from, _, _), .crop(let from, _, _),
      .relu(let from, _), .softmax(let from, _), .toChannelsLast(let from, _), .labels(let from),
      .scores(let from), .planesLabels(_, let from), .planesScores(_, let from, _):
      [from]
    case .planesConvolution(_, let from, _, _), .add(let from, _, _), .quads(_, let from, _): from
    case .join(_, let phases, let other, _): phases + [other]
    }
  }

  /// The buffer that it writes; `nil` where that is the slot's output.
  var destination: Int? {
    switch self {
    case .normalise(let to), .convolution(_, _, let to), .planesConvolution(_, _, let to, _),
      .depthToSpace(_, _, let to), .planesDepthToSpace(_, let to, _), .place(_, let to, _),
      .maxPool(_, let to, _), .planesMaxPool(_, let to, _), .upsample(_, let to, _),
      .add(_, let to, _), .affine(_, _, _, let to, _), .groupNorm(_, _, let to), .relu(_, let to),
      .softmax(_, let to), .join(_, _, _, let to), .joinLayers(_, let to, _), .crop(_, let to, _),
      .toChannelsLast(_, let to), .planesScores(_, _, let to):
      to
    case .quads(_, _, let to): to
    case .labels, .scores, .planesLabels: nil
    }
  }
}

extension Buffer {
  /// Whether it lies in planes with zeros around, for the kernels of narrow layers.
  var isPlanes: Bool { layout == .pairs || layout == .planes }
}

/// Which voxels a value that holds phases as channels becomes.
struct PhaseSpread {
  /// Voxels that each becomes, of all phases.
  var factor: Shape3
  /// The phases that the value holds, one after the other.
  var phases: Range<Int>
  /// Channels of a phase.
  var channels: Int
  /// The channel of the output's voxels from which they are written.
  var offset: Int
}

/// A group normalisation, with the ReLU that follows.
struct GroupNormSpec: Sendable {
  var layer: GroupNormalisation
  var relu: Bool

  init(_ layer: GroupNormalisation, relu: Bool) { (self.layer, self.relu) = (layer, relu) }
}

/// Weights of a narrow convolution, and an offset for each output.
struct PlanesWeights {
  /// [8 outputs][layer][plane][3][3][8], of bfloat16 in pairs where a plane has two channels.
  var weights: AlignedMemory
  var bias: AlignedMemory
  /// Layers of the kernel; it covers as many before a voxel as behind it.
  var layers: Int
  /// Numbers, or pairs of them, of one layer of the kernel.
  var layerCount: Int
}

/// Weights of the last 1x1 convolution: [channel][class], and one offset a class.
struct HeadWeights {
  var weights: AlignedMemory
  var bias: AlignedMemory
  var classes: Int
}
