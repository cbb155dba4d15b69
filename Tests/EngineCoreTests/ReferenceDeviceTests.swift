import EngineCore
import NeuralGraph
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `The reference device` {
  let device = ReferenceDevice()

  /// One row of voxels of one channel.
  func row(_ values: Float...) -> FeatureMap {
    FeatureMap(shape: Shape3(z: 1, y: 1, x: values.count), channels: 1, values: values)
  }

  func padding(_ before: Int, _ after: Int) -> Padding {
    Padding(before: Shape3(z: 0, y: 0, x: before), after: Shape3(z: 0, y: 0, x: after))
  }

  func alongX(_ n: Int) -> Shape3 { Shape3(z: 1, y: 1, x: n) }

  @Test func `multiplies a kernel with what lies under it, and adds the bias`() {
    let layer = Convolution(
      kernel: alongX(3), stride: alongX(1), padding: padding(1, 1), inputs: 1, outputs: 2,
      weights: [1, 0, 10, 1, 100, 0], bias: [0.5, -1])
    let result = device.compute(.convolution(layer), [row(1, 2, 3)])
    #expect(result.values == [210.5, 0, 321.5, 1, 32.5, 2])
  }

  @Test func `pads a strided convolution only where it is told to`() {
    let layer = Convolution(
      kernel: alongX(3), stride: alongX(2), padding: padding(0, 1), inputs: 1, outputs: 1,
      weights: [1, 10, 100], bias: [0])
    #expect(device.compute(.convolution(layer), [row(1, 2, 3, 4)]).values == [321, 43])
  }

  @Test func `convolves each channel by itself`() {
    let layer = DepthwiseConvolution(
      kernel: alongX(2), stride: alongX(1), padding: .none, inputs: 2, multiplier: 2,
      weights: [1, 2, 3, 4, 10, 20, 30, 40], bias: [0, 0, 0, 1])
    let input = FeatureMap(shape: alongX(2), channels: 2, values: [1, 2, 3, 4])
    #expect(
      device.compute(.depthwiseConvolution(layer), [input]).values == [31, 62, 126, 169])
  }

  @Test func `spreads each voxel over the kernel in a transposed convolution`() {
    let layer = TransposedConvolution(
      kernel: alongX(3), stride: alongX(2), crop: padding(0, 1), inputs: 1, outputs: 1,
      weights: [1, 10, 100], bias: [0.5])
    #expect(
      device.compute(.transposedConvolution(layer), [row(1, 2)]).values == [1.5, 10.5, 102.5, 20.5])
  }

  @Test func `keeps the order out, in of a transposed convolution's weights`() {
    let layer = TransposedConvolution(
      kernel: alongX(1), stride: alongX(1), crop: .none, inputs: 2, outputs: 3,
      weights: [1, 10, 2, 20, 3, 30], bias: [0, 0, 0])
    let input = FeatureMap(shape: alongX(1), channels: 2, values: [1, 2])
    #expect(device.compute(.transposedConvolution(layer), [input]).values == [21, 42, 63])
  }

  @Test func `normalises channel by channel`() {
    let layer = BatchNormalisation(
      scale: [2, 1], shift: [1, 0], mean: [3, 0], variance: [4, 1], epsilon: 0)
    let input = FeatureMap(shape: alongX(2), channels: 2, values: [5, 7, 3, -7])
    #expect(device.compute(.batchNormalisation(layer), [input]).values == [3, 7, 1, -7])
  }

  @Test func `pools whole windows and drops the rest`() {
    #expect(
      device.compute(.maxPool(window: alongX(2)), [row(-1, -2, 5, 4, 9)]).values == [-1, 5])
  }

  @Test func `repeats, adds, joins and cuts off below zero`() {
    #expect(
      device.compute(.upsampleNearest(factor: alongX(2)), [row(1, 2)]).values == [1, 1, 2, 2])
    #expect(device.compute(.add, [row(1, 2), row(3, 4)]).values == [4, 6])
    #expect(device.compute(.concatenate, [row(1, 2), row(3, 4)]).values == [1, 3, 2, 4])
    #expect(device.compute(.relu, [row(-1, 0, 2)]).values == [0, 0, 2])
    #expect(device.compute(.identity, [row(-1, 0, 2)]).values == [-1, 0, 2])
  }

  @Test func `makes probabilities that sum to one, also of large scores`() {
    let input = FeatureMap(shape: alongX(2), channels: 2, values: [1000, 1000, 0, -1000])
    #expect(device.compute(.softmax, [input]).values == [0.5, 0.5, 1, 0])
  }

  @Test func `computes layers of a 2D network one by one`() {
    let graph = Graph.plainUNet(filters: 2, depth: 1, seed: 7)
    let both = FeatureMap.random(Shape3(z: 2, y: 6, x: 8), seed: 1)
    let result = device.run(graph, both)
    for z in 0..<2 {
      let layer = FeatureMap(
        shape: Shape3(z: 1, y: 6, x: 8), channels: 1,
        values: Array(both.values[(z * 48)..<((z + 1) * 48)]))
      #expect(device.run(graph, layer).values == Array(result.values[(z * 144)..<((z + 1) * 144)]))
    }
  }

  /// Folding moves a product from one rounding to another; values are of the order of one.
  static let foldingTolerance: Float = 2e-5

  @Test(arguments: [UNetOptions(), UNetOptions.modular], [false, true])
  func `computes the same for a simplified graph`(options: UNetOptions, separable: Bool) throws {
    var options = options
    (options.filters, options.depth, options.separable) = (3, 2, separable)
    let graph = options.graph(seed: 11)
    let input = FeatureMap.random(Shape3(z: 1, y: 16, x: 24), seed: 2)
    let whole = device.run(graph, input)
    let simple = device.run(graph.simplified(), input)
    let difference = zip(whole.values, simple.values).map { abs($0 - $1) }.max() ?? .nan
    #expect(difference < Self.foldingTolerance)
  }
}

@Suite struct `A tile's result` {
  let device = ReferenceDevice()

  @Test(arguments: [UNetOptions(), UNetOptions.modular])
  func `is the whole's, bit by bit, with a halo of the reach`(options: UNetOptions) {
    var options = options
    (options.filters, options.depth) = (2, 2)
    let graph = options.graph(seed: 4)
    let volume = Shape3(z: 1, y: 8, x: 96)
    let whole = device.run(graph, .random(volume, seed: 9))
    let input = FeatureMap.random(volume, seed: 9)
    let core = Region(z: 0..<1, y: 0..<8, x: 45..<51)
    let needed = graph.inputRegion(neededFor: core)
    let stride = graph.totalStride.x
    let first = needed.x.lowerBound / stride * stride
    let x = first..<((needed.x.upperBound + stride - 1) / stride * stride)
    let tile = device.run(graph, input.cropped(toX: x))
    #expect(tile.cropped(toX: 45 - x.lowerBound..<51 - x.lowerBound) == whole.cropped(toX: 45..<51))
    // One stride less on one side is too little: the test can fail.
    let short = (x.lowerBound + stride)..<x.upperBound
    let worse = device.run(graph, input.cropped(toX: short))
    #expect(
      worse.cropped(toX: 45 - short.lowerBound..<51 - short.lowerBound)
        != whole.cropped(toX: 45..<51))
  }
}

extension FeatureMap {
  /// Numbers from 0 to 1 that follow from `seed`.
  static func random(_ shape: Shape3, seed: UInt64) -> FeatureMap {
    var random = SeededRandom(seed: seed)
    let values = (0..<shape.voxelCount).map { _ in Float.random(in: 0..<1, using: &random) }
    return FeatureMap(shape: shape, channels: 1, values: values)
  }

  func cropped(toX range: Range<Int>) -> FeatureMap {
    var values: [Float] = []
    for z in 0..<shape.z {
      for y in 0..<shape.y {
        for x in range { for c in 0..<channels { values.append(self[z, y, x, c]) } }
      }
    }
    return FeatureMap(
      shape: Shape3(z: shape.z, y: shape.y, x: range.count), channels: channels, values: values)
  }
}
