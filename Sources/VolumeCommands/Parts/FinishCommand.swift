import Cluster
import Glibc
import SystemIO
import VolumeCore

/// `finish`: puts the parts of an output together.
public struct FinishCommand: Command {
  /// The command.
  public init() {}

  /// "finish".
  public var name: String { "finish" }
  /// What it does.
  public var summary: String { "put the parts of an output together (--part), once all are there" }
  /// What it takes.
  public var operands: String { "OUTPUT" }
  /// Its options.
  public var options: [OptionDeclaration] {
    [
      OptionDeclaration(
        "wait", "SECONDS",
        "look again for so long where parts are missing: a shared file system may show late what other "
          + "machines wrote; default: 0"),
      .memory, .threads,
    ]
  }
  /// Lines to type.
  public var examples: [String] {
    ["t2s-volume finish scan.labels.zarr", "t2s-volume finish scan.labels.zarr --wait 120"]
  }
  /// What else is worth knowing.
  public var notes: [String] {
    [
      "OUTPUT is what the parts were told to make. Every ledger and every shard's size and end are checked, "
        + "the levels of lower resolution that parts could not make are made of what they left for them, "
        + "and the output is what one process would have made, byte for byte. Where a part is missing, it "
        + "is named and nothing is finished. Bytes that a disk changed meanwhile are found by `verify`."
    ]
  }

  /// Puts together.
  public func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let (output, wait) = try explained { () throws(UsageError) in
      (
        try arguments.operands(["OUTPUT"], of: name)[0],
        try arguments.value("wait") { text throws(UsageError) in
          try text.wholeNumber(atLeast: 0)
        } ?? 0
      )
    }
    let parts = OutputParts(output, context)
    guard !parts.isFinished else {
      // Of a run that ended between its last file and this.
      try parts.removeFolder()
      context.console.say(
        "\(output): there are no parts to put together: it was finished, or made in one piece")
      return ["output": .string(output), "finished": true]
    }
    guard let fixed = try parts.folder.frozen() else {
      throw Explanation(
        .input, "\(output) was not begun in parts: there is no \(parts.folder.path)/run.json",
        remedy: "give the output that the parts were told to make")
    }
    guard fixed.toolVersion == toolVersion else {
      throw Explanation(
        .input,
        "\(output) was begun by t2s-volume \(fixed.toolVersion), this is \(toolVersion)",
        remedy: "use the same version for all parts and to finish")
    }
    // What is done is what the parts' command says, with the output that it names.
    guard resolved(fixed.absolutePlace) == resolved(parts.folder.path) else {
      throw Explanation(
        .input,
        "\(output) was moved or copied since its parts were begun: their folder was \(fixed.absolutePlace)",
        remedy: "give it its name and place of then, and finish it there; rename it afterwards")
    }
    try waitForParts(parts, fixed, seconds: wait, context)
    let summary = PartsSummary(parts.folder, of: fixed.parts)
    var result = try again(fixed, arguments, summary, context)
    try parts.removeFolder()
    result["parts"] = .integer(fixed.parts)
    return result
  }

  /// Waits until no part is missing; throws where one is after `seconds`.
  private func waitForParts(
    _ parts: OutputParts, _ fixed: FrozenRun, seconds: Int, _ context: CommandContext
  ) throws(Explanation) {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    var said = false
    while true {
      let missing = try parts.missing(of: fixed.parts)
      guard !missing.isEmpty else { return }
      guard clock.now < end else { throw parts.explanation(missing) }
      if !said { context.console.note("waiting for parts \(PartShare.words(missing))") }
      said = true
      try context.checkForStop(remedy: "give the same command again")
      sleep(1)
    }
  }

  /// Gives the command again that the parts were given, to do what is left.
  private func again(
    _ fixed: FrozenRun, _ own: Arguments, _ summary: PartsSummary, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    guard let word = fixed.words.first,
      let command = Tool.commands.first(where: { $0.name == word }), !(command is FinishCommand)
    else {
      throw Explanation(
        .damaged, "the parts' command is not known: \(fixed.words.joined(separator: " "))",
        remedy: "begin the run anew with another output")
    }
    if currentFolder() != fixed.folder, unsafe chdir(fixed.folder) != 0 {
      throw Explanation(
        .input, "the folder \(fixed.folder), in which the parts were begun, is not there",
        remedy: "finish the run where that folder is")
    }
    var arguments = try explained { () throws(UsageError) in
      try Arguments(
        parsing: fixed.words.dropFirst(), of: command.name, options: command.allOptions)
    }
    if let path = arguments.values["options"] {
      try OptionFile(path).add(to: &arguments, of: command.name, options: command.allOptions)
    }
    for option in ["memory", "threads"] {
      arguments.values[option] = own.values[option] ?? arguments.values[option]
    }
    var context = context
    context.summary = summary
    return try command.run(arguments, context)
  }
}

/// An output that several processes make together, as it is found.
struct OutputParts {
  let output: String
  let folder: PartsFolder
  private let stores: (any StoreChecking)?
  private let isInStore: Bool

  init(_ output: String, _ context: CommandContext) {
    self.output = output
    stores = context.catalogue.stores
    let beside = Self.beside(output)
    let inside = stores?.partsFolder(of: output) ?? ""
    isInStore = kind(ofPath: beside) == .missing && !inside.isEmpty
    folder = PartsFolder(isInStore ? inside : beside)
  }

  /// The folder of parts of an output that is no store while it is made.
  static func beside(_ output: String) -> String {
    var output = Substring(output)
    while output.count > 1, output.last == "/" { output = output.dropLast() }
    return output + ".parts"
  }

  /// Whether it is there as a whole: what its command writes last is there.
  var isFinished: Bool {
    ["zarr.json", EvaluationFolder.finalName, "ablation.md"].contains {
      kind(ofPath: "\(output)/\($0)") != .missing
    } || isFile(output)
  }

  /// The parts of `count` that are not there yet.
  func missing(of count: Int) throws(Explanation) -> [PartShare] {
    if isInStore, let missing = try stores?.missingParts(output, of: count) { return missing }
    return PartShare.all(of: count).filter { !folder.isDone($0) }
  }

  /// What is missing, and what is known about why.
  func explanation(_ missing: [PartShare]) -> Explanation {
    var words =
      "\(output): part\(missing.count == 1 ? "" : "s") \(PartShare.words(missing)) "
      + (missing.count == 1 ? "is not there" : "are not there")
    var mayRun = false
    for part in missing.prefix(3) {
      guard let last = folder.states(of: part).last else { continue }
      words += "; part \(part.number) "
      switch last.kind {
      case .failed: words += "failed on \(last.host): \(last.why ?? "it did not say why")"
      case .stopped: words += "was stopped on \(last.host) at \(last.updated)"
      case .running:
        mayRun = true
        words += "runs, or was killed, on \(last.host) since \(last.started)"
      case .done: words += "said on \(last.host) that it was done"
      }
    }
    return Explanation(
      .failed, words,
      remedy: (mayRun ? "wait for those that run; " : "")
        + "run what is missing again, each with the command of the others and its --part: what is "
        + "there stays. `slurm resubmit` does it where they were jobs")
  }

  /// Removes what parts left beside an output that is no store.
  func removeFolder() throws(Explanation) {
    guard !isInStore else { return }
    do throws(SystemError) { try SystemIO.removeFolder(folder.path) } catch {
      throw error.explanation
    }
  }
}
