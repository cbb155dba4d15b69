import EngineCore
import NeuralGraph
import SystemIO
import VolumeCore

/// `model show`: layers, counts, costs and a diagram.
struct ModelShowing {
  private let model: Model
  private let diagram: String?

  init(_ model: Model, diagram: String?) {
    self.model = model
    self.diagram = diagram
  }

  func run(_ context: CommandContext) throws(Explanation) -> [String: JSONValue] {
    let report = ModelReport(model)
    for line in report.page + costs { context.console.say(line) }
    var json = report.json
    if let diagram {
      let text = GraphDiagram(model.graph, title: model.card.name).svg
      try explained { () throws(SystemError) in
        try writeFileAtomically(diagram, Array(text.utf8))
      }
      context.console.say("diagram: \(diagram)")
      json["diagram"] = .string(diagram)
    }
    let memory = model.graph.valueMemory
    json["weights"] = .string(model.graph.fingerprint)
    json["weight_bytes"] = .integer(weightBytes)
    json["weight_bytes_with_optimiser"] = .integer(trainingBytes)
    json["value_bytes_per_voxel"] = [
      "training": .number(memory.all), "inference": .number(memory.most),
    ]
    return json
  }

  /// Four bytes for each number.
  private var weightBytes: Int { 4 * model.graph.parameterCount.total }

  /// Adam remembers two numbers for each that it trains.
  private var trainingBytes: Int { weightBytes + 8 * model.graph.parameterCount.trainable }

  private var costs: [String] {
    let memory = model.graph.valueMemory
    return [
      "on disk: \(Words.mebibytes(weightBytes)); with the state of Adam "
        + Words.mebibytes(trainingBytes),
      "values: \(Words.grouped(Int(memory.most.rounded()))) bytes for each voxel in inference at "
        + "most, \(Words.grouped(Int(memory.all.rounded()))) in training, in single precision",
      "weights: \(model.graph.fingerprint)",
    ]
  }
}

extension Words {
  /// "152.7 MiB": the unit in which others give the sizes of networks.
  static func mebibytes(_ count: Int) -> String { fixed(Double(count) / 1_048_576, 1) + " MiB" }
}
