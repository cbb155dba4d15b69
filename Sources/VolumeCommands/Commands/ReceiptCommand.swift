import VolumeCore

/// `receipt`: what a label store was computed from, and how.
public struct ReceiptCommand: Command {
  /// The command.
  public init() {}

  /// "receipt".
  public var name: String { "receipt" }
  /// What it does.
  public var summary: String {
    "say what labels were computed from, with what, by which runs, and their hashes"
  }
  /// What it takes.
  public var operands: String { "STORE" }
  /// None beside those of every command.
  public var options: [OptionDeclaration] { [] }
  /// Lines to type.
  public var examples: [String] {
    ["t2s-volume receipt scan.labels.zarr", "t2s-volume receipt scan.labels.zarr --json"]
  }
  /// What else is worth knowing.
  public var notes: [String] {
    [
      "The receipt lies in the store as .t2s/receipt.json, which a script may read: the scan and a "
        + "hash of its voxels in each block, the model with its hash and card, normalisation, axis "
        + "order, tool version, options, engine and precision, a hash of the labels in each block, the "
        + "check of seams, and every run with its times, also those that were killed. Hashes are of "
        + "voxels at their places, not of files: a scan that was converted has the same.",
      "`verify STORE --sample 1%` computes a share of the tiles again from what it names.",
    ]
  }

  /// Tells.
  public func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let path = try explained { () throws(UsageError) in
      try arguments.operands(["STORE"], of: name)[0]
    }
    _ = try StoreChecker(context: context).stores(path)
    guard let receipt = try context.catalogue.stores?.kept(RunReceipt.name, in: path),
      let members = receipt.object
    else {
      throw Explanation(
        .input, "\(path) has no receipt: only what `segment` makes has one",
        remedy: "see what made it with `status \(path)`")
    }
    for line in ReceiptPage(path: path, document: receipt).lines { context.console.say(line) }
    return members
  }
}
