import Components
import Morphometry
import SystemIO
import VolumeCore

/// `measure fibres --lengths`: the lengths of fibres that can be told apart, and how much cannot.
struct FibreLengthMeasuring {
  static let options = [
    OptionDeclaration(
      "lengths", "FILE.csv",
      "fibres: the table of components (6), each a fibre, cut by the border, short, or a clump"),
    OptionDeclaration(
      "length-histogram", "FILE.csv", "fibres: the table of whole fibres by their length"),
    OptionDeclaration(
      "least-aspect", "N", "fibres: how many diameters a fibre is long at least; default 3"),
    OptionDeclaration(
      "scratch", "FOLDER", "where scratch files lie; default: beside what is written"),
  ]
  static let example =
    "t2s-volume measure fibres scan.labels.zarr --class fibre --lengths fibres.csv"
  static let note =
    "fibres: lengths are told of components (linked by faces) that are one straight fibre: as long as "
    + "--least-aspect diameters, round, within a fifth of the volume of the cylinder with the same second "
    + "moments, and at most half as thick again as the median local thickness. Of these, what touches "
    + "the border is cut, and counted apart. All else is short, or a clump of fibres that touch: not told "
    + "apart, with its share of the voxels. Fibres that touch end to end in a line pass for one."

  let input: MeasureInput
  let values: [Int]
  let leastAspect: Double
  let table: String?
  let histogram: String?

  /// `nil` where no lengths are asked for.
  init?(_ input: MeasureInput, _ values: [Int]) throws(Explanation) {
    (self.input, self.values) = (input, values)
    table = try input.output("lengths", ending: ".csv")
    histogram = try input.output("length-histogram", ending: ".csv")
    let aspect = try input.value("least-aspect") { text throws(UsageError) in
      try text.aspect()
    }
    leastAspect = aspect ?? 3
    guard table != nil || histogram != nil else {
      if aspect != nil {
        throw Explanation(
          .input, "--least-aspect is of lengths", remedy: "give --lengths FILE.csv as well")
      }
      return nil
    }
  }

  /// Measures; `typical` is the diameter that fibres have, in the unit of the table.
  func run(typical: Double) throws(Explanation) -> FibreLengths {
    var options = input.componentOptions(of: values, beside: table ?? histogram)
    options.connectivity = .faces
    options.measuresSurfaces = false
    let found = try findComponents(input, options)
    var lengths = FibreLengths(
      in: input.region, spacing: input.spacing, typical: typical, leastAspect: leastAspect)
    let u = input.unit
    let rows = try table.map { path throws(Explanation) in
      try StreamedTable(
        path,
        columns: [
          "id", "kind", "voxels", "length_\(u)", "diameter_\(u)", "fill", "roundness",
          "direction_z", "direction_y", "direction_x", "centroid_z_voxels", "centroid_y_voxels",
          "centroid_x_voxels", "touches_border",
        ])
    }
    try found.forEach { one throws(Explanation) in
      let (shape, kind) = lengths.add(one)
      var cells = ["\(one.number)", kind.rawValue, "\(one.voxels)"]
      cells += [shape.length, shape.diameter, shape.fill, shape.roundness].map { "\($0)" }
      cells += shape.direction.map { "\($0)" }
      cells += ["\(one.centroid.z)", "\(one.centroid.y)", "\(one.centroid.x)"]
      try rows?.add(cells + [one.touchesBorder ? "1" : "0"])
      if one.number % 65536 == 0 {
        try input.context.checkForStop(remedy: "give the same command again")
      }
    }
    try rows?.finish()
    if let histogram { try write(lengths, to: histogram, width: width(typical)) }
    return lengths
  }

  /// Classes of lengths are as wide as a fibre is thick, in whole voxels.
  private func width(_ typical: Double) -> Double {
    let edge = input.edges[2]
    return max(1, (typical / edge).rounded()) * edge
  }

  private func write(_ lengths: FibreLengths, to path: String, width: Double) throws(Explanation) {
    let rows = lengths.histogram(width: width).enumerated().map { place, count in
      ["\(Double(place) * width)", "\(Double(place + 1) * width)", "\(count)"]
    }
    try writeTable(
      path, columns: ["length_from_\(input.unit)", "length_to_\(input.unit)", "fibres"], rows)
  }

  /// For `--json`.
  func json(_ lengths: FibreLengths, typical: Double) -> [String: JSONValue] {
    let width = width(typical)
    var kinds: [String: JSONValue] = [:]
    for kind in FibreShape.Kind.allCases {
      let share = lengths.shares[kind] ?? FibreLengths.Share()
      kinds[kind.rawValue] = [
        "components": .integer(share.count), "voxels": .integer(share.voxels),
        "share_of_voxels": .number(Double(share.voxels) / Double(max(1, lengths.voxels))),
      ]
    }
    return [
      "fibres_told_apart": .integer(lengths.count), "length_kinds": .object(kinds),
      "mean_length": number(lengths.mean),
      "length_weighted_mean_length": number(lengths.lengthWeightedMean),
      "unbiased_mean_length": number(lengths.unbiasedMean),
      "length_d10": number(lengths.length(below: 0.1)),
      "length_d50": number(lengths.length(below: 0.5)),
      "length_d90": number(lengths.length(below: 0.9)),
      "length_histogram": .array(
        lengths.histogram(width: width).enumerated().map { place, count in
          [
            "from": .number(Double(place) * width), "to": .number(Double(place + 1) * width),
            "fibres": .integer(count),
          ]
        }),
    ]
  }

  /// For people.
  func lines(_ lengths: FibreLengths) -> [String] {
    func share(_ kind: FibreShape.Kind) -> String {
      let own = lengths.shares[kind] ?? FibreLengths.Share()
      return "\(Words.grouped(own.count)) ("
        + Words.percent(Double(own.voxels) / Double(max(1, lengths.voxels))) + " of the voxels)"
    }
    var lines: [String] = []
    if let mean = lengths.mean, let weighted = lengths.lengthWeightedMean,
      let middle = lengths.length(below: 0.5)
    {
      let words = [mean, middle, weighted].map { Words.fixed($0, 1) }
      lines.append(
        "lengths of \(share(.fibre)) fibres that can be told apart: mean \(words[0]), median "
          + "\(words[1]), weighted by length \(words[2]) \(input.unitWords)")
    } else {
      lines.append("no fibre can be told apart as a whole")
    }
    lines.append(
      "  beside them \(share(.cut)) cut by the border, \(share(.short)) too short to tell, "
        + "\(share(.clump)) clumps that are not told apart")
    return lines + (table.map { ["  table in \($0)"] } ?? [])
  }
}

extension OptionText {
  /// How many diameters long something is, from 1 to 100.
  func aspect() throws(UsageError) -> Double {
    let form = "give a number from 1 to 100, as --\(option) 3"
    guard let value = positiveDecimal(text[...]) else { throw wrong("this is no number", form) }
    guard (1...100).contains(value) else { throw wrong("this is out of range", form) }
    return value
  }
}
