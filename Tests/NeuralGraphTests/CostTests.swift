import NeuralGraph
import Testing
import VolumeCore

@Suite struct `A graph's cost` {
  @Test func `counts the plain network's 121403 trainable weights`() {
    #expect(Graph.plainUNet(seed: 1).parameterCount.trainable == 121_403)
  }

  /// The figures that Keras printed for the original's networks.
  @Test(arguments: [(8, 1, 830_307, 827_763), (8, 5, 831_171, 828_627)])
  func `counts the modular network's`(filters: Int, inputs: Int, total: Int, trainable: Int) {
    var options = UNetOptions.modular
    (options.filters, options.inputChannels) = (filters, inputs)
    let count = options.graph(seed: 1).parameterCount
    #expect(count.total == total)
    #expect(count.trainable == trainable)
  }

  @Test func `counts those of its variants`() {
    var options = UNetOptions.modular
    options.filters = 4
    options.depth = 4
    (options.up, options.down, options.residual, options.norm) = (
      .nearest, .maxPool, false, .none
    )
    #expect(options.graph(seed: 1).parameterCount.total == 343_683)
    options.residual = true
    #expect(options.graph(seed: 1).parameterCount.total == 588_923)
    options.norm = .batch
    let count = options.graph(seed: 1).parameterCount
    #expect(count.total == 592_843 && count.trainable == 590_883)
  }

  @Test func `counts those of separable convolutions`() {
    var options = UNetOptions.modular
    options.filters = 16
    options.separable = true
    #expect(options.graph(seed: 1).parameterCount.total == 1_259_429)
  }

  @Test func `counts two operations for each weight and voxel`() {
    #expect(Graph.convolutions([3]).operationsPerVoxel == 36)
    var net = GraphBuilder(channels: 1, seed: 1)
    net.convolution("down", kernel: 3, stride: 2, outputs: 4)
    net.transposedConvolution("up", kernel: 2, outputs: 2)
    // A quarter of the voxels with 36 weights; then 32 weights, of which each voxel sees 8.
    #expect(net.graph.operationsPerVoxel == 2 * (36.0 / 4 + 32.0 / 4))
  }
}

@Suite struct `A simplified graph` {
  @Test func `has no batch normalisation after convolutions, and no identities`() throws {
    let graph = Graph.modularUNet(filters: 2, depth: 2, seed: 2)
    let simple = graph.simplified()
    try simple.check()
    for node in simple.nodes {
      #expect(!node.operation.isIdentityAtInference)
      if case .batchNormalisation = node.operation { Issue.record("\(node.name) is still there") }
    }
    #expect(Set(simple.nodes.map(\.name)).isSubset(of: graph.nodes.map(\.name)))
    #expect(simple.reach == graph.reach)
    #expect(simple.classCount == graph.classCount)
  }

  @Test func `keeps a batch normalisation of what is used elsewhere, too`() throws {
    var net = GraphBuilder(channels: 1, seed: 1)
    let conv = net.convolution("conv", kernel: 3, outputs: 2)
    let normal = net.batchNormalisation("bn")
    net.add("sum", .add, of: [conv, normal])
    #expect(net.graph.simplified() == net.graph)
    var first = GraphBuilder(channels: 1, seed: 1)
    first.batchNormalisation("bn")
    #expect(first.graph.simplified() == first.graph)
  }

  @Test func `drops what leads nowhere`() {
    var graph = Graph.convolutions([3, 3])
    graph.output = 1
    #expect(graph.simplified().nodes.map(\.name) == ["input", "conv1"])
  }

  @Test func `may end in an identity`() {
    let graph = Graph.convolutions([3]).adding(
      Node(name: "dropout", operation: .identity, inputs: [1]))
    #expect(graph.simplified() == Graph.convolutions([3]))
  }
}
