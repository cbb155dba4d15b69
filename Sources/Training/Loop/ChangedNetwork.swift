import NeuralGraph
import VolumeCore

extension Graph {
  /// This network with another last convolution, for `classes` classes, with new random weights; `nil`
  /// where its last layer with weights is no convolution.
  public func withNewLastLayer(classes: Int, seed: UInt64) -> Graph? {
    var last = output
    while nodes[last].operation == .softmax || nodes[last].operation.isIdentityAtInference {
      last = nodes[last].inputs[0]
    }
    guard case .convolution(var layer) = nodes[last].operation else { return nil }
    layer.outputs = classes
    layer.weights = [Float](
      repeating: 0, count: layer.kernel.voxelCount * layer.inputs * classes)
    layer.bias = [Float](repeating: 0, count: classes)
    var result = self
    result.nodes[last].operation = .convolution(layer)
    return result.initialised(seed: seed) { $0 == last }
  }

  /// This network of single layers as one that sees `layers` layers as channels: the kernels of what
  /// takes the scan are placed at the middle one, and the neighbours' are zero, so that it gives what it
  /// gave; or every layer has its share of them. `nil` for any other network.
  public func seeing(layers: Int, averages: Bool) -> Graph? {
    guard isPlanar, layersAsChannels == nil, inputChannels == 1, layers % 2 == 1, layers > 1,
      let input = nodes.first
    else { return nil }
    var moved = nodes
    for index in nodes.indices where nodes[index].inputs.contains(0) {
      switch nodes[index].operation {
      case .convolution(var layer):
        // Weights lie in the order (z, y, x, in, out), and there was one channel in.
        layer.weights = stride(from: 0, to: layer.weights.count, by: layer.outputs).flatMap {
          place in
          let kernel = layer.weights[place..<(place + layer.outputs)]
          return (0..<layers).flatMap { channel -> [Float] in
            if averages { return kernel.map { $0 / Float(layers) } }
            return channel == layers / 2
              ? Array(kernel) : [Float](repeating: 0, count: layer.outputs)
          }
        }
        layer.inputs = layers
        moved[index].operation = .convolution(layer)
      default: return nil
      }
    }
    moved.removeFirst()
    let start = [
      input,
      Node(
        name: "\(input.name)/layers", operation: .layersToChannels(count: layers), inputs: [0]),
    ]
    for index in moved.indices { moved[index].inputs = moved[index].inputs.map { $0 + 1 } }
    return Graph(nodes: start + moved, output: output + 1)
  }
}
