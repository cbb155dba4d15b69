import Cluster
import Components
import SystemIO
import VolumeCore

/// `measure components --part`: each part labels layers by themselves; whoever finishes joins them, and
/// the numbers are those of one process.
struct ComponentParts {
  /// Parts begin at multiples of so many layers, as shards do.
  static let layers = 64

  let input: MeasureInput
  let parting: Parting
  private let options: ComponentOptions
  private let plan: [String: JSONValue]

  /// `nil` without `--part`.
  init?(
    _ input: MeasureInput, _ options: ComponentOptions, output: String?,
    plan: [String: JSONValue]
  ) throws(Explanation) {
    self.input = input
    self.options = options
    self.plan = plan
    guard input.arguments.values["part"] != nil else { return nil }
    guard let output else {
      throw Explanation(
        .input, "--part needs a place where parts meet",
        remedy: "give --output STORE.zarr or --table FILE.csv, the same to all parts")
    }
    let folder = OutputParts.beside(output)
    guard
      let parting = try Parting(input.arguments, output: output, in: folder, input.context)
    else { return nil }
    self.parting = parting
  }

  /// Labels the layers of the part.
  func run() throws(Explanation) -> [String: JSONValue] {
    let context = input.context
    var plan = plan
    plan["measures"] = .bool(options.measures)
    plan["surfaces"] = .bool(options.measuresSurfaces)
    plan["scan"] = .string(input.arguments.values["scan"] ?? "")
    _ = try parting.freeze(same: samePlan(plan))
    guard !parting.isInit else { return parting.finished([:], context) }
    let layers = Self.layers(of: parting.share, in: input.region)
    let voxels = layers.count * input.region.shape.y * input.region.shape.x
    let reporter = try parting.reporter(voxels: voxels, doneBefore: 0)
    return try parting.reported(reporter) { () throws(Explanation) in
      guard !layers.isEmpty else {
        return parting.finished(["voxels": 0], context)
      }
      let there = try parting.folder.files(of: parting.share, ending: Self.ending)
      guard there.isEmpty else {
        context.console.note("part \(parting.share): is there already")
        return parting.finished(["voxels": 0, "voxels_already_there": .integer(voxels)], context)
      }
      let search = try ComponentSearch(
        input.labels, scan: try input.scan(), region: input.region, layers: layers, options)
      context.console.note(
        "labelling layers \(layers.lowerBound) to \(layers.upperBound - 1): \(search.words), at most "
          + "\(Words.memory(search.byteCount)) of memory, beside "
          + "\(Words.memory(peakResidentBytes() ?? 0)) of the tool itself")
      let progress = Progress(context.console, "part \(parting.share)", total: voxels)
      let path =
        parting.folder.folder(parting.share) + "/\(hostName()).\(processNumber)\(Self.ending)"
      let isWhole = try search.label(
        to: path, isStopped: { context.stopSignal() != nil },
        progress: {
          progress.add($0)
          reporter.add($0)
        })
      progress.end()
      guard isWhole else {
        try context.checkForStop(remedy: "give the same command again")
        throw Explanation(
          .failed, "the search ended early", remedy: "give the same command again")
      }
      return parting.finished(
        [
          "voxels": .integer(voxels),
          "peak_bytes": peakResidentBytes().map { .integer($0) } ?? .null,
        ], context)
    }
  }

  /// The layers of `region` that are `share`'s.
  static func layers(of share: PartShare, in region: Region) -> Range<Int> {
    let slabs = share.range(of: (region.z.count + layers - 1) / layers)
    let first = region.z.lowerBound
    return
      (first + slabs.lowerBound * layers)..<min(
        first + slabs.upperBound * layers, region.z.upperBound)
  }

  /// How the names of files of labelled layers end.
  private static let ending = ".layers"

  /// The files of all parts, in their order.
  static func files(_ input: MeasureInput) throws(Explanation) -> [String] {
    guard let output = input.arguments.values["output"] ?? input.arguments.values["table"] else {
      return []
    }
    let folder = PartsFolder(OutputParts.beside(output))
    guard let fixed = try folder.frozen() else { return [] }
    var files: [String] = []
    for part in PartShare.all(of: fixed.parts) where !layers(of: part, in: input.region).isEmpty {
      guard let file = try folder.files(of: part, ending: ending).first else {
        throw Explanation(
          .failed, "the layers of part \(part) are not there", remedy: "run that part again")
      }
      files.append(file)
    }
    return files
  }
}
