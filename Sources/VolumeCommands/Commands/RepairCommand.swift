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
  public var operands: String { "STORE --from SCAN" }
  /// Its options.
  public var options: [OptionDeclaration] {
    [
      OptionDeclaration("from", "SCAN", "what the store was converted from"),
      OptionDeclaration(
        "quick", nil, "look for damage by sizes and indices only, not by every checksum"),
      .memory, .threads,
    ] + OptionDeclaration.inputs
  }
  /// Lines to type.
  public var examples: [String] {
    [
      "t2s-volume repair scan.zarr --from scan.raw",
      "t2s-volume repair scan.zarr --from scan.bin --shape 1900x1040x1300 --type uint8",
    ]
  }
  /// What else is worth knowing.
  public var notes: [String] {
    [
      "The store keeps what it was made of and how (region, type, window, compression, pyramid): the "
        + "scan must be the same, by name, size and first bytes, and options that describe it "
        + "(--shape, --voxel-size, --channel ...) are given as they were to `convert`. Shards of the "
        + "volume come from the scan, those of other levels from the volume. At its end the store has "
        + "the bytes that it would have had undisturbed. A repair that was stopped is gone on with by "
        + "the same command.",
      "Exit codes: 0 whole now, 3 something is damaged that no scan can mend, such as label images.",
    ]
  }

  /// Mends.
  public func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let (path, scan, hints, limits) = try explained { () throws(UsageError) in
      let path = try arguments.operands(["STORE"], of: name)[0]
      guard let scan = arguments.values["from"] else {
        throw UsageError.optionMissing(
          option: "from", why: "what is damaged is written again from the scan",
          expected: "give the scan, as in --from scan.raw")
      }
      return (path, scan, try arguments.openingHints(), try CopyLimits(arguments))
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
    let repair = StoreRepair(path: path, scan: scan, hints: hints, limits: limits)
    let copied = try repair.run(before, context)
    let after = try checker.report(path, .quick)
    context.console.say(
      "\(path): \(after.verdictWords); \(Words.grouped(copied.voxels)) voxels were written again in "
        + Words.duration(copied.seconds))
    for damage in after.allDamages { context.console.say("  damaged     \(damage.words)") }
    result.merge(copied.json) { $1 }
    result["after"] = .object(after.json)
    result["exit_code"] = .integer(Int(after.exitCode))
    return result
  }
}
