import VolumeCore

/// A layer as the model's description has it.
struct KerasLayer {
  /// Its name, which is also that of its weights.
  var name: String
  /// Its class: "Conv2D".
  var kind: String
  /// Its options.
  var options: LayerOptions
  /// The values that it takes, for each time that it is called.
  var calls: [[KerasValue]]
}

/// What a layer's call gave.
struct KerasValue: Hashable {
  /// The layer.
  var layer: String
  /// Which of its calls.
  var call: Int
}

/// A model's description: the JSON document in the attribute `model_config`, taken apart.
///
/// Keras 2 and 3 write it differently; both are understood here, so that nothing below need know.
struct KerasConfig {
  var layers: [KerasLayer]
  var input: KerasValue
  var output: KerasValue

  /// No network that is used for segmentation has more layers.
  private static let largestLayerCount = 4096

  init(_ document: JSONValue) throws(KerasModelError) {
    guard let kind = document["class_name"]?.string else {
      throw .configLacks("'class_name'", layer: nil)
    }
    guard let config = document["config"] else { throw .configLacks("'config'", layer: nil) }
    switch kind {
    case "Functional", "Model": try self.init(functional: config)
    case "Sequential": try self.init(sequential: config)
    default: throw .unknownModel(kind: kind)
    }
    var names: Set<String> = []
    for layer in layers where !names.insert(layer.name).inserted {
      throw .configLacks("second name for a second layer", layer: layer.name)
    }
  }

  private init(functional config: JSONValue) throws(KerasModelError) {
    layers = []
    for layer in try Self.layers(config) {
      var calls: [[KerasValue]] = []
      for call in layer["inbound_nodes"]?.array ?? [] { calls.append(Self.values(in: call)) }
      layers.append(try KerasLayer(layer, calls: calls))
    }
    let inputs = Self.values(in: config["input_layers"] ?? .null)
    guard inputs.count == 1 else { throw .inputCount(inputs.map(\.layer)) }
    let outputs = Self.values(in: config["output_layers"] ?? .null)
    guard outputs.count == 1 else { throw .outputCount(outputs.map(\.layer)) }
    (input, output) = (inputs[0], outputs[0])
  }

  private init(sequential config: JSONValue) throws(KerasModelError) {
    layers = []
    var documents = try Self.layers(config)
    guard let first = documents.first else { throw .configLacks("layers", layer: nil) }
    if first["class_name"]?.string != "InputLayer" {
      // The input's shape may be an option of the first layer, or of the model.
      let shape =
        first["config"]?["batch_input_shape"] ?? first["config"]?["batch_shape"]
        ?? config["build_input_shape"]
      guard let shape else { throw .configLacks("shape of the input", layer: nil) }
      documents.insert(
        ["class_name": "InputLayer", "config": ["name": "input", "batch_shape": shape]], at: 0)
    }
    for document in documents {
      let before = layers.last.map { [[KerasValue(layer: $0.name, call: 0)]] } ?? []
      layers.append(try KerasLayer(document, calls: before))
    }
    input = KerasValue(layer: layers[0].name, call: 0)
    output = KerasValue(layer: layers[layers.count - 1].name, call: 0)
  }

  private static func layers(_ config: JSONValue) throws(KerasModelError) -> [JSONValue] {
    guard let layers = config["layers"]?.array ?? config.array else {
      throw .configLacks("'layers'", layer: nil)
    }
    guard layers.count <= largestLayerCount else {
      throw .configLacks("reasonable number of layers (\(layers.count))", layer: nil)
    }
    return layers
  }

  /// The values that a part of the description refers to, in their order.
  ///
  /// Keras 2 writes a value as `["layer", call, 0, {}]`; Keras 3 as an object `__keras_tensor__`
  /// whose `keras_history` is `["layer", call, 0]`, among the arguments of a call.
  private static func values(in part: JSONValue) -> [KerasValue] {
    switch part {
    case .array(let list):
      if let layer = list.first?.string {
        return [KerasValue(layer: layer, call: list.dropFirst().first?.integer ?? 0)]
      }
      return list.flatMap { values(in: $0) }
    case .object(let members):
      if let history = members["config"]?["keras_history"] { return values(in: history) }
      if let arguments = members["args"] {
        let found = values(in: arguments)
        return found.isEmpty ? values(in: members["kwargs"] ?? .null) : found
      }
      return members.keys.sorted().flatMap { values(in: members[$0] ?? .null) }
    case .null, .bool, .integer, .number, .string:
      return []
    }
  }
}

extension KerasLayer {
  fileprivate init(_ document: JSONValue, calls: [[KerasValue]]) throws(KerasModelError) {
    let config = document["config"] ?? .null
    guard let name = document["name"]?.string ?? config["name"]?.string else {
      throw .configLacks("name of a layer", layer: nil)
    }
    guard let kind = document["class_name"]?.string else {
      throw .configLacks("'class_name'", layer: name)
    }
    self.init(name: name, kind: kind, options: LayerOptions(layer: name, config), calls: calls)
  }
}
