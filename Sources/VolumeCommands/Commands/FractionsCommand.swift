import Quantification
import VolumeCore

/// `fractions`: volume fractions of a run, from what was counted when it was made.
public struct FractionsCommand: Command {
  /// The command.
  public init() {}

  /// "fractions".
  public var name: String { "fractions" }
  /// What it does.
  public var summary: String {
    "volume fractions of labels with 95 % intervals, without reading them"
  }
  /// What it takes.
  public var operands: String { "RUN" }
  /// Its options.
  public var options: [OptionDeclaration] { StatisticsChoices.options + [.overwrite] }
  /// Lines to type.
  public var examples: [String] {
    [
      "t2s-volume fractions big.labels.zarr",
      "t2s-volume fractions big.labels.zarr --truth-layers truth.tif@210,640,1060 --csv big.csv",
    ]
  }
  /// What else is worth knowing.
  public var notes: [String] {
    [
      "A volume is a sample of its material, and labels are wrong, not as often one way as the other. "
        + "The interval 'the material' says where the material's mean lies; with annotated layers also "
        + "'this volume', where this volume's own fraction lies. Three layers far apart are enough. "
        + "`segment` counted all that this needs; only the annotated layers of the labels are read."
    ]
  }

  /// Tells.
  public func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let (path, choices) = try explained { () throws(UsageError) in
      (try arguments.operands(["RUN"], of: name)[0], try StatisticsChoices(arguments))
    }
    try choices.check(overwrites: arguments.has("overwrite"))
    let labels = try context.catalogue.open(path, hints: OpeningHints())
    guard
      var statistics = try RunStatistics.kept(path, shape: labels.volume.shape, context)
    else {
      throw Explanation(
        .input, "\(path): nothing was counted when it was made",
        remedy:
          "give a store that segment made; an older one, or one of other voxels, has no counts")
    }
    if let truth = choices.truthLayers {
      let shape = statistics.plan["input_shape"]?.array?.compactMap(\.integer) ?? []
      let region = Region(origin: statistics.origin, shape: labels.volume.shape)
      let scan =
        shape.count == 3 ? Shape3(z: shape[0], y: shape[1], x: shape[2]) : labels.volume.shape
      statistics.layers = try truth.open(context, shape: scan, region: region).compare(
        labels, classes: RunStatistics.inside(statistics.classes))
    }
    let table = statistics.table
    for line in ["\(path): \(labels.volume.shape.words)", ""] + table.lines {
      context.console.say(line)
    }
    context.console.say("  " + table.remark)
    if let csv = choices.csv {
      try statistics.writeCSV(to: csv)
      context.console.say("  counts in \(csv)")
    }
    return [
      "labels": .string(path), "classes": table.json,
      "truth_layers": .array(table.truthLayers.map { .integer($0) }),
      "csv": choices.csv.map { .string($0) } ?? .null,
    ]
  }
}
