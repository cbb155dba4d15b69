import HDF5Library
import KerasModel
import NeuralGraph
import Testing
import VolumeCore

/// Faults of a model's description, made by changing that of a good model.
@Suite struct `A model's description` {
  static let path = Fixtures.path("plain.keras3.h5")

  /// The description of the plain network, after `change`.
  func graph(
    of file: String = "plain.keras3.h5", changing change: (inout JSONValue) -> Void
  ) throws -> Graph {
    var document = try #require(Self.documents[file] ?? nil)
    change(&document)
    return try KerasModelReader.graph(describedBy: document, weightsIn: Fixtures.path(file))
  }

  static let documents: [String: JSONValue?] = {
    var documents: [String: JSONValue?] = [:]
    for file in ["plain.keras2.h5", "plain.keras3.h5"] {
      let file5 = try? HDF5File(readingFrom: Fixtures.path(file))
      let text = try? file5?.strings(ofAttribute: "model_config")?.first
      documents[file] = text.flatMap { JSONValue(parsing: $0) }
    }
    return documents
  }()

  /// The plain network with one option of one layer changed.
  func graph(layer: String, _ option: String, _ value: JSONValue) throws -> Graph {
    try graph { $0.change(layer: layer) { $0["config", option] = value } }
  }

  @Test func `makes a graph`() throws {
    #expect(try graph { _ in }.classCount == 3)
  }

  @Test(
    arguments: [
      ("enc-block-0-conv1", "dilation_rate", [2, 2]), ("enc-block-0-conv1", "groups", 2),
      ("enc-block-0-conv1", "data_format", "channels_first"),
      ("enc-block-0-conv1", "padding", "causal"), ("enc-block-0-conv1", "activation", "gelu"),
      ("enc-block-0-conv1", "kernel_size", [0, 3]), ("enc-block-0-conv1", "strides", [-1, 1]),
      ("enc-block-0-conv1", "filters", .integer(Int.max)),
      ("enc-block-0-conv1", "kernel_size", .array([.integer(Int.max), 3])),
      ("enc-block-0-conv1-bn", "axis", 1), ("enc-block-0-conv1-relu", "max_value", 6),
      ("enc-block-0-conv1-relu", "negative_slope", 0.5), ("enc-block-0-DOWN", "strides", [1, 1]),
      ("dec-block-0-UP", "output_padding", [1, 1]), ("dec-block-0-UP", "strides", [3, 3]),
      ("concatenate_0", "axis", 1),
    ] as [(String, String, JSONValue)])
  func `with an option that is not computed is refused`(
    layer: String, option: String, value: JSONValue
  ) {
    #expect(
      throws: KerasModelError.unsupportedOption(layer: layer, option: option, value: value.text())
    ) { try graph(layer: layer, option, value) }
  }

  @Test(
    arguments: [
      ("enc-block-0-conv1", "filters", "many"), ("enc-block-0-conv1", "kernel_size", [3]),
      ("enc-block-0-conv1", "use_bias", "yes"), ("enc-block-0-conv1-bn", "epsilon", .null),
      ("input", "batch_shape", .null), ("input", "batch_shape", [.null, .null, .null, .null]),
    ] as [(String, String, JSONValue)])
  func `without an option, or with one of another form, is refused`(
    layer: String, option: String, value: JSONValue
  ) throws {
    let error = #expect(throws: KerasModelError.self) { try graph(layer: layer, option, value) }
    guard case .configLacks(_, layer) = try #require(error) else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `of one dimension, or of two and three at once, is refused`() {
    #expect(throws: KerasModelError.inputRank(3, name: "input")) {
      try graph(layer: "input", "batch_shape", [.null, .null, 1])
    }
    #expect(
      throws: KerasModelError.wrongDimensions(
        kind: "Conv2D", name: "enc-block-0-conv1", input: 3)
    ) { try graph(layer: "input", "batch_shape", [.null, .null, .null, .null, 1]) }
    #expect(throws: KerasModelError.wrongDimensions(kind: "Conv3D", name: "out", input: 2)) {
      try graph { $0.change(layer: "out") { $0["class_name"] = "Conv3D" } }
    }
    #expect(throws: KerasModelError.wrongDimensions(kind: "Conv1D", name: "out", input: 2)) {
      try graph { $0.change(layer: "out") { $0["class_name"] = "Conv1D" } }
    }
  }

  @Test(arguments: ["plain.keras2.h5", "plain.keras3.h5"])
  func `with several inputs or outputs is refused`(file: String) {
    let two: JSONValue = [["input", 0, 0], ["other", 0, 0]]
    #expect(throws: KerasModelError.inputCount(["input", "other"])) {
      try graph(of: file) { $0["config", "input_layers"] = two }
    }
    #expect(throws: KerasModelError.outputCount(["input", "other"])) {
      try graph(of: file) { $0["config", "output_layers"] = two }
    }
    #expect(throws: KerasModelError.outputCount([])) {
      try graph(of: file) { $0["config", "output_layers"] = [] }
    }
  }

  @Test func `whose layers wait for each other, or for none, is refused`() {
    #expect(
      throws: KerasModelError.inputIsMissing(layer: "enc-block-0-conv1", input: "out")
    ) {
      try graph {
        $0.change(layer: "enc-block-0-conv1") { $0["inbound_nodes"] = [[["out", 0, 0]]] }
      }
    }
    #expect(
      throws: KerasModelError.inputIsMissing(layer: "enc-block-0-conv1", input: "nowhere")
    ) {
      try graph {
        $0.change(layer: "enc-block-0-conv1") { $0["inbound_nodes"] = [[["nowhere", 0, 0]]] }
      }
    }
    #expect(throws: KerasModelError.inputIsMissing(layer: "the output", input: "nowhere")) {
      try graph { $0["config", "output_layers"] = ["nowhere", 0, 0] }
    }
  }

  @Test func `may list its layers in any order`() throws {
    let given = try graph { _ in }
    let reversed = try graph { document in
      document["config", "layers"] = .array((document["config"]?["layers"]?.array ?? []).reversed())
    }
    #expect(reversed.parameterCount == given.parameterCount)
    #expect(reversed.reach == given.reach)
  }

  @Test func `that joins what does not fit is refused`() {
    #expect(throws: KerasModelError.graph(.resolutionsDisagree(node: "concatenate_0"))) {
      try graph {
        $0.change(layer: "concatenate_0") {
          $0["inbound_nodes"] = [[["enc-block-0-DOWN", 0, 0], ["enc-block-0-conv2-relu", 0, 0]]]
        }
      }
    }
  }

  @Test(arguments: ["", "Model3000"])
  func `of another kind of model is refused`(kind: String) {
    #expect(throws: KerasModelError.unknownModel(kind: kind)) {
      try graph { $0["class_name"] = .string(kind) }
    }
  }

  @Test(arguments: [.null, [], "text", ["config": 3], ["class_name": "Sequential"]] as [JSONValue])
  func `that is something else is refused`(document: JSONValue) {
    #expect(throws: KerasModelError.self) {
      try KerasModelReader.graph(describedBy: document, weightsIn: Self.path)
    }
  }

  @Test func `that names two layers alike is refused`() {
    #expect(throws: KerasModelError.self) {
      try graph { $0.change(layer: "enc-block-0-conv1") { $0["name"] = "out" } }
    }
  }
}

extension JSONValue {
  /// The member at a path of keys, to be changed; what is not there is made.
  subscript(path: String...) -> JSONValue {
    get { path.reduce(self) { $0[$1] ?? .null } }
    set { set(path[...], newValue) }
  }

  private mutating func set(_ path: ArraySlice<String>, _ value: JSONValue) {
    guard let key = path.first else {
      self = value
      return
    }
    var members = object ?? [:]
    var member = members[key] ?? .null
    member.set(path.dropFirst(), value)
    members[key] = member
    self = .object(members)
  }

  /// Changes the description of one layer.
  mutating func change(layer: String, _ change: (inout JSONValue) -> Void) {
    var layers = self["config"]?["layers"]?.array ?? []
    for index in layers.indices where layers[index]["config"]?["name"]?.string == layer {
      change(&layers[index])
    }
    self["config", "layers"] = .array(layers)
  }
}
