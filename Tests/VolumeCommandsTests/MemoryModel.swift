import EngineCore
import NeuralGraph
import VolumeCommands
import VolumeCore

/// A model of one 1x1 convolution: class 1 where the normalised grey is above a half, else class 0.
struct MemoryModel: ModelReader {
  let name = "memory"
  var channels = 1
  var normalisation: Normalisation?
  var voxelType: VoxelType? = .uint8
  var histogram: [Int]?

  func recognises(_ path: String) -> Bool { path.hasSuffix(".model") || path.hasSuffix(".h5") }

  func read(_ path: String) throws(Explanation) -> Model {
    let one = Shape3(z: 1, y: 1, x: 1)
    let convolution = Convolution(
      kernel: one, stride: one, padding: .none, inputs: channels, outputs: 2,
      weights: [Float](repeating: 0, count: channels)
        .flatMap { _ in [Float(0), 2] }, bias: [1, 0])
    let graph = Graph(
      nodes: [
        Node(name: "grey", operation: .input(channels: channels), inputs: []),
        Node(name: "scores", operation: .convolution(convolution), inputs: [0]),
      ], output: 1)
    let card = ModelCard(
      name: "half", classes: LabelClass.unnamed(count: 2), normalisation: normalisation,
      voxelType: voxelType, greyHistogram: histogram, document: [:])
    return Model(
      graph: graph, card: card, hasCard: true, path: path, hash: "0", format: "memory")
  }
}
