import Annotation
import SystemIO
import VolumeCore

/// `annotate grow`: seeded region growing.
enum GrowAction: AnnotateAction {
  static let word = "grow"
  static let summary =
    "seeded region growing in each layer or in the volume, the same however it is cut"
  static let options = [
    OptionDeclaration(
      "seeds", "RANGES",
      "grey values that are seeds, a range for each class in the order of values 0, 1, 2: "
        + "'matrix=40..110,fibre>=145,porosity<=20'"),
    OptionDeclaration(
      "markers", "LABELS", "a label volume of the scan's extent whose voxels are seeds"),
    OptionDeclaration(
      "point", "CLASS=Z,Y,X", "a voxel that is a seed; may be given several times", repeats: true),
    OptionDeclaration(
      "layers", nil,
      "grow in each layer by itself, with four neighbours; default: from layer to "
        + "layer too, with six"),
    OptionDeclaration(
      "alone", "CLASS,...",
      "let each of these grow by itself against all others, and combine in this order: 'double' "
        + "growing is --alone fibre,porosity"),
  ]
  static let examples = [
    "t2s-volume annotate grow big.raw --seeds 'matrix=40..110,fibre>=145,porosity<=20' "
      + "-o truth.zarr",
    "t2s-volume annotate grow big.raw --markers painted.zarr --layers --output truth.zarr",
  ]
  static let notes = [
    "grow: each class has the mean grey value of its seeds. A voxel goes to the class that reaches it "
      + "along the way whose worst step |grey - mean| is least, then to the one with the fewest steps "
      + "at that level, then to the first class. Ways enter no seed of another class. A point counts "
      + "before a marker, a marker before a grey value. A growth that was stopped, or killed, goes on "
      + "when the same command is given again."
  ]

  static func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    try grow(arguments, context, .difference)
  }

  /// Lets classes grow by steps of `height`.
  static func grow(
    _ arguments: Arguments, _ context: CommandContext, _ height: RegionGrowing.Height
  ) throws(Explanation) -> [String: JSONValue] {
    let word = height == .difference ? word : WatershedAction.word
    let (path, target, text) = try explained { () throws(UsageError) in
      (
        try arguments.operands(["SCAN"], of: "annotate \(word)")[0],
        try AnnotateOutput(arguments, of: word),
        try SeedText(arguments)
      )
    }
    let scan = try context.openInput(path, hints: target.hints)
    var inputs = [(path, scan)]
    var markers: (any VolumeReader)?
    if let path = arguments.values["markers"] {
      let reader = try context.openInput(path, hints: target.hints)
      markers = reader
      inputs.append((path, reader))
    }
    let seeds = try explained { () throws(UsageError) in try text.seeds(markers) }
    let shape = scan.volume.shape
    var growing = RegionGrowing(
      scan, seeds: seeds, reach: shape.z == 1 || arguments.has("layers") ? .layers : .volume,
      scratchFolder: scratchFolder(target.output))
    growing.height = height
    if let sigma = try explained({ () throws(UsageError) in try WatershedAction.edges(arguments) })
    {
      growing.heights = (
        SmoothedVolume(scan, .gradient(sigma: sigma), crossesLayers: growing.reach == .volume),
        "gradient of sigma \(sigma)"
      )
    }
    growing.keptIn = scratchFolder(target.output) + "/.\(fileName(ofPath: target.output)).growing"
    growing.alone = try explained { () throws(UsageError) in try text.alone(seeds) }
    let plan: [String: JSONValue] = [
      "command": .string("annotate \(word)"), "seeds": .string(arguments.values["seeds"] ?? ""),
      "points": .string((arguments.lists["point"] ?? []).joined(separator: " ")),
      "reach": .string(growing.reach.rawValue),
      "alone": .string(arguments.values["alone"] ?? ""),
      "heights": .string(growing.heights?.name ?? "grey values"),
    ]
    let prepared = try growing.prepared(
      memory: target.limits.memory, threads: target.limits.threads)
    // What is in the way of the output is better known before than after hours of growing.
    _ = try target.writing(try prepared.emptyLabels(), plan: plan, inputs: inputs, context)
    let isGoingOn = growing.keptIn.map { kind(ofPath: $0 + "/state.json") != .missing } ?? false
    if !isGoingOn {
      try checkFreeDisk(for: target.output, needed: prepared.scratchByteCount)
    }
    let itself = peakResidentBytes() ?? 0
    context.console.note(
      "growing: \(prepared.grid.count.voxelCount) blocks of \(prepared.grid.largestBlock), "
        + "\(prepared.threads) at a time, at most \(Words.memory(prepared.byteCount)) of memory, "
        + "beside \(Words.memory(itself)) of the tool itself, and "
        + "\(Words.bytes(prepared.scratchByteCount)) of disk beside the output meanwhile")
    let progress = Progress(context.console, "growing", total: shape.voxelCount)
    var waves = WaveWords(console: context.console, blocks: prepared.grid.count.voxelCount)
    let grown = try prepared.run(
      isStopped: { context.stopSignal() != nil }, progress: { progress.add($0) },
      waveBegins: { waves.say($0, isWatershed: height == .grey) })
    progress.end()
    try context.checkForStop(
      remedy: "give the same command again: it goes on where it was"
        + (growing.keptIn.map { ", or remove \($0)" } ?? ""))
    guard let (labels, report) = grown else {
      throw Explanation(.failed, "growing ended early", remedy: "give the same command again")
    }
    let seconds = progress.seconds
    for (place, item) in seeds.classes.enumerated() {
      context.console.say(
        "\(item.value) \(item.name): \(Words.grouped(report.seeds[place])) seeds, mean grey "
          + Words.fixed(report.means[place], 2))
    }
    context.console.say(
      "grown in \(Words.duration(seconds)), each of \(report.blocks) blocks "
        + "\(Words.fixed(Double(report.visits) / Double(max(1, report.blocks)), 1)) times")
    let writing = try target.writing(labels, plan: plan, inputs: inputs, context)
    var result = target.say(try writing.run("writing", context), shape, context)
    try prepared.forget()
    result["growing_seconds"] = .number(seconds)
    result["blocks"] = .integer(report.blocks)
    result["visits"] = .integer(report.visits)
    result["growing_planned_bytes"] = .integer(prepared.byteCount + itself)
    result["classes"] = .array(
      seeds.classes.enumerated().map { place, item in
        [
          "value": .integer(item.value), "name": .string(item.name),
          "seeds": .integer(report.seeds[place]), "mean_grey": .number(report.means[place]),
        ]
      })
    return result
  }
}

/// `annotate watershed`: a watershed of the grey values from markers.
enum WatershedAction: AnnotateAction {
  static let word = "watershed"
  static let summary = "a watershed of the grey values from seeds"
  static var options: [OptionDeclaration] {
    GrowAction.options + [
      OptionDeclaration(
        "edges", "SIGMA",
        "watershed: flood the scan's edges, the gradient of a Gaussian of so many voxels, not its grey "
          + "values; 1 is a good first try")
    ]
  }
  static let examples = [
    "t2s-volume annotate watershed big.raw --edges 1 --seeds 'matrix=60..90,fibre>=170' -o truth.zarr",
    "t2s-volume annotate watershed edges.zarr --markers painted.zarr --output truth.zarr",
  ]
  static let notes = [
    "watershed: water rises over the grey values from all seeds; a voxel goes to the class whose "
      + "water comes first, over the lowest pass, then by the fewest steps at that level, and is that "
      + "of the neighbour where it stands lowest. Give --edges, grey values that are high at edges, or "
      + "bright walls between dark parts."
  ]

  static func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    try GrowAction.grow(arguments, context, .grey)
  }

  /// The Gaussian of the edges that are flooded; `nil`: grey values are.
  static func edges(_ arguments: Arguments) throws(UsageError) -> Double? {
    guard let text = arguments.values["edges"] else { return nil }
    guard let sigma = positiveDecimal(text), sigma > 0, sigma <= 8 else {
      throw OptionText(option: "edges", text: text).wrong(
        "this is no number above 0", "give at most 8 voxels")
    }
    return sigma
  }
}
