import EngineCore
import NeuralGraph
import SystemIO
import VolumeCore

/// `model new`: a network that nobody has trained, as a file.
struct ModelMaking {
  let model: Model
  private let output: String?
  private let overwrites: Bool

  /// - Parameter needsWeights: whether weights are drawn; else they are 0.
  init(_ arguments: Arguments, needsWeights: Bool = true) throws(Explanation) {
    let options = try NetworkChoices.read(arguments)
    let seed = try explained { () throws(UsageError) in
      try arguments.value("seed") { text throws(UsageError) in try text.wholeNumber(atLeast: 0) }
    }
    let preset = arguments.values["preset"] ?? "plain"
    output = arguments.values["output"]
    overwrites = arguments.has("overwrite")
    var classes = LabelClass.unnamed(count: options.classes)
    if let names = arguments.values["class-names"]?.split(separator: ",").map(String.init) {
      guard names.count == classes.count else {
        throw Explanation(
          .input,
          "--class-names has \(names.count) names, and the network tells \(classes.count) classes "
            + "apart", remedy: "give as many, or --classes \(names.count)")
      }
      for (place, name) in names.enumerated() { classes[place].name = name }
    }
    let name = output.map { Self.baseName($0) } ?? preset
    let card = ModelCard(
      name: name, classes: classes, normalisation: nil, voxelType: nil, greyHistogram: nil,
      document: ["preset": .string(preset)])
    model = Model(
      graph: options.graph(seed: needsWeights ? UInt64(seed ?? 1) : nil), card: card,
      hasCard: true, path: output ?? preset, hash: "", format: "options")
  }

  private static func baseName(_ path: String) -> String {
    let name = fileName(ofPath: path)
    return name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
  }

  func run(_ context: CommandContext) throws(Explanation) -> [String: JSONValue] {
    guard let output else {
      throw UsageError.optionMissing(
        option: "output", why: "a new network is written to a file",
        expected: "as in --output paper.h5"
      ).explanation
    }
    let writer = try context.catalogue.modelWriter(output)
    try refuseExisting(output, overwrites: overwrites)
    try writer.write(model, to: output)
    let count = model.graph.parameterCount
    context.console.say(
      "\(output): \(Words.grouped(count.total)) parameters, \(Words.grouped(count.trainable)) of "
        + "them trainable, drawn at random")
    return [
      "output": .string(output), "format": .string(writer.name),
      "parameters": .integer(count.total), "trainable": .integer(count.trainable),
      "weights": .string(model.graph.fingerprint),
    ]
  }
}

/// Refuses to write over a model unless that was asked for.
func refuseExisting(_ path: String, overwrites: Bool) throws(Explanation) {
  switch kind(ofPath: path) {
  case .missing: return
  case .file where overwrites: return
  case .file:
    throw Explanation(
      .input, "\(path) is there already", remedy: "choose another name, or give --overwrite")
  case .folder, .other:
    throw Explanation(
      .input, "\(path) is there already, and is no file", remedy: "choose another name")
  }
}
