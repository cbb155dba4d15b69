import NeuralGraph
import VolumeCore

/// Makes the steps back from those forward: the gradient of each value is a list of pieces, left
/// by those who took it, that its maker sums as it reads them.
struct BackwardLowering {
  let graph: Graph
  let table: ParameterTable
  let channels: [Int]
  let shapes: [Shape3]
  let precision: Precision
  let scoresNode: Int

  func lower(_ units: [TrainingLowering.Unit], _ program: inout TrainingProgram) {
    let learns = nodesThatLearn
    var pieces: [Int: [BufferView]] = [:]
    func add(_ channels: Int, _ shape: Shape3) -> BufferView {
      program.buffers.append(
        TrainingBuffer(channels: channels, shape: shape, precision: precision, isGradient: true))
      return BufferView(buffer: program.buffers.count - 1, channels: channels)
    }
    /// The gradient of a node as one dense buffer.
    func one(_ node: Int, _ channels: Int, _ shape: Shape3) -> BufferView? {
      guard let own = pieces[node], let first = own.first else { return nil }
      if own.count == 1, program.buffers[first.buffer].channels == first.channels { return first }
      let sum = add(channels, shape)
      program.backward.append(.sum(own, to: sum))
      return sum
    }
    func needs(_ node: Int) -> Bool { node < 0 || learns[node] }

    let first = add(channels[scoresNode], shapes[scoresNode])
    program.scoresGradient = first.buffer
    pieces[scoresNode] = [first]

    for unit in units.reversed() {
      switch unit {
      case .convolution(let number):
        let convolution = program.convolutions[number]
        let index = convolution.node
        // A transposed one's value before its bias has a number of its own.
        let key = convolution.spec.isTransposed ? -1 - index : index
        guard let gradient = one(key, channels[index], shapes[index]) else { continue }
        program.backward.append(.convolveWeights(number, gradient: gradient.buffer))
        if needs(convolution.source) {
          let to = add(channels[convolution.source], shapes[convolution.source])
          program.backward.append(.convolveData(number, from: gradient.buffer, to: to.buffer))
          pieces[convolution.source, default: []].append(to)
        }
      case .tail(let tail):
        guard var own = pieces[tail.node], !own.isEmpty else { continue }
        let width = own[0].channels
        let shape = program.buffers[tail.to[0].buffer].shape
        if own.count > 4 {
          let sum = add(width, shape)
          program.backward.append(.sum(own, to: sum))
          own = [sum]
        }
        let hasNorm = tail.terms.contains { $0.norm != nil }
        let hasBias = tail.terms.contains { $0.bias.map { table.entries[$0].isLearned } ?? false }
        let isMasked = tail.relu || tail.dropout != nil
        if !hasNorm, !hasBias, !isMasked {
          // A sum passes its gradient on as it is.
          for term in tail.terms where needs(term.source) {
            pieces[term.source, default: []] += own
          }
          continue
        }
        let isOneDense =
          own.count == 1 && program.buffers[own[0].buffer].channels == own[0].channels && !isMasked
        let to = isOneDense ? own[0] : add(width, shape)
        var normed: [BufferView?] = []
        for term in tail.terms {
          guard needs(term.source) || term.norm != nil else {
            normed.append(nil)
            continue
          }
          if term.norm != nil {
            let back = add(width, shape)
            normed.append(back)
            pieces[term.source, default: []].append(back)
          } else {
            normed.append(nil)
            pieces[term.source, default: []].append(to)
          }
        }
        program.backward.append(
          .tail(tail, pieces: own, to: isOneDense ? nil : to, terms: normed))
      case .pool(let node, let source, let from, let window):
        guard needs(source), let gradient = one(node, channels[node], shapes[node]) else {
          continue
        }
        let to = add(channels[source], shapes[source])
        program.backward.append(.pool(from: from, gradient: gradient, to: to, window: window))
        pieces[source, default: []].append(to)
      case .spread(let node, let source, let factor):
        guard needs(source), let gradient = one(node, channels[node], shapes[node]) else {
          continue
        }
        let to = add(channels[source], shapes[source])
        program.backward.append(.spread(gradient: gradient, to: to, factor: factor))
        pieces[source, default: []].append(to)
      case .layers(let node, let source, let count):
        guard needs(source), let gradient = one(node, channels[node], shapes[node]) else {
          continue
        }
        let to = add(channels[source], shapes[source])
        program.backward.append(.layers(gradient: gradient.buffer, to: to.buffer, count: count))
        pieces[source, default: []].append(to)
      case .crop(let node, let source, let cut):
        guard needs(source), let gradient = one(node, channels[node], shapes[node]) else {
          continue
        }
        let to = add(channels[source], shapes[source])
        program.backward.append(.crop(cut, gradient: gradient, to: to))
        pieces[source, default: []].append(to)
      case .groupNorm(let node, let source, let layer, let lists, let from):
        guard let gradient = one(node, channels[node], shapes[node]) else { continue }
        let to = add(channels[source], shapes[source])
        program.backward.append(
          .groupNorm(layer, lists: lists, from: from, gradient: gradient.buffer, to: to.buffer))
        pieces[source, default: []].append(to)
      case .softmax(let node, let source, let value):
        guard needs(source), let gradient = one(node, channels[node], shapes[node]) else {
          continue
        }
        let to = add(channels[source], shapes[source])
        program.backward.append(.softmax(value: value, gradient: gradient.buffer, to: to.buffer))
        pieces[source, default: []].append(to)
      case .concatenation(let node):
        var offset = 0
        for input in graph.nodes[node].inputs {
          if needs(input) {
            for piece in pieces[node] ?? [] {
              pieces[input, default: []].append(
                BufferView(
                  buffer: piece.buffer, offset: piece.offset + offset, channels: channels[input]))
            }
          }
          offset += channels[input]
        }
      case .alias(let node, let source):
        pieces[source, default: []] += pieces[node] ?? []
      }
    }
  }

  /// For each node whether it, or anything before it, learns.
  private var nodesThatLearn: [Bool] {
    var result: [Bool] = []
    for (index, node) in graph.nodes.enumerated() {
      result.append(
        table.ofNode[index].contains { table.entries[$0].isLearned }
          || node.inputs.contains { result[$0] })
    }
    return result
  }
}
