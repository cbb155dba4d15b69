import EngineCore
import NeuralGraph
import VolumeCore

/// What is known of a model, for people and as JSON.
struct ModelReport: Sendable {
  /// One layer of the table.
  struct Layer: Hashable, Sendable {
    var name: String
    var operation: String
    var channels: Int
    var parameters: Int
  }

  var model: Model
  var layers: [Layer]

  init(_ model: Model) {
    self.model = model
    layers = zip(model.graph.nodes, model.graph.channels).map { node, channels in
      Layer(
        name: node.name, operation: node.operation.words, channels: channels,
        parameters: node.parameterCount.total)
    }
  }

  /// The layers, then the figures.
  var page: [String] {
    let graph = model.graph
    var table = TextTable(["layer", "operation", "channels", "parameters"])
    for layer in layers {
      table.add([
        layer.name, layer.operation, "\(layer.channels)",
        layer.parameters == 0 ? "" : Words.grouped(layer.parameters),
      ])
    }
    let count = graph.parameterCount
    let reach = graph.reach
    var lines = ["\(model.path): \(model.card.name), \(model.format)", ""]
    lines += table.lines(leftAligned: [0, 1])
    lines += [
      "",
      "parameters: \(Words.grouped(count.trainable)) trainable, \(Words.grouped(count.frozen)) not",
      "input: \(inputWords), grey \(normalisationWords)",
      "receptive field: \(graph.receptiveField) voxels (z, y, x), stride \(graph.totalStride); "
        + "a tile needs a halo of \(reach.before) before and \(reach.after) after it",
      "work: \(Words.grouped(Int(graph.operationsPerVoxel.rounded()))) operations for each voxel",
      "classes: " + model.card.classes.map { "\($0.value) \($0.name)" }.joined(separator: ", "),
    ]
    if !model.hasCard {
      lines.append(
        "no card: classes have no names, and grey values are divided by their type's largest")
    }
    for key in ["data", "licence", "license", "accuracy", "attribution"] {
      guard let text = model.card.document[key] else { continue }
      lines.append("\(key): \(text.string ?? text.text())")
    }
    return lines
  }

  private var inputWords: String {
    let channels = model.graph.inputChannels
    if let layers = model.graph.layersAsChannels, channels == 1 {
      return "\(layers) layers, each by itself (2.5D)"
    }
    guard channels > 1 else { return model.graph.isPlanar ? "1 layer (2D)" : "volumes (3D)" }
    let isLayers = (try? model.graph.forGreyScans()) != nil
    return isLayers ? "\(channels) layers as channels (2.5D)" : "\(channels) channels"
  }

  private var normalisationWords: String {
    guard let rule = model.card.normalisation else { return "divided by its type's largest value" }
    return "\(rule.low) to \(rule.high) becomes 0 to 1"
  }

  /// What `--json` prints.
  var json: [String: JSONValue] {
    let graph = model.graph
    let count = graph.parameterCount
    let reach = graph.reach
    return [
      "kind": "model", "path": .string(model.path), "name": .string(model.card.name),
      "format": .string(model.format), "hash": .string(model.hash),
      "has_card": .bool(model.hasCard),
      "layers": .array(
        layers.map {
          [
            "name": .string($0.name), "operation": .string($0.operation),
            "channels": .integer($0.channels), "parameters": .integer($0.parameters),
          ]
        }),
      "parameters": .integer(count.total), "trainable": .integer(count.trainable),
      "input_channels": .integer(graph.inputChannels),
      "classes": .array(model.card.classes.map(\.json)),
      "receptive_field": graph.receptiveField.json, "stride": graph.totalStride.json,
      "halo": ["before": reach.before.json, "after": reach.after.json],
      "operations_per_voxel": .number(graph.operationsPerVoxel),
    ]
  }
}

extension NeuralGraph.Operation {
  /// The operation for a table: "convolution 3x3, stride 2".
  var words: String {
    func extent(_ shape: Shape3) -> String {
      shape.z == 1 ? "\(shape.y)x\(shape.x)" : "\(shape)"
    }
    func strided(_ name: String, _ kernel: Shape3, _ stride: Shape3) -> String {
      let step = stride.voxelCount == 1 ? "" : ", stride \(extent(stride))"
      return "\(name) \(extent(kernel))\(step)"
    }
    return switch self {
    case .input: "input"
    case .layersToChannels(let count): "\(count) layers as channels"
    case .convolution(let layer): strided("convolution", layer.kernel, layer.stride)
    case .depthwiseConvolution(let layer):
      strided("depthwise convolution", layer.kernel, layer.stride)
    case .transposedConvolution(let layer):
      strided("transposed convolution", layer.kernel, layer.stride)
    case .batchNormalisation: "batch normalisation"
    case .groupNormalisation(let layer):
      layer.extent == .voxel
        ? "normalisation over channels" : "group normalisation, \(layer.groups)"
    case .relu: "ReLU"
    case .add: "addition"
    case .concatenate: "concatenation"
    case .maxPool(let window): "max-pool \(extent(window))"
    case .upsampleNearest(let factor): "nearest up-sampling \(extent(factor))"
    case .crop(let crop): "crop \(extent(crop.before)) before, \(extent(crop.after)) behind"
    case .softmax: "softmax"
    case .dropout(let rate): "dropout \(rate), nothing at inference"
    case .gaussianNoise(let sigma): "noise \(sigma), nothing at inference"
    case .identity: "nothing at inference"
    }
  }
}
