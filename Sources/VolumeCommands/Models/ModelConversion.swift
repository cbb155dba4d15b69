import EngineCore
import NeuralGraph
import VolumeCore

/// `model convert`: the same network as another kind of file.
struct ModelConversion {
  private let path: String
  private let output: String
  private let keepsTraining: Bool
  private let overwrites: Bool

  init(_ path: String, _ arguments: Arguments) throws(Explanation) {
    self.path = path
    guard let output = arguments.values["output"] else {
      throw UsageError.optionMissing(
        option: "output", why: "the converted model is another file",
        expected: "as in --output model.keras"
      ).explanation
    }
    self.output = output
    keepsTraining = !arguments.has("weights-only")
    overwrites = arguments.has("overwrite")
  }

  func run(_ context: CommandContext) throws(Explanation) -> [String: JSONValue] {
    let catalogue = context.catalogue
    let writer = try catalogue.modelWriter(output)
    try refuseExisting(output, overwrites: overwrites)
    let model = try catalogue.model(path)
    let reader = catalogue.modelReaders.first { $0.recognises(path) }
    let training = keepsTraining ? try reader?.readTraining(path) : nil
    try writer.write(model, training: training, to: output)
    let steps = training.map { ", with its optimiser after \($0.state.steps) steps" } ?? ""
    context.console.say(
      "\(output): \(model.card.name), \(Words.grouped(model.graph.parameterCount.total)) "
        + "parameters\(steps), from \(model.format)")
    return [
      "input": .string(path), "output": .string(output), "format": .string(writer.name),
      "weights": .string(model.graph.fingerprint),
      "steps": training.map { .integer($0.state.steps) } ?? .null,
    ]
  }
}
