import VolumeCore

/// `repair`: writes again what a store lacks.
public struct RepairCommand: Command {
  /// The command.
  public init() {}

  /// "repair".
  public var name: String { "repair" }
  /// What it does.
  public var summary: String { "write again what of a store is missing or damaged, from its scan" }
  /// What it takes.
  public var operands: String { "STORE [--from SCAN]" }
  /// Its options.
  public var options: [OptionDeclaration] {
    [
      OptionDeclaration(
        "from", "SCAN", "what the store was converted from; of no use for one that was not"),
      OptionDeclaration(
        "quick", nil, "look for damage by sizes and indices only, not by every checksum"),
      OptionDeclaration(
        "renamed", nil,
        "the scan has another name than it had: size and first bytes must be the same"),
      .memory, .threads,
    ] + OptionDeclaration.inputs
  }
  /// Lines to type.
  public var examples: [String] {
    [
      "t2s-volume repair scan.zarr --from scan.raw",
      "t2s-volume repair scan.zarr --from scan.bin --shape 1900x1040x1300 --type uint8",
      "t2s-volume repair scan.labels.zarr",
    ]
  }
  /// What else is worth knowing.
  public var notes: [String] {
    [
      "The store keeps what it was made of and how (region, type, window, compression, pyramid): the "
        + "scan must be the same, by name (but for --renamed), size and first bytes, and options that "
        + "describe it (--shape, --voxel-size, --channel ...) are given as they were to `convert`. Shards of the "
        + "volume come from the scan, those of other levels from the volume. At its end the store has "
        + "the bytes that it would have had undisturbed. A repair that was stopped is gone on with by "
        + "the same command.",
      "A store that `segment` made needs no --from: what is damaged is forgotten, and the same `segment` "
        + "command goes on with what is then missing.",
      "Exit codes: 0 whole now, 4 to be gone on with, 3 something is damaged that no scan can mend, such as label images.",
    ]
  }

  /// Mends.
  public func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let (path, hints, limits) = try explained { () throws(UsageError) in
      (
        try arguments.operands(["STORE"], of: name)[0], try arguments.openingHints(),
        try CopyLimits(arguments)
      )
    }
    let checker = StoreChecker(context: context)
    let before = try checker.report(path, arguments.has("quick") ? .quick : .full)
    var result: [String: JSONValue] = ["store": .string(path), "before": .object(before.json)]
    guard before.verdict != .whole else {
      context.console.say("\(path): whole, there is nothing to repair")
      result["exit_code"] = 0
      return result
    }
    for line in before.page { context.console.note(line) }
    let repair = StoreRepair(
      path: path, hints: hints, limits: limits, isRenamed: arguments.has("renamed"))
    let copied = try repair.run(before, from: arguments.values["from"], context)
    let after = try checker.report(path, .quick)
    if let copied {
      context.console.say(
        "\(path): \(after.verdictWords); \(Words.grouped(copied.voxels)) voxels were written again in "
          + Words.duration(copied.seconds))
      result.merge(copied.json) { $1 }
    } else {
      context.console.say(
        "\(path): \(after.verdictWords); give the command that made it again, without --overwrite: it "
          + "goes on with what is missing")
    }
    for damage in after.allDamages { context.console.say("  damaged     \(damage.words)") }
    result["after"] = .object(after.json)
    result["exit_code"] = .integer(Int(after.exitCode))
    return result
  }
}
