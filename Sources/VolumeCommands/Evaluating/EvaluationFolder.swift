import Evaluation
import SystemIO
import VolumeCore

/// The folder of an evaluation. `evaluation.json` is written last: where it is missing, the rest is of
/// an evaluation that was stopped.
struct EvaluationFolder {
  /// What is written last.
  static let finalName = "evaluation.json"

  let path: String
  let context: CommandContext

  private func file(_ name: String) -> String { path + "/" + name }

  /// Makes the folder; an earlier evaluation in it is no longer whole.
  func begin() throws(Explanation) {
    try explained { () throws(SystemError) in
      try makeFolder(path)
      if kind(ofPath: file(Self.finalName)) != .missing { try removeFile(file(Self.finalName)) }
      // What an earlier evaluation found must not be taken for what this one finds.
      for name in try names(inFolder: path) where isOurs(name) { try removeFile(file(name)) }
    }
  }

  /// Whether an evaluation writes files of this name.
  private func isOurs(_ name: String) -> Bool {
    let starts = [
      "blobs-", "blobs.", "layers-", "layers.", "boundaries.", "errors.", "notable-", "notable.",
      "probabilities.", "calibration.", "report.",
    ]
    let ends = [".csv", ".png", ".svg", ".txt", ".tex"]
    return starts.contains { name.hasPrefix($0) } && ends.contains { name.hasSuffix($0) }
  }

  func write(_ text: String?, to name: String) throws(Explanation) {
    guard let text else { return }
    try explained { () throws(SystemError) in
      try writeFileAtomically(file(name), Array(text.utf8))
    }
  }

  /// Writes what is known layer by layer, and of boundaries and probabilities.
  func write(_ curves: LayerCurves, _ report: EvaluationReport) throws(Explanation) {
    let tables = EvaluationTables(report: report)
    for axis in LayerCurves.Axis.allCases {
      try write(tables.layers(curves, axis), to: "layers-\(axis.rawValue).csv")
    }
    try context.writeBoth(
      LayerCharts(curves: curves, report: report).chart, to: file("layers"))
    try write(tables.boundaries, to: "boundaries.csv")
    try write(tables.errors, to: "errors.csv")
    try write(tables.probabilityCurves, to: "probabilities.csv")
    try write(tables.calibration, to: "calibration.csv")
    if !report.probabilities.isEmpty {
      try context.writeBoth(ProbabilityCharts(report: report).chart, to: file("probabilities"))
    }
  }

  /// Writes the report, and with it that all of the folder is there.
  func finish(_ report: EvaluationReport, _ json: [String: JSONValue]) throws(Explanation) {
    let tables = EvaluationTables(report: report)
    try write(report.page.joined(separator: "\n") + "\n", to: "report.txt")
    try write(tables.scores, to: "report.csv")
    try write(tables.latex, to: "report.tex")
    try write(JSONValue.object(json).text(pretty: true) + "\n", to: Self.finalName)
  }
}
