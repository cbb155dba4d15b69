import NeuralGraph
import VolumeCore

/// How a network is run while it is trained.
package enum TrainingMode: Hashable, Sendable {
  /// The batch's own statistics, dropout and noise from `key`.
  case training(key: UInt64)
  /// The batch's own statistics, without dropout and noise.
  case gathering
  /// Running statistics.
  case inference
}

/// A network's forward and backward pass in plain loops: the specification of every engine that trains.
///
/// Generic, so that its gradients can be compared with finite differences in double precision.
package struct ReferenceNetwork<Scalar: TrainingScalar> {
  package typealias Value = TrainingValue<Scalar>

  /// What a forward pass leaves for the way back.
  package struct Tape {
    package var values: [Value?]
    package var moments: [Int: BatchMoments<Scalar>] = [:]
    package var mode: TrainingMode
  }

  package let graph: Graph
  package let table: ParameterTable
  /// The node whose value are the class scores: the result, or what a softmax at the end takes.
  package let scores: Int

  package init(_ graph: Graph) {
    self.graph = graph
    table = ParameterTable(graph)
    scores = graph.scoresNode
  }

  /// The values of all nodes up to the scores.
  package func forward(
    _ input: Value, _ parameters: [[Scalar]], mode: TrainingMode, shapes: [Shape3]
  ) -> Tape {
    var tape = Tape(values: Array(repeating: nil, count: graph.nodes.count), mode: mode)
    tape.values[0] = input
    let channels = graph.channels
    for (index, node) in graph.nodes.enumerated() where index > 0 && index <= scores {
      let inputs = node.inputs.compactMap { tape.values[$0] }
      let output = Value(samples: input.samples, shape: shapes[index], channels: channels[index])
      let lists = table.ofNode[index].map { parameters[$0] }
      tape.values[index] = compute(index, inputs, output, lists, &tape)
    }
    return tape
  }

  private func compute(
    _ index: Int, _ inputs: [Value], _ zeros: Value, _ lists: [[Scalar]], _ tape: inout Tape
  ) -> Value {
    var output = zeros
    let input = inputs[0]
    switch graph.nodes[index].operation {
    case .input: preconditionFailure("the input's value is given")
    case .layersToChannels: Voxelwise.layersToChannels(input, to: &output)
    case .crop(let cut): Voxelwise.crop(cut, input, to: &output)
    case .convolution(let layer): layer.forward(input, lists[0], lists[1], to: &output)
    case .depthwiseConvolution(let layer): layer.forward(input, lists[0], lists[1], to: &output)
    case .transposedConvolution(let layer): layer.forward(input, lists[0], lists[1], to: &output)
    case .batchNormalisation(let layer):
      let moments =
        tape.mode == .inference
        ? BatchMoments(mean: lists[2], variance: lists[3]) : layer.moments(input)
      tape.moments[index] = moments
      output = layer.forward(input, moments, scale: lists[0], shift: lists[1])
    case .groupNormalisation(let layer):
      output = layer.forward(input, scale: lists[0], shift: lists[1])
    case .relu:
      for place in output.values.indices { output.values[place] = max(input.values[place], 0) }
    case .add:
      for input in inputs {
        for place in output.values.indices { output.values[place] += input.values[place] }
      }
    case .concatenate: Voxelwise.concatenation(inputs, to: &output)
    case .maxPool(let window): Voxelwise.maxPool(window, input, to: &output)
    case .upsampleNearest(let factor): Voxelwise.upsampleNearest(factor, input, to: &output)
    case .softmax: output = Voxelwise.softmax(input)
    case .dropout(let rate):
      guard case .training(let key) = tape.mode else { return input }
      return Voxelwise.dropout(DropoutRule(rate: rate), Philox(key: key), layer: index, input)
    case .gaussianNoise(let sigma):
      guard case .training(let key) = tape.mode else { return input }
      return Voxelwise.noise(sigma: sigma, Philox(key: key), layer: index, input)
    case .identity: return input
    }
    return output
  }

  /// The gradients of all parameters, for the gradient of the scores.
  package func backward(
    _ tape: Tape, _ gradient: Value, _ parameters: [[Scalar]]
  ) -> (parameters: [[Scalar]], input: Value?) {
    var result = parameters.map { [Scalar](repeating: 0, count: $0.count) }
    var gradients = [Value?](repeating: nil, count: graph.nodes.count)
    gradients[scores] = gradient
    for index in (1...scores).reversed() {
      guard let own = gradients[index] else { continue }
      gradients[index] = nil
      let node = graph.nodes[index]
      let inputs = node.inputs.compactMap { tape.values[$0] }
      let lists = table.ofNode[index].map { parameters[$0] }
      let (back, toLists) = differentiate(index, inputs, own, lists, tape)
      for (number, list) in zip(table.ofNode[index], toLists)
      where table.entries[number].isLearned {
        for place in list.indices { result[number][place] += list[place] }
      }
      for (input, part) in zip(node.inputs, back) {
        guard var sum = gradients[input] else {
          gradients[input] = part
          continue
        }
        for place in sum.values.indices { sum.values[place] += part.values[place] }
        gradients[input] = sum
      }
    }
    return (result, gradients[0])
  }

  /// The gradients of one node's inputs and of its parameters.
  private func differentiate(
    _ index: Int, _ inputs: [Value], _ gradient: Value, _ lists: [[Scalar]], _ tape: Tape
  ) -> (inputs: [Value], lists: [[Scalar]]) {
    let input = inputs[0]
    switch graph.nodes[index].operation {
    case .input: preconditionFailure("it has no inputs")
    case .layersToChannels: return ([Voxelwise.layersToChannelsBackward(input, gradient)], [])
    case .crop(let cut): return ([Voxelwise.cropBackward(cut, input, gradient)], [])
    case .convolution(let layer):
      let back = layer.backward(input, lists[0], gradient)
      return ([back.input], [back.weights, channelSums(gradient)])
    case .depthwiseConvolution(let layer):
      let back = layer.backward(input, lists[0], gradient)
      return ([back.input], [back.weights, channelSums(gradient)])
    case .transposedConvolution(let layer):
      let back = layer.backward(input, lists[0], gradient)
      return ([back.input], [back.weights, channelSums(gradient)])
    case .batchNormalisation(let layer):
      guard let moments = tape.moments[index] else { preconditionFailure("forward left them") }
      let back = layer.backward(input, moments, scale: lists[0], gradient)
      return ([back.input], [back.scale, back.shift])
    case .groupNormalisation(let layer):
      let back = layer.backward(input, scale: lists[0], gradient)
      return ([back.input], [back.scale, back.shift])
    case .relu:
      var result = gradient
      for place in result.values.indices where input.values[place] <= 0 { result.values[place] = 0 }
      return ([result], [])
    case .add: return (inputs.map { _ in gradient }, [])
    case .concatenate:
      var offset = 0
      return (
        inputs.map { input in
          defer { offset += input.channels }
          return Voxelwise.part(gradient, offset: offset, channels: input.channels)
        }, []
      )
    case .maxPool(let window): return ([Voxelwise.maxPoolBackward(window, input, gradient)], [])
    case .upsampleNearest(let factor):
      return ([Voxelwise.upsampleNearestBackward(factor, input, gradient)], [])
    case .softmax:
      return ([Voxelwise.softmaxBackward(Voxelwise.softmax(input), gradient)], [])
    case .dropout(let rate):
      guard case .training(let key) = tape.mode else { return ([gradient], []) }
      let rule = DropoutRule(rate: rate)
      return ([Voxelwise.dropout(rule, Philox(key: key), layer: index, gradient)], [])
    case .gaussianNoise, .identity: return ([gradient], [])
    }
  }
}

extension Graph {
  /// The node whose value are class scores: what a softmax at the network's end takes, or its result.
  package var scoresNode: Int {
    var last = output
    while nodes[last].operation.isIdentityAtInference { last = nodes[last].inputs[0] }
    return nodes[last].operation == .softmax ? nodes[last].inputs[0] : output
  }
}
