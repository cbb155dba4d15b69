import Annotation
import SystemIO
import VolumeCore

/// `annotate rings`: ring artefacts of grey data, found and taken away.
enum RingsAction: AnnotateAction {
  static let word = "rings"
  static let summary = "ring artefacts of a scan: ranked in a table, and taken away"
  static let options = [
    OptionDeclaration(
      "centre", "ROW,COLUMN",
      "rings: where the axis of rotation stands; default: the layer's middle"),
    OptionDeclaration(
      "find-centre", "N",
      "rings: look for the axis within N voxels of --centre, up to 50: where rings are strongest in "
        + "16 layers"),
    OptionDeclaration(
      "reach", "N", "rings: radii on either side that one is compared with; default: 7"),
    OptionDeclaration(
      "least-arc", "DEGREES",
      "rings: the arc of a ring that must lie in the layer, up to 360; default: 90. Less finds rings far "
        + "from the axis, and may take a long straight thing for one"),
    OptionDeclaration(
      "least", "SCORE",
      "rings: how many times chance a ring must be, to be in the table; default: 6"),
    OptionDeclaration("table", "FILE.csv", "rings: write the rings found to a table"),
  ]
  static let examples = [
    "t2s-volume annotate rings big.raw --centre 450,660 --table rings.csv --output clean.zarr",
    "t2s-volume annotate rings cutout.raw --centre 450,-900 --least-arc 15 --table rings.csv",
  ]
  static let notes = [
    "rings: at each radius about the centre, the mean of the middle half of the grey values, less the "
      + "median of these over neighbouring radii, is what the ring is brighter by; that is taken away "
      + "from its layer. A quarter of the circle must be seen (--least-arc), and the centre be right to about a "
      + "voxel: --find-centre looks for it. Without --output only the table is made, without --table only the "
      + "scan."
  ]

  static func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let (path, hints, limits, reach, least, arc) = try explained { () throws(UsageError) in
      let least = arguments.values["least"]
      guard let score = positiveDecimal(least ?? "6"), score > 0 else {
        throw OptionText(option: "least", text: least ?? "").wrong(
          "this is no score", "give a number above 0, as in --least 6")
      }
      let degrees = arguments.values["least-arc"]
      guard let arc = positiveDecimal(degrees ?? "90"), arc > 0, arc <= 360 else {
        throw OptionText(option: "least-arc", text: degrees ?? "").wrong(
          "this is no arc of a circle", "give degrees above 0 and up to 360, as in --least-arc 30")
      }
      return (
        try arguments.operands(["SCAN"], of: "annotate rings")[0], try arguments.openingHints(),
        try CopyLimits(arguments),
        try arguments.value("reach") { text throws(UsageError) in try text.wholeNumber() } ?? 7,
        Float(score), arc / 360
      )
    }
    let table = arguments.values["table"]
    let target = try explained { () throws(UsageError) in
      arguments.values["output"] == nil ? nil : try AnnotateOutput(arguments, of: word)
    }
    guard table != nil || target != nil else {
      throw Explanation(
        .input, "nothing says what to make",
        remedy: "give --table rings.csv, --output clean.zarr, or both")
    }
    let scan = try context.openInput(path, hints: hints)
    let shape = scan.volume.shape
    let (guess, search) = try explained { () throws(UsageError) in
      (
        try place(arguments, shape),
        try arguments.value("find-centre") { text throws(UsageError) in try text.wholeNumber() }
      )
    }
    if let search, search > 50 {
      throw Explanation(
        .input, "--find-centre \(search) is too far", remedy: "give --centre and 50 voxels or less")
    }
    guard SmoothedVolume.takes(scan.volume.voxelType) else {
      throw Explanation(
        .input, "voxels of \(scan.volume.voxelType.rawValue) are not taken",
        remedy: "convert the scan to uint8, uint16 or float32 first")
    }
    if let table {
      try checkApart(table, from: [path] + scan.filesRead)
      if kind(ofPath: table) != .missing, !arguments.has("overwrite") {
        throw Explanation(
          .input, "\(table) is there already", remedy: "give --overwrite, or another --table")
      }
    }
    let centre = try find(guess, within: search, scan, limits, context)
    let plan: [String: JSONValue] = [
      "command": "annotate rings", "centre": [.number(centre.row), .number(centre.column)],
      "reach": .integer(reach), "least_arc": .number(arc),
    ]
    _ = try target?.writing(scan, plan: plan, inputs: [(path, scan)], context)
    // A layer as it is stored, as numbers, and sorted by radius.
    let bytes = shape.y * shape.x * (scan.volume.voxelType.byteCount + 16)
    guard bytes <= limits.memory else {
      throw Explanation(
        .input,
        "--memory \(Words.memory(limits.memory)) is too small: a layer takes \(Words.memory(bytes))",
        remedy: "give --memory \((bytes + (1 << 20) - 1) >> 20)M or more")
    }
    let kept = limits.keepLayers(of: scan, beside: bytes)
    context.console.note(
      "looking for rings, at most \(Words.memory(bytes + kept)) of memory for a layer")
    let progress = Progress(context.console, "looking", total: shape.voxelCount)
    var contrasts: [[Float]] = []
    var found: [(layer: Int, ring: RingProfile.Ring)] = []
    for z in 0..<shape.z {
      try context.checkForStop(remedy: "give the same command again")
      let raw = try explained { () throws(VolumeReadError) in
        try scan.bytes(of: Region(z: z..<(z + 1), y: 0..<shape.y, x: 0..<shape.x))
      }
      let greys = unsafe scan.volume.voxelType.values(
        raw.span.bytes, from: 0, count: shape.y * shape.x)
      let profile = RingProfile(
        greys, width: shape.x, centre: centre, reach: reach, leastArc: arc)
      contrasts.append(profile.contrasts)
      found += profile.rings(least: least).map { (z, $0) }
      progress.add(shape.y * shape.x)
    }
    progress.end()
    found.sort { ($1.ring.score, $0.layer) < ($0.ring.score, $1.layer) }
    context.console.say("\(found.count) rings stand out in \(shape.z) layers")
    var result: [String: JSONValue] = [
      "rings": .integer(found.count), "centre": [.number(centre.row), .number(centre.column)],
    ]
    if let table {
      var lines = ["rank,layer,radius_voxels,width_voxels,contrast_grey,score"]
      for (place, item) in found.enumerated() {
        lines.append(
          "\(place + 1),\(item.layer),\(item.ring.radius),\(item.ring.width),"
            + "\(Words.fixed(Double(item.ring.contrast), 3)),\(Words.fixed(Double(item.ring.score), 2))"
        )
      }
      try explained { () throws(SystemError) in
        try writeFileAtomically(table, Array((lines.joined(separator: "\n") + "\n").utf8))
      }
      context.console.say("  in \(table)")
      result["table"] = .string(table)
    }
    if let target {
      let clean = RingFreeVolume(scan, centre: centre, contrasts: contrasts)
      let writing = try target.writing(clean, plan: plan, inputs: [(path, scan)], context)
      let written = target.say(try writing.run("taking rings away", context), shape, context)
      result.merge(written) { first, _ in first }
    }
    return result
  }

  /// The centre that is meant, or that is found within some voxels of it.
  private static func find(
    _ guess: (row: Double, column: Double), within search: Int?, _ scan: any VolumeReader,
    _ limits: CopyLimits, _ context: CommandContext
  ) throws(Explanation) -> (row: Double, column: Double) {
    guard let search else { return guess }
    let shape = scan.volume.shape
    let each = RingCentre.bytesPerLayer(height: shape.y, width: shape.x)
    // As many layers as a quarter of the memory holds.
    let count = min(16, shape.z, max(1, limits.memory / 4 / each))
    var centres = RingCentre(height: shape.y, width: shape.x)
    for layer in 0..<count {
      let z = (2 * layer + 1) * shape.z / (2 * count)
      let raw = try explained { () throws(VolumeReadError) in
        try scan.bytes(of: Region(z: z..<(z + 1), y: 0..<shape.y, x: 0..<shape.x))
      }
      centres.add(
        unsafe scan.volume.voxelType.values(raw.span.bytes, from: 0, count: shape.y * shape.x))
    }
    let found = centres.find(around: guess, reach: search) { context.stopSignal() != nil }
    try context.checkForStop(remedy: "give the same command again")
    context.console.say(
      "the axis stands at row \(Words.fixed(found.row, 2)), column \(Words.fixed(found.column, 2))")
    if max(abs(found.row - guess.row), abs(found.column - guess.column)) >= Double(search) {
      context.console.note("that is as far as was looked: give --centre, or a larger --find-centre")
    }
    return found
  }

  private static func place(
    _ arguments: Arguments, _ shape: Shape3
  ) throws(UsageError) -> (row: Double, column: Double) {
    guard let text = arguments.values["centre"] else {
      return (Double(shape.y - 1) / 2, Double(shape.x - 1) / 2)
    }
    let numbers = text.split(separator: ",").map { signedDecimal($0) }
    guard numbers.count == 2, let row = numbers[0], let column = numbers[1],
      abs(row) < 1e6, abs(column) < 1e6
    else {
      throw OptionText(option: "centre", text: text).wrong(
        "this is no place in a layer", "give a row and a column: --centre 450,660")
    }
    return (row, column)
  }
}
