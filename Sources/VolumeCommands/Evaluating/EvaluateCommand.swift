import Evaluation
import SystemIO
import VolumeCore

/// `evaluate`: compares labels with the truth.
public struct EvaluateCommand: Command {
  /// The command.
  public init() {}

  /// "evaluate".
  public var name: String { "evaluate" }
  /// What it does.
  public var summary: String { "score labels against the truth, and show where they are wrong" }
  /// What it takes.
  public var operands: String { "PREDICTION TRUTH" }
  /// Its options.
  public var options: [OptionDeclaration] { EvaluationChoices.options }
  /// Lines to type.
  public var examples: [String] {
    [
      "t2s-volume evaluate big.labels.zarr big.raw.labels.zarr",
      "t2s-volume evaluate scan.labels.zarr truth.tif --region :,:,740:904 --json",
      "t2s-volume evaluate scan.labels.zarr truth.zarr --scan scan.zarr --output scan.evaluation",
      "t2s-volume evaluate scan.labels.zarr truth.zarr --probabilities scan.probabilities.zarr",
      "t2s-volume evaluate scan.labels.zarr truth.zarr --output scan.evaluation --part 3/16",
    ]
  }
  /// What else is worth knowing.
  public var notes: [String] {
    [
      "Voxels that are 255 in the truth (not annotated), or 0 in the mask, count nowhere. Means are "
        + "over the classes that occur in the truth or in the prediction; 254, what lies outside the "
        + "specimen, is scored and is not in them. What describes a raw file (--shape and the "
        + "like) holds for each input that has no description of its own.",
      "--output writes a folder: report.txt, .csv and .tex, evaluation.json; layers-z.csv, -y and -x "
        + "(scores of each layer, and how alike it is to the next, in the truth and in the "
        + "prediction) and layers.png; boundaries.csv (how far boundaries lie apart) and errors.csv "
        + "(how far errors lie from a boundary); blobs-z.csv, -y and -x (connected errors in each "
        + "layer), blobs.csv (in space) and notable.csv with a picture of each layer that it names.",
      "--part counts the layers of a part; `finish` adds the counts and does all that --output asks for "
        + "beside.",
      "A class that occurs and has no precision, as it was never predicted, counts 0 in the mean.",
    ]
  }

  /// More values than that are grey, not labels.
  static let mostValues = 64

  /// Compares.
  public func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let choices = try explained { () throws(UsageError) in
      try EvaluationChoices(arguments, of: name)
    }
    let inputs = try EvaluationInputs(choices, arguments, context)
    try choices.checkOutputs(inputs)
    for warning in try inputs.trainingOverlap(context) { context.console.note(warning) }
    if let parts = try EvaluationParts(choices, inputs, arguments, context) {
      return try parts.run()
    }
    let evaluation = try EvaluationRun(choices: choices, inputs: inputs, context: context).run()
    for line in evaluation.report.page { context.console.say(line) }
    for line in evaluation.outputs { context.console.say(line) }
    return evaluation.json
  }
}
