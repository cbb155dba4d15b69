import CKernels
import EngineCore
import NeuralGraph
import VolumeCore

/// Turns a network into steps over buffers: which kernel computes what, and in which layout.
///
/// Batch norms are folded, ReLUs fused into what they follow, transposed convolutions rewritten as
/// phases, and a concatenation is written in place by those who make its parts, or costs nothing
/// where its parts are planes.
struct Lowering {
  var steps: [Step] = []
  private(set) var buffers: [Buffer] = []

  let graph: Graph
  let channels: [Int]
  let consumers: [[Int]]
  private let precision: Precision
  /// Whether each node's value is somebody's to see.
  let keepsValues: Bool
  let layouts: LayoutChoice
  /// How the values of narrow layers lie in planes; `nil` where none do.
  private let planes: LayoutChoice.Planes?
  /// The nodes at the network's end whose values stay in single precision.
  let isFloat: [Bool]
  /// Where each node's value lies.
  var values: [Value?]
  /// Phases whose depth-to-space waits for the concatenation that they are part of: buffers that hold as
  /// many phases each.
  var waiting: [Int: (buffers: [Int], factor: Shape3)] = [:]
  /// Where the channels of each node's value can be looked at; of those that are never alone, within the
  /// value that they are part of.
  var places: [Int: ValuePlace] = [:]
  private var channelsLastCopies: [Int: Int] = [:]

  /// For networks in bytes: how values become bytes, what the bytes of each buffer stand for, and the
  /// copies of values where both kinds of kernels take them.
  let ranges: ByteRanges?
  var byteScales: [Int: ByteScale] = [:]
  var byteCopies: [Int: Int] = [:]
  var floatCopies: [[Int]: Int] = [:]

  enum Value {
    case buffer(Int)
    /// Planes of several buffers, one after the other.
    case planes([Int])
    /// Class scores that are not computed yet: what is written of them is decided at the end.
    case head(HeadWeights, [Int])
  }

  /// - Parameters:
  ///   - graph: simplified already.
  ///   - ranges: for networks in bytes alone.
  ///   - channelsLast: all values lie channels last.
  init(
    _ graph: Graph, precision: Precision, output: EngineOutput, ranges: ByteRanges? = nil,
    channelsLast: Bool = false
  ) throws(EngineError) {
    self.graph = graph
    self.ranges = ranges
    keepsValues = channelsLast || ranges != nil
    // What is not in bytes is in single precision then.
    let precision = precision == .int8 ? .f32 : precision
    self.precision = precision
    channels = graph.channels
    consumers = graph.consumers
    planes = ranges == nil && !channelsLast ? Processor.planes(precision) : nil
    layouts = LayoutChoice(graph, planes: planes)
    isFloat = graph.singlePrecisionEnd(except: layouts.isPlanes)
    values = Array(repeating: nil, count: graph.nodes.count)
    for index in graph.nodes.indices where !isFinish(index) {
      try lower(index)
      if case .buffer(let buffer)? = values[index] {
        places[index] = ValuePlace(buffer: buffer, firstChannel: 0)
      }
    }
    try finish(output)
  }

  // MARK: - Nodes

  private mutating func lower(_ index: Int) throws(EngineError) {
    let node = graph.nodes[index]
    if ranges != nil, try lowerToBytes(index) { return }
    switch node.operation {
    case .input(let channels):
      guard channels == 1 else {
        throw unsupported(node, "it takes \(channels) channels, and scans have one")
      }
      if takesLayers(of: index) { return }
      let to = add(planar(index) ?? plain, 1, index)
      steps.append(.normalise(to: to))
      values[index] = .buffer(to)
    case .layersToChannels(let count):
      let to = add(planar(index) ?? plain, channels[index], index)
      if takesLayers(of: node.inputs[0]) {
        steps.append(.normalise(to: to))
      } else {
        steps.append(.joinLayers(from: plainSource(node.inputs[0]), to: to, count: count))
      }
      values[index] = .buffer(to)
    case .crop(let crop):
      let to = add(plain, channels[index], index)
      steps.append(.crop(from: plainSource(node.inputs[0]), to: to, before: crop.before))
      values[index] = .buffer(to)
    case .convolution(let layer):
      lower(layer, index, node)
    case .depthwiseConvolution(let layer):
      let to = add(plain, channels[index], index)
      let spec = ConvolutionSpec(layer, relu: layouts.hasFusedRelu[index])
      steps.append(.convolution(spec, from: plainSource(node.inputs[0]), to: to))
      values[index] = .buffer(to)
    case .transposedConvolution(let layer):
      try lower(layer, index, node)
    case .relu:
      if layouts.isFusedRelu[index] {
        values[index] = values[node.inputs[0]]
        waiting[index] = waiting[node.inputs[0]]
      } else {
        let to = add(plain, channels[index], index)
        steps.append(.relu(from: plainSource(node.inputs[0]), to: to))
        values[index] = .buffer(to)
      }
    case .batchNormalisation(let layer):
      let factors = layer.mean.indices.map {
        layer.scale[$0] / (layer.variance[$0] + layer.epsilon).squareRoot()
      }
      let shifts = layer.mean.indices.map { layer.shift[$0] - layer.mean[$0] * factors[$0] }
      let to = add(layout(index), channels[index], index)
      steps.append(
        .affine(
          scale: factors, shift: shifts, from: plainSource(node.inputs[0]), to: to,
          relu: layouts.hasFusedRelu[index]))
      values[index] = .buffer(to)
    case .groupNormalisation(let layer):
      let to = add(plain, channels[index], index)
      steps.append(
        .groupNorm(
          GroupNormSpec(layer, relu: layouts.hasFusedRelu[index]),
          from: plainSource(node.inputs[0]), to: to))
      values[index] = .buffer(to)
    case .add:
      let from = node.inputs.map { plainSource($0) }
      if addsInPlace(index, from) { return }
      let to = add(layout(index), channels[index], index)
      steps.append(.add(from: from, to: to, relu: layouts.hasFusedRelu[index]))
      values[index] = .buffer(to)
    case .concatenate:
      lowerConcatenation(index, node)
    case .maxPool(let window):
      let to = add(plain, channels[index], index)
      if case .buffer(let from)? = values[node.inputs[0]], buffers[from].isPlanes,
        window.y == 2, window.x == 2, window.z <= 2
      {
        steps.append(.planesMaxPool(from: from, to: to, window: window))
      } else {
        steps.append(.maxPool(from: plainSource(node.inputs[0]), to: to, window: window))
      }
      values[index] = .buffer(to)
    case .upsampleNearest(let factor):
      let to = add(plain, channels[index], index)
      steps.append(.upsample(from: plainSource(node.inputs[0]), to: to, factor: factor))
      values[index] = .buffer(to)
    case .softmax:
      let to = add(layout(index), channels[index], index)
      steps.append(.softmax(from: plainSource(node.inputs[0]), to: to))
      values[index] = .buffer(to)
    case .dropout, .gaussianNoise, .identity:
      values[index] = values[node.inputs[0]]
    }
  }

  /// Whether the node is the input and nothing but layers as channels takes it.
  func takesLayers(of index: Int) -> Bool {
    guard graph.nodes[index].isInput, consumers[index].count == 1,
      case .layersToChannels = graph.nodes[consumers[index][0]].operation
    else { return false }
    return true
  }

  /// Whether the sum of `from` is one that the convolution before it computes: that adds its result to what
  /// is there instead of writing it. A calibration wants to see what a convolution makes alone.
  private mutating func addsInPlace(_ index: Int, _ from: [Int]) -> Bool {
    let inputs = graph.nodes[index].inputs
    guard !keepsValues, from.count == 2, inputs[0] != inputs[1], !isFloat[index],
      inputs.allSatisfy({ consumers[$0].count == 1 && $0 != graph.output }),
      case .convolution(var spec, let source, let last)? = steps.last, spec.groups == 1, !spec.relu,
      let place = from.firstIndex(of: last), case .buffer(last)? = values[inputs[place]],
      case .convolution = graph.nodes[inputs[place]].operation
    else { return false }
    let other = from[1 - place]
    guard other != source, buffers[other].layout == plain, buffers[last].layout == plain,
      case .buffer(other)? = values[inputs[1 - place]],
      case .convolution = graph.nodes[inputs[1 - place]].operation
    else { return false }
    spec.adds = true
    spec.relu = layouts.hasFusedRelu[index]
    steps[steps.count - 1] = .convolution(spec, from: source, to: other)
    values[index] = .buffer(other)
    return true
  }

  private mutating func lower(_ layer: Convolution, _ index: Int, _ node: Node) {
    let relu = layouts.hasFusedRelu[index]
    if let layout = planar(index) {
      let to = add(layout, layer.outputs, index)
      let from = planeSources(node.inputs[0])
      let weights = PlanesWeights(layer, inPairs: layout == .pairs)
      steps.append(.planesConvolution(weights, from: from, to: to, relu: relu))
      values[index] = .buffer(to)
      return
    }
    if isFloat[index], layer.isPointwise, layer.outputs <= 8,
      case .buffer(let from)? = values[node.inputs[0]], buffers[from].isPlanes
    {
      if isScores(index) {
        // The last layer, straight from planes; what it writes is decided at the end.
        values[index] = .buffer(from)
      } else {
        let to = add(.channelsLast(.f32), layer.outputs, index)
        steps.append(.planesScores(HeadWeights(layer), from: from, to: to))
        values[index] = .buffer(to)
      }
      return
    }
    let to = add(layout(index), layer.outputs, index)
    let spec = ConvolutionSpec(layer, relu: relu)
    steps.append(.convolution(spec, from: plainSource(node.inputs[0]), to: to))
    values[index] = .buffer(to)
  }

  // MARK: - The end

  /// The node whose value decides the label: the network's output, or what its softmax takes.
  private var scoresNode: Int {
    if case .softmax = graph.nodes[graph.output].operation {
      graph.nodes[graph.output].inputs[0]
    } else {
      graph.output
    }
  }

  func isScores(_ index: Int) -> Bool { index == scoresNode && consumers[index].count <= 1 }

  /// Whether the node is the softmax at the end, which labels do not need.
  private func isFinish(_ index: Int) -> Bool { index == graph.output && index != scoresNode }

  private mutating func finish(_ output: EngineOutput) throws(EngineError) {
    let node = graph.nodes[scoresNode]
    let hasSoftmax = scoresNode != graph.output
    if case .head(let head, let from)? = values[scoresNode] {
      if output == .labels {
        steps.append(.quads(.labels(head), from: from, to: nil))
      } else {
        let to = add(.channelsLast(.f32), head.classes, scoresNode)
        steps.append(.quads(.scores(head), from: from, to: to))
        finishScores(to, softmax: hasSoftmax)
      }
      return
    }
    if case .planes(let parts)? = values[scoresNode], ranges != nil {
      values[scoresNode] = .buffer(floatCopy(of: parts, scoresNode))
    }
    guard case .buffer(let from)? = values[scoresNode] else {
      throw unsupported(node, "its result is no single value")
    }
    if case .convolution(let layer) = node.operation, buffers[from].isPlanes,
      layer.isPointwise, !layouts.isPlanes[scoresNode]
    {
      let weights = HeadWeights(layer)
      if output == .labels {
        steps.append(.planesLabels(weights, from: from))
      } else {
        let to = add(.channelsLast(.f32), layer.outputs, scoresNode)
        steps.append(.planesScores(weights, from: from, to: to))
        finishScores(to, softmax: hasSoftmax)
      }
    } else {
      let last = plainSource(scoresNode)
      if output == .labels {
        steps.append(.labels(from: last))
      } else {
        finishScores(last, softmax: hasSoftmax)
      }
    }
  }

  private mutating func finishScores(_ from: Int, softmax: Bool) {
    var last = from
    if softmax {
      last = add(buffers[from].layout, buffers[from].channels, buffers[from].extentOfNode)
      steps.append(.softmax(from: from, to: last))
    }
    steps.append(.scores(from: last))
  }

  // MARK: - Buffers

  var plain: Buffer.Layout { .channelsLast(precision) }

  /// How the value lies in planes; `nil` for one that does not.
  func planar(_ node: Int) -> Buffer.Layout? {
    guard layouts.isPlanes[node] else { return nil }
    return planes == .pairs ? .pairs : .planes
  }

  /// How a value that is none of planes lies.
  private func layout(_ node: Int) -> Buffer.Layout { isFloat[node] ? .channelsLast(.f32) : plain }

  mutating func add(_ layout: Buffer.Layout, _ channels: Int, _ node: Int) -> Int {
    buffers.append(Buffer(layout: layout, channels: channels, extentOfNode: node))
    return buffers.count - 1
  }

  /// The value of `node` channels last, converted where it lies in planes.
  mutating func plainSource(_ node: Int) -> Int {
    if ranges != nil, case .planes(let parts)? = values[node] {
      return floatCopy(of: parts, node)
    }
    guard case .buffer(let buffer)? = values[node] else {
      preconditionFailure("planes are only joined for those who take planes")
    }
    guard buffers[buffer].isPlanes else { return buffer }
    if let copy = channelsLastCopies[buffer] { return copy }
    let copy = add(plain, buffers[buffer].channels, buffers[buffer].extentOfNode)
    steps.append(.toChannelsLast(from: buffer, to: copy))
    channelsLastCopies[buffer] = copy
    return copy
  }

  func planeSources(_ node: Int) -> [Int] {
    switch values[node] {
    case .buffer(let buffer): [buffer]
    case .planes(let buffers): buffers
    case .head, nil: preconditionFailure("a node is lowered after its inputs")
    }
  }

  func unsupported(_ node: Node, _ why: String) -> EngineError {
    .unsupported(engine: "oneDNN", node: node.name, why: why)
  }
}

/// Where the channels of a value lie.
struct ValuePlace: Hashable {
  var buffer: Int
  var firstChannel: Int
}

extension Node {
  /// Whether it is the network's input.
  var isInput: Bool { if case .input = operation { true } else { false } }
}

extension Graph {
  /// The nodes at the end whose values are class scores and what is made of them alone: softmax, sums
  /// and factors, and the convolutions before these. In bfloat16 they would be too coarse to compare.
  func singlePrecisionEnd(except isPlanes: [Bool]) -> [Bool] {
    var isEnd = [Bool](repeating: false, count: nodes.count)
    let consumers = consumers
    for index in nodes.indices.reversed() where !isPlanes[index] {
      guard index == output || !consumers[index].isEmpty else { continue }
      guard consumers[index].allSatisfy({ isEnd[$0] && nodes[$0].operation.passesScoresOn }) else {
        continue
      }
      if case .convolution = nodes[index].operation {
        isEnd[index] = true
      } else {
        isEnd[index] = nodes[index].operation.passesScoresOn
      }
    }
    // Kernels take and make one kind of number, so a chain is of single precision whole or not at all.
    while true {
      var kept = isEnd
      for index in nodes.indices where isEnd[index] {
        let inputs = nodes[index].inputs
        if nodes[index].operation.passesScoresOn, !inputs.allSatisfy({ isEnd[$0] }) {
          kept[index] = false
        }
        if !consumers[index].allSatisfy({ isEnd[$0] }) { kept[index] = false }
      }
      if kept == isEnd { return isEnd }
      isEnd = kept
    }
  }
}

extension Operation {
  /// Whether it makes scores of scores, voxel by voxel.
  fileprivate var passesScoresOn: Bool {
    switch self {
    case .softmax, .add, .batchNormalisation: true
    default: false
    }
  }
}

extension Convolution {
  /// Whether it mixes channels only.
  var isPointwise: Bool {
    kernel.voxelCount == 1 && stride.voxelCount == 1 && padding == .none && inputs % 2 == 0
  }
}
