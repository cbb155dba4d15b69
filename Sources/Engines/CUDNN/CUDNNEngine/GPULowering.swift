import EngineCore
import NeuralGraph
import VolumeCore

/// Turns a network into steps for the card: convolutions for cuDNN, the rest for kernels of ours.
///
/// Pure data. Batch norms are folded, ReLUs and sums fused into the convolution before them,
/// transposed convolutions rewritten as phases that are spread, straight into the concatenation where
/// they are part of one.
package struct GPULowering: Sendable {
  /// The network, simplified: what `extentOfNode` counts in.
  package let graph: Graph
  /// The steps, in order.
  package private(set) var steps: [GPUStep] = []
  /// The values.
  package private(set) var buffers: [GPUBuffer] = []

  /// How deep tiles stream: a plan asks for many tiles that differ along y and x alone.
  let streams = StreamCache()

  private let channels: [Int]
  private let consumers: [[Int]]
  /// Where each node's value lies.
  private var values: [Int?]
  /// Nodes that a later one computes along with itself.
  private var absorbed: Set<Int> = []
  /// Phases whose spreading waits for the concatenation that they are part of.
  private var waiting: [Int: (buffer: Int, factor: Shape3)] = [:]

  /// Whether each phase of a transposed convolution is one by itself, without taps that it has not.
  private let splitsPhases: Bool

  /// Lowers `graph`, as it is read.
  ///
  /// - Parameter precision: what it will be computed in. In single precision a card is busy multiplying, and
  ///   the phases of a transposed convolution are computed one by one: 9 taps instead of 16, or 27 instead of
  ///   64. Tensor cores would rather read the input once.
  package init(
    _ graph: Graph, output: EngineOutput, precision: Precision
  ) throws(EngineError) {
    splitsPhases = precision == .f32
    self.graph = graph.simplified()
    channels = self.graph.channels
    var consumers = [[Int]](repeating: [], count: self.graph.nodes.count)
    for (index, node) in self.graph.nodes.enumerated() {
      for input in node.inputs { consumers[input].append(index) }
    }
    self.consumers = consumers
    values = Array(repeating: nil, count: self.graph.nodes.count)
    guard self.graph.classCount <= 256 else {
      throw unsupported(
        self.graph.nodes[self.graph.output], "\(self.graph.classCount) classes do not fit in a byte"
      )
    }
    findAbsorbed()
    for index in self.graph.nodes.indices where !isFinish(index) { try lower(index) }
    try finish(output)
  }

  // MARK: - What is computed along with what

  /// The one that takes this node's value, where there is only one.
  private func onlyConsumer(_ index: Int) -> Int? {
    index != graph.output && consumers[index].count == 1 ? consumers[index][0] : nil
  }

  /// The ReLU that is computed along with `index`, where one is.
  private func fusedRelu(_ index: Int) -> Int? {
    guard let next = onlyConsumer(index), graph.nodes[next].operation == .relu else { return nil }
    return next
  }

  /// Convolutions that are left to the sum of two that takes them: one computes the sum, the other
  /// leaves its offsets to it.
  private mutating func findAbsorbed() {
    for node in graph.nodes where node.operation == .add {
      guard node.inputs.count == 2, node.inputs[0] != node.inputs[1] else { continue }
      if let last = node.inputs.filter({ isPlainConvolution($0) }).max() { absorbed.insert(last) }
    }
  }

  /// Whether the node is a convolution whose value goes to one other only.
  private func isPlainConvolution(_ index: Int) -> Bool {
    guard case .convolution = graph.nodes[index].operation else { return false }
    return onlyConsumer(index) != nil && index != scoresNode
  }

  /// That the network has a layer which is computed on the processor alone.
  static func normsAreMissing(_ node: Node) -> EngineError {
    .unsupported(
      engine: "cuDNN", node: node.name,
      why: "norms over channels or space are computed on the processor alone")
  }

  // MARK: - Nodes

  private mutating func lower(_ index: Int) throws(EngineError) {
    let node = graph.nodes[index]
    if absorbed.contains(index) { return }
    let relu = fusedRelu(index) != nil
    switch node.operation {
    case .input(let channels):
      guard channels == 1 else {
        throw unsupported(node, "it takes \(channels) channels, and scans have one")
      }
      if graph.layersAsChannels == nil || !graph.isLayerwise { normalise(1, index) }
    case .layersToChannels(let count):
      if !graph.isLayerwise {
        let from = try source(node.inputs[0])
        steps.append(.join(layers: count, from: from, to: add(channels[index], index)))
        return
      }
      guard consumers[0].count == 1 else {
        throw unsupported(node, "something else takes the scan, too")
      }
      normalise(count, index)
    case .crop:
      throw unsupported(node, "it crops, as networks without padding do")
    case .convolution(let layer):
      if isHead(index) { return }
      let to = add(layer.outputs, index)
      let fused = FusedConvolution(
        name: node.name, layer: layer, addsBias: !leavesBias(index), relu: relu)
      try steps.append(.convolution(fused, from: source(node.inputs[0]), adding: nil, to: to))
    case .depthwiseConvolution(let layer):
      let to = add(channels[index], index)
      try steps.append(.depthwise(layer, from: source(node.inputs[0]), to: to, relu: relu))
    case .transposedConvolution(let layer):
      try lower(layer, index, node, relu: relu)
    case .batchNormalisation(let layer):
      let factors = layer.mean.indices.map {
        layer.scale[$0] / (layer.variance[$0] + layer.epsilon).squareRoot()
      }
      let shifts = layer.mean.indices.map { layer.shift[$0] - layer.mean[$0] * factors[$0] }
      let to = add(channels[index], index)
      try steps.append(
        .affine(
          scale: factors, shift: shifts, from: source(node.inputs[0]), to: to, relu: relu))
    case .groupNormalisation:
      throw Self.normsAreMissing(node)
    case .relu:
      if fusedRelu(node.inputs[0]) == index, isFusing(node.inputs[0]) {
        values[index] = values[node.inputs[0]]
        waiting[index] = waiting[node.inputs[0]]
      } else {
        let from = try source(node.inputs[0])
        steps.append(.combine(from, nil, to: add(channels[index], index), relu: true))
      }
    case .add:
      try lowerSum(index, node, relu: relu)
    case .concatenate:
      try lowerConcatenation(index, node)
    case .maxPool(let window):
      let from = try source(node.inputs[0])
      steps.append(.pool(from: from, to: add(channels[index], index), window: window))
    case .upsampleNearest(let factor):
      let from = try source(node.inputs[0])
      steps.append(
        .spread(
          from: from, to: add(channels[index], index), factor: factor, phases: false, offset: 0,
          isLast: true))
    case .softmax:
      let from = try source(node.inputs[0])
      steps.append(.softmax(from: from, to: add(channels[index], index)))
    case .dropout, .gaussianNoise, .identity:
      values[index] = values[node.inputs[0]]
    }
  }

  /// Whether a node of this kind computes the ReLU behind it.
  private func isFusing(_ index: Int) -> Bool {
    switch graph.nodes[index].operation {
    case .convolution, .depthwiseConvolution, .transposedConvolution, .batchNormalisation, .add:
      true
    default: false
    }
  }

  private mutating func normalise(_ count: Int, _ index: Int) {
    steps.append(.normalise(to: add(count, index)))
  }

  /// Whether the convolution's offsets are added by the one that takes its value.
  private func leavesBias(_ index: Int) -> Bool {
    guard isPlainConvolution(index), let sum = onlyConsumer(index),
      graph.nodes[sum].operation == .add
    else { return false }
    return graph.nodes[sum].inputs.contains { $0 != index && absorbed.contains($0) }
  }

  private mutating func lowerSum(_ index: Int, _ node: Node, relu: Bool) throws(EngineError) {
    if let last = node.inputs.first(where: { absorbed.contains($0) }),
      let other = node.inputs.first(where: { $0 != last }),
      case .convolution(var layer) = graph.nodes[last].operation
    {
      if leavesBias(other), case .convolution(let second) = graph.nodes[other].operation {
        layer.bias = zip(layer.bias, second.bias).map { $0 + $1 }
      }
      let from = try source(graph.nodes[last].inputs[0])
      let adding = try source(other)
      let fused = FusedConvolution(
        name: graph.nodes[last].name, layer: layer, addsBias: true, relu: relu)
      let to = add(channels[index], index)
      steps.append(.convolution(fused, from: from, adding: adding, to: to))
      return
    }
    var sum = try source(node.inputs[0])
    for (place, input) in node.inputs.enumerated().dropFirst() {
      let next = try source(input)
      let to = add(channels[index], index)
      let isLast = place == node.inputs.count - 1
      steps.append(.combine(sum, next, to: to, relu: relu && isLast))
      sum = to
    }
    if node.inputs.count == 1 {
      steps.append(.combine(sum, nil, to: add(channels[index], index), relu: relu))
    }
  }

  private mutating func lower(
    _ layer: TransposedConvolution, _ index: Int, _ node: Node, relu: Bool
  ) throws(EngineError) {
    guard let phases = layer.phases else {
      throw unsupported(node, "its output is not exactly its stride times as large as its input")
    }
    let from = try source(node.inputs[0])
    let parts = splitsPhases ? layer.phaseConvolutions ?? [phases] : [phases]
    buffers.append(
      GPUBuffer(
        channels: parts[0].outputs, extentOfNode: node.inputs[0], blocks: parts.count))
    let middle = buffers.count - 1
    for (block, part) in parts.enumerated() {
      let name = parts.count == 1 ? node.name : "\(node.name), phase \(block)"
      let fused = FusedConvolution(
        name: name, layer: part, addsBias: true, relu: relu, block: block)
      steps.append(.convolution(fused, from: from, adding: nil, to: middle))
    }
    let end = relu ? consumers[index][0] : index
    if let next = onlyConsumer(end), graph.nodes[next].operation == .concatenate,
      graph.nodes[next].inputs.count(where: { $0 == end }) == 1
    {
      waiting[index] = (middle, layer.stride)
      return
    }
    steps.append(
      .spread(
        from: middle, to: add(layer.outputs, index), factor: layer.stride, phases: true, offset: 0,
        isLast: true))
  }

  private mutating func lowerConcatenation(_ index: Int, _ node: Node) throws(EngineError) {
    let to = add(channels[index], index)
    var offset = 0
    for (place, input) in node.inputs.enumerated() {
      let phases = waiting[input]
      let from: Int
      if let phases { from = phases.buffer } else { from = try source(input) }
      steps.append(
        .spread(
          from: from, to: to, factor: phases?.factor ?? Shape3(cube: 1), phases: phases != nil,
          offset: offset, isLast: place == node.inputs.count - 1))
      offset += channels[input]
    }
  }

  // MARK: - The end

  /// The node whose value decides the label: the network's output, or what its softmax takes.
  private var scoresNode: Int {
    graph.nodes[graph.output].operation == .softmax
      ? graph.nodes[graph.output].inputs[0] : graph.output
  }

  /// Whether the node is the softmax at the end, which labels do not need.
  private func isFinish(_ index: Int) -> Bool { index == graph.output && index != scoresNode }

  /// Whether the node is the last convolution, which mixes channels only: one kernel of ours computes
  /// it in single precision together with the label.
  private func isHead(_ index: Int) -> Bool {
    guard index == scoresNode, case .convolution(let layer) = graph.nodes[index].operation
    else { return false }
    let users = consumers[index].filter { $0 != graph.output || !isFinish(graph.output) }
    return layer.kernel.voxelCount == 1 && layer.stride.voxelCount == 1 && layer.padding == .none
      && users.isEmpty
  }

  private mutating func finish(_ output: EngineOutput) throws(EngineError) {
    let node = graph.nodes[scoresNode]
    if isHead(scoresNode), case .convolution(let layer) = node.operation,
      let from = values[node.inputs[0]]
    {
      steps.append(.head(layer, from: from))
    } else {
      try steps.append(.result(from: source(scoresNode)))
    }
    if output == .scores, scoresNode != graph.output {
      steps.append(.softmaxOfScores(classes: channels[graph.output]))
    }
  }

  // MARK: - Buffers

  private mutating func add(_ channels: Int, _ node: Int) -> Int {
    buffers.append(GPUBuffer(channels: channels, extentOfNode: node))
    values[node] = buffers.count - 1
    return buffers.count - 1
  }

  private func source(_ node: Int) throws(EngineError) -> Int {
    guard let value = values[node] else {
      throw unsupported(graph.nodes[node], "its value is needed in more than one way")
    }
    return value
  }

  private func unsupported(_ node: Node, _ why: String) -> EngineError {
    .unsupported(engine: "cudnn", node: node.name, why: why)
  }
}
