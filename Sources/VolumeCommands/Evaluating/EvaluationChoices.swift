import Evaluation
import SystemIO
import VolumeCore

/// What the user asked `evaluate` for.
struct EvaluationChoices: Sendable {
  var prediction: String
  var truth: String
  var mask: String?
  var scan: String?
  var probabilities: String?
  var region: OptionText?
  /// The folder of everything that can be found out; `nil`: only the scores.
  var output: String?
  var errors: String?
  var confusion: String?
  var baselines: Bool
  /// Distances of boundaries, in voxels; 0: none are measured.
  var reach: Int
  var overwrites: Bool
  var hints: OpeningHints
  var limits: CopyLimits

  static let options: [OptionDeclaration] =
    [
      OptionDeclaration(
        "output", "FOLDER",
        "also find out where the prediction is wrong: tables, curves and pictures", short: "o"),
      OptionDeclaration(
        "region", "z0:z1,y0:y1,x0:x1", "compare only this box of both; ':' stands for a whole axis"),
      OptionDeclaration("mask", "MASK", "compare only where this volume is not 0"),
      OptionDeclaration(
        "scan", "SCAN", "the scan: for --baselines by grey value, and under the labels in pictures"),
      OptionDeclaration(
        "probabilities", "STORE",
        "what segment --probabilities wrote: ROC and precision-recall curves, calibration"),
      OptionDeclaration(
        "baselines", nil, "beside it, what models reach that have learned nothing of shapes"),
      OptionDeclaration(
        "reach", "N",
        "with --output: boundaries are looked for so many voxels away; default 10, 0 for not at all"
      ),
      OptionDeclaration(
        "errors", "STORE", "write a label volume: 1 where the prediction is wrong, else 0"),
      OptionDeclaration(
        "confusion", "STORE", "write a uint16 volume: 100 x truth + prediction"),
      .memory, .threads,
    ] + Parting.options + OptionDeclaration.inputs + [.overwrite]

  init(_ arguments: Arguments, of command: String) throws(UsageError) {
    let paths = try arguments.operands(["PREDICTION", "TRUTH"], of: command)
    (prediction, truth) = (paths[0], paths[1])
    mask = arguments.values["mask"]
    scan = arguments.values["scan"]
    probabilities = arguments.values["probabilities"]
    region = arguments.values["region"].map { OptionText(option: "region", text: $0) }
    output = arguments.values["output"]
    errors = arguments.values["errors"]
    confusion = arguments.values["confusion"]
    baselines = arguments.has("baselines")
    let longest = LabelPairing.longestReach
    let reach = try arguments.value("reach") { text throws(UsageError) in
      let reach = try text.wholeNumber(atLeast: 0)
      guard reach <= longest else {
        throw text.wrong(
          "boundaries are looked for at most \(longest) voxels away", "0 to \(longest)")
      }
      return reach
    }
    if reach != nil, output == nil {
      throw OptionText(option: "reach", text: arguments.values["reach"] ?? "")
        .wrong("distances of boundaries are written to a folder", "give --output too")
    }
    self.reach = reach ?? 10
    overwrites = arguments.has("overwrite")
    hints = try arguments.openingHints()
    limits = try CopyLimits(arguments)
  }

  /// Refuses outputs that are there, or that are inputs.
  func checkOutputs(_ inputs: EvaluationInputs) throws(Explanation) {
    let outputs = [output, errors, confusion].compactMap(\.self)
    try checkApart(
      outputs, from: [prediction, truth] + [mask, scan, probabilities].compactMap(\.self))
    guard let output, !overwrites else { return }
    if kind(ofPath: output + "/" + EvaluationFolder.finalName) != .missing {
      throw Explanation(
        .input, "\(output) holds an evaluation already",
        remedy: "give --overwrite to replace it, or another --output")
    }
    if case .file = kind(ofPath: output) {
      throw Explanation(
        .input, "\(output) is a file, and the evaluation is a folder",
        remedy: "give another --output")
    }
  }
}
