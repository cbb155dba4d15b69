import VolumeCore

/// `measure`: the numbers that go into a paper.
public struct MeasureCommand: Command {
  /// The command.
  public init() {}

  /// "measure".
  public var name: String { "measure" }
  /// What it does.
  public var summary: String {
    "measure labels: components, pores, fibres, cracks, correlation, chords, contact"
  }
  /// What it takes.
  public var operands: String { "\(Self.actions.map(\.name).joined(separator: "|")) LABELS" }

  /// What can be measured.
  static let actions: [MeasureAction] = [
    ComponentMeasuring.action, PoreMeasuring.action, FibreMeasuring.action, CrackMeasuring.action,
    CorrelationMeasuring.action, ChordMeasuring.action, ContactMeasuring.action,
  ]

  /// Its options.
  public var options: [OptionDeclaration] {
    var options: [OptionDeclaration] = [
      OptionDeclaration(
        "class", "CLASS", "the class that is measured: its value or its name; several as 1,2")
    ]
    for action in Self.actions {
      options += action.options.filter { option in !options.contains { $0.name == option.name } }
    }
    return options + [
      OptionDeclaration(
        "region", "z0:z1,y0:y1,x0:x1", "measure only this box; ':' stands for a whole axis"),
      .memory, .threads, .overwrite,
    ] + OptionDeclaration.inputs
  }
  /// Lines to type.
  public var examples: [String] { Self.actions.flatMap { $0.examples } }
  /// What else is worth knowing.
  public var notes: [String] {
    Self.actions.flatMap { $0.notes } + [
      "Lengths are in micrometres where the voxel's size is known (in the file, or by --voxel-size), "
        + "and in voxels otherwise: the columns' names say which. Places are in voxels from the "
        + "volume's first one. Voxels that are 255 (not annotated) or 254 (outside the specimen) belong "
        + "to no class unless --class names them. No figure depends on --memory or --threads."
    ]
  }

  /// Does what the first word says.
  public func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    var arguments = arguments
    let names = Self.actions.map(\.name)
    guard let word = arguments.operands.first else {
      throw UsageError.operandMissing(list(names), command: name).explanation
    }
    guard let action = Self.actions.first(where: { $0.name == word }) else {
      let near = nearest(to: word, among: names)
      throw Explanation(
        .input, "measure '\(word)' is nothing that can be measured",
        remedy: near.map { "did you mean 'measure \($0)'?" } ?? "say \(list(names))")
    }
    arguments.operands.removeFirst()
    let known = Set(
      action.options.map(\.name) + ["class", "region", "memory", "threads", "overwrite"])
    let general = Set((OptionDeclaration.inputs + [.optionFile, .json, .help]).map(\.name))
    let given = arguments.flags.union(arguments.values.keys)
    if let other = given.subtracting(known).subtracting(general).sorted().first {
      throw Explanation(
        .input, "measure \(word) has no option --\(other)",
        remedy: "t2s-volume measure --help says which words have it")
    }
    return try action.run(try MeasureInput(arguments, action: "\(name) \(word)", context))
  }
}

/// One word after `measure`.
struct MeasureAction: Sendable {
  /// The word.
  var name: String
  /// Options that it alone has, or shares with some.
  var options: [OptionDeclaration]
  /// Lines to type.
  var examples: [String]
  /// What is worth knowing.
  var notes: [String]
  /// Measures; returns what `--json` prints.
  var run: @Sendable (MeasureInput) throws(Explanation) -> [String: JSONValue]
}
