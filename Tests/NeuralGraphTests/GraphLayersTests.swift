import NeuralGraph
import Testing
import VolumeCore

@Suite struct `A network for a grey scan` {
  static func network(channels: Int, isVolumetric: Bool = false) -> Graph {
    var options = UNetOptions()
    (options.filters, options.depth) = (1, 2)
    (options.inputChannels, options.isVolumetric) = (channels, isVolumetric)
    return options.graph(seed: 1)
  }

  @Test func `is itself where it takes one channel`() throws {
    let graph = Self.network(channels: 1)
    #expect(try graph.forGreyScans() == graph)
    #expect(graph.layersAsChannels == nil && graph.layerMargin == 0 && graph.isPlanar)
  }

  @Test(arguments: [3, 5, 7])
  func `sees half as many layers on each side where it takes several`(layers: Int) throws {
    let graph = try Self.network(channels: layers).forGreyScans()
    #expect(graph.inputChannels == 1 && graph.layersAsChannels == layers)
    #expect(graph.layerMargin == layers / 2 && graph.isPlanar)
    #expect(graph.reach.before.z == layers / 2 && graph.reach.after.z == layers / 2)
    #expect(graph.totalStride == Shape3(z: 1, y: 4, x: 4))
    let shapes = try graph.shapes(forInput: Shape3(z: layers + 3, y: 8, x: 8))
    #expect(shapes[graph.output] == Shape3(z: 4, y: 8, x: 8))
    // Taken twice, it is the same.
    #expect(try graph.forGreyScans() == graph)
    #expect(throws: GraphError.self) {
      try graph.shapes(forInput: Shape3(z: layers - 1, y: 8, x: 8))
    }
  }

  @Test func `is none where its channels have no middle, or it takes volumes`() {
    #expect(throws: GraphError.channelsAreNoLayers(node: "input", channels: 4)) {
      try Self.network(channels: 4).forGreyScans()
    }
    #expect(throws: GraphError.channelsAreNoLayers(node: "input", channels: 3)) {
      try Self.network(channels: 3, isVolumetric: true).forGreyScans()
    }
  }

  @Test func `of three dimensions sees along z what it sees along x`() {
    for isLearned in [true, false] {
      var options = isLearned ? UNetOptions.modular : UNetOptions()
      (options.filters, options.depth, options.isVolumetric) = (1, 3, true)
      if !isLearned { options.up = .nearest }
      let graph = options.graph(seed: 1)
      let (before, after) = graph.reach
      let most = isLearned ? 58 : 51
      #expect(max(before.z, after.z) == most)
      #expect(before.z == before.x && after.z == after.x && before.y == before.x)
      #expect(graph.totalStride == Shape3(z: 8, y: 8, x: 8))
      #expect(!graph.isPlanar)
    }
  }

  @Test func `refuses an even number of layers`() {
    let graph = Graph(
      nodes: [
        Node(name: "in", operation: .input(channels: 1), inputs: []),
        Node(name: "layers", operation: .layersToChannels(count: 4), inputs: [0]),
      ], output: 1)
    #expect(
      throws: GraphError.impossibleParameter(
        node: "layers", parameter: "the number of layers", value: 4)
    ) { try graph.check() }
  }
}

@Suite struct `A network with its axes reversed` {
  @Test(arguments: [false, true])
  func `is itself when they are reversed again`(isVolumetric: Bool) {
    let graph = Self.uneven(isVolumetric)
    let reversed = graph.withAxesReversed(isVolumetric: isVolumetric)
    #expect(reversed != graph)
    #expect(reversed.withAxesReversed(isVolumetric: isVolumetric) == graph)
    let (before, after) = (graph.reach, reversed.reach)
    if isVolumetric {
      #expect(after.before.x == before.before.z && after.after.z == before.after.x)
      #expect(after.before.y == before.before.y)
    } else {
      #expect(after.before.x == before.before.y && after.after.y == before.after.x)
    }
  }

  /// A kernel of other extents along each axis, and padding of other sides.
  private static func uneven(_ isVolumetric: Bool) -> Graph {
    let kernel = Shape3(z: isVolumetric ? 2 : 1, y: 3, x: 5)
    let layer = Convolution(
      kernel: kernel, stride: Shape3(z: 1, y: 1, x: 1),
      padding: .same(kernel: kernel, stride: Shape3(z: 1, y: 1, x: 1)), inputs: 1, outputs: 2,
      weights: (0..<(2 * kernel.voxelCount)).map(Float.init), bias: [0, 1])
    return Graph(
      nodes: [
        Node(name: "in", operation: .input(channels: 1), inputs: []),
        Node(name: "conv", operation: .convolution(layer), inputs: [0]),
      ], output: 1)
  }
}
