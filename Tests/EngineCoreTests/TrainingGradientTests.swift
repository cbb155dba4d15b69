import EngineCore
import NeuralGraph
import Testing
import VolumeCore

/// A network of one operation (or a few), with a shape to try it on.
struct GradientCase: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var graph: Graph
  var shape: Shape3

  init(
    _ name: String, channels: Int = 3, _ shape: Shape3 = Shape3(z: 1, y: 4, x: 6),
    isVolumetric: Bool = false, _ build: (inout GraphBuilder) -> Void
  ) {
    testDescription = name
    self.shape = shape
    var net = GraphBuilder(channels: channels, seed: 7, isVolumetric: isVolumetric)
    build(&net)
    graph = net.graph
  }
}

extension GradientCase {
  static let cube = Shape3(z: 2, y: 4, x: 6)

  static let all: [GradientCase] = [
    GradientCase("3x3 convolution") { $0.convolution("c", kernel: 3, outputs: 2) },
    GradientCase("1x1 convolution") { $0.convolution("c", kernel: 1, outputs: 2) },
    GradientCase("3x3 convolution with stride 2") {
      $0.convolution("c", kernel: 3, stride: 2, outputs: 2)
    },
    GradientCase("3x3x3 convolution", cube, isVolumetric: true) {
      $0.convolution("c", kernel: 3, outputs: 2)
    },
    GradientCase("convolution without padding") { $0.add(convolution(.none)) },
    GradientCase("convolution with uneven padding") {
      $0.add(
        convolution(
          Padding(before: Shape3(z: 0, y: 2, x: 0), after: Shape3(z: 1, y: 0, x: 1))))
    },
    GradientCase("separable convolution") { $0.separableConvolution("c", kernel: 3, outputs: 2) },
    GradientCase("depthwise convolution, two outputs each, stride 2") { net in
      let kernel = Shape3(z: 1, y: 3, x: 3)
      let stride = Shape3(z: 1, y: 2, x: 2)
      net.add(
        "d",
        .depthwiseConvolution(
          DepthwiseConvolution(
            kernel: kernel, stride: stride, padding: .same(kernel: kernel, stride: stride),
            inputs: 3, multiplier: 2, weights: numbers(54, seed: 3), bias: numbers(6, seed: 4))),
        outputs: 6)
    },
    GradientCase("2x2 transposed convolution") {
      $0.transposedConvolution("t", kernel: 2, outputs: 2)
    },
    GradientCase("3x3 transposed convolution") {
      $0.transposedConvolution("t", kernel: 3, outputs: 2)
    },
    GradientCase("3x3x3 transposed convolution", cube, isVolumetric: true) {
      $0.transposedConvolution("t", kernel: 3, outputs: 2)
    },
    GradientCase("2x2 pooling") { $0.maxPool("p") },
    GradientCase("2x2x2 pooling", cube, isVolumetric: true) { $0.maxPool("p") },
    GradientCase("nearest up-sampling", cube, isVolumetric: true) { $0.upsample("u") },
    GradientCase("batch normalisation") { $0.batchNormalisation("b") },
    GradientCase("group normalisation of voxels") { $0.add(normalisation(1, .voxel)) },
    GradientCase("group normalisation of layers", cube) { $0.add(normalisation(3, .layer)) },
    GradientCase("group normalisation of volumes", cube) { $0.add(normalisation(1, .volume)) },
    GradientCase("group normalisation, two groups", channels: 4) {
      $0.add(normalisation(2, .layer, channels: 4))
    },
    GradientCase("ReLU") { $0.relu("r") },
    GradientCase("addition") { net in
      let a = net.convolution("a", kernel: 1, outputs: 3)
      net.add("sum", .add, of: [a, 0, a])
    },
    GradientCase("concatenation") { net in
      let a = net.convolution("a", kernel: 1, outputs: 2)
      net.concatenate("join", [0, a, a])
    },
    GradientCase("softmax inside") { net in
      net.add("s", .softmax)
      net.convolution("c", kernel: 1, outputs: 2)
    },
    GradientCase("crop", cube) {
      $0.add(
        "c", .crop(Padding(before: Shape3(z: 1, y: 0, x: 2), after: Shape3(z: 0, y: 1, x: 1))))
    },
    GradientCase("dropout") { $0.add("d", .dropout(rate: 0.3)) },
    GradientCase("noise") { $0.add("n", .gaussianNoise(sigma: 0.5)) },
    GradientCase("layers as channels", channels: 1, Shape3(z: 5, y: 3, x: 4)) {
      $0.add("l", .layersToChannels(count: 3), outputs: 3)
    },
    GradientCase("a layer used twice") { net in
      let operation = convolution(.none, kernel: Shape3(z: 1, y: 1, x: 1), outputs: 3)
      net.add("c", operation.1, outputs: 3)
      net.add("c", operation.1, outputs: 3)
    },
  ]

  private static func convolution(
    _ padding: Padding, kernel: Shape3 = Shape3(z: 1, y: 3, x: 3), outputs: Int = 2
  ) -> (String, NeuralGraph.Operation, Int) {
    let layer = Convolution(
      kernel: kernel, stride: Shape3(z: 1, y: 1, x: 1), padding: padding, inputs: 3,
      outputs: outputs, weights: numbers(kernel.voxelCount * 3 * outputs, seed: 5),
      bias: numbers(outputs, seed: 6))
    return ("c", .convolution(layer), outputs)
  }

  private static func normalisation(
    _ groups: Int, _ extent: GroupNormalisation.Extent, channels: Int = 3
  ) -> (String, NeuralGraph.Operation, Int) {
    let layer = GroupNormalisation(
      groups: groups, scale: numbers(channels, seed: 8), shift: numbers(channels, seed: 9),
      epsilon: 1e-3, extent: extent)
    return ("g", .groupNormalisation(layer), channels)
  }
}

extension GraphBuilder {
  fileprivate mutating func add(_ layer: (String, NeuralGraph.Operation, Int)) {
    add(layer.0, layer.1, outputs: layer.2)
  }
}

/// Numbers between -1 and 1 that follow from a seed.
func numbers(_ count: Int, seed: Int) -> [Float] {
  let random = Philox(key: UInt64(seed))
  return (0..<count).map { Float(random.bits($0, layer: 0)) / 32768 - 1 }
}

@Suite struct `Gradients of the reference` {
  /// Relative to the largest of the list.
  static let tolerance = 1e-6

  @Test(arguments: GradientCase.all)
  func `are finite differences`(item: GradientCase) throws {
    let network = ReferenceNetwork<Double>(item.graph)
    let shapes = try item.graph.shapes(forInput: item.shape)
    let samples = 2
    var input = TrainingValue<Double>(
      samples: samples, shape: item.shape, channels: item.graph.inputChannels)
    input.values = numbers(input.values.count, seed: 1).map { Double($0) }
    var parameters = network.table.initial.map { list in list.map { Double($0) } }
    let mode = TrainingMode.training(key: 11)

    let tape = network.forward(input, parameters, mode: mode, shapes: shapes)
    var slope = try #require(tape.values[network.scores])
    slope.values = numbers(slope.values.count, seed: 2).map { Double($0) }
    /// The sum of the scores, each times a number of its own: its gradient by the scores is known.
    func sum(_ parameters: [[Double]], _ input: TrainingValue<Double>) -> Double {
      let tape = network.forward(input, parameters, mode: mode, shapes: shapes)
      guard let scores = tape.values[network.scores] else { return .nan }
      return zip(scores.values, slope.values).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let step = 1e-5
    func expectEqual(_ gradient: [Double], _ differences: [Double], _ name: String) {
      let largest = differences.reduce(1e-3) { max($0, abs($1)) }
      let worst = zip(gradient, differences).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(worst / largest < Self.tolerance, "\(name): \(worst) of \(largest)")
    }
    let gradients = network.backward(tape, slope, parameters)
    for (number, entry) in network.table.entries.enumerated() where entry.isLearned {
      let differences = parameters[number].indices.map { place in
        let value = parameters[number][place]
        parameters[number][place] = value + step
        let above = sum(parameters, input)
        parameters[number][place] = value - step
        let below = sum(parameters, input)
        parameters[number][place] = value
        return (above - below) / (2 * step)
      }
      expectEqual(gradients.parameters[number], differences, entry.name)
    }
    var moved = input
    let differences = input.values.indices.map { place in
      moved.values[place] = input.values[place] + step
      let above = sum(parameters, moved)
      moved.values[place] = input.values[place] - step
      let below = sum(parameters, moved)
      moved.values[place] = input.values[place]
      return (above - below) / (2 * step)
    }
    expectEqual(try #require(gradients.input).values, differences, "input")
  }

  static let losses: [LossOptions] = [
    LossOptions(),
    LossOptions([.init(.flatJaccard(epsilon: 0))]),
    LossOptions([.init(.macroJaccard(epsilon: 1), classWeights: [1, 2, 0.5])]),
    LossOptions([.init(.crossEntropy)]),
    LossOptions([.init(.crossEntropy, classWeights: [0.2, 3, 1])]),
    LossOptions([.init(.focal(gamma: 2))]),
    LossOptions([
      .init(.focal(gamma: 1.5), factor: 0.3, classWeights: [1, 2, 3]),
      .init(.macroJaccard(epsilon: 0.1), factor: 2),
    ]),
  ]

  @Test(arguments: losses)
  func `of the losses are finite differences`(loss: LossOptions) {
    let labels: [UInt8] = [0, 1, 255, 2, 0, 0, 1, 255, 0, 1]
    var scores = TrainingValue<Double>(
      samples: 2, shape: Shape3(z: 1, y: 1, x: 5), channels: 3)
    scores.values = numbers(scores.values.count, seed: 3).map { 3 * Double($0) }
    let gradient = loss.evaluate(scores, labels).gradient.values
    for place in scores.values.indices {
      let value = scores.values[place]
      scores.values[place] = value + 1e-5
      let above = loss.evaluate(scores, labels).loss
      scores.values[place] = value - 1e-5
      let below = loss.evaluate(scores, labels).loss
      scores.values[place] = value
      #expect(abs((above - below) / 2e-5 - gradient[place]) < 1e-7)
    }
  }

  @Test func `of a bias before a batch normalisation is none`() {
    var net = GraphBuilder(channels: 1, seed: 1)
    net.convolution("a", kernel: 3, outputs: 2)
    net.batchNormalisation("bn")
    net.convolution("b", kernel: 1, outputs: 2)
    let learned = ParameterTable(net.graph).entries.filter(\.isLearned).map(\.name)
    #expect(learned == ["a/kernel", "bn/scale", "bn/shift", "b/kernel", "b/bias"])
  }
}
