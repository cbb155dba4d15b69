import Components
import Morphometry
import SystemIO
import VolumeCore

/// `measure cracks`: which components of a dark class are cracks, how wide they are, and the labels with
/// a value of their own for them.
struct CrackMeasuring {
  static let action = MeasureAction(
    name: "cracks",
    options: [
      OptionDeclaration("table", "FILE.csv", "the table to write"),
      OptionDeclaration(
        "output", "STORE", "components: the volume of their numbers; cracks: the relabelled volume",
        short: "o"),
      OptionDeclaration(
        "relabel", "VALUE", "cracks: the value that cracks get in --output; default 3"),
      OptionDeclaration(
        "least-extent", "LENGTH",
        "cracks: the least second axis of one that does not reach the outside, voxels; default 50"),
      OptionDeclaration(
        "flatness", "N", "cracks: how often the second axis must be the opening; default 6"),
      OptionDeclaration(
        "scratch", "FOLDER", "where scratch files lie; default: beside what is written"),
      .compression, .noPyramid,
    ],
    examples: [
      "t2s-volume measure cracks scan.labels.zarr --class porosity --relabel 3 --output cracks.zarr"
    ],
    notes: [
      "cracks: components (6) of the class whose second axis is at least --flatness times twice their "
        + "volume over their surface, and that are at least --least-extent voxels wide, or a quarter of "
        + "that where they reach what is outside (254, or the volume's faces). The normal is the "
        + "direction of the shortest axis; opening is the median over columns along the axis nearest to "
        + "it, times the cosine between them; area is columns over that cosine. What sticks out of a "
        + "crack's sheet, as a pore that touches it, is not relabelled."
    ]
  ) { input throws(Explanation) in try CrackMeasuring(input).run() }

  let input: MeasureInput
  let values: [Int]
  let output: String?
  let table: String?
  let relabel: Int
  let flatness: Double
  let leastExtent: Int
  let compression: StoreCompression?

  init(_ input: MeasureInput) throws(Explanation) {
    self.input = input
    values = try input.classes()
    output = try input.output("output")
    table = try input.output("table", ending: ".csv")
    relabel =
      try input.value("relabel") { text throws(UsageError) in try text.wholeNumber(atLeast: 0) }
      ?? 3
    guard relabel < 254 else {
      throw Explanation(
        .input, "--relabel \(relabel) is no value of a class", remedy: "give a value from 0 to 253")
    }
    compression = try input.value("compression") { text throws(UsageError) in
      try text.compression()
    }
    flatness =
      try input.value("flatness") { text throws(UsageError) in
        Double(try text.wholeNumber(atLeast: 2))
      } ?? 6
    leastExtent =
      try input.value("least-extent") { text throws(UsageError) in try text.wholeNumber() } ?? 50
  }

  func run() throws(Explanation) -> [String: JSONValue] {
    let edge = try input.cubeEdge("a crack's opening")
    if let output {
      try input.context.catalogue.formatWriting(output).check(description, at: output)
    }
    var options = input.componentOptions(of: values, beside: output ?? table)
    options.connectivity = .faces
    options.keepsVoxels = true
    let found = try findComponents(input, options)
    let numbers = found.numberedVolume()
    let part = VolumePart(input.labels, region: input.region)
    let pass = try input.prepared(ComponentSurroundings.pass(numbers, part, reach: 2))
    let near = try input.watch("outside", pass) { isStopped, progress throws(Explanation) in
      try ComponentSurroundings(
        pass, count: found.count, reach: 2, isNear: input.flags(of: [LabelClass.outsideValue]),
        isStopped: isStopped, progress: progress)
    }
    var cracks: [(component: Component, isOpen: Bool)] = []
    try found.forEach { one throws(Explanation) in
      guard let surface = one.surface(nil), surface > 0 else { return }
      let axes = one.axes(nil).lengths
      let isOpen = one.touchesBorder || near.distance(of: one.number).map { $0 < 1.8 } ?? false
      let least = Double(leastExtent) / (isOpen ? 4 : 1)
      guard axes[1] >= flatness * 2 * Double(one.voxels) / surface, axes[1] >= least else { return }
      cracks.append((one, isOpen))
    }
    let origin = input.region.origin
    let boxes = cracks.map { crack in
      let normal = crack.component.normal.map { abs($0) }
      return CrackSheets.Crack(
        number: crack.component.number, box: crack.component.box.relative(to: origin),
        axis: (0..<3).max { normal[$0] < normal[$1] } ?? 0)
    }
    // Kept until the labels are written.
    var limits = input.limits
    limits.memory -= CrackSheets.byteCount(boxes)
    if !boxes.isEmpty {
      input.context.console.note(
        "\(Words.grouped(boxes.count)) cracks: their columns take "
          + "\(Words.memory(CrackSheets.byteCount(boxes)))")
    }
    guard limits.memory > 0 else {
      throw Explanation(
        .input,
        "the columns of \(Words.grouped(boxes.count)) cracks take "
          + "\(Words.memory(CrackSheets.byteCount(boxes))), and --memory is "
          + Words.memory(input.limits.memory),
        remedy: "give more --memory, or a --region")
    }
    let sheetPass = try CrackSheets.pass(numbers).prepared(
      memory: limits.memory, threads: limits.threads)
    let sheets = try input.watch("sheets", sheetPass) { isStopped, progress throws(Explanation) in
      try CrackSheets(sheetPass, boxes, isStopped: isStopped, progress: progress)
    }
    var rows: [[String]] = []
    for (index, crack) in cracks.enumerated() {
      let one = crack.component
      let axes = one.axes(nil).lengths
      let cosine = one.normal.map { abs($0) }.max() ?? 1
      let sheet = sheets.thickness(of: index)
      rows.append(
        [
          "\(one.number)", "\(one.voxels)", "\(one.volume(input.spacing))",
          "\(sheet.median * cosine * edge)", "\(Double(sheet.columns) / cosine * edge * edge)",
          "\(axes[0] * edge)", "\(axes[1] * edge)",
        ] + one.normal.map { "\($0)" }
          + [
            "\(one.centroid.z)", "\(one.centroid.y)", "\(one.centroid.x)",
            crack.isOpen ? "1" : "0",
          ])
    }
    let voxels = cracks.reduce(0) { $0 + $1.component.voxels }
    let u = input.unit
    if let table {
      try writeTable(
        table,
        columns: [
          "id", "voxels", "volume_\(u)3", "opening_\(u)", "area_\(u)2", "axis_major_\(u)",
          "axis_medium_\(u)", "normal_z", "normal_y", "normal_x", "centroid_z_voxels",
          "centroid_y_voxels", "centroid_x_voxels", "reaches_outside",
        ], rows)
    }
    var result: [String: JSONValue] = [
      "labels": .string(input.path), "unit": .string(u), "cracks": .integer(rows.count),
      "crack_voxels": .integer(voxels), "components": .integer(found.count),
      "openings": .array(rows.map { .number(Double($0[3]) ?? 0) }),
      "table": table.map { .string($0) } ?? .null,
    ]
    input.context.console.say(
      "\(input.path): \(Words.grouped(rows.count)) of \(Words.grouped(found.count)) components of "
        + "\(input.name(of: values)) are cracks, \(Words.grouped(voxels)) voxels"
        + (rows.first.map {
          "; the first opens \(Words.fixed(Double($0[3]) ?? 0, 2)) \(input.unitWords)"
        } ?? ""))
    if let output {
      let volume = RelabelledVolume(
        input.labels, numbers, origin: origin, sheets, value: relabel,
        classes: description.volume.classes)
      var writing = OutputWriting(
        volume, to: output, plan: plan, overwrites: input.arguments.has("overwrite"),
        limits: limits)
      writing.output.compression = description.compression
      writing.output.hasPyramid = description.hasPyramid
      let copied = try writing.run("relabelling", input.context)
      input.context.console.say("\(output): cracks are \(relabel)")
      result["output"] = .string(output)
      result.merge(copied.json) { _, new in new }
    }
    result["peak_bytes"] = peakResidentBytes().map { .integer($0) } ?? .null
    return result
  }

  private var plan: [String: JSONValue] {
    [
      "command": "measure cracks", "classes": .array(values.map { .integer($0) }),
      "labels": .string(input.labels.fingerprint), "part": .string(input.region.description),
      "relabel": .integer(relabel), "flatness": .number(flatness),
      "least_extent": .integer(leastExtent),
    ]
  }

  private var description: OutputDescription {
    var volume = input.labels.volume.part(input.region)
    volume.voxelType = .uint8
    if let classes = volume.classes, !classes.contains(where: { $0.value == relabel }) {
      volume.classes =
        classes + [LabelClass(value: relabel, name: "crack", colour: [213, 94, 0, 255])]
    }
    var plan = plan
    plan["input"] = .string("relabelled " + input.labels.fingerprint)
    plan["tool_version"] = .string(toolVersion)
    var description = OutputDescription(
      volume: volume, plan: plan, overwrites: input.arguments.has("overwrite"))
    description.hasPyramid = !input.arguments.has("no-pyramid")
    description.compression = compression
    return description
  }
}
