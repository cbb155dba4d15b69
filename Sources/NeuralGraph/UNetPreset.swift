import VolumeCore

/// The networks that have a name.
public enum UNetPreset: String, Hashable, Sendable, CaseIterable {
  /// Ours: double 3x3 convolutions with batch norm, 2x2 pooling, 2x2 transposed convolutions.
  case plain
  /// The modular U-Net of the paper of Bertoldo et al. (2021): depth 3, dropout, noise.
  case paper
  /// Depth 4, pooling and repetition, no norm, no second path: it never learned anything.
  case vanilla00
  /// The same with a second path.
  case vanilla01
  /// The same with batch norm.
  case vanilla02
  /// The same with learned ways up and down: what the slides of 2021 show.
  case vanilla03
  /// That at depth 3.
  case depth3
  /// That with one encoder for each of five layers.
  case sharedEncoder = "IIenc"
  /// That with one network for each of five layers, but for the last convolution.
  case sharedNetwork = "IIencdec03"
  /// The first U-Net (Ronneberger et al., 2015), without its dropout.
  case ronneberger
  /// The 3D U-Net (Çiçek et al., 2016).
  case cicek

  /// What it is, in a line.
  public var words: String {
    switch self {
    case .plain: "double convolutions with batch norm, pooling, 2x2 transposed convolutions"
    case .paper: "modular U-Net of the paper: residual, learned sampling, dropout, noise; depth 3"
    case .vanilla00: "modular U-Net, depth 4: pooling and repetition, no norm"
    case .vanilla01: "vanilla00 with residual blocks"
    case .vanilla02: "vanilla01 with batch norm"
    case .vanilla03: "vanilla02 with learned sampling: the slides'"
    case .depth3: "vanilla03 at depth 3"
    case .sharedEncoder: "vanilla03, 2.5D: one encoder for each of five layers"
    case .sharedNetwork: "vanilla03, 2.5D: one network for each of five layers"
    case .ronneberger: "the first U-Net (2015): 64 filters, depth 4, no padding"
    case .cicek: "the 3D U-Net (2016): 32 filters, depth 3, batch norm, no padding"
    }
  }

  /// Its options, with the number of filters that it was used with.
  public var options: UNetOptions {
    var options = UNetOptions()
    switch self {
    case .plain: break
    case .paper:
      options = .modular
      options.filters = 16
    case .vanilla00, .vanilla01, .vanilla02, .vanilla03, .depth3, .sharedEncoder, .sharedNetwork:
      options.width = .modular
      options.filters = self == .sharedEncoder ? 8 : 16
      options.depth = self == .depth3 ? 3 : 4
      options.residual = self != .vanilla00
      options.norm = self == .vanilla00 || self == .vanilla01 ? .none : .batch
      let isRigid = [.vanilla00, .vanilla01, .vanilla02].contains(self)
      options.up = isRigid ? .nearest : .transposed3
      options.down = isRigid ? .maxPool : .strided
      if self == .sharedEncoder { options.dimension = .sharedEncoder(5) }
      if self == .sharedNetwork { options.dimension = .sharedNetwork(5) }
    case .ronneberger:
      options.filters = 64
      options.depth = 4
      options.norm = .none
      options.classes = 2
      options.edge = .valid
    case .cicek:
      options.dimension = .volume
      options.filters = 32
      options.width = .modular
      options.edge = .valid
    }
    return options
  }
}

/// What the original left out of its network or put in, one at a time, to see what matters.
public enum UNetAblation: String, Hashable, Sendable, CaseIterable {
  /// Depthwise-separable convolutions in blocks.
  case separable = "sepconv"
  /// Pooling and repetition instead of learned ways down and up.
  case rigid = "rigid_updown"
  /// One level less.
  case shallower = "depth2"
  /// No batch norm.
  case noNorm = "no_batchnorm"
  /// No second path in blocks.
  case noResidual = "no_residual"
  /// No dropout.
  case noDropout = "no_dropout"
  /// No noise.
  case noNoise = "no_sigma"
  /// No augmentation: the network stays as it is.
  case noAugmentation = "no_data_augm"
  /// One level more.
  case deeper = "depth4"
  /// Layer norm over channels instead of batch norm.
  case layerNorm = "layernorm"

  /// What it changes, in a line.
  public var words: String {
    switch self {
    case .separable: "depthwise-separable convolutions"
    case .rigid: "pooling and repetition instead of learned ways down and up"
    case .shallower: "one level less"
    case .noNorm: "no batch norm"
    case .noResidual: "no second path in blocks"
    case .noDropout: "no dropout"
    case .noNoise: "no noise before the last layer"
    case .noAugmentation: "crops as they are"
    case .deeper: "one level more"
    case .layerNorm: "layer norm over channels instead of batch norm"
    }
  }

  /// Whether the network is another, and not only how it is trained.
  public var changesNetwork: Bool { self != .noAugmentation }

  /// `options` with this one change.
  public func applied(to options: UNetOptions) -> UNetOptions {
    var options = options
    switch self {
    case .separable: options.separable = true
    case .rigid:
      options.up = .nearest
      options.down = .maxPool
    case .shallower: options.depth -= 1
    case .noNorm: options.norm = .none
    case .noResidual: options.residual = false
    case .noDropout: options.dropout = 0
    case .noNoise: options.noise = 0
    case .noAugmentation: break
    case .deeper: options.depth += 1
    case .layerNorm: options.norm = .layerOverChannels
    }
    return options
  }
}
