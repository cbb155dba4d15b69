import Components
import SystemIO
import VolumeCore

/// `measure components`: what hangs together, numbered, as a volume and as a table.
struct ComponentMeasuring {
  static let action = MeasureAction(
    name: name, options: options, examples: examples, notes: notes
  ) { input throws(Explanation) in
    try ComponentMeasuring(input).run()
  }

  static let name = "components"
  static let options: [OptionDeclaration] =
    [
      OptionDeclaration(
        "connectivity", "N",
        "which voxels are neighbours: 6 (faces), 18 (and edges) or 26 (and corners, the default); "
          + "within layers 4 (edges) or 8 (and corners)"),
      OptionDeclaration(
        "output", "STORE",
        "components: the volume of their numbers (uint32, 0 outside), in a store with their table",
        short: "o"
      ),
      OptionDeclaration("table", "FILE.csv", "the table to write"),
      OptionDeclaration("scan", "SCAN", "components: the grey values, for the mean of each"),
      OptionDeclaration(
        "scratch", "FOLDER", "where scratch files lie; default: beside what is written"),
      .compression, .noPyramid,
    ] + Parting.options
  static let examples = [
    "t2s-volume measure components scan.labels.zarr --class porosity --table pores.csv",
    "t2s-volume measure components scan.labels.zarr --class 2 --connectivity 6 --output pores.zarr",
    "t2s-volume measure components scan.labels.zarr --class 2 --output pores.zarr --part 3/16",
  ]
  static let notes = [
    "components: numbers 1, 2, ... follow the order of first voxels (z, y, x). Axes are those of the "
      + "ellipsoid with the same second moments (as scikit-image has them), the surface is Lindblad's "
      + "(2005; of cubic voxels), the Feret diameter is the greatest over 13 directions, up to a ninth "
      + "short. A table of any length is streamed: 4 bytes of memory a component, and 296 on the "
      + "scratch disk. A store has the table beside the volume, as table/COLUMN, an array of one number "
      + "for each component: with zarr-python, zarr.open('pores.zarr/table')['voxels'][:]."
  ]

  let input: MeasureInput
  let values: [Int]
  let connectivity: ComponentConnectivity
  let output: String?
  let table: String?

  init(_ input: MeasureInput) throws(Explanation) {
    self.input = input
    values = try input.classes()
    connectivity = try Self.connectivity(input)
    output = try input.output("output")
    table = try input.output("table", ending: ".csv")
  }

  /// What `--connectivity` says.
  static func connectivity(_ input: MeasureInput) throws(Explanation) -> ComponentConnectivity {
    let text = try input.value("connectivity") { text throws(UsageError) in
      try text.oneOf(["6", "18", "26", "4", "8"])
    }
    return text.flatMap { Int($0) }.flatMap { ComponentConnectivity(rawValue: $0) } ?? .corners
  }

  func run() throws(Explanation) -> [String: JSONValue] {
    let context = input.context
    try checkOutput()
    if let parts = try ComponentParts(input, options, output: output ?? table, plan: plan) {
      return try parts.run()
    }
    let found = try findComponents(input, options, scan: try input.scan())
    var result: [String: JSONValue] = [
      "labels": .string(input.path), "components": .integer(found.count),
      "connectivity": .integer(connectivity.rawValue),
      "classes": .array(values.map { .integer($0) }), "unit": .string(input.unit),
    ]
    let rows = ComponentTable(input: input, found: found, path: table)
    let summary = try rows.write()
    result.merge(summary.json) { _, new in new }
    for line in summary.lines(of: input.name(of: values), input) { context.console.say(line) }
    if let output {
      var writing = OutputWriting(
        found.numberedVolume(), to: output, plan: plan,
        overwrites: input.arguments.has("overwrite"), limits: limitsOfWriting())
      writing.output.compression = try compression()
      writing.output.hasPyramid = !input.arguments.has("no-pyramid")
      if let columns = context.catalogue.columns, isStore(output) {
        let compression = writing.output.compression
        writing.beforeFinish = { () throws(Explanation) in
          try rows.write(intoStore: output, compression, columns)
        }
        result["columns"] = .array(rows.columns.map { .string($0.name) })
      }
      let copied = try writing.run("numbering", context)
      context.console.say("\(output): numbers of \(Words.grouped(found.count)) components")
      result["output"] = .string(output)
      result.merge(copied.json) { _, new in new }
    }
    result["peak_bytes"] = peakResidentBytes().map { .integer($0) } ?? .null
    return result
  }

  /// What is left of the memory beside the numbers that the search has given, and the tool itself; where
  /// that is hardly anything, as it was given: a block must fit in any case.
  private func limitsOfWriting() -> CopyLimits {
    var limits = input.limits
    returnFreedMemory()
    let held = residentBytes() ?? 0
    if limits.memory > 2 * held { limits.memory -= held }
    return limits
  }

  private var options: ComponentOptions {
    var options = input.componentOptions(of: values, beside: output ?? table)
    options.connectivity = connectivity
    options.keepsVoxels = output != nil
    options.measuresSurfaces = table != nil || output.map { isStore($0) } ?? false
    return options
  }

  private var plan: [String: JSONValue] {
    [
      "command": "measure components", "connectivity": .integer(connectivity.rawValue),
      "classes": .array(values.map { .integer($0) }), "labels": .string(input.labels.fingerprint),
      "part": .string(input.region.description),
    ]
  }

  private func compression() throws(Explanation) -> StoreCompression? {
    try input.value("compression") { text throws(UsageError) in try text.compression() }
  }

  /// Refuses at once what writing would refuse after the search.
  private func checkOutput() throws(Explanation) {
    guard let output else { return }
    var volume = input.labels.volume.part(input.region)
    volume.voxelType = .uint32
    volume.classes = []
    let overwrites = input.arguments.has("overwrite")
    var plan = plan
    plan["input"] = "components"
    plan["tool_version"] = .string(toolVersion)
    _ = try compression()
    var description = OutputDescription(volume: volume, plan: plan, overwrites: overwrites)
    description.hasPyramid = !input.arguments.has("no-pyramid")
    description.compression = try compression()
    try input.context.catalogue.formatWriting(output).check(description, at: output)
  }
}

extension MeasureInput {
  /// How components of `values` are found, within the limits that were given; what does not fit into memory
  /// lies where --scratch says, else beside what is written to `path`.
  func componentOptions(of values: [Int], beside path: String?) -> ComponentOptions {
    var options = ComponentOptions(of: values)
    options.memory = limits.memory
    options.threads = limits.threads
    options.scratchFolder =
      arguments.values["scratch"] ?? path.map { folder(ofPath: $0) } ?? scratchFolder()
    return options
  }
}

/// Finds components, says what it takes, and shows how far it is.
func findComponents(
  _ input: MeasureInput, _ options: ComponentOptions, scan: (any VolumeReader)? = nil
) throws(Explanation) -> FoundComponents {
  let context = input.context
  let search = try ComponentSearch(input.labels, scan: scan, region: input.region, options)
  context.console.note(
    "finding components: \(search.words), at most \(Words.memory(search.byteCount)) of memory, "
      + "beside \(Words.memory(peakResidentBytes() ?? 0)) of the tool itself")
  let progress = Progress(context.console, "components", total: input.region.voxelCount)
  let isStopped: @Sendable () -> Bool = { context.stopSignal() != nil }
  let found =
    context.joinsParts
    ? try search.join(
      try ComponentParts.files(input), isStopped: isStopped, progress: { progress.add($0) })
    : try search.run(isStopped: isStopped, progress: { progress.add($0) })
  progress.end()
  guard let found else {
    try context.checkForStop(remedy: "give the same command again")
    throw Explanation(.failed, "the search ended early", remedy: "give the same command again")
  }
  return found
}
