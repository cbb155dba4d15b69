import SystemIO
import Training
import VolumeCore

/// Several trainings that differ in one thing, each in a folder of its own, to be compared.
///
/// What they have in common stands in `plan.json`, and its checksum in every run. The same command goes
/// on with what it finds: runs that have ended are taken as they are, one that was stopped goes on from
/// its checkpoint.
struct TrainSeries {
  /// The folder of all.
  let folder: String
  private let plan: JSONValue
  private let overwrites: Bool
  private let context: CommandContext

  private static let planName = "plan.json"

  /// What the recipe says already, what changes no result, and what chooses the runs.
  private static let left: Set = [
    "output", "overwrite", "json", "options", "memory", "threads", "on-nan", "engine", "continue",
    "only", "counts", "few", "recipe", "preset", "filters", "depth", "dimension", "crop", "batch",
    "epochs", "seed", "bn-recalibrate", "no-augmentation", "part", "mixed",
  ]

  /// The trainings of `word`, which have `recipe` and the options typed in common.
  init(
    _ word: String, _ choices: TrainChoices, _ recipe: TrainingRecipe, _ arguments: Arguments,
    _ context: CommandContext
  ) throws(Explanation) {
    guard arguments.values["continue"] == nil else {
      throw UsageError.conflict(
        "continue", word, why: "the same command, given again, goes on with train \(word)"
      ).explanation
    }
    folder = choices.output
    overwrites = choices.overwrites
    self.context = context
    var options: [String: JSONValue] = [:]
    for (name, value) in arguments.values where !Self.left.contains(name) {
      options[name] = .string(value)
    }
    for (name, values) in arguments.lists where !Self.left.contains(name) {
      let isPath = name == "scan" || name == "labels"
      options[name] = .array(values.map { .string(isPath ? resolved($0) ?? $0 : $0) })
    }
    for flag in arguments.flags where !Self.left.contains(flag) { options[flag] = true }
    let plan: JSONValue = [
      "what": .string(word), "options": .object(options), "recipe": recipe.json,
    ]
    // As it comes back from a file, where 0.0 is 0.
    self.plan = JSONValue(parsing: plan.text()) ?? plan
    try checkApart(folder, from: choices.scans + choices.labels)
  }

  /// Writes the plan, or finds the same there.
  func begin() throws(Explanation) {
    let path = folder + "/" + Self.planName
    if isFile(path), !overwrites {
      let bytes = try explained { () throws(SystemError) in try contents(ofFile: path) }
      let former = JSONValue(parsing: bytes)
      guard former == plan else {
        throw Explanation(
          .input,
          "\(folder) holds trainings of another plan: "
            + (former.map { difference($0, plan) } ?? "\(Self.planName) cannot be read"),
          remedy: "give the options that it was begun with, another --output, or --overwrite")
      }
      return
    }
    if !overwrites, let stranger = strangers().first {
      throw Explanation(
        .input, "\(folder)/\(stranger) is a training by itself, and no part of this",
        remedy: "give another --output; --overwrite replaces what has the same name")
    }
    try explained { () throws(SystemError) in
      try makeFolder(folder)
      try writeFileAtomically(path, Array((plan.text(pretty: true) + "\n").utf8))
    }
  }

  /// Trainings in the folder, which no plan speaks of.
  private func strangers() -> [String] {
    guard let found = try? names(inFolder: folder) else { return [] }
    return found.sorted().filter { isFile("\(folder)/\($0)/\(RunFolder.runName)") }
  }

  /// A checksum of the plan.
  var mark: String {
    var sum = Fingerprint()
    let text = Array(plan.text().utf8)
    sum.update(unsafe text.span.bytes)
    return sum.text
  }

  /// Trains `one` in its folder, or goes on with it, or takes what is there.
  func run(_ one: TrainChoices, _ arguments: Arguments) throws(Explanation) -> [String: JSONValue] {
    var one = one
    one.series = mark
    // Whether what is there may be replaced was decided for all at once.
    one.overwrites = true
    let (runPath, recipePath) = (
      one.output + "/" + RunFolder.runName, one.output + "/" + RunFolder.recipeName
    )
    var checkpoint: Checkpoint?
    var isBegun = false
    if !overwrites, let bytes = try? contents(ofFile: runPath),
      JSONValue(parsing: bytes)?["series"]?.string == mark, isFile(recipePath)
    {
      isBegun = true
      one.recipePath = recipePath
      one.minutes = nil
      let place = one.output + "/" + RunFolder.checkpointName
      if isFile(place) { checkpoint = try Checkpoint(reading: place) }
    }
    var context = context
    if let checkpoint, checkpoint.progress.history.count == epochs(at: recipePath) {
      context.console.note("  trained already")
      context.console = Console(output: { _ in true }, error: { _ in true })
    } else {
      if let checkpoint {
        context.console.note("  going on after step \(checkpoint.progress.step)")
      }
      // The result of all is the comparison.
      context.console = context.console.ofParts()
    }
    do throws(Explanation) {
      return try TrainSession(one, context, recipeAsItIs: isBegun, checkpoint).run(arguments)
    } catch {
      guard case .stopped = error.kind else { throw error }
      throw Explanation(
        error.kind, "\(error.what) of \(one.output)",
        remedy: "the same command again goes on from here"
          + (overwrites ? ", without --overwrite" : ""))
    }
  }

  private func epochs(at path: String) -> Int? {
    (try? contents(ofFile: path)).flatMap { JSONValue(parsing: $0) }?["epochs"]?.integer
  }
}
