import Annotation
import SystemIO
import VolumeCore

/// `annotate candidates`: blobs that may be artefacts.
enum CandidatesAction: AnnotateAction {
  static let word = "candidates"
  static let summary =
    "large, long blobs of a class in single layers, ranked, as a table and a sheet"
  static let options = [
    OptionDeclaration(
      "class", "CLASS",
      "candidates: the class to look at, by name or value; default: porosity, or 2"),
    OptionDeclaration(
      "line", "SLOPE,ASPECT",
      "candidates: blobs whose aspect is above ASPECT + SLOPE * log10(area); may be given several times; "
        + "default: -43.693,122.387",
      repeats: true),
    OptionDeclaration(
      "count", "N", "candidates: how many are drawn; suggest: how many layers",
      short: "n"),
    OptionDeclaration("scan", "PATH", "a scan of the same extent, drawn under the labels"),
    OptionDeclaration(
      "picture", "FILE.png", "the contact sheet; default: the table's name with .png"),
    OptionDeclaration("no-picture", nil, "make no contact sheet"),
  ]
  static let examples = [
    "t2s-volume annotate candidates truth.zarr --class porosity --scan big.raw --output edits.csv"
  ]
  static let notes = [
    "candidates: blobs are pixels of one layer that touch by an edge or a corner. The default line is "
      + "the one through (100 pixels, aspect 35) and (600, 1) by which the annotators of the PA66 "
      + "volumes found ring artefacts; --line 15,0 is their second. Lengths are in voxels, and in "
      + "micrometres too where the voxel's size is known. Fill in the column 'action' and give the "
      + "table to annotate apply."
  ]
  /// What a row of the table has.
  static let columns = [
    "id", "group", "layer", "row", "column", "value", "area_voxels", "first_row", "last_row",
    "first_column", "last_column", "centroid_row", "centroid_column", "major_axis_voxels",
    "minor_axis_voxels", "aspect", "excess", "action",
  ]

  static func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let (path, hints, lines, count, limits) = try explained { () throws(UsageError) in
      var lines: [CandidateLine] = []
      for text in arguments.lists["line"] ?? [] {
        let numbers = text.split(separator: ",").map { signedDecimal($0) }
        guard numbers.count == 2, let slope = numbers[0], let aspect = numbers[1] else {
          throw OptionText(option: "line", text: text).wrong(
            "this is no line", "give its slope and the aspect at one pixel: --line=-43.693,122.387")
        }
        lines.append(CandidateLine(slope: slope, intercept: aspect))
      }
      return (
        try arguments.operands(["LABELS"], of: "annotate candidates")[0],
        try arguments.openingHints(), lines.isEmpty ? [.largeAndLong] : lines,
        try arguments.value("count") { text throws(UsageError) in try text.wholeNumber() } ?? 12,
        try CopyLimits(arguments)
      )
    }
    guard let table = arguments.values["output"], table.hasSuffix(".csv") else {
      throw Explanation(
        .input, "the table has no name", remedy: "give one that ends in .csv: --output edits.csv")
    }
    let labels = try context.openInput(path, hints: hints)
    let shape = labels.volume.shape
    let value = try LabelChoice.value(arguments.values["class"], labels.volume, default: 2)
    let picture = arguments.values["picture"] ?? String(table.dropLast(4)) + ".png"
    try checkApart([table, picture], from: [path] + labels.filesRead)
    for file in arguments.has("no-picture") ? [table] : [table, picture]
    where kind(ofPath: file) != .missing && !arguments.has("overwrite") {
      throw Explanation(
        .input, "\(file) is there already", remedy: "give --overwrite, or another --output")
    }
    // A layer, and its runs, of which noise has the most: one for every other pixel.
    let bytes = shape.y * shape.x * 40
    guard bytes <= limits.memory else {
      throw Explanation(
        .input,
        "--memory \(Words.memory(limits.memory)) is too small: a layer and its blobs may take "
          + Words.memory(bytes),
        remedy: "give --memory \((bytes + (1 << 20) - 1) >> 20)M or more")
    }
    let kept = limits.keepLayers(of: labels, beside: bytes)
    context.console.note(
      "looking at \(shape.z) layers, at most \(Words.memory(bytes + kept)) of memory for one of them"
    )
    let progress = Progress(context.console, "looking", total: shape.voxelCount)
    var found: [BlobCandidate] = []
    for z in 0..<shape.z {
      try context.checkForStop(remedy: "give the same command again")
      found += BlobCandidate.find(
        try labelLayer(z, of: labels), width: shape.x, value: value, layer: z, lines: lines)
      progress.add(shape.y * shape.x)
    }
    progress.end()
    BlobCandidate.group(&found)
    let ranked = found.sorted {
      ($1.excess, $0.layer, $0.row, $0.column) < ($0.excess, $1.layer, $1.row, $1.column)
    }
    try explained { () throws(SystemError) in
      try writeFileAtomically(table, Array(csv(ranked, value, labels.volume.spacing).utf8))
    }
    let groups = Set(found.map(\.group)).count
    context.console.say(
      "\(table): \(ranked.count) blobs of value \(value) in \(groups) groups are large and long")
    var result: [String: JSONValue] = [
      "output": .string(table), "candidates": .integer(ranked.count), "groups": .integer(groups),
    ]
    if !arguments.has("no-picture"), !ranked.isEmpty {
      let scan = try arguments.values["scan"].map { path throws(Explanation) in
        try context.openInput(path, hints: hints)
      }
      var sheet = PictureSheet()
      for (rank, item) in ranked.prefix(count).enumerated() {
        sheet.panels.append(try panel(rank + 1, item, labels, scan))
      }
      try context.catalogue.pictures.write(sheet, to: picture)
      context.console.say("  picture  \(picture)")
      result["picture"] = .string(picture)
    }
    return result
  }

  private static func csv(
    _ ranked: [BlobCandidate], _ value: UInt8, _ spacing: VoxelSpacing?
  ) -> String {
    var lines = [(columns + (spacing == nil ? [] : ["longest_edge_um"])).joined(separator: ",")]
    for (place, item) in ranked.enumerated() {
      let whole = [
        place + 1, item.group, item.layer, item.row, item.column, Int(value), item.area,
        item.rows.lowerBound, item.rows.upperBound - 1, item.columns.lowerBound,
        item.columns.upperBound - 1,
      ].map { "\($0)" }
      let parts = [
        item.centroidRow, item.centroidColumn, item.major, item.minor, item.aspect, item.excess,
      ].map { Words.fixed($0, 3) }
      var fields = whole + parts + [""]
      if let spacing {
        let edge = max(
          Double(item.rows.count) * spacing.y, Double(item.columns.count) * spacing.x)
        fields.append(Words.fixed(edge, 3))
      }
      lines.append(fields.joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func panel(
    _ rank: Int, _ item: BlobCandidate, _ labels: any VolumeReader, _ scan: (any VolumeReader)?
  ) throws(Explanation) -> PictureSheet.Panel {
    let shape = labels.volume.shape
    // The blob with as much again around it, thinned out where that is large.
    let edge = max(64, 2 * max(item.rows.count, item.columns.count))
    func around(_ range: Range<Int>, _ extent: Int) -> Range<Int> {
      let first = max(0, min((range.lowerBound + range.upperBound - edge) / 2, extent - edge))
      return first..<min(extent, first + edge)
    }
    let box = Region(
      z: item.layer..<(item.layer + 1), y: around(item.rows, shape.y),
      x: around(item.columns, shape.x))
    let step = (edge - 1) / 384 + 1
    func values(_ reader: any VolumeReader) throws(Explanation) -> [Float] {
      let bytes = try explained { () throws(VolumeReadError) in try reader.bytes(of: box) }
      return stride(from: 0, to: box.y.count, by: step).flatMap { y in
        stride(from: 0, to: box.x.count, by: step).map {
          voxel(bytes, reader.volume.voxelType, at: y * box.x.count + $0)
        }
      }
    }
    let marks = try values(labels)
    var picture = LayerPicture(
      width: (box.x.count - 1) / step + 1, height: (box.y.count - 1) / step + 1,
      grey: try scan.map { reader throws(Explanation) in try values(reader) } ?? marks)
    picture.labels = marks.map { UInt8(exactly: $0) ?? 255 }
    picture.classes = labels.volume.classes ?? []
    picture.view = .overlay
    return PictureSheet.Panel(
      picture: picture, voxelsPerValue: step,
      caption: [
        "\(rank): layer \(item.layer), group \(item.group)",
        "area \(item.area), aspect \(Words.fixed(item.aspect, 1))",
      ])
  }
}

/// A class as it was typed.
enum LabelChoice {
  /// The value of the class called `text`, or of that value; of `porosity`, or `value`, where nothing
  /// was said.
  static func value(
    _ text: String?, _ volume: VolumeDescription, default value: Int
  ) throws(Explanation) -> UInt8 {
    let classes = volume.classes ?? []
    guard let text else {
      let named = classes.first { $0.name == "porosity" || $0.name == "pore" || $0.name == "pores" }
      return UInt8(named?.value ?? value)
    }
    if let named = classes.first(where: { $0.name == text }) { return UInt8(named.value) }
    guard let number = decimal(text), (0...255).contains(number) else {
      throw Explanation(
        .input, "there is no class '\(text)'",
        remedy: classes.isEmpty
          ? "give the value of its voxels, 0 to 255" : "classes are \(list(classes.map(\.name)))")
    }
    return UInt8(number)
  }
}
