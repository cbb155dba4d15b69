import SystemIO
import VolumeCore

/// What all measurements take: labels, a class, a box, and limits.
struct MeasureInput {
  let path: String
  let labels: any VolumeReader
  let arguments: Arguments
  let hints: OpeningHints
  let limits: CopyLimits
  let region: Region
  let context: CommandContext

  init(
    _ arguments: Arguments, action: String, _ context: CommandContext
  ) throws(Explanation) {
    self.arguments = arguments
    self.context = context
    (path, hints, limits) = try explained { () throws(UsageError) in
      (
        try arguments.operands(["LABELS"], of: action)[0], try arguments.openingHints(),
        try CopyLimits(arguments)
      )
    }
    labels = try context.openInput(path, hints: hints)
    let shape = labels.volume.shape
    region =
      try explained { () throws(UsageError) in
        try arguments.value("region") { text throws(UsageError) in try text.region(in: shape) }
      } ?? Region(shape)
  }

  /// The voxel's edges, where they are known.
  var spacing: VoxelSpacing? { labels.volume.spacing }
  /// What lengths are in, as columns are called.
  var unit: String { spacing == nil ? "voxels" : "um" }
  /// The same for people.
  var unitWords: String { spacing == nil ? "voxels" : "µm" }

  /// The value of an option.
  func value<Value>(
    _ option: String, _ read: (OptionText) throws(UsageError) -> Value
  ) throws(Explanation) -> Value? {
    try explained { () throws(UsageError) in try arguments.value(option, read) }
  }

  /// The values that `--option` names, by value or by name.
  func classes(_ option: String = "class") throws(Explanation) -> [Int] {
    let known = labels.volume.classes ?? []
    let names = known.map { "\($0.value) (\($0.name))" }
    let remedy =
      "give --\(option) with a value from 0 to 255"
      + (names.isEmpty ? ", as --\(option) 2" : " or a name; the labels have \(list(names))")
    guard let text = arguments.values[option] else {
      throw Explanation(.input, "which class is to be measured was not said", remedy: remedy)
    }
    var values: [Int] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let named = known.first { $0.name.lowercased() == part.lowercased() }?.value
      guard let value = named ?? decimal(part), (0...255).contains(value) else {
        throw Explanation(.input, "--\(option) \(text): '\(part)' is no class", remedy: remedy)
      }
      values.append(value)
    }
    return values
  }

  /// What a class is called.
  func name(of values: [Int]) -> String {
    values.map { value in
      (labels.volume.classes ?? []).first { $0.value == value }?.name ?? "class \(value)"
    }.joined(separator: " and ")
  }

  /// Opens the grey values that `--scan` names, if it does.
  func scan(_ option: String = "scan") throws(Explanation) -> (any VolumeReader)? {
    guard let path = arguments.values[option] else { return nil }
    let scan = try context.openInput(path, hints: hints)
    guard scan.volume.shape == labels.volume.shape else {
      throw Explanation(
        .input,
        "\(path) has \(scan.volume.shape.words), \(self.path) has \(labels.volume.shape.words)",
        remedy: "give the scan that the labels are of")
    }
    return scan
  }

  /// The path that `--option` names, for a file that is written: refused where it is there.
  func output(_ option: String, ending: String? = nil) throws(Explanation) -> String? {
    guard let path = arguments.values[option] else { return nil }
    if let ending, !path.hasSuffix(ending) {
      throw Explanation(
        .input, "--\(option) \(path) does not end in \(ending)",
        remedy: "give a name that ends in \(ending)")
    }
    // The scan is no less precious than the labels.
    let scans = arguments.values["scan"].map { [$0] } ?? []
    try checkApart(path, from: [self.path] + scans + labels.filesRead)
    // Where parts are put together, it is of an attempt at that which did not come to its end.
    let mayBeThere = arguments.has("overwrite") || context.joinsParts
    if ending != nil, kind(ofPath: path) != .missing, !mayBeThere {
      throw Explanation(
        .input, "\(path) is there already", remedy: "give another name, or --overwrite")
    }
    return path
  }
}
