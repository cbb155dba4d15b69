import EngineCore
import HDF5Library
import VolumeCore

extension KerasNetwork {
  /// What an optimiser remembers of each weight, by Keras's name for it.
  static func slots(_ optimiser: OptimiserOptions) -> [(keras: String, ours: String)] {
    switch optimiser.kind {
    case .sgd: [("m", "moment1")]
    case .adam, .adamW, .adaBelief: [("m", "moment1"), ("v", "moment2")]
    }
  }

  /// Writes the optimiser's memory: what Keras calls the optimiser's weights.
  ///
  /// Those of Keras's own optimisers are named and ordered as by Keras 2.11 and later, so that Keras
  /// goes on with them; those of AdaBelief as its package did when the original used it.
  func putOptimiser(_ record: TrainingRecord, into image: HDF5Image) throws(HDF5Error) {
    let root = "optimizer_weights"
    try image.makeGroup(root)
    let optimiser = record.optimiser
    let kind = optimiser.kerasName
    let isOwn = optimiser.kind != .adaBelief
    var names = [isOwn ? "iteration:0" : "\(kind)/iter:0"]
    try image.put("\(root)/\(names[0])", record.state.steps)
    var entries: [(name: String, slot: Int, values: [Float], shape: [Int])] = []
    for layer in layers {
      for weight in layer.weights where weight.isTrained {
        for (number, slot) in Self.slots(optimiser).enumerated() {
          let path = "\(slot.ours)/\(weight.node)/\(weight.part)"
          guard let values = record.state.arrays[path], values.count == weight.values.count
          else { continue }
          let name =
            isOwn
            ? "\(kind)/\(slot.keras)/\(layer.name)/\(weight.name):0"
            : "\(kind)/\(layer.name)/\(weight.name)/\(slot.keras):0"
          entries.append((name, number, values, weight.shape))
        }
      }
    }
    // The older order: all first moments, then all second ones.
    if !isOwn { entries = entries.filter { $0.slot == 0 } + entries.filter { $0.slot == 1 } }
    for entry in entries {
      names.append(entry.name)
      try image.put("\(root)/\(entry.name)", entry.values, extents: entry.shape)
    }
    try image.put("weight_names", texts: names, at: root)
  }

  /// What Keras compiles the model with, so that it takes the optimiser's memory; `nil` where it has
  /// no such optimiser. The loss is a stand-in: ours may be none of Keras's.
  static func trainingDocument(_ optimiser: OptimiserOptions) -> JSONValue? {
    guard optimiser.kind != .adaBelief else { return nil }
    var config: [String: JSONValue] = [
      "name": .string(optimiser.kerasName), "learning_rate": 0.001, "is_legacy_optimizer": false,
      "clipnorm": .null, "clipvalue": .null, "use_ema": false,
      "global_clipnorm": optimiser.largestNorm.map { JSONValue(shortest: $0) } ?? .null,
      "weight_decay": .null,
    ]
    if optimiser.kind == .sgd {
      config["momentum"] = JSONValue(shortest: optimiser.beta1)
      config["nesterov"] = false
    } else {
      config["beta_1"] = JSONValue(shortest: optimiser.beta1)
      config["beta_2"] = JSONValue(shortest: optimiser.beta2)
      config["epsilon"] = JSONValue(shortest: optimiser.epsilon)
      config["amsgrad"] = false
    }
    if optimiser.kind == .adamW {
      config["weight_decay"] = JSONValue(shortest: optimiser.weightDecay)
    }
    return [
      "loss": "sparse_categorical_crossentropy", "metrics": .null, "weighted_metrics": .null,
      "loss_weights": .null,
      "optimizer_config": [
        "class_name": .string(optimiser.kerasName), "config": .object(config),
      ],
    ]
  }
}

extension OptimiserOptions {
  /// The name of its class in Keras, or in the package that brings it.
  var kerasName: String {
    switch kind {
    case .adam: "Adam"
    case .adamW: "AdamW"
    case .adaBelief: "AdaBelief"
    case .sgd: "SGD"
    }
  }
}

extension OptimiserOptions {
  /// All of it, as the file's attribute `t2s_optimiser` has it: Keras's form lacks some.
  var json: JSONValue {
    [
      "kind": .string(kind.rawValue), "beta1": JSONValue(shortest: beta1),
      "beta2": JSONValue(shortest: beta2), "epsilon": JSONValue(shortest: epsilon),
      "weight_decay": JSONValue(shortest: weightDecay), "rectified": .bool(isRectified),
      "largest_norm": largestNorm.map { JSONValue(shortest: $0) } ?? .null,
      "averaging": averaging.map { JSONValue(shortest: $0) } ?? .null,
    ]
  }

  /// What `json` says; `nil` where it names no kind that is known.
  init?(json: JSONValue) {
    guard let kind = json["kind"]?.string.flatMap(Kind.init(rawValue:)) else { return nil }
    self.init(kind)
    func number(_ key: String) -> Float? { json[key]?.number.map { Float($0) } }
    beta1 = number("beta1") ?? beta1
    beta2 = number("beta2") ?? beta2
    epsilon = number("epsilon") ?? epsilon
    weightDecay = number("weight_decay") ?? weightDecay
    isRectified = json["rectified"]?.bool ?? isRectified
    largestNorm = number("largest_norm")
    averaging = number("averaging")
  }

  /// What Keras's own description of an optimiser says; `nil` where it is none that is known.
  init?(keras document: JSONValue) {
    guard let name = document["class_name"]?.string?.split(separator: ">").last else { return nil }
    let kinds: [String: Kind] = [
      "adam": .adam, "adamw": .adamW, "adabelief": .adaBelief, "adabeliefoptimizer": .adaBelief,
      "sgd": .sgd,
    ]
    guard let kind = kinds[name.lowercased()] else { return nil }
    self.init(kind)
    func number(_ key: String) -> Float? { document["config"]?[key]?.number.map { Float($0) } }
    beta1 = number("beta_1") ?? number("momentum") ?? beta1
    beta2 = number("beta_2") ?? beta2
    epsilon = number("epsilon") ?? epsilon
    weightDecay = number("weight_decay") ?? weightDecay
    isRectified = document["config"]?["rectify"]?.bool ?? isRectified
    largestNorm = number("global_clipnorm")
  }
}
