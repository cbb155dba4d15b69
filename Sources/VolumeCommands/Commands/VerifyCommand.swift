import VolumeCore

/// `verify`: whether a store is as it was written.
public struct VerifyCommand: Command {
  /// The command.
  public init() {}

  /// "verify".
  public var name: String { "verify" }
  /// What it does.
  public var summary: String {
    "read every checksum of a store: is it whole, and where is it damaged?"
  }
  /// What it takes.
  public var operands: String { "STORE" }
  /// Its options.
  public var options: [OptionDeclaration] {
    [
      OptionDeclaration(
        "quick", nil, "documents, ledgers, sizes of files and indices of shards only")
    ]
  }
  /// Lines to type.
  public var examples: [String] {
    ["t2s-volume verify scan.zarr", "t2s-volume verify scan.zarr --quick --json"]
  }
  /// What else is worth knowing.
  public var notes: [String] {
    [
      "Exit codes: 0 whole, 3 damaged, 4 not finished (and what is there is in order). What is damaged "
        + "is named by its file, chunk and voxels; `repair` mends it from the scan. Levels of the "
        + "pyramid and label images below `labels` are looked at as well.",
      "A store of others has no ledger: a file that is missing may have been lost or never written, "
        + "and a chunk without a checksum is only seen to decode. Both are said.",
    ]
  }

  /// Checks.
  public func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let path = try explained { () throws(UsageError) in
      try arguments.operands(["STORE"], of: name)[0]
    }
    let depth: StoreCheckDepth = arguments.has("quick") ? .quick : .full
    let report = try StoreChecker(context: context).report(path, depth)
    for line in report.page { context.console.say(line) }
    return report.json
  }
}
