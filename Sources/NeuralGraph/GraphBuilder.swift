import VolumeCore

/// Makes a graph layer by layer, with weights that follow from a seed.
///
///     var net = GraphBuilder(channels: 1, seed: 1)
///     net.convolution("conv", kernel: 3, outputs: 8)
///     net.relu("relu")
///     let graph = net.graph
///
/// Each layer takes the value of the one before, unless told otherwise, and returns its number.
public struct GraphBuilder {
  private var nodes: [Node]
  private var channels: [Int]
  private var random: RandomWeights
  /// Whether kernels, strides and windows extend along z as they do along y and x.
  private let isVolumetric: Bool

  /// Begins with an input of `channels`.
  ///
  /// - Parameters:
  ///   - seed: decides the weights; `nil`: all are 0, which takes no time.
  ///   - isVolumetric: whether the layers added by number (a kernel of 3, a stride of 2) extend along
  ///     z, too.
  public init(
    input name: String = "input", channels: Int, seed: UInt64? = 0, isVolumetric: Bool = false
  ) {
    self.isVolumetric = isVolumetric
    nodes = [Node(name: name, operation: .input(channels: channels), inputs: [])]
    self.channels = [channels]
    random = RandomWeights(seed: seed)
  }

  /// The graph so far; its result is the last layer's value.
  public var graph: Graph { Graph(nodes: nodes, output: last) }
  /// The number of the last layer.
  public var last: Int { nodes.count - 1 }

  /// `n` along y and x, and along z in a network of three dimensions.
  private func extent(_ n: Int) -> Shape3 { Shape3(z: isVolumetric ? n : 1, y: n, x: n) }

  /// The channels of a layer's value.
  public func channels(of node: Int) -> Int { channels[node] }

  /// Adds any operation on the values of `inputs`, by default that of the last layer.
  @discardableResult
  public mutating func add(
    _ name: String, _ operation: Operation, outputs: Int? = nil, of inputs: [Int]? = nil
  ) -> Int {
    let inputs = inputs ?? [last]
    nodes.append(Node(name: name, operation: operation, inputs: inputs))
    channels.append(outputs ?? channels[inputs[0]])
    return last
  }

  /// A convolution of equal extent along all its axes, with "same" padding unless told otherwise.
  @discardableResult
  public mutating func convolution(
    _ name: String, kernel: Int, stride: Int = 1, outputs: Int, of input: Int? = nil,
    pads: Bool = true
  ) -> Int {
    let inputs = channels[input ?? last]
    let (extent, stride) = (extent(kernel), extent(stride))
    let terms = extent.voxelCount * inputs
    let layer = Convolution(
      kernel: extent, stride: stride,
      padding: pads ? .same(kernel: extent, stride: stride) : .none,
      inputs: inputs, outputs: outputs,
      weights: random.weights(count: terms * outputs, terms: terms),
      bias: random.uniform(-0.1, 0.1, count: outputs))
    return add(name, .convolution(layer), outputs: outputs, of: input.map { [$0] })
  }

  /// A depthwise convolution without bias, then one that mixes channels only.
  @discardableResult
  public mutating func separableConvolution(
    _ name: String, kernel: Int, outputs: Int, of input: Int? = nil, pads: Bool = true
  ) -> Int {
    let inputs = channels[input ?? last]
    let extent = extent(kernel)
    let stride = Shape3(cube: 1)
    let layer = DepthwiseConvolution(
      kernel: extent, stride: stride,
      padding: pads ? .same(kernel: extent, stride: stride) : .none,
      inputs: inputs, multiplier: 1,
      weights: random.weights(count: extent.voxelCount * inputs, terms: extent.voxelCount),
      bias: [Float](repeating: 0, count: inputs), hasBias: false)
    add("\(name)/depthwise", .depthwiseConvolution(layer), of: input.map { [$0] })
    return convolution(name, kernel: 1, outputs: outputs)
  }

  /// A transposed convolution of equal extent along all its axes, with Keras's "same" crop.
  @discardableResult
  public mutating func transposedConvolution(
    _ name: String, kernel: Int, stride: Int = 2, outputs: Int, of input: Int? = nil
  ) -> Int {
    let inputs = channels[input ?? last]
    let (extent, stride) = (extent(kernel), extent(stride))
    let layer = TransposedConvolution(
      kernel: extent, stride: stride, crop: .same(kernel: extent, stride: stride), inputs: inputs,
      outputs: outputs,
      weights: random.weights(count: extent.voxelCount * inputs * outputs, terms: inputs),
      bias: random.uniform(-0.1, 0.1, count: outputs))
    return add(name, .transposedConvolution(layer), outputs: outputs, of: input.map { [$0] })
  }

  /// A batch normalisation whose statistics are near, but not at, those of doing nothing.
  @discardableResult
  public mutating func batchNormalisation(_ name: String) -> Int {
    let count = channels[last]
    let layer = BatchNormalisation(
      scale: random.uniform(0.8, 1.2, count: count), shift: random.uniform(-0.1, 0.1, count: count),
      mean: random.uniform(-0.1, 0.1, count: count),
      variance: random.uniform(0.5, 1.5, count: count), epsilon: 1e-3)
    return add(name, .batchNormalisation(layer))
  }

  /// A normalisation by statistics of the value itself, with parameters near those of doing nothing.
  @discardableResult
  public mutating func groupNormalisation(
    _ name: String, groups: Int, extent: GroupNormalisation.Extent
  ) -> Int {
    let count = channels[last]
    let layer = GroupNormalisation(
      groups: groups, scale: random.uniform(0.8, 1.2, count: count),
      shift: random.uniform(-0.1, 0.1, count: count), epsilon: 1e-3, extent: extent)
    return add(name, .groupNormalisation(layer))
  }

  /// The layers around each voxel of any value, with all their channels, one layer after the other.
  @discardableResult
  public mutating func layersToChannels(_ name: String, count: Int, of input: Int? = nil) -> Int {
    let outputs = count * channels[input ?? last]
    return add(
      name, .layersToChannels(count: count), outputs: outputs, of: input.map { [$0] })
  }

  /// Cuts `count` voxels off along each axis, half of them before the first that stays.
  @discardableResult
  public mutating func crop(_ name: String, by count: Int, of input: Int? = nil) -> Int {
    let cut = Shape3(
      z: isVolumetric ? count / 2 : 0, y: count / 2, x: count / 2)
    return add(name, .crop(Padding(before: cut, after: cut)), of: input.map { [$0] })
  }

  /// max(x, 0).
  @discardableResult
  public mutating func relu(_ name: String) -> Int { add(name, .relu) }

  /// The largest of each window of 2 along each axis.
  @discardableResult
  public mutating func maxPool(_ name: String) -> Int {
    add(name, .maxPool(window: extent(2)))
  }

  /// Each voxel repeated, 2 along each axis.
  @discardableResult
  public mutating func upsample(_ name: String, of input: Int? = nil) -> Int {
    add(name, .upsampleNearest(factor: extent(2)), of: input.map { [$0] })
  }

  /// The channels of `inputs`, one after the other.
  @discardableResult
  public mutating func concatenate(_ name: String, _ inputs: [Int]) -> Int {
    add(name, .concatenate, outputs: inputs.reduce(0) { $0 + channels[$1] }, of: inputs)
  }
}
