import SystemIO
import VolumeCore

/// What the user wants of a series: the steps of one test, each a run of its own.
struct SeriesChoices: Sendable {
  /// One step: where its scan is, and what is to be done with it.
  struct Step: Sendable {
    /// What the tables call it: the scan's name without its ending.
    var name: String
    var choices: SegmentChoices
  }

  /// The folder of the runs.
  var folder: String
  var steps: [Step]
  /// Whether greys that have drifted are mapped back.
  var matchesGrey: Bool
  /// Where the table goes.
  var csv: String?
  var overwrites: Bool

  static let options = [
    OptionDeclaration(
      "series", "FOLDER",
      "the inputs are the steps of one test: each becomes FOLDER/NAME.labels.zarr, and their greys "
        + "are compared before the work begins"),
    OptionDeclaration(
      "match-grey", nil,
      "in a series: map the greys of steps that have drifted back onto the first step's, linearly"),
  ]

  /// Says what only a series has.
  static func refuse(_ arguments: Arguments) throws(UsageError) {
    guard arguments.has("match-grey") else { return }
    throw OptionText(option: "match-grey", text: "").wrong(
      "there is no series whose first step greys could be mapped onto",
      "give all steps and --series FOLDER; --window LOW:HIGH is for a single scan")
  }

  /// Reads `arguments`, which have `--series`.
  init(
    _ arguments: Arguments, folder: String, engines: [String], of command: String
  ) throws(UsageError) {
    func refuse(_ option: String, _ why: String) throws(UsageError) {
      guard arguments.values[option] != nil else { return }
      throw OptionText(option: option, text: arguments.values[option] ?? "").wrong(
        why, "leave it out, or give each step a run of its own")
    }
    try refuse("output", "a series has an output for each step, in the folder of --series")
    try refuse("trace", "a trace is of one run")
    try refuse("truth-layers", "layers of which step? `fractions` takes them for each run")
    guard !arguments.operands.isEmpty else { throw .operandMissing("INPUT", command: command) }
    self.folder = folder
    while self.folder.count > 1, self.folder.hasSuffix("/") { self.folder.removeLast() }
    matchesGrey = arguments.has("match-grey")
    csv = arguments.values["csv"]
    overwrites = arguments.has("overwrite")
    steps = []
    var known: [String: String] = [:]
    for input in arguments.operands {
      let output = self.folder + "/" + outputName(for: input, suffix: ".labels.zarr")
      if let other = known[output] {
        throw OptionText(option: "series", text: folder).wrong(
          "\(other) and \(input) would both become \(output)", "rename one of them")
      }
      known[output] = input
      var one = arguments
      one.operands = [input]
      for option in ["series", "csv"] { one.values[option] = nil }
      one.flags.remove("match-grey")
      one.values["output"] = output
      steps.append(
        Step(
          name: outputName(for: input, suffix: ""),
          choices: try SegmentChoices(one, engines: engines, of: command)))
    }
  }

  /// Makes the folder of the runs.
  func makeFolder() throws(Explanation) {
    switch kind(ofPath: folder) {
    case .folder: return
    case .missing:
      try explained { () throws(SystemError) in try SystemIO.makeFolder(folder) }
    default:
      throw Explanation(
        .input, "--series \(folder): this is no folder", remedy: "name a folder, or one to be made")
    }
  }
}
