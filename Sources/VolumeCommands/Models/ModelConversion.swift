import EngineCore
import NeuralGraph
import SystemIO
import VolumeCore

/// `model convert`: the same network as another kind of file.
struct ModelConversion {
  private let path: String
  private let output: String
  private let keepsTraining: Bool
  /// What the card is to say beside or instead of what it says.
  private let cardPath: String?
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
    cardPath = arguments.values["card"]
    overwrites = arguments.has("overwrite")
  }

  func run(_ context: CommandContext) throws(Explanation) -> [String: JSONValue] {
    let catalogue = context.catalogue
    let writer = try catalogue.modelWriter(output)
    try refuseExisting(output, overwrites: overwrites)
    var model = try catalogue.model(path)
    if let cardPath { model.card = try card(model, with: cardPath) }
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

  /// The card of `model` with the members of the JSON at `place` instead of its own.
  private func card(_ model: Model, with place: String) throws(Explanation) -> ModelCard {
    let bytes = try explained { () throws(SystemError) in
      try contents(ofFile: place, limit: 16 << 20)
    }
    guard let changes = JSONValue(parsing: bytes)?.object else {
      throw Explanation(
        .input, "\(place) is no JSON object",
        remedy: "write the members of the card that are to change, as {\"licence\": \"CC BY 4.0\"}")
    }
    var document = model.card.json.object ?? [:]
    for (key, value) in changes { document[key] = value }
    do {
      return try ModelCard(
        JSONValue.object(document).text(), fallbackName: model.card.name,
        classCount: model.graph.classCount)
    } catch {
      throw Explanation(
        .input, "\(place): \(error.words)", remedy: "mend that member, or leave it out")
    }
  }
}
