import EngineCore
import HDF5Library
import KerasModel
import NeuralGraph
import SystemIO
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `A Keras model` {
  let reader = KerasModelReader()

  /// Scores are probabilities; what remains is the order in which single-precision sums are taken.
  static let scoreTolerance: Float = 1e-4

  @Test func `has fixtures of both writers`() {
    #expect(Set(Fixtures.saved.map(\.writer)) == ["keras2", "keras3"])
    #expect(Fixtures.saved.count >= 10)
    #expect(Fixtures.faulty.count >= 10)
  }

  /// All but the one on odd extents: there Keras's padding depends on the extent. Here extents are
  /// filled up to multiples of the stride first, as they are in "uneven-filled".
  static let saved = Fixtures.saved.filter { !$0.file.hasPrefix("uneven.") }

  @Test(arguments: saved)
  func `gives the scores that Keras gives, with as many parameters`(saved: Fixtures.Saved) throws {
    let model = try reader.read(Fixtures.path(saved.file))
    #expect(model.graph.parameterCount.total == saved.parameters)
    #expect(model.graph.inputChannels == saved.inputShape[3])
    #expect(model.graph.classCount == saved.outputShape[3])
    #expect(model.format == (saved.writer == "keras2" ? "Keras 2 (HDF5)" : "Keras 3 (HDF5)"))
    let (height, width) = (saved.inputShape[1], saved.inputShape[2])
    let input = FeatureMap(
      shape: Shape3(z: 1, y: height, x: width), channels: saved.inputShape[3],
      values: try Fixtures.floats(saved.input))
    #expect(
      try model.graph.shapes(forInput: input.shape)[model.graph.output]
        == Shape3(z: 1, y: saved.outputShape[1], x: saved.outputShape[2]))
    let expected = try Fixtures.floats(saved.output)
    for graph in [model.graph, model.graph.simplified()] {
      let scores = ReferenceDevice().run(graph, input)
      #expect(scores.values.count == expected.count)
      let largest = zip(scores.values, expected).map { abs($0 - $1) }.max() ?? .nan
      #expect(largest < Self.scoreTolerance)
    }
  }

  @Test func `without a card has classes without names`() throws {
    let model = try reader.read(Fixtures.path("plain.keras3.h5"))
    #expect(!model.hasCard)
    #expect(model.card.classes == LabelClass.unnamed(count: 3))
    #expect(model.card.normalisation == nil)
    #expect(model.card.name == "plain.keras3")
  }

  @Test func `has a hash that tells it from others`() throws {
    let first = try reader.read(Fixtures.path("shared.keras3.h5")).hash
    #expect(try reader.read(Fixtures.path("shared.keras3.h5")).hash == first)
    #expect(try reader.read(Fixtures.path("shared.keras2.h5")).hash != first)
    #expect(first.count == 16)
  }

  @Test(arguments: [
    ("a.h5", true), ("A.H5", true), ("a.hdf5", true), ("a.keras", true), ("a.onnx", false),
    ("h5", false),
  ])
  func `is recognised by its name`(name: String, expected: Bool) {
    #expect(reader.recognises(name) == expected)
  }
}

/// The model that is shipped, where it has been made.
@Suite(.enabled(if: kind(ofPath: shippedModel) != .missing, "Samples/default.h5 is not there"))
struct `The default model` {
  @Test func `has its 121403 trainable weights and its card`() throws {
    let model = try KerasModelReader().load(shippedModel)
    #expect(model.graph.parameterCount.trainable == 121_403)
    #expect(model.hasCard)
    #expect(model.card.classes.map(\.name) == ["matrix", "fibre", "porosity"])
    #expect(model.graph.totalStride == Shape3(z: 1, y: 8, x: 8))
    #expect(model.graph.reach.before == Shape3(z: 0, y: 51, x: 51))
  }
}

private let shippedModel = Fixtures.folder + "/../../../Samples/default.h5"

@Suite struct `A file that is no Keras model` {
  let reader = KerasModelReader()

  @Test(arguments: Fixtures.faulty)
  func `is refused with its fault, its place and what to do`(faulty: Fixtures.Faulty) throws {
    let path = Fixtures.path(faulty.file)
    let explanation = #expect(throws: Explanation.self) { try reader.read(path) }
    let words = try #require(explanation)
    #expect(words.kind == .input)
    #expect(words.what.contains(path))
    #expect(!words.remedy.isEmpty)
    if let layer = faulty.layer { #expect(words.what.contains("'\(layer)'")) }
    let error = #expect(throws: KerasModelError.self) { try reader.load(path) }
    #expect(Self.matches(try #require(error), faulty), "\(words.what)")
  }

  static func matches(_ error: KerasModelError, _ faulty: Fixtures.Faulty) -> Bool {
    switch (faulty.fault, error) {
    case ("unknown layer", .unknownLayer(let kind, let name, _, _)),
      ("unknown layer", .normalisesOverSpace(let kind, let name, _, _)):
      kind == faulty.kind && name == faulty.layer
    case ("weights are missing", .weightsMissing(let layer, _)): layer == faulty.layer
    case ("weights have a wrong shape", .weightsOfWrongShape(let layer, _, _, _)):
      layer == faulty.layer
    case ("no model", .noModel), ("no model", .configIsNotJSON): true
    case ("no HDF5 file", .hdf5(.library(.notHDF5))),
      ("no HDF5 file", .hdf5(.library(.cannotOpen))):
      true
    default: false
    }
  }

  @Test(arguments: ["keras2", "keras3"])
  func `says the place of an unknown layer and both shapes of wrong weights`(writer: String) {
    #expect(
      throws: KerasModelError.unknownLayer(
        kind: "AveragePooling2D", name: "middle", number: 3, count: 4)
    ) { try reader.load(Fixtures.path("unknown-layer.\(writer).h5")) }
    #expect(
      throws: KerasModelError.weightsOfWrongShape(
        layer: "first", weight: "kernel", wanted: [3, 3, 1, 2], found: [5, 5, 1, 2])
    ) { try reader.load(Fixtures.path("wrong-shape.\(writer).h5")) }
    #expect(throws: KerasModelError.weightsMissing(layer: "out", weight: "kernel")) {
      try reader.load(Fixtures.path("missing-weights.\(writer).h5"))
    }
  }

  @Test(
    arguments: [
      ("moving_variance", -1), ("moving_variance", .infinity), ("moving_mean", .nan),
      ("gamma", -.infinity),
    ] as [(String, Float)])
  func `is one with weights that no training gave`(weight: String, value: Float) throws {
    let source = Fixtures.path("plain.keras2.h5")
    let layer = "enc-block-0-conv1-bn"
    let numbers = try HDF5File(readingFrom: source)
      .floats(ofDataset: "model_weights/\(layer)/\(layer)/\(weight):0", limit: 2)
    func bytes(_ values: [Float]) -> [UInt8] {
      values.flatMap { value in (0..<4).map { UInt8(value.bitPattern >> (8 * $0) & 0xFF) } }
    }
    var file = try contents(ofFile: source)
    let place = try #require(file.firstRange(of: bytes(numbers)))
    file.replaceSubrange(place, with: bytes([numbers[0], value]))
    let folder = try TemporaryFolder()
    try writeFileAtomically(folder.file("m.h5"), file)
    #expect(throws: KerasModelError.weightsOutOfRange(layer: layer, weight: weight)) {
      try KerasModelReader().load(folder.file("m.h5"))
    }
  }

  @Test func `may not be there, or be a folder`() throws {
    #expect(throws: KerasModelError.self) { try reader.load(Fixtures.path("missing.h5")) }
    #expect(throws: KerasModelError.self) { try reader.load(Fixtures.folder) }
  }
}
