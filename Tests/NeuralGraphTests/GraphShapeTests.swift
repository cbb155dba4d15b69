import NeuralGraph
import Testing
import VolumeCore

@Suite struct `A graph's shapes` {
  @Test func `are those of a U-Net's levels`() throws {
    let graph = Graph.plainUNet(filters: 2, depth: 2, seed: 1)
    let shapes = try graph.shapes(forInput: Shape3(z: 3, y: 16, x: 24))
    #expect(shapes[graph.output] == Shape3(z: 3, y: 16, x: 24))
    let bottom = try #require(graph.nodes.firstIndex { $0.name == "enc-block-2-conv1" })
    #expect(shapes[bottom] == Shape3(z: 3, y: 4, x: 6))
  }

  @Test(arguments: [UNetOptions.Up.transposed2, .transposed3, .nearest])
  func `come back to the input's for every way up and down`(up: UNetOptions.Up) throws {
    for down in UNetOptions.Down.allCases {
      for width in UNetOptions.Width.allCases {
        var options = UNetOptions()
        options.filters = 2
        (options.up, options.down, options.width) = (up, down, width)
        let graph = options.graph(seed: 3)
        let input = Shape3(z: 1, y: 8, x: 32)
        #expect(try graph.shapes(forInput: input).last == input)
        #expect(graph.classCount == 3)
        #expect(graph.totalStride == Shape3(z: 1, y: 8, x: 8))
      }
    }
  }

  @Test func `shrink with a kernel that has no padding`() throws {
    var graph = Graph.convolutions([3])
    graph.changeConvolution(1) { $0.padding = .none }
    #expect(
      try graph.shapes(forInput: Shape3(z: 2, y: 5, x: 3)).last == Shape3(z: 2, y: 3, x: 1))
    #expect(throws: GraphError.doesNotFit(node: "conv1", input: Shape3(z: 2, y: 5, x: 2))) {
      try graph.shapes(forInput: Shape3(z: 2, y: 5, x: 2))
    }
  }

  @Test func `do not agree where the input is no multiple of the stride`() throws {
    let graph = Graph.plainUNet(filters: 2, depth: 1, seed: 1)
    let error = #expect(throws: GraphError.self) {
      try graph.shapes(forInput: Shape3(z: 1, y: 8, x: 9))
    }
    #expect(
      error
        == .shapesDisagree(
          node: "dec-block-0-concatenate", first: Shape3(z: 1, y: 8, x: 9),
          other: Shape3(z: 1, y: 8, x: 8)))
  }

  @Test(arguments: [Int.max, 1 << 45, 0, -1])
  func `are refused, without a trap, for absurd inputs`(extent: Int) {
    #expect(throws: GraphError.self) {
      try Graph.plainUNet(filters: 2, depth: 1, seed: 1)
        .shapes(forInput: Shape3(z: 1, y: 8, x: extent))
    }
  }
}

@Suite struct `A graph that is none` {
  let good = Graph.convolutions([3, 3])

  @Test func `has no nodes, or no result`() {
    #expect(throws: GraphError.empty) { try Graph(nodes: [], output: 0).check() }
    #expect(throws: GraphError.outputIsMissing(output: 9, nodes: 3)) {
      try Graph(nodes: good.nodes, output: 9).check()
    }
  }

  @Test func `has its input in the wrong place`() {
    #expect(throws: GraphError.misplacedInput(node: "conv1")) {
      try Graph(nodes: Array(good.nodes.dropFirst()), output: 0).check()
    }
    #expect(throws: GraphError.misplacedInput(node: "again")) {
      try good.adding(Node(name: "again", operation: .input(channels: 1), inputs: [])).check()
    }
  }

  @Test(arguments: [3, 4, -1])
  func `uses what comes later`(input: Int) {
    #expect(throws: GraphError.usesLaterNode(node: "relu", input: input)) {
      try good.adding(Node(name: "relu", operation: .relu, inputs: [input])).check()
    }
  }

  @Test func `gives a node too many values`() {
    #expect(throws: GraphError.wrongInputCount(node: "relu", wanted: 1, found: 2)) {
      try good.adding(Node(name: "relu", operation: .relu, inputs: [0, 1])).check()
    }
  }

  @Test func `gives a convolution the wrong channels or parameters`() {
    var graph = good
    graph.nodes[2].inputs = [0]
    #expect(throws: GraphError.channelsDisagree(node: "conv2", wanted: 2, found: 1)) {
      try graph.check()
    }
    graph = good
    graph.changeConvolution(1) { $0.weights.removeLast() }
    #expect(throws: GraphError.parametersDisagree(node: "conv1", wanted: 18, found: 17)) {
      try graph.check()
    }
  }

  @Test func `adds values of different channels or resolutions`() {
    #expect(throws: GraphError.channelsDisagree(node: "sum", wanted: 2, found: 1)) {
      try good.adding(Node(name: "sum", operation: .add, inputs: [2, 0])).check()
    }
    let pooled = good.adding(
      Node(name: "pool", operation: .maxPool(window: Shape3(z: 1, y: 1, x: 2)), inputs: [2]))
    #expect(throws: GraphError.resolutionsDisagree(node: "sum")) {
      try pooled.adding(Node(name: "sum", operation: .add, inputs: [2, 3])).check()
    }
  }

  @Test(arguments: [0, -1, Int.min, Int.max])
  func `has a kernel, a stride or a padding that makes no sense`(value: Int) {
    var graph = good
    graph.changeConvolution(1) { $0.stride.x = value }
    #expect(
      throws: GraphError.impossibleParameter(node: "conv1", parameter: "a stride", value: value)
    ) { try graph.check() }
    let pool = Node(
      name: "pool", operation: .maxPool(window: Shape3(z: value, y: 1, x: 1)), inputs: [2])
    #expect(throws: GraphError.self) { try good.adding(pool).check() }
  }

  @Test func `doubles its channels until no memory holds them`() {
    var graph = good
    for i in 2..<80 {
      graph = graph.adding(Node(name: "c\(i)", operation: .concatenate, inputs: [i, i]))
    }
    #expect(throws: GraphError.self) { try graph.check() }
  }
}

extension Graph {
  /// A chain of square convolutions, of one channel in and two after that.
  static func convolutions(_ kernels: [Int]) -> Graph {
    var net = GraphBuilder(channels: 1, seed: 5)
    for (index, kernel) in kernels.enumerated() {
      net.convolution("conv\(index + 1)", kernel: kernel, outputs: 2)
    }
    return net.graph
  }

  func adding(_ node: Node) -> Graph { Graph(nodes: nodes + [node], output: nodes.count) }

  mutating func changeConvolution(_ index: Int, _ change: (inout Convolution) -> Void) {
    guard case .convolution(var layer) = nodes[index].operation else { return }
    change(&layer)
    nodes[index].operation = .convolution(layer)
  }
}
