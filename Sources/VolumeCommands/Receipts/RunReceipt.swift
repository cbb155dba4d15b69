import EngineCore
import Glibc
import SystemIO
import TilePlanning
import VolumeCore
import VolumePipeline
import VoxelHashing

/// The receipt of a segmentation: what was computed, from what, by what, with hashes of what went in
/// and came out, and every run that it took. It lies in the store as `.t2s/receipt.json`.
///
/// It is begun with the run and replaced when that ends, so a run that was killed is on it too. Times
/// and machines are nowhere else: all other files of equal runs are equal bytes.
struct RunReceipt {
  /// The document's name in the store.
  static let name = "receipt"
  /// Of the document's form.
  static let version = 1

  /// The document.
  private(set) var document: [String: JSONValue]
  private let writer: (any FactKeepingWriter)?
  private let earlier: [JSONValue]
  private var run: [String: JSONValue]
  private let path: String
  private let reader: any VolumeReader
  /// The files of the input as they are now.
  let stamp: InputStamp
  /// The same when the last run began.
  let stampBefore: InputStamp?

  /// The receipt of a run that is about to begin.
  ///
  /// - Parameter part: the part of the output that it makes, where others make the rest.
  init(
    _ request: SegmentRequest, _ plan: SegmentationPlan, _ writer: any VolumeWriter,
    _ context: CommandContext, part: PartShare? = nil
  ) {
    self.writer = writer as? any FactKeepingWriter
    path = request.choices.input
    reader = request.reader
    stamp = InputStamp(path, reader)
    let before = self.writer?.kept(Self.name)
    let ofParts = self.writer?.keptByParts(Self.name) ?? []
    earlier = Self.runs(ofParts + [before].compactMap(\.self))
    let stamps = Set(ofParts.map { InputStamp($0["scan"]?["files"]) })
    // Where parts saw other files, what was labelled is looked at again.
    stampBefore =
      ofParts.isEmpty
      ? InputStamp(before?["scan"]?["files"]) : stamps.count == 1 ? stamps.first ?? nil : nil
    let tiling = plan.tiling
    run = [
      "started": .string(utcNow()), "host": .string(hostName()), "process": .integer(Int(getpid())),
      "tool_version": .string(toolVersion), "threads": .integer(request.choices.threads),
      "memory_bytes": .integer(request.choices.memory),
      "planned_bytes": .integer(plan.memory.total), "tile": tiling.core.json,
      "engine_words": .string(request.engine.words),
      "command_line": .array(context.commandLine.map { .string($0) }),
    ]
    run["part"] = part.map { .string($0.description) }
    let volume = request.reader.volume
    document = [
      "version": .integer(Self.version), "command": "segment", "state": "running",
      "tool_version": .string(toolVersion), "axis_order": "zyx",
      "scan": [
        "path": .string(resolved(path) ?? path), "given_as": .string(path),
        "fingerprint": .string(reader.fingerprint), "format": .string(volume.format),
        "shape": volume.shape.json, "type": .string(request.scanType.rawValue),
        "computed_as": .string(volume.voxelType.rawValue),
        "voxel_size_um": volume.spacing.map { [.number($0.z), .number($0.y), .number($0.x)] }
          ?? .null,
        "options": .object(request.choices.inputOptions.mapValues { .string($0) }),
        "files": stamp.json,
      ],
      "region": .string(request.region.description),
      "model": [
        "path": .string(resolved(request.model.path) ?? request.model.path),
        "name": .string(request.model.card.name), "format": .string(request.model.format),
        "hash": .string(request.model.hash), "card": request.model.card.document,
      ],
      "normalisation": request.plan["normalisation"] ?? .null,
      "engine": [
        "name": .string(request.engine.name), "words": .string(request.engine.words),
        "precision": .string(plan.execution.precision.rawValue),
        "calibration": request.calibration?.json ?? .null,
        "plan_file": request.choices.planFile.map { .string($0) } ?? .null,
      ],
      "options": .object(request.plan),
      "tiling": [
        "tile": tiling.core.json, "block": tiling.block.json, "halo": tiling.halo.json,
        "halo_exact": .bool(tiling.isExact),
        "halo_given": request.choices.halo.map { .integer($0) } ?? .null,
        "within": .string(tiling.within.description), "tiles": .integer(tiling.tileCount),
        "computed_per_written": .number(tiling.overhead),
      ],
    ]
  }

  /// The runs before this one.
  var resumes: Int { earlier.count }

  /// Writes down that the run began; `voxels` are those that are there already.
  mutating func begin(voxelsBefore: Int) throws(Explanation) {
    run["voxels_before"] = .integer(voxelsBefore)
    try keep()
  }

  /// The runs that these receipts tell of, each once: by part, and then by the time they began.
  private static func runs(_ receipts: [JSONValue]) -> [JSONValue] {
    var seen = Set<JSONValue>()
    let runs = receipts.flatMap { $0["runs"]?.array ?? [] }.filter { run in
      // The last word on a run is the longest: it was begun before it ended.
      seen.insert([
        "host": run["host"] ?? .null, "process": run["process"] ?? .null,
        "started": run["started"] ?? .null, "ended": run["ended"] ?? .null,
      ]).inserted
    }
    return runs.sorted {
      (place($0), $0["started"]?.string ?? "") < (place($1), $1["started"]?.string ?? "")
    }
  }

  private static func place(_ run: JSONValue) -> Int {
    run["part"]?.string.flatMap { PartShare($0) }?.number ?? Int.max
  }

  /// Writes down that the part that the run makes is done.
  mutating func endPart(
    _ result: SegmentationResult, _ verification: TileVerification
  ) throws(Explanation) {
    if let found = verification.json { run["verification"] = found }
    run["ended"] = .string(utcNow())
    run["ending"] = "the part is done"
    run["seconds"] = .number(result.seconds)
    run["tiles"] = .integer(result.tiles)
    run["voxels"] = .integer(result.voxels)
    run["bytes_written"] = .integer(result.bytesWritten)
    run["peak_bytes"] = peakResidentBytes().map { .integer($0) } ?? .null
    run.merge(ProcessorTime.now().json) { $1 }
    try keep()
  }

  /// Writes down how the run ended.
  mutating func end(_ error: Explanation, _ verification: TileVerification) {
    if let found = verification.json { run["verification"] = found }
    run["ended"] = .string(utcNow())
    run["ending"] = .string(error.what)
    // The run has failed already, and why is said.
    try? keep()
  }

  /// Writes down what came of it. The output is finished, but for what is checked afterwards.
  mutating func finish(
    _ segmentation: SegmentationRun, _ result: SegmentationResult
  ) throws(Explanation) {
    run["ended"] = .string(utcNow())
    run["ending"] = "finished"
    run["seconds"] = .number(result.seconds)
    run["tiles"] = .integer(result.tiles)
    document["tiles_outside"] = .integer(result.tilesOutside)
    run["voxels"] = .integer(result.voxels)
    run["bytes_written"] = .integer(result.bytesWritten)
    run["peak_bytes"] = peakResidentBytes().map { .integer($0) } ?? .null
    run.merge(ProcessorTime.now().json) { $1 }
    document["state"] = "finished"
    var (input, output) = (VoxelHash(), VoxelHash())
    var voxels = 0
    var (inputs, outputs) = ([String: JSONValue](), [String: JSONValue]())
    for block in segmentation.blocks.indices {
      let facts = segmentation.facts(of: block) ?? [:]
      let key = "\(block.z).\(block.y).\(block.x)"
      if let facts = InputFacts(facts["input"]) {
        input += facts.hash
        voxels += facts.voxels
        inputs[key] = .string(facts.hash.text)
      }
      if let text = facts["labels"]?["hash"]?.string, let hash = VoxelHash(text) {
        output += hash
        outputs[key] = .string(text)
      }
    }
    document["input"] = [
      "hash": .string(input.text), "voxels": .integer(voxels), "blocks": .object(inputs),
    ]
    document["output"] = ["hash": .string(output.text), "blocks": .object(outputs)]
    let now = InputStamp(path, reader)
    if now != stamp {
      document["input_changed"] = [
        "while": "the run went on", "newest": .string(now.newest), "changed": .string(now.changed),
      ]
    }
    try keep()
  }

  /// Whether the input's files changed while the run went on.
  var inputChanged: Bool { document["input_changed"] != nil }

  /// Adds what was found out afterwards.
  mutating func add(_ key: String, _ value: JSONValue) throws(Explanation) {
    document[key] = value
    try keep()
  }

  private mutating func keep() throws(Explanation) {
    document["runs"] = .array(earlier + [.object(run)])
    document["resumes"] = .integer(earlier.count)
    guard let writer else { return }
    let document = document
    try explained { () throws(VolumeWriteError) in
      try writer.keep(Self.name, .object(document))
    }
  }
}
