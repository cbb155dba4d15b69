import EngineCore
import Glibc
import NeuralGraph
import ONNXModel
import SystemIO
import Testing
import VolumeCore
import VolumeTesting

/// Networks of every kind that are made here.
struct Network: CustomTestStringConvertible, Sendable {
  var name: String
  var graph: Graph
  var testDescription: String { name }

  init(_ name: String, _ change: (inout UNetOptions) -> Void) {
    var options = UNetOptions()
    options.filters = 2
    options.depth = 2
    change(&options)
    self.name = name
    graph = options.graph(seed: 7)
  }

  init(_ name: String, _ graph: Graph) {
    self.name = name
    self.graph = graph
  }

  static let all: [Network] =
    [
      Network("plain") { _ in },
      Network("volume") { $0.isVolumetric = true },
      Network("modular") {
        $0 = .modular
        $0.filters = 2
        $0.depth = 2
      },
      Network("nearest") {
        // A depthwise convolution of one channel is read as a dense one.
        $0.inputChannels = 3
        $0.up = .nearest
        $0.separable = true
        $0.width = .modular
      },
      Network("layers") {
        $0.inputChannels = 5
        $0.norm = .none
      },
      Network("normalised", normalised),
    ]
    + UNetPreset.allCases.map { preset in
      Network("preset-\(preset.rawValue)") {
        $0 = preset.options
        $0.filters = 2
        $0.depth = 2
      }
    }

  /// Norms whose statistics are the value's own.
  private static let normalised: Graph = {
    var net = GraphBuilder(channels: 1, seed: 3)
    func norm(_ groups: Int, _ extent: GroupNormalisation.Extent) -> Operation {
      .groupNormalisation(
        GroupNormalisation(
          groups: groups, scale: [0.5, 1, 1.5, 2], shift: [0.1, 0, -0.1, 0.2], epsilon: 1e-4,
          extent: extent))
    }
    net.convolution("conv", kernel: 3, outputs: 4)
    net.add("instance", norm(4, .layer))
    net.convolution("conv2", kernel: 3, outputs: 4)
    net.add("group", norm(2, .layer))
    net.relu("relu")
    net.add("channels", norm(1, .voxel))
    net.convolution("out", kernel: 1, outputs: 3)
    net.add("softmax", .softmax)
    return net.graph
  }()

  var model: Model {
    let card = ModelCard(
      name: name, classes: LabelClass.unnamed(count: graph.classCount),
      normalisation: Normalisation(low: 3, high: 250, clips: true), voxelType: .uint8,
      greyHistogram: nil, document: ["licence": "CC0"])
    return Model(graph: graph, card: card, hasCard: true, path: "", hash: "", format: "")
  }

  /// An input of extents that are multiples of the stride, and what the network makes of it.
  var example: (input: FeatureMap, output: FeatureMap) {
    var random = SeededRandom(seed: 11)
    // What is left of them without padding must be even down to the coarsest level.
    let isCut = graph.nodes.contains { if case .crop = $0.operation { true } else { false } }
    let shape = Shape3(
      z: graph.layersAsChannels ?? (graph.isPlanar ? 1 : isCut ? 44 : 8), y: isCut ? 44 : 20,
      x: isCut ? 52 : 28)
    let channels = graph.inputChannels
    let input = FeatureMap(
      shape: shape, channels: channels,
      values: (0..<(shape.voxelCount * channels)).map { _ in Float.random(in: 0...1, using: &random)
      })
    return (input, ReferenceDevice().run(graph, input))
  }
}

@Suite struct `A model written as ONNX` {
  @Test(arguments: Network.all)
  func `is read as the network that was written`(network: Network) throws {
    let read = try ONNXModelReader().load(ONNXModelWriter.bytes(of: network.model))
    #expect(read.graph.parameterCount == network.graph.parameterCount)
    #expect(read.graph.classCount == network.graph.classCount)
    // Noise is nothing in ONNX; all else is there, by its name.
    let kept = network.graph.nodes.filter {
      if case .gaussianNoise = $0.operation { false } else { true }
    }
    #expect(read.graph.nodes.map(\.name) == kept.map(\.name))
    #expect(read.graph.nodes.map(\.operation) == kept.map(\.operation))
    let (input, output) = network.example
    // The layers that are the input's channels are read as channels.
    let stack =
      read.graph.inputChannels == input.channels ? read.graph : try read.graph.forGreyScans()
    #expect(ReferenceDevice().run(stack, input).values == output.values)
  }

  @Test(arguments: Network.all)
  func `brings its card along, in the file and beside it`(network: Network) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("net.onnx")
    try ONNXModelWriter().write(network.model, to: path)
    let read = try ONNXModelReader().read(path)
    #expect(read.hasCard)
    #expect(read.card.name == network.name)
    #expect(read.card.normalisation == network.model.card.normalisation)
    #expect(read.card.document["licence"] == "CC0")
    let beside = try contents(ofFile: folder.file("net.json"))
    #expect(JSONValue(parsing: beside) == read.card.json)
  }

  @Test func `is the same whenever it is written`() throws {
    let model = Network.all[0].model
    #expect(try ONNXModelWriter.bytes(of: model) == ONNXModelWriter.bytes(of: model))
  }

  @Test func `is refused where the card is another network's`() {
    var model = Network.all[0].model
    model.card.classes.removeLast()
    #expect(throws: ONNXWritingError.classesDiffer(card: 2, network: 3)) {
      try ONNXModelWriter.bytes(of: model)
    }
  }

  /// For Tools/check.d/interop_onnx.py, which has onnxruntime compute the same.
  @Test(.enabled(if: folderForOthers != nil), arguments: Network.all)
  func `is given to others`(network: Network) throws {
    let folder = try #require(folderForOthers)
    try ONNXModelWriter().save(network.model, to: "\(folder)/\(network.name).onnx")
    let (input, output) = network.example
    for (name, map) in [("input", input), ("output", output)] {
      let bytes = map.values.flatMap { value in
        (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt32($0))) }
      }
      try writeFileAtomically("\(folder)/\(network.name).\(name).bin", bytes)
      let shape = [map.shape.z, map.shape.y, map.shape.x, map.channels].map {
        JSONValue.integer($0)
      }
      try writeFileAtomically(
        "\(folder)/\(network.name).\(name).json", Array(JSONValue.array(shape).text().utf8))
    }
  }
}

/// Where what is written is to stay.
private let folderForOthers = unsafe getenv("T2S_ONNX_WRITTEN").map { unsafe String(cString: $0) }
