import VolumeCore

/// A U-Net, described by its options; weights follow from a seed.
public struct UNetOptions: Hashable, Sendable {
  /// How the decoder doubles the resolution.
  public enum Up: Hashable, Sendable, CaseIterable {
    /// A transposed convolution, 2x2: each voxel becomes four.
    case transposed2
    /// A transposed convolution, 3x3, whose windows overlap.
    case transposed3
    /// Repetition, without parameters.
    case nearest
  }

  /// How the encoder halves the resolution.
  public enum Down: Hashable, Sendable, CaseIterable {
    /// The largest of 2x2.
    case maxPool
    /// A 3x3 convolution with stride 2.
    case strided
  }

  /// How the number of channels goes through a block.
  public enum Width: Hashable, Sendable, CaseIterable {
    /// Level i has f * 2^i channels throughout, and a transposed convolution halves them.
    case plain
    /// The second convolution of a block doubles, and going up keeps the width (the modular
    /// U-Net of Bertoldo et al., 2021).
    case modular
  }

  /// Channels of the first convolution.
  public var filters = 8
  /// How often the resolution is halved.
  public var depth = 3
  /// Channels of the input: 1, or the odd number of layers that a 2.5D network looks at.
  public var inputChannels = 1
  /// Whether kernels, pooling and up-sampling extend along z, too: a 3D network.
  public var isVolumetric = false
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
  /// Whether convolutions are followed by batch normalisation.
  public var batchNorm = true
  /// Whether the convolutions of blocks are depthwise-separable.
  public var separable = false
  /// Whether there are layers of dropout and noise, which do nothing at inference.
  public var dropout = false

  /// The plain U-Net of 8 filters and depth 3, to be changed field by field.
  public init() {}

  /// The modular U-Net with learned sampling, residual blocks and batch normalisation.
  public static let modular: UNetOptions = {
    var options = UNetOptions()
    options.up = .transposed3
    options.down = .strided
    options.width = .modular
    options.residual = true
    options.dropout = true
    return options
  }()

  /// The network, with softmax at its end and random weights.
  public func graph(seed: UInt64) -> Graph {
    var net = GraphBuilder(channels: inputChannels, seed: seed, isVolumetric: isVolumetric)
    var skips: [Int] = []
    for level in 0..<depth {
      let skip = block("enc-block-\(level)", widths(level), &net)
      skips.append(skip)
      switch down {
      case .maxPool: net.maxPool("enc-block-\(level)-DOWN")
      case .strided:
        let name = "enc-block-\(level)-DOWN"
        net.convolution(name, kernel: 3, stride: 2, outputs: net.channels(of: skip))
        normalise(name, &net)
        net.relu("\(name)-relu")
      }
    }
    block("enc-block-\(depth)", widths(depth), &net)
    for level in (0..<depth).reversed() {
      let up = ascend("dec-block-\(level)-UP", to: level, &net)
      net.concatenate("dec-block-\(level)-concatenate", [skips[level], up])
      let width = widths(level).1
      block("dec-block-\(level)", (width, width), &net)
    }
    if dropout { net.add("gaussian-noise", .gaussianNoise(sigma: 0.03)) }
    net.convolution("out", kernel: 1, outputs: classes)
    net.add("out/softmax", .softmax)
    return net.graph
  }

  /// Channels of the two convolutions of an encoder block.
  private func widths(_ level: Int) -> (Int, Int) {
    let first = filters << level
    return (first, width == .plain ? first : 2 * first)
  }

  private func ascend(_ name: String, to level: Int, _ net: inout GraphBuilder) -> Int {
    let outputs = width == .plain ? filters << level : filters << (level + 2)
    switch up {
    case .nearest: return net.upsample(name)
    case .transposed2: net.transposedConvolution(name, kernel: 2, outputs: outputs)
    case .transposed3: net.transposedConvolution(name, kernel: 3, outputs: outputs)
    }
    guard width == .modular else { return net.last }
    normalise(name, &net)
    return net.relu("\(name)-relu")
  }

  @discardableResult
  private func block(_ name: String, _ widths: (Int, Int), _ net: inout GraphBuilder) -> Int {
    let input = net.last
    convolve("\(name)-conv1", widths.0, of: input, &net)
    net.relu("\(name)-conv1-relu")
    if dropout { net.add("\(name)-conv1-dropout", .dropout(rate: 0.1)) }
    let main = convolve("\(name)-conv2", widths.1, of: net.last, &net)
    if residual {
      let skip = convolve("\(name)-conv-skip", widths.1, of: input, &net)
      net.add("\(name)-residual", .add, of: [main, skip])
    }
    net.relu("\(name)-conv2-relu")
    if dropout { net.add("\(name)-conv2-dropout", .dropout(rate: 0.1)) }
    return net.last
  }

  @discardableResult
  private func convolve(
    _ name: String, _ outputs: Int, of input: Int, _ net: inout GraphBuilder
  ) -> Int {
    if separable {
      net.separableConvolution(name, kernel: 3, outputs: outputs, of: input)
    } else {
      net.convolution(name, kernel: 3, outputs: outputs, of: input)
    }
    normalise(name, &net)
    return net.last
  }

  private func normalise(_ name: String, _ net: inout GraphBuilder) {
    if batchNorm { net.batchNormalisation("\(name)-bn") }
  }
}

extension Graph {
  /// The plain U-Net with random weights: double 3x3 convolutions with batch normalisation, 2x2
  /// max-pool, 2x2 transposed convolution.
  public static func plainUNet(
    filters: Int = 8, depth: Int = 3, classes: Int = 3, seed: UInt64
  ) -> Graph {
    var options = UNetOptions()
    options.filters = filters
    options.depth = depth
    options.classes = classes
    return options.graph(seed: seed)
  }

  /// The modular U-Net with random weights: residual blocks, learned sampling.
  public static func modularUNet(
    filters: Int = 8, depth: Int = 3, classes: Int = 3, seed: UInt64
  ) -> Graph {
    var options = UNetOptions.modular
    options.filters = filters
    options.depth = depth
    options.classes = classes
    return options.graph(seed: seed)
  }
}
