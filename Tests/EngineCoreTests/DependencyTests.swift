import EngineCore
import NeuralGraph
import Testing
import VolumeCore

/// The receptive field by brute force: all weights positive and no bias, so that an output voxel
/// is above zero exactly where it depends on the one input voxel that is not zero.
@Suite struct `The region that a graph says it needs` {
  static let cases: [UNetOptions] = {
    var cases: [UNetOptions] = []
    for up in UNetOptions.Up.allCases {
      for down in UNetOptions.Down.allCases {
        for residual in [false, true] {
          var options = UNetOptions()
          (options.filters, options.depth) = (1, 2)
          (options.up, options.down, options.residual) = (up, down, residual)
          cases.append(options)
        }
      }
    }
    return cases
  }()

  @Test(arguments: cases)
  func `is the region on which the output depends`(options: UNetOptions) throws {
    try expectExact(options.graph(seed: 1), extent: 112, outputs: 52..<60)
  }

  @Test func `is so for odd kernels, strides and factors, too`() throws {
    var net = GraphBuilder(channels: 1, seed: 1)
    net.convolution("even", kernel: 4, outputs: 1)
    net.convolution("down", kernel: 5, stride: 3, outputs: 1)
    net.add("pool", .maxPool(window: Shape3(z: 1, y: 1, x: 2)))
    net.transposedConvolution("up", kernel: 5, stride: 3, outputs: 1)
    net.add("near", .upsampleNearest(factor: Shape3(z: 1, y: 1, x: 2)))
    #expect(net.graph.totalStride == Shape3(z: 1, y: 3, x: 6))
    try expectExact(net.graph, extent: 72, outputs: 30..<42)
  }

  private func expectExact(_ graph: Graph, extent: Int, outputs: Range<Int>) throws {
    let graph = graph.positive
    let shape = Shape3(z: 1, y: graph.totalStride.y, x: extent)
    let device = ReferenceDevice()
    var needed = [Range<Int>?](repeating: nil, count: extent)
    for x in 0..<extent {
      var input = FeatureMap(shape: shape, channels: 1)
      for y in 0..<shape.y { input[0, y, x, 0] = 1 }
      let output = device.run(graph, input)
      for place in outputs where output[0, 0, place, 0] > 0 {
        needed[place] = (needed[place]?.lowerBound ?? x)..<(x + 1)
      }
    }
    for place in outputs {
      let region = Region(z: 0..<1, y: 0..<1, x: place..<(place + 1))
      #expect(needed[place] == graph.inputRegion(neededFor: region).x, "output \(place)")
    }
    let reach = graph.reach
    let before = outputs.map { $0 - (needed[$0]?.lowerBound ?? $0) }.max()
    let after = outputs.map { (needed[$0]?.upperBound ?? $0) - 1 - $0 }.max()
    #expect(before == reach.before.x)
    #expect(after == reach.after.x)
  }
}

extension Graph {
  /// The same network with positive weights, without biases and without softmax.
  var positive: Graph {
    var result = self
    for (index, node) in nodes.enumerated() {
      switch node.operation {
      case .convolution(var layer):
        layer.weights = layer.weights.map { abs($0) + 0.1 }
        layer.bias = layer.bias.map { _ in 0 }
        result.nodes[index].operation = .convolution(layer)
      case .transposedConvolution(var layer):
        layer.weights = layer.weights.map { abs($0) + 0.1 }
        layer.bias = layer.bias.map { _ in 0 }
        result.nodes[index].operation = .transposedConvolution(layer)
      case .batchNormalisation(var layer):
        layer.shift = layer.shift.map { _ in 0 }
        layer.mean = layer.mean.map { _ in 0 }
        result.nodes[index].operation = .batchNormalisation(layer)
      case .softmax:
        result.nodes[index].operation = .identity
      case .input, .layersToChannels, .crop, .depthwiseConvolution, .groupNormalisation, .relu,
        .add,
        .concatenate, .maxPool, .upsampleNearest, .dropout, .gaussianNoise, .identity:
        break
      }
    }
    return result
  }
}
