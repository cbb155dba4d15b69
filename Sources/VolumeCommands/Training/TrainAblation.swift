import Cluster
import NeuralGraph
import SystemIO
import Training
import VolumeCore

/// `train ablate`: what the parts of a network are worth, each left out, or put in, by itself.
struct TrainAblation {
  /// What chooses it.
  static let word = "ablate"
  /// The name of the network as it is.
  static let reference = "reference"

  private let choices: TrainChoices
  /// The changes that are asked for; `nil`: all that change anything.
  private let only: [String]?
  private let context: CommandContext

  init(_ choices: TrainChoices, only: [String]?, _ context: CommandContext) {
    self.choices = choices
    self.only = only
    self.context = context
  }

  /// Trains the network as it is, then with each change, and compares them.
  func run(_ arguments: Arguments) throws(Explanation) -> [String: JSONValue] {
    guard choices.from == nil else {
      throw Explanation(
        .input, "--from: other networks do not take a model's weights",
        remedy: "leave it out: every network of an ablation begins with random weights")
    }
    let recipe = try TrainSession(choices, context, recipeAsItIs: false, nil).recipe()
    guard !choices.validation.isEmpty || (recipe.validationShare > 0 && !choices.validatesNothing)
    else {
      throw Explanation(
        .input, "an ablation compares networks by what they do on a part that none was trained on",
        remedy: "give --validate, as in --validate z=60:64 or --validate x=740:904")
    }
    let changes = try changes(recipe)
    let series = try TrainSeries(Self.word, choices, recipe, arguments, context)
    try series.begin()
    if let parting = try Parting(
      arguments, output: choices.output, in: OutputParts.beside(choices.output), context)
    {
      return try run(parting, changes, series, arguments)
    }
    let report = AblationReport(folder: choices.output, preset: recipe.network.preset)
    var rows: [AblationReport.Row] = []
    for (number, change) in changes.enumerated() {
      let (name, one) = chosen(change)
      context.console.note(
        "\(number + 1) of \(changes.count): \(name)"
          + (change.map { ", \($0.words)" } ?? ", \(recipe.network.preset) as it is"))
      let result = try series.run(one, arguments)
      rows.append(
        AblationReport.Row(
          name: name, words: change?.words ?? "\(recipe.network.preset) as it is", result: result))
      try report.write(rows, context)
    }
    for line in report.table(rows).lines() { context.console.say(line) }
    context.console.say("\(report.file(".csv")), \(report.file(".md")), \(report.file(".png"))")
    return report.json(rows)
  }

  /// One of the trainings, and its name.
  private func chosen(_ change: UNetAblation?) -> (name: String, choices: TrainChoices) {
    var one = choices
    one.changes.ablation = change
    let name = change?.rawValue ?? Self.reference
    one.output = "\(choices.output)/\(name)"
    return (name, one)
  }

  /// Trains a part of the networks, each whole; whoever finishes finds all of them trained, and compares.
  private func run(
    _ parting: Parting, _ changes: [UNetAblation?], _ series: TrainSeries, _ arguments: Arguments
  ) throws(Explanation) -> [String: JSONValue] {
    _ = try parting.freeze(
      same: [
        "trainings": series.mark,
        "networks": changes.map { $0?.rawValue ?? Self.reference }.joined(separator: " "),
      ])
    guard !parting.isInit else { return parting.finished([:], context) }
    let range = parting.share.range(of: changes.count)
    let reporter = try parting.reporter(voxels: range.count, doneBefore: 0)
    return try parting.reported(reporter) { () throws(Explanation) in
      for number in range {
        let (name, one) = chosen(changes[number])
        context.console.note("part \(parting.share): \(name)")
        _ = try series.run(one, arguments)
        reporter.add(1)
      }
      return parting.finished(["trainings": .integer(range.count)], context)
    }
  }

  /// The runs: first the network as it is, then those asked for, in their order.
  private func changes(_ recipe: TrainingRecipe) throws(Explanation) -> [UNetAblation?] {
    let base = try TrainedNetwork.options(recipe.network, classes: 2)
    func changesAnything(_ change: UNetAblation) -> Bool {
      change.changesNetwork ? change.applied(to: base) != base : recipe.augmentation != .none
    }
    let able = UNetAblation.allCases.filter { changesAnything($0) && isMade($0, recipe) }
    guard let only else { return [nil] + able }
    var chosen: [UNetAblation?] = [nil]
    for name in only where name != Self.reference {
      let names = UNetAblation.allCases.map(\.rawValue)
      guard let change = UNetAblation(rawValue: name) else {
        let near = nearest(to: name, among: names)
        throw Explanation(
          .input, "--only: there is no ablation '\(name)'",
          remedy: (near.map { "did you mean '\($0)'? " } ?? "") + "They are \(list(names))")
      }
      guard able.contains(change) else {
        throw Explanation(
          .input,
          "--only \(name) (\(change.words)): \(recipe.network.preset) is so already, or cannot be",
          remedy: able.isEmpty
            ? "choose another --preset" : "give \(list(able.map(\.rawValue)))")
      }
      guard !chosen.contains(change) else {
        throw Explanation(.input, "--only names \(name) twice", remedy: "name each once")
      }
      chosen.append(change)
    }
    return chosen
  }

  /// Whether there is such a network, and the recipe's crops fit it.
  private func isMade(_ change: UNetAblation, _ recipe: TrainingRecipe) -> Bool {
    var network = recipe.network
    network.ablation = change
    guard let options = try? TrainedNetwork.options(network, classes: 2) else { return false }
    guard let crop = recipe.crop, options.edge == .same else { return true }
    let stride = options.graph(seed: nil).totalStride
    let isPlanar = !options.isVolumetric
    return crop.y % stride.y == 0 && crop.x % stride.x == 0 && (isPlanar || crop.z % stride.z == 0)
  }
}
