import VolumeCore

/// What a node computes. An enum, so that the compiler lists every device that lacks a new one.
public enum Operation: Hashable, Sendable {
  /// The scan's voxels after normalisation.
  case input(channels: Int)
  /// The layers around each voxel as its channels, the lowest first: what a 2.5D network takes. Of a
  /// value of several channels, all those of a layer come before the next layer's. `count` is odd; the
  /// layer in the middle is the voxel's own. Nothing is padded along z.
  case layersToChannels(count: Int)
  /// A convolution, dense over channels.
  case convolution(Convolution)
  /// A convolution of each channel by itself.
  case depthwiseConvolution(DepthwiseConvolution)
  /// A transposed convolution: the up-sampling of learned networks.
  case transposedConvolution(TransposedConvolution)
  /// (x - mean) / sqrt(variance + epsilon) * scale + shift, channel by channel.
  case batchNormalisation(BatchNormalisation)
  /// The same with the mean and the variance of the value itself: of each group of channels, over a
  /// whole layer or volume, or of one voxel's channels alone.
  case groupNormalisation(GroupNormalisation)
  /// max(x, 0).
  case relu
  /// The sum of all inputs.
  case add
  /// The channels of all inputs, one after the other.
  case concatenate
  /// The largest value of each window; windows do not overlap, and an incomplete one is dropped.
  case maxPool(window: Shape3)
  /// Each voxel repeated.
  case upsampleNearest(factor: Shape3)
  /// What is left when voxels are cut off: the skips of networks that do not pad.
  case crop(Padding)
  /// exp(x) / sum of exp over channels.
  case softmax
  /// In training, each number is zero with probability `rate`, and the others are divided by
  /// 1 - rate; nothing at inference.
  case dropout(rate: Float)
  /// In training, a normally distributed number of deviation `sigma` is added to each; nothing at
  /// inference.
  case gaussianNoise(sigma: Float)
  /// Nothing.
  case identity

  /// Whether the value is the input's when nothing is trained.
  public var isIdentityAtInference: Bool {
    switch self {
    case .dropout, .gaussianNoise, .identity: true
    default: false
    }
  }
}

/// Voxels of zero put around a value, or cropped from it, along each axis.
public struct Padding: Hashable, Sendable {
  /// Before the first voxel.
  public var before: Shape3
  /// After the last.
  public var after: Shape3

  /// These numbers of voxels.
  public init(before: Shape3, after: Shape3) {
    self.before = before
    self.after = after
  }

  /// None.
  public static let none = Padding(
    before: Shape3(z: 0, y: 0, x: 0), after: Shape3(z: 0, y: 0, x: 0))

  /// Keras's "same" for extents that are multiples of the stride: kernel - stride in all, the
  /// larger half at the end.
  public static func same(kernel: Shape3, stride: Shape3) -> Padding {
    func total(_ k: Int, _ s: Int) -> Int { max(k - s, 0) }
    let z = total(kernel.z, stride.z)
    let y = total(kernel.y, stride.y)
    let x = total(kernel.x, stride.x)
    return Padding(
      before: Shape3(z: z / 2, y: y / 2, x: x / 2),
      after: Shape3(z: z - z / 2, y: y - y / 2, x: x - x / 2))
  }
}

/// out[p, o] = bias[o] + sum over k, i of in[p * stride - before + k, i] * weights[k, i, o].
public struct Convolution: Hashable, Sendable {
  /// Extent of the kernel.
  public var kernel: Shape3
  /// Distance of two outputs in the input.
  public var stride: Shape3
  /// Zeros around the input.
  public var padding: Padding
  /// Channels in.
  public var inputs: Int
  /// Channels out.
  public var outputs: Int
  /// Order (z, y, x, in, out), as Keras keeps it.
  public var weights: [Float]
  /// One for each output; zeros where the layer has none.
  public var bias: [Float]
  /// Whether the layer has a bias: one that has none does not learn any.
  public var hasBias: Bool

  /// A convolution with all its parameters.
  public init(
    kernel: Shape3, stride: Shape3, padding: Padding, inputs: Int, outputs: Int,
    weights: [Float], bias: [Float], hasBias: Bool = true
  ) {
    precondition(weights.count == kernel.voxelCount * inputs * outputs)
    precondition(bias.count == outputs)
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.inputs = inputs
    self.outputs = outputs
    self.weights = weights
    self.bias = bias
    self.hasBias = hasBias
  }
}

/// out[p, c * multiplier + m] = bias + sum over k of
/// in[p * stride - before + k, c] * weights[k, c, m].
public struct DepthwiseConvolution: Hashable, Sendable {
  /// Extent of the kernel.
  public var kernel: Shape3
  /// Distance of two outputs in the input.
  public var stride: Shape3
  /// Zeros around the input.
  public var padding: Padding
  /// Channels in.
  public var inputs: Int
  /// Outputs for each channel.
  public var multiplier: Int
  /// Order (z, y, x, in, multiplier), as Keras keeps it.
  public var weights: [Float]
  /// One for each output channel; zeros where the layer has none.
  public var bias: [Float]
  /// Whether the layer has a bias: one that has none does not learn any.
  public var hasBias: Bool

  /// A depthwise convolution with all its parameters.
  public init(
    kernel: Shape3, stride: Shape3, padding: Padding, inputs: Int, multiplier: Int,
    weights: [Float], bias: [Float], hasBias: Bool = true
  ) {
    precondition(weights.count == kernel.voxelCount * inputs * multiplier)
    precondition(bias.count == inputs * multiplier)
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.inputs = inputs
    self.multiplier = multiplier
    self.weights = weights
    self.bias = bias
    self.hasBias = hasBias
  }
}

/// full[p * stride + k, o] += in[p, i] * weights[k, o, i]; then `crop` is cut off, bias added.
///
/// The full result has (n - 1) * stride + kernel voxels along an axis. Keras's "same" keeps
/// n * stride of them and crops kernel - stride, the larger half at the end.
public struct TransposedConvolution: Hashable, Sendable {
  /// Extent of the kernel.
  public var kernel: Shape3
  /// Distance in the output of what two neighbours write.
  public var stride: Shape3
  /// What is cut off the full result.
  public var crop: Padding
  /// Channels in.
  public var inputs: Int
  /// Channels out.
  public var outputs: Int
  /// Order (z, y, x, out, in), as Keras keeps it.
  public var weights: [Float]
  /// One for each output; zeros where the layer has none.
  public var bias: [Float]
  /// Whether the layer has a bias: one that has none does not learn any.
  public var hasBias: Bool

  /// A transposed convolution with all its parameters.
  public init(
    kernel: Shape3, stride: Shape3, crop: Padding, inputs: Int, outputs: Int,
    weights: [Float], bias: [Float], hasBias: Bool = true
  ) {
    precondition(weights.count == kernel.voxelCount * inputs * outputs)
    precondition(bias.count == outputs)
    self.kernel = kernel
    self.stride = stride
    self.crop = crop
    self.inputs = inputs
    self.outputs = outputs
    self.weights = weights
    self.bias = bias
    self.hasBias = hasBias
  }
}

/// The statistics and parameters of a batch normalisation, one of each for a channel.
public struct BatchNormalisation: Hashable, Sendable {
  /// gamma; ones where the layer has none.
  public var scale: [Float]
  /// beta; zeros where the layer has none.
  public var shift: [Float]
  /// Moving mean.
  public var mean: [Float]
  /// Moving variance.
  public var variance: [Float]
  /// Added to the variance.
  public var epsilon: Float
  /// What a training step leaves of the moving mean and variance; the rest comes from its batch.
  public var momentum: Float
  /// Whether the layer has a scale: one that has none does not learn any.
  public var hasScale: Bool
  /// Whether the layer has a shift: one that has none does not learn any.
  public var hasShift: Bool

  /// A batch normalisation with all its parameters.
  public init(
    scale: [Float], shift: [Float], mean: [Float], variance: [Float], epsilon: Float,
    momentum: Float = 0.99, hasScale: Bool = true, hasShift: Bool = true
  ) {
    precondition(
      scale.count == shift.count && shift.count == mean.count && mean.count == variance.count)
    self.scale = scale
    self.shift = shift
    self.mean = mean
    self.variance = variance
    self.epsilon = epsilon
    self.momentum = momentum
    self.hasScale = hasScale
    self.hasShift = hasShift
  }
}

/// A normalisation whose statistics are those of the value that it is given: group norm, instance norm
/// (a group for each channel), layer norm (one group).
public struct GroupNormalisation: Hashable, Sendable {
  /// What mean and variance are taken over, beside the channels of a group.
  public enum Extent: Hashable, Sendable {
    /// One voxel: the result in one place depends on no other.
    case voxel
    /// One layer, as a network of single layers sees it.
    case layer
    /// The whole volume.
    case volume
  }

  /// Groups of as many channels each, one after the other.
  public var groups: Int
  /// gamma, one for each channel; ones where the layer has none.
  public var scale: [Float]
  /// beta; zeros where the layer has none.
  public var shift: [Float]
  /// Added to the variance.
  public var epsilon: Float
  /// What the statistics are of.
  public var extent: Extent
  /// Whether the layer has a scale: one that has none does not learn any.
  public var hasScale: Bool
  /// Whether the layer has a shift: one that has none does not learn any.
  public var hasShift: Bool

  /// A group normalisation with all its parameters.
  public init(
    groups: Int, scale: [Float], shift: [Float], epsilon: Float, extent: Extent,
    hasScale: Bool = true, hasShift: Bool = true
  ) {
    precondition(scale.count == shift.count && groups > 0 && scale.count % groups == 0)
    self.groups = groups
    self.scale = scale
    self.shift = shift
    self.epsilon = epsilon
    self.extent = extent
    self.hasScale = hasScale
    self.hasShift = hasShift
  }
}

extension Graph {
  /// The first layer whose result in one place depends on all others, so that no tile of a volume can be
  /// as the volume is; `nil` where tiles can be exact.
  public var normalisesOverSpace: String? {
    nodes.first { node in
      if case .groupNormalisation(let layer) = node.operation {
        layer.extent != .voxel
      } else {
        false
      }
    }?.name
  }
}

extension Graph {
  /// Whether a layer takes statistics of a whole volume, so that no part of one is enough.
  package var normalisesOverVolume: Bool {
    nodes.contains { node in
      if case .groupNormalisation(let layer) = node.operation {
        layer.extent == .volume
      } else {
        false
      }
    }
  }
}
