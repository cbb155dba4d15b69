import EngineCore
import NeuralGraph
import ONNXModel
import SystemIO
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `An ONNX model` {
  let reader = ONNXModelReader()

  @Test func `has fixtures of several exporters`() {
    #expect(
      Set(Fixtures.exported.map(\.writer)).isSuperset(
        of: ["torch script", "torch dynamo", "tf2onnx", "hand"]))
    #expect(Fixtures.exported.count >= 40)
    #expect(Fixtures.faulty.count >= 15)
  }

  @Test(arguments: Fixtures.exported)
  func `gives the probabilities that onnxruntime gives`(exported: Fixtures.Exported) throws {
    let model = try reader.read(Fixtures.path(exported.file))
    if let parameters = exported.parameters {
      #expect(model.graph.parameterCount.trainable == parameters)
    }
    let shape = exported.inputShape
    let input = try FeatureMap(
      shape: Shape3(z: shape[0], y: shape[1], x: shape[2]), channels: shape[3],
      values: Fixtures.floats("\(exported.name).input.bin"))
    // Networks of colours or bands are compared too, though no scan has any.
    let graph = (try? model.graph.forGreyScans()) ?? model.graph
    // A 2.5D network has become one of a stack of layers: theirs are the channels of the input.
    let stack = try stacked(input, for: graph)
    let scores = ReferenceDevice().run(graph.simplified(), stack)
    let expected = try Fixtures.floats("\(exported.name).output.bin")
    if exported.end == "argmax" {
      let labels = (0..<(scores.values.count / scores.channels)).map { voxel in
        let own = scores.values[(voxel * scores.channels)..<((voxel + 1) * scores.channels)]
        return Float((own.firstIndex(of: own.max() ?? 0) ?? 0) - own.startIndex)
      }
      #expect(labels == expected)
      return
    }
    #expect(scores.values.count == expected.count)
    let largest = zip(scores.values, expected).map { abs($0 - $1) }.max() ?? .nan
    // What remains is the order in which single-precision sums are taken.
    #expect(largest < exported.tolerance)
    // A test that all-equal probabilities pass would say little.
    #expect((expected.max() ?? 0) - (expected.min() ?? 0) > 0.05)
  }

  private func stacked(_ input: FeatureMap, for graph: Graph) throws -> FeatureMap {
    guard graph.inputChannels != input.channels else { return input }
    let voxels = input.shape.voxelCount
    return FeatureMap(
      shape: Shape3(z: input.channels, y: input.shape.y, x: input.shape.x), channels: 1,
      values: (0..<input.channels).flatMap { channel in
        (0..<voxels).map { input.values[$0 * input.channels + channel] }
      })
  }

  @Test(arguments: [("a.onnx", true), ("A.ONNX", true), ("a.h5", false), ("onnx", false)])
  func `is recognised by its name`(name: String, expected: Bool) {
    #expect(reader.recognises(name) == expected)
  }

  @Test func `without a card has classes without names`() throws {
    let model = try reader.read(Fixtures.path("plain.script17.onnx"))
    #expect(!model.hasCard)
    #expect(model.card.classes == LabelClass.unnamed(count: 3))
    #expect(model.card.normalisation == nil)
    #expect(model.card.name == "plain.script17")
    #expect(model.format.hasPrefix("ONNX (opset 17 by pytorch"))
  }

  @Test func `of bytes normalises them by itself`() throws {
    let card = try reader.read(Fixtures.path("bytes.onnx")).card
    #expect(card.normalisation == Normalisation(low: 0, high: 1, clips: false))
  }

  @Test func `brings its card in its properties, or beside it`() throws {
    let inside = try reader.read(Fixtures.path("carded.onnx"))
    #expect(inside.hasCard)
    #expect(inside.card.classes.map(\.name) == ["air", "paper"])
    #expect(inside.card.normalisation == Normalisation(low: 10, high: 200, clips: false))
    // Its axes are listed from x: the kernel is turned.
    let plain = try graph(Fixtures.path("half.onnx"))
    #expect(inside.graph.nodes.count == plain.nodes.count)

    let folder = try TemporaryFolder()
    try writeFileAtomically(
      folder.file("m.onnx"), try contents(ofFile: Fixtures.path("plain.fixed.onnx")))
    let card: JSONValue = [
      "version": 1, "name": "beside",
      "classes": [
        ["value": 0, "name": "a"], ["value": 1, "name": "b"], ["value": 2, "name": "c"],
      ],
    ]
    try writeFileAtomically(folder.file("m.json"), Array(card.text().utf8))
    #expect(try reader.read(folder.file("m.onnx")).card.name == "beside")
    try writeFileAtomically(folder.file("m.json"), Array("{}".utf8))
    #expect(throws: ONNXModelError.card(.version(nil), place: folder.file("m.json"))) {
      try reader.load(folder.file("m.onnx"))
    }
  }

  private func graph(_ path: String) throws -> Graph { try reader.load(path).graph }

  @Test func `has a hash that its weights in another file are part of`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("m.onnx")
    try writeFileAtomically(path, try contents(ofFile: Fixtures.path("beside.onnx")))
    var weights = try contents(ofFile: Fixtures.path("beside.weights"))
    try writeFileAtomically(folder.file("beside.weights"), weights)
    let first = try reader.read(path).hash
    #expect(try reader.read(path).hash == first)
    weights[70] ^= 1
    try writeFileAtomically(folder.file("beside.weights"), weights)
    #expect(try reader.read(path).hash != first)
  }

  @Test func `keeps batch norms and bias that the exporter kept`() throws {
    let graph = try reader.load(Fixtures.path("plain.kept.onnx")).graph
    let norms = graph.nodes.filter {
      if case .batchNormalisation = $0.operation { true } else { false }
    }
    #expect(norms.count == 10)
    #expect(graph.nodes.first?.name == "input")
  }
}

@Suite struct `A file that is no ONNX model that is computed` {
  @Test(arguments: Fixtures.faulty)
  func `is refused with its fault, its place and what to do`(faulty: Fixtures.Faulty) throws {
    let path = Fixtures.path(faulty.file)
    let explanation = #expect(throws: Explanation.self) { try ONNXModelReader().read(path) }
    let words = try #require(explanation)
    #expect(words.kind == .input)
    #expect(words.what.contains(path))
    #expect(!words.remedy.isEmpty)
    if let node = faulty.node, !["input count", "output count", "opset"].contains(faulty.fault) {
      #expect(words.what.contains("'\(node)'"), "\(words.what)")
    }
    let error = #expect(throws: ONNXModelError.self) { try ONNXModelReader().load(path) }
    #expect(Self.fault(try #require(error)) == faulty.fault, "\(words.what)")
  }

  static func fault(_ error: ONNXModelError) -> String {
    switch error {
    case .unsupportedOption: "unsupported option"
    case .unknownOperator: "unknown operator"
    case .axesDisagree: "axes disagree"
    case .inputIsMissing: "input is missing"
    case .weightsOutOfRange: "weights out of range"
    case .inputCount: "input count"
    case .outputCount: "output count"
    case .opset: "opset"
    case .noModel: "no model"
    case .hasNoGraph: "no graph"
    case .outsideFolder: "outside folder"
    case .outsideFile: "outside file"
    default: "another: \(error)"
    }
  }
}

@Suite struct `A damaged ONNX model` {
  static let seeds = [
    "plain.script9.onnx", "resize-0.onnx", "group.script.onnx", "sliced.script.onnx",
  ]

  @Test(arguments: seeds) func `is refused wherever it ends early`(name: String) throws {
    let bytes = try contents(ofFile: Fixtures.path(name))
    let step = max(1, bytes.count / 2000)
    for end in stride(from: 0, to: bytes.count, by: step) {
      #expect(throws: ONNXModelError.self) { try ONNXModelReader().load(Array(bytes[..<end])) }
    }
  }

  @Test(arguments: seeds) func `never takes the tool along`(name: String) throws {
    let bytes = try contents(ofFile: Fixtures.path(name))
    Mutations(of: [bytes], count: 500).expectSurvival { _ = try ONNXModelReader().load($0) }
    // Every byte of the part that says what the network is.
    for place in stride(from: 0, to: min(bytes.count, 6000), by: 1) {
      var damaged = bytes
      damaged[place] = ~damaged[place]
      _ = try? ONNXModelReader().load(damaged)
    }
  }
}
