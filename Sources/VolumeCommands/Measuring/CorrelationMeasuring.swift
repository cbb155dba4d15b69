import Morphometry
import SystemIO
import VolumeCore

/// `measure correlation`: the two-point probability along the axes.
struct CorrelationMeasuring {
  static let reach = OptionDeclaration(
    "reach", "N",
    "correlation, fibres, pores: the largest lag or radius, in voxels; default 50, 16, 24")
  static let action = MeasureAction(
    name: "correlation",
    options: [OptionDeclaration("table", "FILE.csv", "the table to write"), reach],
    examples: ["t2s-volume measure correlation scan.labels.zarr --class fibre --table s2.csv"],
    notes: [
      "correlation: the chance that two voxels a lag apart along an axis are both of the class, by "
        + "counting all pairs; pairs with 254 or 255 count nowhere."
    ]
  ) { input throws(Explanation) in try run(input) }

  static func run(_ input: MeasureInput) throws(Explanation) -> [String: JSONValue] {
    let table = try input.output("table", ending: ".csv")
    let values = try input.classes()
    let reach =
      try input.value("reach") { text throws(UsageError) in try text.wholeNumber() } ?? 50
    let pass = try input.prepared(
      Correlation.pass(input.labels, region: input.region, reach: reach))
    let found = try input.watch("correlation", pass) { isStopped, progress throws(Explanation) in
      try Correlation(
        pass, reach: reach, isClass: input.flags(of: values), isKnown: input.known(beside: values),
        isStopped: isStopped, progress: progress)
    }
    let edges = input.edges
    var rows: [[String]] = []
    for lag in 0...reach {
      rows.append(
        ["\(lag)"]
          + (0..<3).flatMap { axis in
            ["\(Double(lag) * edges[axis])", text(found.probability(axis: axis, lag: lag))]
          } + (0..<3).map { "\(found.pairs[$0][lag])" })
    }
    let u = input.unit
    if let table {
      try writeTable(
        table,
        columns: [
          "lag_in_voxels", "lag_z_\(u)", "probability_z", "lag_y_\(u)", "probability_y",
          "lag_x_\(u)",
          "probability_x", "pairs_z", "pairs_y", "pairs_x",
        ], rows)
    }
    let share = found.probability(axis: 2, lag: 0)
    input.context.console.say(
      "\(input.path): \(input.name(of: values)) is \(Words.percent(share)) of what is known"
        + (table.map { "; two-point probabilities in \($0)" } ?? ""))
    return [
      "labels": .string(input.path), "unit": .string(u),
      "share": share.map { .number($0) } ?? .null,
      "lags": .array((0...reach).map { .integer($0) }),
      "z": .array((0...reach).map { number(found.probability(axis: 0, lag: $0)) }),
      "y": .array((0...reach).map { number(found.probability(axis: 1, lag: $0)) }),
      "x": .array((0...reach).map { number(found.probability(axis: 2, lag: $0)) }),
      "peak_bytes": peakResidentBytes().map { .integer($0) } ?? .null,
    ]
  }
}

/// A number for `--json`, or null.
func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }

/// `measure chords`: how long the lines are that a class cuts out of lines along the axes.
struct ChordMeasuring {
  static let action = MeasureAction(
    name: "chords",
    options: [OptionDeclaration("table", "FILE.csv", "the table to write")],
    examples: ["t2s-volume measure chords scan.labels.zarr --class 0 --table chords.csv"],
    notes: [
      "chords: lengths along z, y and x of the lines that lie in the class. Those that meet the "
        + "volume's faces, 254 or 255 may be longer: they are counted apart and are not in the mean."
    ]
  ) { input throws(Explanation) in try run(input) }

  static func run(_ input: MeasureInput) throws(Explanation) -> [String: JSONValue] {
    let table = try input.output("table", ending: ".csv")
    let values = try input.classes()
    var found: [Chords] = []
    for axis in 0..<3 {
      let pass = try input.prepared(Chords.pass(input.labels, region: input.region, axis: axis))
      found.append(
        try input.watch("chords along \(["z", "y", "x"][axis])", pass) {
          isStopped, progress throws(Explanation) in
          try Chords(
            pass, axis: axis, isClass: input.flags(of: values),
            isKnown: input.known(beside: values), isStopped: isStopped, progress: progress)
        })
    }
    let edges = input.edges
    let u = input.unit
    if let table {
      var rows: [[String]] = []
      for (axis, chords) in found.enumerated() {
        for length in chords.complete.indices
        where chords.complete[length] > 0 || chords.cut[length] > 0 {
          rows.append([
            ["z", "y", "x"][axis], "\(length)", "\(Double(length) * edges[axis])",
            "\(chords.complete[length])", "\(chords.cut[length])",
          ])
        }
      }
      try writeTable(
        table, columns: ["axis", "length_in_voxels", "length_\(u)", "chords", "cut_chords"], rows)
    }
    var result: [String: JSONValue] = ["labels": .string(input.path), "unit": .string(u)]
    for (axis, chords) in found.enumerated() {
      let name = ["z", "y", "x"][axis]
      let mean = chords.mean.map { $0 * edges[axis] }
      result["mean_\(name)"] = number(mean)
      result["chords_\(name)"] = .integer(chords.complete.reduce(0, +))
      result["cut_\(name)"] = .integer(chords.cut.reduce(0, +))
      input.context.console.say(
        "\(input.name(of: values)) along \(name): "
          + (mean.map { "\(Words.fixed($0, 2)) \(input.unitWords) on average, " } ?? "")
          + "\(Words.grouped(chords.complete.reduce(0, +))) chords, "
          + "\(Words.grouped(chords.cut.reduce(0, +))) that are cut")
    }
    result["table"] = table.map { .string($0) } ?? .null
    result["peak_bytes"] = peakResidentBytes().map { .integer($0) } ?? .null
    return result
  }
}
