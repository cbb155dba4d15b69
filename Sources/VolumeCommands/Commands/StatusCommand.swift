import SystemIO
import VolumeCore

/// `status`: what of a store is there.
public struct StatusCommand: Command {
  /// The command.
  public init() {}

  /// "status".
  public var name: String { "status" }
  /// What it does.
  public var summary: String {
    "say what of a store is written, zero, missing or damaged, and by whom"
  }
  /// What it takes.
  public var operands: String { "STORE" }
  /// None beside those of every command.
  public var options: [OptionDeclaration] { [] }
  /// Lines to type.
  public var examples: [String] {
    ["t2s-volume status scan.zarr", "t2s-volume status scan.zarr --json"]
  }
  /// What else is worth knowing.
  public var notes: [String] {
    [
      "It looks at documents, ledgers, sizes and indices, as `verify --quick` does, and may be asked "
        + "while a run writes the store. A shard is written where its file is there as the ledger "
        + "notes it, zero where all its voxels were and so it needs no file, and never written where "
        + "the ledger does not know it. The exit code is that of `verify`: 0 whole, 3 damaged, 4 not "
        + "finished."
    ]
  }

  /// Tells.
  public func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let path = try explained { () throws(UsageError) in
      try arguments.operands(["STORE"], of: name)[0]
    }
    let parts = OutputParts(path, context)
    // What is put together at the end only is not there before.
    if kind(ofPath: path) == .missing, try parts.folder.frozen() != nil {
      context.console.say("\(path): not finished")
      return ["store": .string(path), "exit_code": 4].merging(try tell(of: parts, path, context)) {
        $1
      }
    }
    let report = try StoreChecker(context: context).report(path, .quick)
    for line in report.page { context.console.say(line) }
    return report.json.merging(try tell(of: parts, path, context)) { $1 }
  }

  /// Says which parts of an output are there, where it is made in parts.
  private func tell(
    of parts: OutputParts, _ path: String, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    guard !parts.isFinished, let fixed = try parts.folder.frozen() else { return [:] }
    let missing = try parts.missing(of: fixed.parts)
    context.console.say(
      "  made in \(fixed.parts) parts, begun by \(fixed.origin); "
        + (missing.isEmpty
          ? "all are there: t2s-volume finish \(path)"
          : "\(fixed.parts - missing.count) are there, missing: \(PartShare.words(missing))"))
    for part in missing {
      guard let last = parts.folder.states(of: part).last else { continue }
      let share = Words.percent(Double(last.done) / Double(max(last.voxels, 1)), 0)
      context.console.say(
        "  part \(part.number) on \(last.host): \(last.kind.rawValue), \(share), \(last.updated)"
          + (last.why.map { ": \($0)" } ?? ""))
    }
    return [
      "parts": .integer(fixed.parts),
      "missing_parts": .array(missing.map { .integer($0.number) }),
    ]
  }
}
