import Components
import Glibc
import Morphometry
import SystemIO
import VolumeCore

/// `measure fibres`: directions, diameters, and lengths where fibres can be told apart.
struct FibreMeasuring {
  /// How thick slabs are, of fibres and of pores.
  static let slabOption = OptionDeclaration(
    "slab", "N", "fibres, pores: layers of a slab; default 4 for fibres, 16 for pores")

  static let action = MeasureAction(
    name: "fibres",
    options: [
      OptionDeclaration("table", "FILE.csv", "the table to write"),
      OptionDeclaration(
        "histogram", "FILE.csv", "fibres: the table of directions on the hemisphere"),
      OptionDeclaration("diameters", "FILE.csv", "fibres, pores: the table of local thickness"),
      OptionDeclaration("scan", "SCAN", "components, fibres: the grey values"),
      OptionDeclaration("dimension", "N", "fibres: 3d (the default), or 2d: within layers"),
      OptionDeclaration(
        "gradient", "S", "fibres: standard deviation of gradients, voxels; default 1"),
      OptionDeclaration("window", "S", "fibres: that of their average, voxels; default 3"),
      OptionDeclaration(
        "blocks", "N", "fibres: edge of the blocks that get a tensor each; default 128"),
      OptionDeclaration(
        "slabs", "FILE.csv", "fibres: the table of slabs of layers along each axis, and their plies"
      ),
      slabOption, CorrelationMeasuring.reach,
    ] + FibreLengthMeasuring.options,
    examples: [
      "t2s-volume measure fibres scan.labels.zarr --class fibre --scan scan.zarr --table tensors.csv",
      FibreLengthMeasuring.example,
    ],
    notes: [
      "fibres: directions are those in which grey values (of --scan, else the class itself) vary least, "
        + "by the structure tensor; the orientation tensor is the mean of p p^T (Advani and Tucker, "
        + "1987). Diameters are local thickness: of each voxel the largest ball in the class that holds "
        + "it, up to --reach.",
      FibreLengthMeasuring.note,
      "fibres: plies are slabs side by side along the axis on which slabs are aligned best, with a "
        + "greatest eigenvalue of 0.9 and more, whose main directions lie within 5 degrees.",
    ]
  ) { input throws(Explanation) in try FibreMeasuring(input).run() }

  let input: MeasureInput
  let values: [Int]
  let tensor: StructureTensor
  let edge: Int
  let reach: Int
  let slab: Int

  init(_ input: MeasureInput) throws(Explanation) {
    self.input = input
    values = try input.classes()
    let isFlat =
      try input.value("dimension") { text throws(UsageError) in try text.oneOf(["2d", "3d"]) }
      == "2d"
    let gradient = try input.value("gradient") { text throws(UsageError) in try text.length() } ?? 1
    let window = try input.value("window") { text throws(UsageError) in try text.length() } ?? 3
    tensor = StructureTensor(gradient: gradient, window: window, isLayered: isFlat)
    edge =
      try input.value("blocks") { text throws(UsageError) in try text.wholeNumber(atLeast: 8) }
      ?? 128
    reach =
      try input.value("reach") { text throws(UsageError) in try text.wholeNumber(atLeast: 2) } ?? 16
    slab = try input.value("slab") { text throws(UsageError) in try text.wholeNumber() } ?? 4
    guard reach <= 50 else {
      throw Explanation(.input, "--reach \(reach) is too far", remedy: "give 50 voxels or less")
    }
  }

  func run() throws(Explanation) -> [String: JSONValue] {
    _ = try input.cubeEdge("a direction")
    let table = try input.output("table", ending: ".csv")
    let histogram = try input.output("histogram", ending: ".csv")
    let diameters = try input.output("diameters", ending: ".csv")
    let slabs = try input.output("slabs", ending: ".csv")
    let measuring = try FibreLengthMeasuring(input, values)
    let scan = try input.scan()
    let pass = try input.prepared(
      Orientation.pass(input.labels, scan: scan, region: input.region, tensor))
    let found = try input.watch("directions", pass) { isStopped, progress throws(Explanation) in
      try Orientation(
        pass, tensor, isClass: input.flags(of: values), edge: edge, isStopped: isStopped,
        progress: progress)
    }
    if let table { try write(found, to: table) }
    if let histogram { try writeHistogram(found, to: histogram) }
    let plies = Plies(found, thickness: slab)
    if let slabs { try write(plies, to: slabs) }
    let thickness = try measureThickness(input, values, reach: reach, table: diameters)
    var result: [String: JSONValue] = [
      "labels": .string(input.path), "unit": .string(input.unit),
      "voxels": .integer(found.whole.voxels),
    ]
    result.merge(thickness.json(input)) { _, new in new }
    if let tensor = found.whole.tensor, let eigen = found.whole.eigen {
      result["tensor"] = .object(
        Dictionary(
          uniqueKeysWithValues: zip(
            ["zz", "yy", "xx", "zy", "zx", "yx"], tensor.map { .number($0) })))
      result["eigenvalues"] = .array(eigen.values.map { .number($0) })
      result["main_direction"] = .array(eigen.vectors[0].map { .number($0) })
      result.merge(json(plies)) { _, new in new }
      let words = tensor.prefix(3).map { Words.fixed($0, 3) }
      input.context.console.say(
        "\(input.path): \(Words.grouped(found.whole.voxels)) voxels of \(input.name(of: values)); "
          + "orientation tensor zz \(words[0]), yy \(words[1]), xx \(words[2])")
      for line in lines(plies) { input.context.console.say(line) }
    } else {
      input.context.console.say("\(input.path): no voxel is \(input.name(of: values))")
    }
    for line in thickness.lines(input) { input.context.console.say(line) }
    if let measuring {
      let typical = (thickness.diameter(below: 0.5) ?? 1) * input.edges[2]
      let lengths = try measuring.run(typical: typical)
      result.merge(measuring.json(lengths, typical: typical)) { _, new in new }
      for line in measuring.lines(lengths) { input.context.console.say(line) }
    }
    result["peak_bytes"] = peakResidentBytes().map { .integer($0) } ?? .null
    return result
  }

  private func write(_ found: Orientation, to path: String) throws(Explanation) {
    var rows: [[String]] = []
    func add(_ place: [String], _ mean: Orientation.Mean) {
      guard let tensor = mean.tensor, let eigen = mean.eigen else {
        rows.append(place + ["0"] + [String](repeating: "", count: 12))
        return
      }
      rows.append(
        place + ["\(mean.voxels)"] + tensor.map { "\($0)" } + eigen.values.map { "\($0)" }
          + eigen.vectors[0].map { "\($0)" })
    }
    add(["all", "", "", ""], found.whole)
    for (index, mean) in zip(found.grid.indices, found.blocks) {
      let box = found.grid.region(of: index).moved(by: input.region.origin)
      add(["block", "\(box.z.lowerBound)", "\(box.y.lowerBound)", "\(box.x.lowerBound)"], mean)
    }
    try writeTable(
      path,
      columns: [
        "part", "z_begin", "y_begin", "x_begin", "voxels", "a_zz", "a_yy", "a_xx", "a_zy", "a_zx",
        "a_yx", "eigenvalue_1", "eigenvalue_2", "eigenvalue_3", "direction_z", "direction_y",
        "direction_x",
      ], rows)
  }

  /// Slabs along each axis; layers are those of the volume.
  private func write(_ plies: Plies, to path: String) throws(Explanation) {
    let first = [input.region.z, input.region.y, input.region.x].map(\.lowerBound)
    var rows: [[String]] = []
    for axis in 0..<3 {
      var before: [Double]?
      for slab in plies.slabs[axis] {
        let eigen = slab.mean.eigen
        let turn = eigen.flatMap { eigen in before.map { angle(eigen.vectors[0], $0) } }
        before = eigen?.vectors[0] ?? before
        rows.append(
          [
            Self.axes[axis], "\(slab.range.lowerBound + first[axis])",
            "\(slab.range.upperBound + first[axis])", "\(slab.mean.voxels)",
          ]
            + (eigen.map { $0.values.map { "\($0)" } + $0.vectors[0].map { "\($0)" } }
              ?? [String](repeating: "", count: 6))
            + [text(turn), slab.ply.map { "\($0)" } ?? ""])
      }
    }
    try writeTable(
      path,
      columns: [
        "axis", "begin", "end", "voxels", "eigenvalue_1", "eigenvalue_2", "eigenvalue_3",
        "direction_z", "direction_y", "direction_x", "turn_from_slab_before_degrees", "ply",
      ], rows)
  }

  private static let axes = ["z", "y", "x"]

  /// The angle between two lines, in degrees.
  private func angle(_ a: [Double], _ b: [Double]) -> Double {
    acos(min(1, abs(zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }))) * 180 / .pi
  }

  private func json(_ plies: Plies) -> [String: JSONValue] {
    let first = [input.region.z, input.region.y, input.region.x][plies.axis].lowerBound
    return [
      "ply_axis": .string(Self.axes[plies.axis]),
      "plies": .array(
        plies.plies.enumerated().map { index, ply in
          [
            "begin": .integer(ply.range.lowerBound + first),
            "end": .integer(ply.range.upperBound + first),
            "voxels": .integer(ply.mean.voxels),
            "eigenvalue_1": number(ply.mean.eigen?.values[0]),
            "direction": .array((ply.mean.eigen?.vectors[0] ?? []).map { .number($0) }),
            "angles_to_plies_degrees": .array(
              plies.plies.indices.map { .number(plies.angle(index, $0)) }),
          ]
        }),
    ]
  }

  /// What is said of plies: where, which way, and how each two next to each other are turned.
  private func lines(_ plies: Plies) -> [String] {
    guard plies.plies.count > 1 else { return [] }
    let first = [input.region.z, input.region.y, input.region.x][plies.axis].lowerBound
    var lines = ["\(plies.plies.count) plies along \(Self.axes[plies.axis]):"]
    for (index, ply) in plies.plies.enumerated() {
      let way = (ply.mean.eigen?.vectors[0] ?? []).map { Words.fixed($0, 2) }
      let turns = (0..<index).map { "\(Words.fixed(plies.angle(index, $0), 1))° to ply \($0 + 1)" }
      lines.append(
        "  \(index + 1): \(Self.axes[plies.axis]) \(ply.range.lowerBound + first) to "
          + "\(ply.range.upperBound + first), direction (z, y, x) \(way.joined(separator: ", "))"
          + (turns.isEmpty ? "" : "; " + turns.joined(separator: ", ")))
    }
    return lines
  }

  private func writeHistogram(_ found: Orientation, to path: String) throws(Explanation) {
    var rows: [[String]] = []
    for tilt in 0..<Orientation.tilts {
      for turn in 0..<Orientation.turns {
        rows.append([
          "\(Double(tilt) * 90 / Double(Orientation.tilts))",
          "\(Double(turn) * 360 / Double(Orientation.turns))",
          "\(found.histogram[tilt * Orientation.turns + turn])",
        ])
      }
    }
    try writeTable(path, columns: ["tilt_from_z_degrees", "turn_from_x_degrees", "voxels"], rows)
  }
}

extension OptionText {
  /// A length in voxels above 0, up to 20.
  func length() throws(UsageError) -> Double {
    let form = "give a number of voxels from 0.3 to 20, as --\(option) 1.5"
    guard let value = positiveDecimal(text[...]) else { throw wrong("this is no number", form) }
    guard (0.3...20).contains(value) else { throw wrong("this is out of range", form) }
    return value
  }
}

/// Local thickness of a class, with its table.
func measureThickness(
  _ input: MeasureInput, _ values: [Int], reach: Int, table: String?
) throws(Explanation) -> LocalThickness {
  let edge = try input.cubeEdge("local thickness")
  let pass = try input.prepared(
    LocalThickness.pass(input.labels, region: input.region, reach: reach))
  let found = try input.watch("local thickness", pass) { isStopped, progress throws(Explanation) in
    try LocalThickness(
      pass, reach: reach, isClass: input.flags(of: values), isStopped: isStopped,
      progress: progress)
  }
  if let table {
    let rows = found.counts.enumerated().map { place, count in
      [
        "\(2 * LocalThickness.radius(of: place))", "\(2 * LocalThickness.radius(of: place) * edge)",
        "\(count)",
      ]
    }
    try writeTable(
      table, columns: ["diameter_from_in_voxels", "diameter_from_\(input.unit)", "voxels"], rows)
  }
  return found
}

extension LocalThickness {
  /// D10, D50, D90 and the mean.
  func json(_ input: MeasureInput) -> [String: JSONValue] {
    let edge = input.edges[2]
    return [
      "d10": number(diameter(below: 0.1).map { $0 * edge }),
      "d50": number(diameter(below: 0.5).map { $0 * edge }),
      "d90": number(diameter(below: 0.9).map { $0 * edge }),
      "mean_diameter": number(meanDiameter.map { $0 * edge }),
      "voxels_at_reach": .integer(counts.last ?? 0),
    ]
  }

  /// The same for people.
  func lines(_ input: MeasureInput) -> [String] {
    let edge = input.edges[2]
    guard let low = diameter(below: 0.1), let middle = diameter(below: 0.5),
      let high = diameter(below: 0.9)
    else { return [] }
    let words = [low, middle, high].map { Words.fixed($0 * edge, 2) }
    var lines = [
      "local thickness: D10 \(words[0]), D50 \(words[1]), D90 \(words[2]) \(input.unitWords)"
    ]
    if let last = counts.last, last > 0, last * 50 > total {
      lines.append(
        "  \(Words.percent(Double(last) / Double(total))) are \(2 * reach) voxels thick or more: "
          + "a larger --reach tells them apart")
    }
    return lines
  }
}
