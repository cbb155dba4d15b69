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

  /// Convolutions padded as other frameworks do: by as much before as behind, whatever the stride.
  static var oddlyPadded: Graph {
    var net = GraphBuilder(channels: 1, seed: 2)
    let one = Shape3(z: 0, y: 1, x: 1)
    net.add(
      "strided",
      .convolution(
        Convolution(
          kernel: Shape3(z: 1, y: 3, x: 3), stride: Shape3(z: 1, y: 2, x: 2),
          padding: Padding(before: one, after: one), inputs: 1, outputs: 2,
          weights: (0..<18).map { Float($0) / 18 }, bias: [0, 1])), outputs: 2)
    net.convolution("out", kernel: 1, outputs: 3)
    net.add("out/softmax", .softmax)
    return net.graph
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
        testDescription: "shared encoder",
        graph: options {
          $0 = UNetPreset.vanilla03.options
          ($0.filters, $0.depth, $0.dimension) = (1, 1, .sharedEncoder(3))
        }, input: Shape3(z: 3, y: 8, x: 8)),
      WrittenNetwork(
        testDescription: "shared network",
        graph: options {
          $0 = UNetPreset.vanilla00.options
          ($0.filters, $0.depth, $0.dimension) = (1, 1, .sharedNetwork(5))
        }, input: Shape3(z: 5, y: 8, x: 8)),
      WrittenNetwork(
        testDescription: "without padding",
        graph: options {
          ($0.edge, $0.residual, $0.residualKernel) = (.valid, true, 1)
        }, input: Shape3(z: 1, y: 20, x: 24)),
      WrittenNetwork(
        testDescription: "layer norm", graph: options { $0.norm = .layerOverChannels }, input: flat),
      WrittenNetwork(
        testDescription: "instance norm", graph: options { $0.norm = .layerOverSpace }, input: flat),
      WrittenNetwork(testDescription: "odd padding", graph: oddlyPadded, input: flat),
      WrittenNetwork(
        testDescription: "separable volume",
        graph: options {
          $0.isVolumetric = true
          $0.separable = true
        }, input: Shape3(z: 4, y: 6, x: 8)),
      WrittenNetwork(
        testDescription: "volume", graph: options { $0.isVolumetric = true },
        input: Shape3(z: 4, y: 6, x: 8)),
    ]
  }()
}

extension Graph {
  /// The nodes by their names, with the names of what they take: what a file must keep. Keras lists
  /// layers in an order of its own.
  fileprivate var inOrderOfNames: [String: NamedNode] {
    Dictionary(
      nodes.enumerated().map { index, node in
        (
          index == output ? "(output) \(node.name)" : node.name,
          NamedNode(operation: node.operation, inputs: node.inputs.map { nodes[$0].name })
        )
      }
    ) { first, _ in first }
  }
}

private struct NamedNode: Hashable {
  var operation: NeuralGraph.Operation
  var inputs: [String]
}

@Suite struct `A model written for Keras` {
  @Test(arguments: WrittenNetwork.all, [".h5", ".keras"])
  func `is the model that was written`(network: WrittenNetwork, ending: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("m.v1\(ending)")
    let model = WrittenNetwork.model(network.graph)
    try KerasModelWriter().write(model, to: path)
    let read = try KerasModelReader().read(path)
    #expect(read.graph.inOrderOfNames == network.graph.inOrderOfNames)
    #expect(read.graph.fingerprint == network.graph.fingerprint)
    #expect(read.hasCard && read.card.classes == model.card.classes)
    #expect(read.card.name == "written" && read.card.document["licence"] == "CC0")
    #expect(read.card.normalisation == model.card.normalisation)
    #expect(read.card.voxelType == .uint16 && read.card.greyHistogram == Array(0..<256))
    #expect(Set(try names(inFolder: folder.path)) == ["m.v1\(ending)", "m.v1.json"])
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
    #expect(read.graph.inOrderOfNames == source.graph.inOrderOfNames)
    #expect(read.graph.parameterCount == source.graph.parameterCount)
  }

  @Test func `replaces another, and leaves it where it cannot`() throws {
    let folder = try TemporaryFolder()
    let writer = KerasModelWriter()
    let path = folder.file("m.h5")
    let (first, second) = (WrittenNetwork.all[0].graph, WrittenNetwork.all[1].graph)
    try writer.write(WrittenNetwork.model(first), to: path)
    try writer.write(WrittenNetwork.model(second), to: path)
    #expect(try KerasModelReader().read(path).graph.inOrderOfNames == second.inOrderOfNames)
    var wrong = WrittenNetwork.model(first)
    wrong.card.classes.removeLast()
    #expect(throws: KerasWritingError.classesDiffer(card: 2, network: 3)) {
      try writer.save(wrong, to: path)
    }
    #expect(try KerasModelReader().read(path).graph.inOrderOfNames == second.inOrderOfNames)
    #expect(throws: Explanation.self) {
      try writer.write(WrittenNetwork.model(first), to: folder.file("missing/m.h5"))
    }
  }

  @Test func `says what Keras has no layer for`() {
    var net = GraphBuilder(channels: 1, seed: 1)
    net.transposedConvolution("up", kernel: 3, outputs: 2)
    guard case .transposedConvolution(var layer) = net.graph.nodes[1].operation else { return }
    layer.crop.before.y = 1
    layer.crop.after.y = 0
    var graph = net.graph
    graph.nodes[1].operation = .transposedConvolution(layer)
    #expect(throws: KerasWritingError.hasNoLayer(node: "up", what: "what it cuts off")) {
      try KerasModelWriter.bytes(of: WrittenNetwork.model(graph))
    }
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

  @Test(arguments: OptimiserOptions.Kind.allCases, ["1.h5", "2.h5", "1.keras", "2.keras"])
  func `has the optimiser as it was`(kind: OptimiserOptions.Kind, network: String) throws {
    let folder = try TemporaryFolder()
    let graph = WrittenNetwork.all[network.hasPrefix("1") ? 1 : 2].graph
    let record = Self.record(kind, graph)
    let path = folder.file(network)
    // An archive has the arrays of Keras's own optimisers alone.
    guard kind != .adaBelief || network.hasSuffix("h5") else { return }
    try KerasModelWriter().write(WrittenNetwork.model(graph), training: record, to: path)
    #expect(try KerasModelReader().readTraining(path) == record)
    #expect(
      try KerasModelReader().read(path).graph.inOrderOfNames == graph.inOrderOfNames)
  }

  @Test func `is not there where the model was saved without`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("m.h5")
    try KerasModelWriter().write(WrittenNetwork.model(WrittenNetwork.all[0].graph), to: path)
    #expect(try KerasModelReader().readTraining(path) == nil)
  }
}

@Suite struct `Training that Keras began` {
  static let index: JSONValue = {
    guard let bytes = try? contents(ofFile: Fixtures.path("training.json")) else { return .null }
    return JSONValue(parsing: bytes) ?? .null
  }()

  static let files = (index["files"]?.object ?? [:]).keys.sorted()

  @Test func `is there as each Keras writes it`() { #expect(Self.files.count == 5) }

  @Test(arguments: files)
  func `is read with its steps and moments`(file: String) throws {
    let record = try #require(try KerasModelReader().readTraining(Fixtures.path(file)))
    #expect(record.state.steps == Self.index["steps"]?.integer)
    let kind: OptimiserOptions.Kind = file.hasPrefix("adabelief") ? .adaBelief : .adam
    #expect(record.optimiser.kind == kind && record.optimiser.isRectified == (kind == .adaBelief))
    // Keras 3 does not always say in an archive which optimiser its arrays are of.
    #expect(record.optimiser.beta2 == (file.hasSuffix(".keras") ? 0.999 : 0.99))
    let sums = Self.index["files"]?[file]?.object ?? [:]
    #expect(Set(record.state.arrays.keys) == Set(sums.keys) && sums.count == 18)
    for (path, sum) in sums {
      let found = record.state.arrays[path]?.reduce(0.0) { $0 + Double($1) } ?? .nan
      #expect(abs(found - (sum.number ?? .nan)) < 1e-6, "\(path)")
    }
  }
}
