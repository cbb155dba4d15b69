import VolumeCore

/// A U-Net of the family, described by its options; weights follow from a seed.
///
///     var options = UNetPreset.paper.options
///     options.filters = 8
///     options.dimension = .volume
///     let graph = try options.checkedGraph(seed: 1)
public struct UNetOptions: Hashable, Sendable {
  /// How many layers a network sees, and how.
  public enum Dimension: Hashable, Sendable {
    /// Single layers: 2D.
    case plane
    /// An odd number of layers as the channels of a 2D network that labels the one in the middle: 2.5D.
    case layersAsChannels(Int)
    /// An odd number of layers, each through the same encoder; what it makes of all is joined: 2.5D.
    case sharedEncoder(Int)
    /// An odd number of layers, each through the same network but for its last layer: 2.5D.
    case sharedNetwork(Int)
    /// Volumes: 3D.
    case volume
  }

  /// How the decoder doubles the resolution.
  public enum Up: String, Hashable, Sendable, CaseIterable {
    /// A transposed convolution, 2x2: each voxel becomes four.
    case transposed2
    /// A transposed convolution, 3x3, whose windows overlap, then the norm and ReLU.
    case transposed3
    /// Repetition, without parameters.
    case nearest
  }

  /// How the encoder halves the resolution.
  public enum Down: String, Hashable, Sendable, CaseIterable {
    /// The largest of 2x2.
    case maxPool
    /// A 3x3 convolution with stride 2, then the norm and ReLU.
    case strided
  }

  /// How the number of channels goes through a block.
  public enum Width: String, Hashable, Sendable, CaseIterable {
    /// Level i has filters * growth^i channels throughout, and a transposed convolution reduces to them.
    case plain
    /// The last convolution of a block grows, and going up keeps the width (the modular U-Net of
    /// Bertoldo et al., 2021, and the 3D U-Net of Çiçek et al., 2016).
    case modular
  }

  /// What follows each convolution of a block.
  public enum Norm: String, Hashable, Sendable, CaseIterable {
    /// Nothing.
    case none
    /// Batch normalisation.
    case batch
    /// Layer normalisation over each voxel's channels: the result in one place depends on no other.
    case layerOverChannels
    /// Each channel over the whole layer, or volume (instance norm): tiles are blended.
    case layerOverSpace
    /// All channels over the whole layer, or volume: tiles are blended.
    case layerOverBoth

    /// Whether statistics are taken of all that a tile holds.
    public var looksOverSpace: Bool { self == .layerOverSpace || self == .layerOverBoth }
  }

  /// What convolutions do at the edges.
  public enum Edge: String, Hashable, Sendable, CaseIterable {
    /// Zeros are put around: the result is as large as the input.
    case same
    /// Nothing is put around: the result is smaller, and skips are cropped to it (Ronneberger et al.,
    /// 2015).
    case valid
  }

  /// How many layers it sees.
  public var dimension = Dimension.plane
  /// Channels of the first convolution.
  public var filters = 8
  /// How often the resolution is halved.
  public var depth = 3
  /// By what the channels grow from level to level.
  public var growth = 2
  /// The extent of a block's kernels; odd.
  public var kernel = 3
  /// Convolutions in a block.
  public var convolutions = 2
  /// Channels of the input: those of a scan's voxels; of layers as channels it is their number that
  /// counts.
  public var inputChannels = 1
  /// Channels of the result.
  public var classes = 3
  /// How the decoder doubles the resolution.
  public var up = Up.transposed2
  /// How the encoder halves it.
  public var down = Down.maxPool
  /// How the number of channels goes through a block.
  public var width = Width.plain
  /// Whether each block has a second path, of one convolution, added to the first.
  public var residual = false
  /// The extent of that convolution's kernel: 3, or 1.
  public var residualKernel = 3
  /// What follows convolutions, but for 2x2 transposed ones and the last.
  public var norm = Norm.batch
  /// Whether the convolutions of blocks are depthwise-separable.
  public var separable = false
  /// The rate of dropout after each ReLU of a block, 0 for none.
  public var dropout: Float = 0
  /// The deviation of the noise that training adds before the last layer, 0 for none.
  public var noise: Float = 0
  /// What convolutions do at the edges.
  public var edge = Edge.same

  /// The plain U-Net of 8 filters and depth 3, to be changed field by field.
  public init() {}

  /// The modular U-Net with learned sampling, residual blocks, batch normalisation, dropout and noise.
  public static let modular: UNetOptions = {
    var options = UNetOptions()
    options.up = .transposed3
    options.down = .strided
    options.width = .modular
    options.residual = true
    options.dropout = 0.1
    options.noise = 0.03
    return options
  }()

  /// Whether kernels, pooling and up-sampling extend along z, too: a 3D network.
  public var isVolumetric: Bool {
    get { dimension == .volume }
    set { dimension = newValue ? .volume : .plane }
  }

  /// The layers that are joined, where the same weights see each: `nil` for all other networks.
  var sharedLayers: Int? {
    switch dimension {
    case .sharedEncoder(let count), .sharedNetwork(let count): count
    case .plane, .layersAsChannels, .volume: nil
    }
  }

  /// The channels that the graph's input has.
  public var graphInputChannels: Int {
    if case .layersAsChannels(let count) = dimension { count } else { inputChannels }
  }

  /// Channels of an encoder block's convolutions at `level`: of all but the last, and of the last.
  func widths(_ level: Int) -> (inner: Int, last: Int) {
    let inner = filters * power(level)
    return (inner, width == .plain ? inner : growth * inner)
  }

  /// Channels that come up to `level`.
  func widthUp(_ level: Int) -> Int {
    width == .plain ? filters * power(level) : filters * power(level + 2)
  }

  /// Voxels along an axis that a block's convolutions take away where nothing is padded.
  var blockLoss: Int { edge == .valid ? convolutions * (kernel - 1) : 0 }

  /// Voxels along an axis, at `level`, that the way down from there and up again takes away: what a
  /// skip must lose before it is joined.
  func lossBelow(_ level: Int) -> Int {
    let isLowest = level == depth - 1
    if case .sharedEncoder = dimension, isLowest { return 4 * blockLoss }
    return 2 * (isLowest ? blockLoss : 2 * blockLoss + lossBelow(level + 1))
  }

  private func power(_ exponent: Int) -> Int {
    (0..<exponent).reduce(1) { product, _ in product * growth }
  }
}
