import NeuralGraph
import VolumeCore

/// Turns a network into the steps of its training: what lies between two convolutions becomes one
/// pass, a concatenation is written by those who make its parts.
package struct TrainingLowering {
  package private(set) var program = TrainingProgram()
  private let graph: Graph
  private let table: ParameterTable
  private let channels: [Int]
  private let shapes: [Shape3]
  private let precision: Precision
  private let limits: TrainingLimits
  private let consumers: [[Int]]
  private let scoresNode: Int
  /// Where the value of each node lies, once it does.
  private var views: [BufferView?]
  /// What is still to be computed of a node.
  private var waiting: [Int: Tail] = [:]
  /// The slices of concatenations that each node's value goes to.
  private var slices: [[BufferView]]
  /// The order in which values were made, for the way back.
  private(set) var units: [Unit] = []

  /// Something with a gradient of its own.
  enum Unit {
    case convolution(Int)
    case tail(Tail)
    case pool(node: Int, source: Int, from: BufferView, window: Shape3)
    case spread(node: Int, source: Int, factor: Shape3)
    case layers(node: Int, source: Int, count: Int)
    case crop(node: Int, source: Int, Padding)
    case groupNorm(node: Int, source: Int, GroupNormalisation, lists: [Int], from: Int)
    case softmax(node: Int, source: Int, value: Int)
    case concatenation(node: Int)
    case alias(node: Int, source: Int)
  }

  /// Lowers the network of `plan` for an engine that can do what `limits` say.
  package init(
    _ plan: TrainingPlan, _ table: ParameterTable, shapes: [Shape3], limits: TrainingLimits
  ) throws(EngineError) {
    self.limits = limits
    graph = plan.graph
    self.table = table
    self.shapes = shapes
    channels = graph.channels
    precision = plan.precision
    let last = plan.graph.scoresNode
    scoresNode = last
    var consumers = plan.graph.consumers
    // What lies behind the scores is not computed.
    for node in consumers.indices { consumers[node].removeAll { $0 > last } }
    consumers[last].append(plan.graph.nodes.count)
    self.consumers = consumers
    views = Array(repeating: nil, count: graph.nodes.count)
    slices = Array(repeating: [], count: graph.nodes.count)
    reserveConcatenations()
    for index in 0...scoresNode { try lower(index) }
    program.scores = dense(scoresNode).buffer
    let backward = BackwardLowering(
      graph: graph, table: table, channels: channels, shapes: shapes, precision: precision,
      scoresNode: scoresNode)
    backward.lower(units, &program)
  }

  private mutating func reserveConcatenations() {
    for index in 0...scoresNode where graph.nodes[index].operation == .concatenate {
      let buffer = add(index, channels[index])
      views[index] = BufferView(buffer: buffer, channels: channels[index])
      var offset = 0
      for input in graph.nodes[index].inputs {
        slices[input].append(
          BufferView(buffer: buffer, offset: offset, channels: channels[input]))
        offset += channels[input]
      }
    }
  }

  private mutating func add(_ node: Int, _ channels: Int, _ precision: Precision? = nil) -> Int {
    program.buffers.append(
      TrainingBuffer(
        channels: channels, shape: shapes[node], precision: precision ?? self.precision,
        isGradient: false))
    return program.buffers.count - 1
  }

  // MARK: - Nodes

  private mutating func lower(_ index: Int) throws(EngineError) {
    let node = graph.nodes[index]
    switch node.operation {
    case .input(let channels):
      let to = add(index, channels)
      program.forward.append(.input(to: to))
      place(index, BufferView(buffer: to, channels: channels))
    case .convolution(let layer):
      try convolve(
        index,
        TrainingConvolutionGeometry(
          kernel: layer.kernel, stride: layer.stride, padding: layer.padding,
          fineChannels: layer.inputs, coarseChannels: layer.outputs, fine: shapes[node.inputs[0]],
          coarse: shapes[index]))
    case .depthwiseConvolution(let layer):
      try convolve(
        index,
        TrainingConvolutionGeometry(
          kernel: layer.kernel, stride: layer.stride, padding: layer.padding,
          fineChannels: layer.inputs, coarseChannels: layer.inputs * layer.multiplier,
          groups: layer.inputs, fine: shapes[node.inputs[0]], coarse: shapes[index]))
    case .transposedConvolution(let layer):
      try convolve(
        index,
        TrainingConvolutionGeometry(
          kernel: layer.kernel, stride: layer.stride, padding: layer.crop,
          fineChannels: layer.outputs, coarseChannels: layer.inputs, isTransposed: true,
          fine: shapes[index], coarse: shapes[node.inputs[0]]))
    case .batchNormalisation(let layer):
      var tail = absorb(node.inputs[0]) { $0.isBare }
      program.norms.append(NormNode(layer: layer, lists: table.ofNode[index]))
      tail.terms[0].norm = program.norms.count - 1
      waiting[index] = tail
    case .relu:
      var tail = absorb(node.inputs[0]) { $0.isSum }
      tail.relu = true
      waiting[index] = tail
    case .add:
      var sum = Tail(terms: [])
      for input in node.inputs {
        let room = 3 - sum.terms.count
        sum.terms += absorb(input) { $0.isSum && $0.terms.count <= room }.terms
        if sum.terms.count == 3, input != node.inputs.last {
          // A sum of many: what there is of it becomes a value.
          sum = Tail(terms: [partialSum(sum, index)])
        }
      }
      waiting[index] = sum
    case .dropout(let rate):
      var tail = absorb(node.inputs[0]) { $0.dropout == nil && $0.noise == nil }
      let rule = DropoutRule(rate: rate)
      if rule.threshold > 0 {
        guard tail.relu || channels[index] <= limits.mostDroppedChannels else {
          throw .unsupported(
            engine: limits.engine, node: node.name,
            why: "dropout of \(channels[index]) channels with no ReLU before it")
        }
        tail.dropout = (rule, index)
      }
      waiting[index] = tail
    case .gaussianNoise(let sigma):
      var tail = absorb(node.inputs[0]) { $0.noise == nil && !($0.relu) && $0.dropout == nil }
      if sigma > 0 { tail.noise = (sigma, index) }
      waiting[index] = tail
    case .concatenate:
      for input in node.inputs { write(input) }
      units.append(.concatenation(node: index))
      if let whole = views[index] { place(index, whole) }
    case .maxPool(let window):
      let from = view(node.inputs[0])
      let to = destination(index)
      program.forward.append(.pool(from: from, to: to, window: window))
      units.append(.pool(node: index, source: node.inputs[0], from: from, window: window))
      place(index, to)
    case .upsampleNearest(let factor):
      let to = destination(index)
      program.forward.append(.spread(from: view(node.inputs[0]), to: to, factor: factor))
      units.append(.spread(node: index, source: node.inputs[0], factor: factor))
      place(index, to)
    case .crop(let cut):
      let to = destination(index)
      program.forward.append(.crop(cut, from: view(node.inputs[0]), to: to))
      units.append(.crop(node: index, source: node.inputs[0], cut))
      place(index, to)
    case .layersToChannels(let count):
      let to = BufferView(buffer: add(index, channels[index]), channels: channels[index])
      program.forward.append(
        .layers(from: dense(node.inputs[0]).buffer, to: to.buffer, count: count))
      units.append(.layers(node: index, source: node.inputs[0], count: count))
      place(index, to)
    case .groupNormalisation(let layer):
      let from = dense(node.inputs[0]).buffer
      let to = BufferView(buffer: add(index, channels[index]), channels: channels[index])
      let lists = table.ofNode[index]
      program.forward.append(.groupNorm(layer, lists: lists, from: from, to: to.buffer))
      units.append(
        .groupNorm(node: index, source: node.inputs[0], layer, lists: lists, from: from))
      place(index, to)
    case .softmax:
      let from = dense(node.inputs[0]).buffer
      let to = BufferView(buffer: add(index, channels[index]), channels: channels[index])
      program.forward.append(.softmax(from: from, to: to.buffer))
      units.append(.softmax(node: index, source: node.inputs[0], value: to.buffer))
      place(index, to)
    case .identity:
      waiting[index] = absorb(node.inputs[0]) { _ in true }
    }
  }

  private mutating func convolve(
    _ index: Int, _ geometry: TrainingConvolutionGeometry
  ) throws(EngineError) {
    let weights = geometry.weightCount
    guard weights <= limits.mostWeights else {
      throw .unsupported(
        engine: limits.engine, node: graph.nodes[index].name,
        why: "\(weights) weights in one layer, and \(limits.mostWeights) are the most in training")
    }
    let source = graph.nodes[index].inputs[0]
    let from = dense(source).buffer
    // Scores are compared with each other, and bfloat16 would make many equal.
    let isLast = index == scoresNode && !geometry.isTransposed
    let to = add(index, channels[index], isLast ? .f32 : nil)
    let lists = table.ofNode[index]
    program.convolutions.append(
      ConvolutionNode(
        spec: geometry, kernel: lists[0], bias: lists[1], from: from, to: to, source: source,
        node: index))
    let number = program.convolutions.count - 1
    program.forward.append(.convolve(number))
    units.append(.convolution(number))
    let view = BufferView(buffer: to, channels: channels[index])
    if geometry.isTransposed {
      // The library's backward pass, which computes it, adds no bias.
      rawViews[index] = view
      waiting[index] = Tail(
        terms: [TailTerm(from: view, source: -1 - index, norm: nil, bias: lists[1])])
    } else {
      place(index, view)
    }
  }

  // Values of transposed convolutions before their bias, whose gradient goes by a number below
  // zero.
  private var rawViews: [Int: BufferView] = [:]

  // MARK: - Values

  /// What is to be done to the value of `node` before it exists, where the caller alone takes it
  /// and can go on from there; else one term that reads it.
  private mutating func absorb(_ node: Int, _ canJoin: (Tail) -> Bool) -> Tail {
    if let tail = waiting[node], consumers[node].count == 1, canJoin(tail) {
      waiting[node] = nil
      return tail
    }
    return Tail(terms: [TailTerm(from: view(node), source: node, norm: nil, bias: nil)])
  }

  /// A node's value in memory.
  private mutating func view(_ node: Int) -> BufferView {
    write(node)
    guard let view = views[node] else { preconditionFailure("it was written") }
    return view
  }

  /// A node's value in a buffer of its own, as the library wants it.
  private mutating func dense(_ node: Int) -> BufferView {
    let view = view(node)
    guard program.buffers[view.buffer].channels != view.channels else { return view }
    preconditionFailure("a value that the library takes was written densely")
  }

  /// Computes what is still waiting of a node's value.
  private mutating func write(_ node: Int) {
    guard var tail = waiting[node] else { return }
    waiting[node] = nil
    let to = destination(node)
    tail.to = [to] + slices[node].filter { $0 != to }
    tail.node = node
    // A pass writes to three places at most; further ones are copies.
    let further = Array(tail.to.dropFirst(3))
    tail.to = Array(tail.to.prefix(3))
    program.forward.append(.tail(tail))
    units.append(.tail(tail))
    views[node] = to
    copy(to, to: further)
  }

  /// Where a node's value goes: to the slice of its only consumer, a concatenation, or to a buffer.
  private mutating func destination(_ node: Int) -> BufferView {
    if let slice = slices[node].first, consumers[node].allSatisfy({ isConcatenation($0) }) {
      return slice
    }
    return BufferView(buffer: add(node, channels[node]), channels: channels[node])
  }

  private func isConcatenation(_ node: Int) -> Bool {
    node < graph.nodes.count && graph.nodes[node].operation == .concatenate
  }

  /// Notes where a node's value lies, and copies it into the concatenations that take it.
  private mutating func place(_ node: Int, _ view: BufferView) {
    views[node] = view
    copy(view, to: slices[node].filter { $0 != view })
  }

  private mutating func copy(_ view: BufferView, to slices: [BufferView]) {
    for slice in slices {
      let term = TailTerm(from: view, source: 0, norm: nil, bias: nil)
      program.forward.append(.tail(Tail(terms: [term], to: [slice])))
    }
  }

  /// What there is of a long sum, as a value without a node: its gradient is the sum's.
  private mutating func partialSum(_ sum: Tail, _ index: Int) -> TailTerm {
    var tail = sum
    let to = BufferView(buffer: add(index, channels[index]), channels: channels[index])
    tail.to = [to]
    tail.node = -1 - graph.nodes.count - program.forward.count
    program.forward.append(.tail(tail))
    units.append(.tail(tail))
    return TailTerm(from: to, source: tail.node, norm: nil, bias: nil)
  }
}
