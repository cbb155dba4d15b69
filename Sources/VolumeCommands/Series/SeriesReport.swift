import Quantification
import SystemIO
import VolumeCore

/// Volume fractions step by step.
struct SeriesReport: Sendable {
  let folder: String
  let survey: GreySurvey
  private var steps: [(statistics: RunStatistics, seconds: Double, output: String)] = []

  init(folder: String, survey: GreySurvey) {
    self.folder = folder
    self.survey = survey
  }

  mutating func add(_ statistics: RunStatistics, seconds: Double, output: String) {
    steps.append((statistics, seconds, output))
  }

  /// One page.
  var page: [String] {
    let tables = steps.map(\.statistics.table)
    let classes = tables.first?.fractions.classes.map(\.value) ?? []
    var table = TextTable(
      ["step"]
        + classes.flatMap { value in
          ["\(value) \(tables.first?.name(value) ?? "")", "95 %, the material"]
        } + ["grey"])
    for (place, one) in tables.enumerated() {
      let step = survey.steps[place]
      var row = [step.name]
      for value in classes {
        let estimate = one.fractions.classes.first { $0.value == value }
        row += [
          Words.percent(estimate?.fraction, 3),
          estimate?.material.map { FractionTable.bounds($0) } ?? "-",
        ]
      }
      table.add(row + [step.map != nil ? "mapped back" : step.warnings.isEmpty ? "" : "drifted"])
    }
    return ["\(folder): \(steps.count) \(steps.count == 1 ? "step" : "steps")", ""] + table.lines()
  }

  /// One line for each step and class.
  func writeCSV(to path: String) throws(Explanation) {
    var lines = [
      "step,value,class,voxels,fraction,low_95,high_95,grey_mode,grey_spread,zeros,drifted,mapped"
    ]
    for (place, item) in steps.enumerated() {
      let step = survey.steps[place]
      let grey = survey.json(step)["grey"]
      func figure(_ key: String) -> String { grey?[key]?.number.map { "\($0)" } ?? "" }
      let table = item.statistics.table
      for estimate in table.fractions.classes {
        lines.append(
          [
            csvField(step.name), "\(estimate.value)", csvField(table.name(estimate.value)),
            "\(estimate.voxels)", "\(estimate.fraction)",
            estimate.material.map { "\($0.low)" } ?? "",
            estimate.material.map { "\($0.high)" } ?? "",
            figure("mode"), figure("spread"), figure("zeros"),
            step.warnings.isEmpty ? "0" : "1", step.map == nil ? "0" : "1",
          ].joined(separator: ","))
      }
    }
    let text = Array((lines.joined(separator: "\n") + "\n").utf8)
    try explained { () throws(SystemError) in try writeFileAtomically(path, text) }
  }

  /// What `--json` prints.
  var json: [String: JSONValue] {
    let items = steps.enumerated().map { place, item -> JSONValue in
      var step = survey.json(survey.steps[place])
      step["name"] = .string(survey.steps[place].name)
      step["output"] = .string(item.output)
      step["seconds"] = .number(item.seconds)
      step["classes"] = item.statistics.table.json
      return .object(step)
    }
    return ["series": .string(folder), "steps": .array(items)]
  }
}
