import VolumeCore

extension UNetOptions {
  /// The network, with softmax at its end and random weights; of options that `check()` accepts.
  ///
  /// Layers have the names that the original system gave them, so that files of either are read by
  /// the other. Without a seed all weights are 0: enough for counts, names and shapes.
  public func graph(seed: UInt64?) -> Graph {
    var net = GraphBuilder(
      channels: graphInputChannels, seed: seed, isVolumetric: isVolumetric)
    var skips: [Int] = []
    for level in 0..<depth {
      let skip = block("enc-block-\(level)", widths(level), &net)
      skips.append(skip)
      descend("enc-block-\(level)-DOWN", from: skip, &net)
    }
    block("enc-block-\(depth)", widths(depth), &net)
    if case .sharedEncoder(let count) = dimension {
      net.layersToChannels("join-\(depth)", count: count)
      block("joined-block", widths(depth), &net)
      let last = net.last
      for level in (0..<depth).reversed() {
        skips[level] = net.layersToChannels("join-\(level)", count: count, of: skips[level])
      }
      decode(skips, from: last, &net)
    } else {
      decode(skips, from: net.last, &net)
    }
    if case .sharedNetwork(let count) = dimension { net.layersToChannels("join", count: count) }
    if noise > 0 { net.add("gaussian-noise", .gaussianNoise(sigma: noise)) }
    net.convolution("out", kernel: 1, outputs: classes)
    net.add("out/softmax", .softmax)
    return net.graph
  }

  // MARK: Ways down and up

  private func descend(_ name: String, from skip: Int, _ net: inout GraphBuilder) {
    switch down {
    case .maxPool: net.maxPool(name)
    case .strided:
      net.convolution(name, kernel: 3, stride: 2, outputs: net.channels(of: skip))
      normalise(name, &net)
      net.relu("\(name)-relu")
    }
  }

  private func decode(_ skips: [Int], from first: Int, _ net: inout GraphBuilder) {
    var last = first
    for level in (0..<depth).reversed() {
      let up = ascend("dec-block-\(level)-UP", from: last, to: level, &net)
      var skip = skips[level]
      if edge == .valid {
        skip = net.crop("dec-block-\(level)-crop", by: lossBelow(level), of: skip)
      }
      net.concatenate("dec-block-\(level)-concatenate", [skip, up])
      let width = widths(level).last
      last = block("dec-block-\(level)", (width, width), &net)
    }
  }

  private func ascend(
    _ name: String, from input: Int, to level: Int, _ net: inout GraphBuilder
  ) -> Int {
    let outputs = widthUp(level)
    switch up {
    case .nearest: return net.upsample(name, of: input)
    case .transposed2:
      return net.transposedConvolution(name, kernel: 2, outputs: outputs, of: input)
    case .transposed3:
      net.transposedConvolution(name, kernel: 3, outputs: outputs, of: input)
      normalise(name, &net)
      return net.relu("\(name)-relu")
    }
  }

  // MARK: Blocks

  @discardableResult
  private func block(
    _ name: String, _ widths: (inner: Int, last: Int), _ net: inout GraphBuilder
  ) -> Int {
    let input = net.last
    for number in 1..<convolutions {
      convolve("\(name)-conv\(number)", kernel, widths.inner, of: net.last, &net)
      net.relu("\(name)-conv\(number)-relu")
      if dropout > 0 { net.add("\(name)-conv\(number)-dropout", .dropout(rate: dropout)) }
    }
    let end = "\(name)-conv\(convolutions)"
    let main = convolve(end, kernel, widths.last, of: net.last, &net)
    if residual {
      var skip = convolve("\(name)-conv-skip", residualKernel, widths.last, of: input, &net)
      let rest = blockLoss - (residualKernel - 1)
      if edge == .valid, rest > 0 {
        skip = net.crop("\(name)-conv-skip-crop", by: rest, of: skip)
      }
      net.add("\(name)-residual", .add, of: [main, skip])
    }
    net.relu("\(end)-relu")
    if dropout > 0 { net.add("\(end)-dropout", .dropout(rate: dropout)) }
    return net.last
  }

  @discardableResult
  private func convolve(
    _ name: String, _ kernel: Int, _ outputs: Int, of input: Int, _ net: inout GraphBuilder
  ) -> Int {
    let pads = edge == .same
    if separable {
      net.separableConvolution(name, kernel: kernel, outputs: outputs, of: input, pads: pads)
    } else {
      net.convolution(name, kernel: kernel, outputs: outputs, of: input, pads: pads)
    }
    normalise(name, &net)
    return net.last
  }

  private func normalise(_ name: String, _ net: inout GraphBuilder) {
    let whole: GroupNormalisation.Extent = isVolumetric ? .volume : .layer
    let channels = net.channels(of: net.last)
    switch norm {
    case .none: break
    case .batch: net.batchNormalisation("\(name)-bn")
    case .layerOverChannels: net.groupNormalisation("\(name)-norm", groups: 1, extent: .voxel)
    case .layerOverSpace:
      net.groupNormalisation("\(name)-norm", groups: channels, extent: whole)
    case .layerOverBoth: net.groupNormalisation("\(name)-norm", groups: 1, extent: whole)
    }
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
