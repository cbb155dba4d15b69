import EngineCore
import HDF5Library
import KerasModel
import NeuralGraph
import SystemIO
import Testing
import VolumeCore
import VolumeTesting

/// Networks of each kind that there is, small.
struct WrittenNetwork: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var graph: Graph
  var input: Shape3

  static func model(_ graph: Graph) -> Model {
    let classes = LabelClass.unnamed(count: graph.classCount)
    let card = ModelCard(
      name: "written", classes: classes,
      normalisation: Normalisation(low: 3, high: 200.5, clips: true), voxelType: .uint16,
      greyHistogram: Array(0..<256), document: ["licence": "CC0", "name": "another"])
    return Model(graph: graph, card: card, hasCard: true, path: "", hash: "", format: "")
  }

  static let all: [WrittenNetwork] = {
    func options(_ change: (inout UNetOptions) -> Void) -> Graph {
      var options = UNetOptions()
      options.filters = 2
      options.depth = 1
      change(&options)
      return options.graph(seed: 5)
    }
    let flat = Shape3(z: 1, y: 12, x: 16)
    return [
      WrittenNetwork(testDescription: "plain", graph: options { $0.depth = 2 }, input: flat),
      WrittenNetwork(
        testDescription: "modular",
        graph: {
          var options = UNetOptions.modular
          options.filters = 2
          options.depth = 2
          return options.graph(seed: 6)
        }(), input: flat),
      WrittenNetwork(
        testDescription: "separable", graph: options { $0.separable = true }, input: flat),
      WrittenNetwork(
        testDescription: "five channels", graph: options { $0.inputChannels = 5 }, input: flat),
      WrittenNetwork(
        testDescription: "strided, without norm",
        graph: options {
          $0.down = .strided
          $0.up = .nearest
          $0.norm = .none
        }, input: flat),
      WrittenNetwork(
        testDescription: "volume", graph: options { $0.isVolumetric = true },
        input: Shape3(z: 4, y: 6, x: 8)),
    ]
  }()
}

@Suite struct `A model written for Keras` {
  @Test(arguments: WrittenNetwork.all)
  func `is the model that was written`(network: WrittenNetwork) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("m.v1.h5")
    let model = WrittenNetwork.model(network.graph)
    try KerasModelWriter().write(model, to: path)
    let read = try KerasModelReader().read(path)
    #expect(read.graph == network.graph)
    #expect(read.hasCard && read.card.classes == model.card.classes)
    #expect(read.card.name == "written" && read.card.document["licence"] == "CC0")
    #expect(read.card.normalisation == model.card.normalisation)
    #expect(read.card.voxelType == .uint16 && read.card.greyHistogram == Array(0..<256))
    #expect(try names(inFolder: folder.path).sorted() == ["m.v1.h5", "m.v1.json"])
  }

  @Test func `is the same bytes each time`() throws {
    let model = WrittenNetwork.model(WrittenNetwork.all[1].graph)
    let first = try KerasModelWriter.bytes(of: model)
    #expect(try KerasModelWriter.bytes(of: model) == first)
  }

  @Test func `has its card beside it, too`() throws {
    let folder = try TemporaryFolder()
    let model = WrittenNetwork.model(WrittenNetwork.all[0].graph)
    try KerasModelWriter().write(model, to: folder.file("m.h5"))
    let text = try contents(ofFile: folder.file("m.json"))
    #expect(JSONValue(parsing: text) == model.card.json)
  }

  /// A layer that is called twice keeps its weights once.
  @Test func `calls a shared layer as often as the network does`() throws {
    let folder = try TemporaryFolder()
    let source = try KerasModelReader().read(Fixtures.path("shared.keras2.h5"))
    try KerasModelWriter().write(source, to: folder.file("m.h5"))
    let read = try KerasModelReader().read(folder.file("m.h5"))
    #expect(read.graph == source.graph)
    #expect(read.graph.parameterCount == source.graph.parameterCount)
  }

  @Test func `replaces another, and leaves it where it cannot`() throws {
    let folder = try TemporaryFolder()
    let writer = KerasModelWriter()
    let path = folder.file("m.h5")
    let (first, second) = (WrittenNetwork.all[0].graph, WrittenNetwork.all[1].graph)
    try writer.write(WrittenNetwork.model(first), to: path)
    try writer.write(WrittenNetwork.model(second), to: path)
    #expect(try KerasModelReader().read(path).graph == second)
    var wrong = WrittenNetwork.model(first)
    wrong.card.classes.removeLast()
    #expect(throws: KerasWritingError.classesDiffer(card: 2, network: 3)) {
      try writer.save(wrong, to: path)
    }
    #expect(try KerasModelReader().read(path).graph == second)
    #expect(throws: Explanation.self) {
      try writer.write(WrittenNetwork.model(first), to: folder.file("missing/m.h5"))
    }
  }

  @Test func `says what Keras has no layer for`() {
    var graph = WrittenNetwork.all[0].graph
    guard case .convolution(var layer) = graph.nodes[1].operation else { return }
    layer.padding.before.y += 1
    graph.nodes[1].operation = .convolution(layer)
    #expect(
      throws: KerasWritingError.hasNoLayer(node: graph.nodes[1].name, what: "its padding")
    ) { try KerasModelWriter.bytes(of: WrittenNetwork.model(graph)) }
  }
}

@Suite struct `Training that goes on from a Keras file` {
  static func record(_ kind: OptimiserOptions.Kind, _ graph: Graph) -> TrainingRecord {
    var state = TrainingState(steps: 17, arrays: [:])
    var random = SeededRandom(seed: 3)
    func values(_ count: Int) -> [Float] {
      (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
    }
    for slot in kind == .sgd ? ["moment1"] : ["moment1", "moment2"] {
      for node in graph.nodes {
        switch node.operation {
        case .convolution(let layer):
          state.arrays["\(slot)/\(node.name)/kernel"] = values(layer.weights.count)
          state.arrays["\(slot)/\(node.name)/bias"] = values(layer.bias.count)
        case .depthwiseConvolution(let layer):
          state.arrays["\(slot)/\(node.name)/kernel"] = values(layer.weights.count)
        case .transposedConvolution(let layer):
          state.arrays["\(slot)/\(node.name)/kernel"] = values(layer.weights.count)
          state.arrays["\(slot)/\(node.name)/bias"] = values(layer.bias.count)
        case .batchNormalisation(let layer):
          state.arrays["\(slot)/\(node.name)/scale"] = values(layer.scale.count)
          state.arrays["\(slot)/\(node.name)/shift"] = values(layer.shift.count)
        default: break
        }
      }
    }
    var optimiser = OptimiserOptions(kind)
    optimiser.largestNorm = 1.5
    return TrainingRecord(optimiser: optimiser, state: state)
  }

  @Test(arguments: OptimiserOptions.Kind.allCases, [1, 2])
  func `has the optimiser as it was`(kind: OptimiserOptions.Kind, network: Int) throws {
    let folder = try TemporaryFolder()
    let graph = WrittenNetwork.all[network].graph
    let record = Self.record(kind, graph)
    let path = folder.file("m.h5")
    try KerasModelWriter().write(WrittenNetwork.model(graph), training: record, to: path)
    #expect(try KerasModelReader().readTraining(path) == record)
    #expect(try KerasModelReader().read(path).graph == graph)
  }

  @Test func `is not there where the model was saved without`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("m.h5")
    try KerasModelWriter().write(WrittenNetwork.model(WrittenNetwork.all[0].graph), to: path)
    #expect(try KerasModelReader().readTraining(path) == nil)
  }
}
