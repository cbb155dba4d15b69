import Quantification
import SystemIO
import VolumeCore
import VolumePipeline

/// What was counted of a run, as it lies beside the labels: `.t2s/statistics.json` in a store.
struct RunStatistics: Hashable, Sendable {
  /// The document's name.
  static let name = "statistics"

  var counts: VolumeStatistics
  /// Where the labelled part begins in the scan.
  var origin: Index3
  /// Names of the values.
  var classes: [LabelClass]
  /// What decided about the labels.
  var plan: [String: JSONValue]
  /// What annotated layers say of them.
  var layers: LayerComparison?

  /// Fractions with their intervals.
  var table: FractionTable {
    let hasOutside = classes.contains { $0.value == LabelClass.outsideValue }
    return FractionTable(
      fractions: VolumeFractions(
        counts.tally, outside: hasOutside ? LabelClass.outsideValue : nil, layers: layers),
      classes: classes, truthLayers: layers?.layers ?? [])
  }

  /// Values of the classes that make up the specimen.
  static func inside(_ classes: [LabelClass]) -> [Int] {
    classes.map(\.value).filter { $0 != LabelClass.outsideValue }
  }

  /// What is kept: the fractions for whoever reads, the counts for whoever goes on counting.
  var json: JSONValue {
    [
      "fractions": table.json, "truth_layers": layers?.json ?? .null,
      "counts": counts.json, "plan": .object(plan),
      "origin": [.integer(origin.z), .integer(origin.y), .integer(origin.x)],
      "classes": .array(classes.map(\.json)),
    ]
  }

  /// Reads what was kept of labels of extent `shape`; `nil` where it is not of them.
  init?(_ document: JSONValue, shape: Shape3) {
    guard let counts = document["counts"],
      let statistics = VolumeStatistics(counts, of: Region(shape), in: shape),
      let origin = document["origin"]?.array?.compactMap(\.integer), origin.count == 3,
      let classes = document["classes"]?.array, let plan = document["plan"]?.object
    else { return nil }
    self.counts = statistics
    self.origin = Index3(z: origin[0], y: origin[1], x: origin[2])
    self.classes = classes.compactMap { item in
      guard let value = item["value"]?.integer, let name = item["name"]?.string else { return nil }
      return LabelClass(
        value: value, name: name, colour: item["colour"]?.array?.compactMap(\.integer) ?? [])
    }
    self.plan = plan
    layers = document["truth_layers"].flatMap { LayerComparison($0) }
  }

  init(
    counts: VolumeStatistics, origin: Index3, classes: [LabelClass], plan: [String: JSONValue]
  ) {
    self.counts = counts
    self.origin = origin
    self.classes = classes
    self.plan = plan
  }

  /// Writes all counts to `path`, whole or not at all.
  func writeCSV(to path: String) throws(Explanation) {
    var text: [UInt8] = []
    try counts.csv(origin: origin, classes: classes) { line in
      text += Array(line.utf8)
      text.append(0x0A)
    }
    try explained { () throws(SystemError) in try writeFileAtomically(path, text) }
  }

  /// What was kept with the labels at `path`; `nil` where nothing was.
  static func kept(
    _ path: String, shape: Shape3, _ context: CommandContext
  ) throws(Explanation) -> RunStatistics? {
    guard let document = try context.catalogue.stores?.kept(name, in: path) else { return nil }
    return RunStatistics(document, shape: shape)
  }
}

/// The counts of a run, whichever of its blocks an earlier run made; compared with the truth where
/// layers are annotated, and kept with the labels.
func finishStatistics(
  _ request: SegmentRequest, _ observer: StatisticsObserver, _ run: SegmentationRun,
  _ truth: OpenTruthLayers?, _ writer: any VolumeWriter, _ context: CommandContext
) throws(Explanation) -> RunStatistics {
  guard let counts = observer.sum(run.blocks, { run.facts(of: $0) }) else {
    throw Explanation(
      .damaged, "\(request.output): what was counted of a block is gone",
      remedy: "the labels are there; give --overwrite to make them with their counts")
  }
  var result = RunStatistics(
    counts: counts, origin: request.region.origin,
    classes: request.outputDescription.volume.classes ?? request.model.card.classes,
    plan: request.plan)
  if let truth {
    let labels = try context.catalogue.open(request.output, hints: OpeningHints())
    result.layers = try truth.compare(labels, classes: RunStatistics.inside(result.classes))
  }
  if let keeper = writer as? any FactKeepingWriter {
    let document = result.json
    try explained { () throws(VolumeWriteError) in
      try keeper.keep(RunStatistics.name, document)
    }
  }
  if let csv = request.choices.statistics.csv { try result.writeCSV(to: csv) }
  return result
}

extension RunStatistics {
  /// Voxels of each class.
  func voxels(of labels: [LabelClass]) -> [Int] {
    labels.map { voxels(of: $0.value) }
  }

  /// Voxels of the class `value`.
  func voxels(of value: Int) -> Int {
    counts.tally.classes.first { $0.value == value }?.count ?? 0
  }
}

extension SegmentFigures {
  /// These figures with what was counted.
  func with(_ statistics: RunStatistics) -> SegmentFigures {
    var figures = self
    figures.statistics = statistics
    return figures
  }
}

extension SegmentRequest {
  /// Opens annotated layers, and says now what would keep tables from being written in an hour.
  func checkStatistics(_ context: CommandContext) throws(Explanation) -> OpenTruthLayers? {
    try choices.statistics.check(overwrites: choices.overwrites)
    if let csv = choices.statistics.csv { try checkApart(csv, from: [choices.input]) }
    guard let truth = choices.statistics.truthLayers else { return nil }
    return try truth.open(context, shape: reader.volume.shape, region: region)
  }
}

extension StatisticsObserver {
  /// Counts what `request` labels.
  init(_ request: SegmentRequest) {
    self.init(
      region: request.region,
      classes: request.outputDescription.volume.classes ?? request.model.card.classes,
      voxelType: request.reader.volume.voxelType, normalisation: request.normalisation)
  }
}
