import HDF5Library
import VolumeCore

extension KerasNetwork {
  /// The network's description as Keras 2 writes it; Keras 3 reads that, too.
  func keras2Document(name: String) -> JSONValue {
    let layers = layers.map { layer -> JSONValue in
      var config = layer.options
      config["name"] = .string(layer.name)
      config["dtype"] = "float32"
      if layer.kind == "InputLayer" {
        config["sparse"] = false
        config["ragged"] = false
      } else {
        config["trainable"] = true
      }
      let calls = layer.calls.map { inputs -> JSONValue in
        .array(
          inputs.map { [.string($0.layer), .integer($0.call), 0, JSONValue.object([:])] })
      }
      return [
        "class_name": .string(layer.kind), "name": .string(layer.name), "config": .object(config),
        "inbound_nodes": .array(calls),
      ]
    }
    return [
      "class_name": "Functional",
      "config": [
        "name": .string(name), "trainable": true, "layers": .array(layers),
        "input_layers": [[.string(self.layers[0].name), 0, 0]],
        "output_layers": [[.string(output.layer), .integer(output.call), 0]],
      ],
    ]
  }

  /// Writes the weights as Keras 2 does: a group for each layer, and lists of names.
  func putKeras2Weights(into image: HDF5Image) throws(HDF5Error) {
    let root = "model_weights"
    try image.makeGroup(root)
    try image.put("layer_names", texts: layers.map(\.name), at: root)
    try image.put("backend", text: "tensorflow", at: root)
    try image.put("keras_version", text: Self.kerasVersion, at: root)
    for layer in layers {
      try image.makeGroup("\(root)/\(layer.name)")
      let names = layer.weights.map { "\(layer.name)/\($0.name):0" }
      try image.put("weight_names", texts: names, at: "\(root)/\(layer.name)")
      for (name, weight) in zip(names, layer.weights) {
        try image.put("\(root)/\(layer.name)/\(name)", weight.values, extents: weight.shape)
      }
    }
  }

  /// The version whose form is written.
  static let kerasVersion = "2.15.0"
}
