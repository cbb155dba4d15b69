import EngineCore
import HDF5Library
import VolumeCore

extension KerasNetwork {
  /// The network's description as Keras 3 writes it into a `.keras` archive.
  func keras3Document(name: String, training: TrainingRecord?) -> JSONValue {
    let layers = layers.map { layer -> JSONValue in
      var config = layer.options
      config["name"] = .string(layer.name)
      config["dtype"] = "float32"
      if layer.kind == "InputLayer" {
        config["batch_shape"] = config["batch_input_shape"]
        config["batch_input_shape"] = nil
        config["sparse"] = false
      } else {
        config["trainable"] = true
      }
      return [
        "module": "keras.layers", "class_name": .string(layer.kind), "config": .object(config),
        "registered_name": .null, "name": .string(layer.name),
        "inbound_nodes": .array(layer.calls.map { keras3Call(layer, $0) }),
      ]
    }
    var document: [String: JSONValue] = [
      "module": "keras.src.models.functional", "class_name": "Functional",
      "registered_name": "Functional",
      "config": [
        "name": .string(name), "trainable": true, "layers": .array(layers),
        "input_layers": [[.string(self.layers[0].name), 0, 0]],
        "output_layers": [[.string(output.layer), .integer(output.call), 0]],
      ],
    ]
    if let training, let own = Self.trainingDocument(training.optimiser)?["optimizer_config"] {
      var config = own["config"]?.object ?? [:]
      config["is_legacy_optimizer"] = nil
      document["compile_config"] = [
        "optimizer": [
          "module": "keras.optimizers", "class_name": own["class_name"] ?? .null,
          "config": .object(config), "registered_name": .null,
        ],
        "loss": "sparse_categorical_crossentropy", "loss_weights": .null, "metrics": .null,
        "weighted_metrics": .null, "run_eagerly": false, "steps_per_execution": 1,
        "jit_compile": false,
      ]
    }
    return .object(document)
  }

  private func keras3Call(_ layer: Layer, _ inputs: [KerasValue]) -> JSONValue {
    // The shape is not looked at; what counts is where the value comes from.
    let shape = JSONValue.array([JSONValue](repeating: .null, count: dimensions + 2))
    let tensors = inputs.map { input -> JSONValue in
      [
        "class_name": "__keras_tensor__",
        "config": [
          "shape": shape, "dtype": "float32",
          "keras_history": [.string(input.layer), .integer(input.call), 0],
        ],
      ]
    }
    let takesList = layer.kind == "Concatenate" || layer.kind == "Add"
    return ["args": takesList ? [.array(tensors)] : .array(tensors), "kwargs": .object([:])]
  }

  /// Writes the weights as Keras 3 does: groups named by the layers' classes, arrays by their place.
  func putKeras3Weights(_ training: TrainingRecord?, into image: HDF5Image) throws(HDF5Error) {
    try image.makeGroup("vars")
    let groups = Self.keras3Groups(layers.map(\.kind))
    for (layer, group) in zip(layers, groups) {
      try image.makeGroup("\(group)/vars")
      try image.put("name", text: layer.name, at: "\(group)/vars")
      for (place, weight) in layer.weights.enumerated() {
        try image.put("\(group)/vars/\(place)", weight.values, extents: weight.shape)
      }
    }
    guard let training, training.optimiser.kind != .adaBelief else { return }
    try image.put("optimizer/vars/0", training.state.steps)
    try image.put("optimizer/vars/1", [0.001], extents: [])
    var place = 2
    for layer in layers {
      for weight in layer.weights where weight.isTrained {
        for slot in Self.slots(training.optimiser) {
          let path = "\(slot.ours)/\(weight.node)/\(weight.part)"
          let values =
            training.state.arrays[path] ?? [Float](repeating: 0, count: weight.values.count)
          try image.put("optimizer/vars/\(place)", values, extents: weight.shape)
          place += 1
        }
      }
    }
  }

  /// The groups of layers of these classes in their order: "layers/conv2d", "layers/conv2d_1".
  static func keras3Groups(_ kinds: [String]) -> [String] {
    var counts: [String: Int] = [:]
    return kinds.map { kind in
      let name = snakeCase(kind)
      let number = counts[name, default: 0]
      counts[name] = number + 1
      return number == 0 ? "layers/\(name)" : "layers/\(name)_\(number)"
    }
  }

  /// "Conv2DTranspose" is conv2d_transpose, "ReLU" re_lu.
  static func snakeCase(_ name: String) -> String {
    let letters = Array(name)
    var result = ""
    for (place, letter) in letters.enumerated() {
      let before = place > 0 ? letters[place - 1] : nil
      let after = place + 1 < letters.count ? letters[place + 1] : nil
      if let before, letter.isUppercase, before != "_",
        after?.isLowercase == true || before.isLowercase
      {
        result += "_"
      }
      result += letter.lowercased()
    }
    return result
  }
}
