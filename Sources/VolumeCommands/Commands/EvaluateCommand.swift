import Evaluation
import VolumeCore

/// `evaluate`: compares labels with the truth.
public struct EvaluateCommand: Command {
  /// The command.
  public init() {}

  /// "evaluate".
  public var name: String { "evaluate" }
  /// What it does.
  public var summary: String { "score labels against the truth, class by class" }
  /// What it takes.
  public var operands: String { "PREDICTION TRUTH" }
  /// Its options.
  public var options: [OptionDeclaration] {
    OptionDeclaration.inputs + [
      OptionDeclaration(
        "region", "z0:z1,y0:y1,x0:x1", "compare only this box of both; ':' stands for a whole axis"),
      .memory, .threads,
    ]
  }
  /// Lines to type.
  public var examples: [String] {
    [
      "t2s-volume evaluate big.labels.zarr big.raw.labels.zarr",
      "t2s-volume evaluate scan.labels.zarr truth.tif --region :,:,740:904 --json",
    ]
  }
  /// What else is worth knowing.
  public var notes: [String] {
    [
      "Voxels that are 255 in the truth (not annotated) are skipped. The mean is over the classes "
        + "that occur in the truth or in the prediction; 254, what lies outside the specimen, is scored "
        + "and is not in the mean. What describes a raw file (--shape and the "
        + "like) holds for each of the two that has no description of its own."
    ]
  }

  /// More values than that are grey, not labels.
  static let mostValues = 64

  /// Compares.
  public func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let (paths, hints, limits) = try explained { () throws(UsageError) in
      let paths = try arguments.operands(["PREDICTION", "TRUTH"], of: name)
      return (paths, try arguments.openingHints(), try CopyLimits(arguments))
    }
    let prediction = try context.openInput(paths[0], hints: hints)
    let truth = try context.openInput(paths[1], hints: hints)
    guard prediction.volume.shape == truth.volume.shape else {
      throw Explanation(
        .input,
        "\(paths[0]) has \(prediction.volume.shape.words), \(paths[1]) has "
          + truth.volume.shape.words,
        remedy: "compare volumes of equal extent; t2s-volume convert --region cuts one out")
    }
    let region = try explained { () throws(UsageError) in
      try arguments.value("region") { text throws(UsageError) in
        try text.region(in: truth.volume.shape)
      }
    }
    let comparison = Comparison(
      prediction: prediction, truth: truth, region: region ?? Region(truth.volume.shape))
    let matrix = try comparison.run(limits, context)
    guard matrix.values.count <= Self.mostValues else {
      throw Explanation(
        .input, "the two volumes hold \(matrix.values.count) different values, as no labels do",
        remedy: "give label volumes: is one of them the grey scan?")
    }
    let classes = truth.volume.classes ?? prediction.volume.classes ?? []
    let report = EvaluationReport(
      scores: Scores(matrix, expected: classes.map(\.value)), matrix: matrix, classes: classes)
    for line in report.page { context.console.say(line) }
    return report.json
  }
}
