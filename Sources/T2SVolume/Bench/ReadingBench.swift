import EngineCore
import VolumeCommands
import VolumeCore
import VolumePipeline
import VolumeStore

/// How much of a scan a segmentation reads and decodes, against what it has: every tile is read in the
/// order of the run, and none is computed.
struct ReadingBench {
  var threads: Int
  var memory: Int

  func measure(
    _ file: String, model: String?, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let scan = try context.catalogue.open(file, hints: OpeningHints())
    let model = try context.catalogue.model(modelPath(model, context))
    var options = SegmentationOptions()
    options.memoryByteCount = memory
    options.threads = threads
    let plan = try SegmentationPlan(
      options, model: model, scan: scan, factory: chosenEngine(nil, nil, for: model.graph, context))
    let before = fileBytesRead() ?? 0
    let asked = try plan.rehearseReading(of: scan)
    let fromFiles = (fileBytesRead() ?? 0) - before
    let all = scan.volume.byteCount
    // A store's shards are mapped and not read, so its chunks are counted instead.
    let decoded = (scan as? StoreReader).map { $0.decodedChunkCount * $0.chunkByteCount }
    func part(_ bytes: Int) -> String { Words.fixed(Double(bytes) / Double(max(all, 1)), 3) }
    context.console.say(
      "  \(file): tiles of \(plan.tiling.core), asked for \(part(asked)) of the scan, read from files "
        + part(fromFiles) + (decoded.map { ", decoded \(part($0))" } ?? ""))
    return [
      "scan_bytes": .integer(all), "asked_bytes": .integer(asked),
      "file_bytes": .integer(fromFiles), "decoded_bytes": decoded.map { .integer($0) } ?? .null,
    ]
  }
}
