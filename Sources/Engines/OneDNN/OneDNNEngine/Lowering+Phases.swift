import EngineCore
import NeuralGraph
import VolumeCore

/// Transposed convolutions as phases, and the concatenations that these go into.
extension Lowering {
  mutating func lower(
    _ layer: TransposedConvolution, _ index: Int, _ node: Node
  ) throws(EngineError) {
    let planar = planar(index)
    let relu = layouts.hasFusedRelu[index]
    if planar == nil, let separate = Phases.separate(layer, relu: relu) {
      let source = plainSource(node.inputs[0])
      let parts = separate.map { spec in
        let part = add(plain, spec.outputs, node.inputs[0])
        steps.append(.convolution(spec, from: source, to: part))
        return part
      }
      spread(parts, layer, index)
      return
    }
    let order: Phases.Order =
      switch planar {
      case .pairs: .pairFirst
      case .planes: .channelFirst
      default: .phaseFirst
      }
    guard let phases = Phases(layer, relu: relu, order: order) else {
      throw unsupported(node, "its output is not exactly its stride times as large as its input")
    }
    let middle = add(plain, phases.spec.outputs, node.inputs[0])
    steps.append(.convolution(phases.spec, from: plainSource(node.inputs[0]), to: middle))
    if let planar {
      let to = add(planar, layer.outputs, index)
      steps.append(.planesDepthToSpace(from: middle, to: to, factor: phases.factor))
      values[index] = .buffer(to)
    } else {
      spread([middle], layer, index)
    }
  }

  /// Spreads the phases in `parts`, now or, where they go into one concatenation, then.
  private mutating func spread(_ parts: [Int], _ layer: TransposedConvolution, _ index: Int) {
    if isPartOfOneConcatenation(index) {
      waiting[index] = (parts, layer.stride)
    } else {
      let to = add(plain, layer.outputs, index)
      appendSpread(parts, layer.stride, channels: layer.outputs, to: to, offset: 0)
      values[index] = .buffer(to)
    }
  }

  private mutating func appendSpread(
    _ parts: [Int], _ factor: Shape3, channels: Int, to: Int, offset: Int
  ) {
    let count = factor.voxelCount / parts.count
    for (place, part) in parts.enumerated() {
      let phases = place * count..<(place + 1) * count
      steps.append(
        .depthToSpace(
          PhaseSpread(factor: factor, phases: phases, channels: channels, offset: offset),
          from: part, to: to))
    }
  }

  mutating func lowerConcatenation(_ index: Int, _ node: Node) {
    if layouts.isPlanes[index] {
      values[index] = .planes(node.inputs.flatMap { planeSources($0) })
      return
    }
    let sources = node.inputs.map { waiting[$0] == nil ? plainSource($0) : -1 }
    let to = add(plain, channels[index], index)
    values[index] = .buffer(to)
    if joinsInOnePass(node, sources, to: to) { return }
    var offset = 0
    for (input, source) in zip(node.inputs, sources) {
      if let phases = waiting[input] {
        appendSpread(
          phases.buffers, phases.factor, channels: channels[input], to: to, offset: offset)
        let maker = layouts.isFusedRelu[input] ? graph.nodes[input].inputs[0] : input
        places[maker] = ValuePlace(buffer: to, firstChannel: offset)
      } else {
        steps.append(.place(from: source, to: to, offset: offset))
      }
      offset += channels[input]
    }
  }

  /// Whether the concatenation is one of a value and of phases in a layer, which is made in one pass: two
  /// would each write half of every line of the cache.
  private mutating func joinsInOnePass(_ node: Node, _ sources: [Int], to: Int) -> Bool {
    guard node.inputs.count == 2, let place = node.inputs.firstIndex(where: { waiting[$0] != nil }),
      let phases = waiting[node.inputs[place]], phases.factor == Shape3(z: 1, y: 2, x: 2),
      sources[1 - place] >= 0, !keepsValues
    else { return false }
    let count = channels[node.inputs[place]]
    steps.append(
      .join(
        PhaseSpread(
          factor: phases.factor, phases: 0..<4, channels: count,
          offset: place == 0 ? 0 : channels[node.inputs[0]]),
        phases: phases.buffers, with: sources[1 - place], to: to))
    return true
  }

  /// Whether the value goes into one concatenation, which is not planes, and nowhere else.
  private func isPartOfOneConcatenation(_ index: Int) -> Bool {
    let node = layouts.hasFusedRelu[index] ? consumers[index][0] : index
    guard consumers[node].count == 1, graph.output != node else { return false }
    let consumer = consumers[node][0]
    let parts = graph.nodes[consumer].inputs
    return graph.nodes[consumer].operation == .concatenate && !layouts.isPlanes[consumer]
      && parts.count { $0 == node } == 1
  }
}
