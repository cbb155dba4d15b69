import VolumeCore

/// `annotate`: makes ground truth, step by step.
public struct AnnotateCommand: Command {
  /// The command.
  public init() {}

  /// What it can do, in the order of a day's work.
  static var actions: [any AnnotateAction.Type] {
    [
      SmoothAction.self, RingsAction.self, ThresholdAction.self, GrowAction.self,
      WatershedAction.self, InterpolateAction.self, ExportAction.self, ImportAction.self,
      CandidatesAction.self, ApplyAction.self, SuggestAction.self,
    ]
  }

  /// "annotate".
  public var name: String { "annotate" }
  /// What it does.
  public var summary: String {
    "make ground truth: smooth, grow, threshold, paint, interpolate, correct"
  }
  /// What it takes.
  public var operands: String { "ACTION INPUT..." }
  /// Its options, each action's own first.
  public var options: [OptionDeclaration] {
    var options: [OptionDeclaration] = []
    for option in Self.actions.flatMap({ $0.options }) + Self.common
    where !options.contains(where: { $0.name == option.name }) {
      options.append(option)
    }
    return options
  }
  private static let common: [OptionDeclaration] =
    [
      OptionDeclaration(
        "output", "PATH", "what is written; its ending says the format, as for convert", short: "o"),
      .compression, .noPyramid, .memory, .threads, .overwrite,
    ] + OptionDeclaration.inputs

  /// Lines to type.
  public var examples: [String] { Self.actions.flatMap { $0.examples } }
  /// What else is worth knowing.
  public var notes: [String] {
    ["ACTION is \(list(Self.actions.map { $0.word }))."]
      + Self.actions.map { "\($0.word): \($0.summary)." } + Self.actions.flatMap { $0.notes } + [
        "In all labels, 255 is what nobody annotated, and 254 lies outside the specimen."
      ]
  }

  /// Does what the first word says.
  public func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    var arguments = arguments
    let words = Self.actions.map { $0.word }
    guard let word = arguments.operands.first else {
      throw UsageError.operandMissing(list(words), command: name).explanation
    }
    guard let action = Self.actions.first(where: { $0.word == word }) else {
      throw UsageError.unknownWord(
        word, command: name, known: words, nearest: nearest(to: word, among: words)
      ).explanation
    }
    arguments.operands.removeFirst()
    let known = Set((action.options + Self.common).map(\.name) + ["json", "options"])
    for given in arguments.values.keys.sorted() + arguments.flags.sorted()
    where !known.contains(given) {
      throw Explanation(
        .input, "annotate \(word) has no option --\(given)",
        remedy: "t2s-volume annotate --help says which action it is of")
    }
    return try action.run(arguments, context)
  }
}

/// One thing that `annotate` does.
protocol AnnotateAction {
  /// The word for it.
  static var word: String { get }
  /// What it does, in a line.
  static var summary: String { get }
  /// Options that not every action has.
  static var options: [OptionDeclaration] { get }
  /// Lines to type.
  static var examples: [String] { get }
  /// What else is worth knowing.
  static var notes: [String] { get }
  /// Does it.
  static func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue]
}

extension AnnotateAction {
  static var notes: [String] { [] }
}

/// What every action that writes a volume is told.
struct AnnotateOutput: Sendable {
  var output: String
  var compression: StoreCompression?
  var hasPyramid: Bool
  var limits: CopyLimits
  var hints: OpeningHints
  var overwrites: Bool

  init(_ arguments: Arguments, of action: String) throws(UsageError) {
    guard let output = arguments.values["output"] else {
      throw .optionMissing(
        option: "output", why: "annotate \(action) writes a volume",
        expected: "give a name, as in --output labels.zarr")
    }
    self.output = output
    compression = try arguments.value("compression") { text throws(UsageError) in
      try text.compression()
    }
    hasPyramid = !arguments.has("no-pyramid")
    limits = try CopyLimits(arguments)
    hints = try arguments.openingHints()
    overwrites = arguments.has("overwrite")
  }

  /// The writing of `reader`, refused at once where the output is an input or is there already.
  func writing(
    _ reader: any VolumeReader, plan: [String: JSONValue], inputs: [(String, any VolumeReader)],
    _ context: CommandContext
  ) throws(Explanation) -> OutputWriting {
    let format = try context.catalogue.formatWriting(output)
    try checkApart(
      format.filesWritten(output), from: inputs.flatMap { [$0.0] + $0.1.filesRead })
    var plan = plan
    plan["inputs"] = .array(inputs.map { .string($0.1.fingerprint) })
    var writing = OutputWriting(
      reader, to: output, plan: plan, overwrites: overwrites, limits: limits)
    writing.output.compression = compression
    writing.output.hasPyramid = hasPyramid
    try format.check(writing.output, at: output)
    return writing
  }

  /// Says what was written.
  func say(_ report: CopyReport, _ shape: Shape3, _ context: CommandContext) -> [String: JSONValue]
  {
    context.console.say(
      "\(output): \(shape.words), \(Words.bytes(report.bytesWritten)) written in "
        + Words.duration(report.seconds))
    var result = report.json
    result["output"] = .string(output)
    result["shape"] = shape.json
    return result
  }
}

/// `annotate suggest`: what `suggest-layers` does.
enum SuggestAction: AnnotateAction {
  static let word = "suggest"
  static let summary = "name the layers of a run that are most worth annotating next"
  static var options: [OptionDeclaration] { SuggestLayersCommand().options }
  static let examples = ["t2s-volume annotate suggest big.labels.zarr -n 5"]

  static func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    try SuggestLayersCommand().run(arguments, context)
  }
}
