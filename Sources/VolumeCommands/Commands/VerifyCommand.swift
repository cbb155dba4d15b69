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
        "quick", nil, "documents, ledgers, sizes of files and indices of shards only"),
      OptionDeclaration(
        "part", "I/N",
        "look at the I-th of N parts of the files of each level, for as many machines: each says what "
          + "it found, and all together are the whole check"),
      OptionDeclaration(
        "sample", "SHARE",
        "compute that share of a segmentation's tiles again (1%, 0.01; at least one) and say how far "
          + "the labels agree"),
      OptionDeclaration(
        "seed", "N", "which tiles --sample takes; default: 1. The same seed takes the same"),
      OptionDeclaration("scan", "INPUT", "where the scan is now; default: where the receipt says"),
      OptionDeclaration("model", "FILE", "where the model is now; default: where the receipt says"),
      OptionDeclaration("engine", "NAME", "what computes the sample; default: what the run had"),
      .memory, .threads,
    ] + OptionDeclaration.inputs
  }
  /// Lines to type.
  public var examples: [String] {
    [
      "t2s-volume verify scan.zarr", "t2s-volume verify scan.zarr --quick --json",
      "t2s-volume verify scan.labels.zarr --sample 1%",
      "t2s-volume verify scan.labels.zarr --sample 5% --seed 7 --scan /mnt/copy/scan.raw",
    ]
  }
  /// What else is worth knowing.
  public var notes: [String] {
    [
      "Exit codes: 0 whole, 3 damaged, 4 not finished (and what is there is in order). What is damaged "
        + "is named by its file, chunk and voxels; `repair` mends it from the scan. Levels of the "
        + "pyramid and label images below `labels` are looked at as well.",
      "A store of others has no ledger: a file that is missing may have been lost or never written, "
        + "and a chunk without a checksum is only seen to decode. Both are said.",
      "--sample works on this machine or another: the scan's voxels below the sample are first held "
        + "against the hashes on the receipt, then tiles are computed again from scan and model. Where "
        + "labels differ, the difference of the two classes' scores is said: the distance to the "
        + "decision. Small ones are ties that rounding decides (exit code 0); larger ones, or other "
        + "voxels in the scan, end with 3.",
    ]
  }

  /// Checks.
  public func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let path = try explained { () throws(UsageError) in
      try arguments.operands(["STORE"], of: name)[0]
    }
    let sample = try explained { () throws(UsageError) in
      arguments.values["sample"] == nil
        ? nil
        : try SampleVerification.Choices(
          arguments, engines: context.catalogue.engines.map(\.name))
    }
    let depth: StoreCheckDepth = arguments.has("quick") ? .quick : .full
    let part = try explained { () throws(UsageError) in
      try arguments.value("part") { text throws(UsageError) in
        guard let part = PartShare(text.text) else {
          throw text.wrong("this is no part", "give which of how many, from 1, as in 3/16")
        }
        return part
      }
    }
    let report = try StoreChecker(context: context).report(path, depth, part: part)
    if let part, report.verdict == .whole, report.arrays.allSatisfy({ $0.total == 0 }) {
      context.console.say("\(path): none of its files is part \(part)'s; nothing was looked at")
    } else {
      if let part { context.console.say("part \(part) of the files of each level:") }
      for line in report.page { context.console.say(line) }
    }
    var json = report.json
    // What is damaged or not there yet says nothing about how it was computed.
    guard let sample, report.verdict == .whole else { return json }
    let found = try SampleVerification(path: path, choices: sample, context: context).run()
    for line in found.lines { context.console.say(line) }
    json["sample"] = found.json
    json["exit_code"] = .integer(Int(found.exitCode))
    return json
  }
}
