import Cluster
import VolumeCore
import VolumePipeline

/// A part of a segmentation, whose other parts other processes make, on this machine or others.
struct SegmentPart {
  let parting: Parting
  let context: CommandContext

  /// Makes it; returns what `--json` prints.
  func run(_ given: SegmentChoices) throws(Explanation) -> [String: JSONValue] {
    var choices = given
    choices.part = parting.share
    guard !choices.opinions.alongAllAxes else {
      throw Self.alongAllAxes("--part \(parting.share)")
    }
    // The tile that the first part chose is that of all, though memory might allow another here.
    let begun = try parting.fixed
    try choices.take(begun)
    if let asked = given.tile, let tile = choices.tile, !asked.isMet(by: tile) {
      context.console.note(
        "\(parting.output): the tile is \(tile), as in all parts of the run, and not \(asked)")
    }
    if parting.isMixed { choices.plan(as: begun) }
    let request = try SegmentRequest(choices, context)
    let prepared = try PreparedSegmentation(request, context)
    let tile = prepared.plan.tiling.core
    var same = samePlan(request.plan)
    same["computed_by"] = request.engine.words
    same["siblings"] = prepared.siblings.paths.map(fileName(of:)).joined(separator: " ")
    let fixed = try parting.freeze(
      same: same, chosen: ["tile": tile.description])
    guard fixed.chosen["tile"] == tile.description else {
      // Another part was quicker and chose another.
      return try run(given)
    }
    let table = PlanTable(prepared)
    context.console.note(table.line)
    let writer = try prepared.format.create(request.output, prepared.output)
    let beside = try prepared.siblings.open(beside: writer, overwrites: false) {
      context.console.note($0)
    }
    guard !parting.isInit else { return parting.finished([:], context) }
    return parting.finished(try label(prepared, table, writer, beside), context)
  }

  /// What is looked at along all axes is one piece.
  static func alongAllAxes(_ who: String) -> Explanation {
    Explanation(
      .input, "\(who): what is looked at along all axes is not cut into parts",
      remedy: "leave --axes out, or label it in one process")
  }

  private func label(
    _ prepared: PreparedSegmentation, _ whole: PlanTable, _ writer: any VolumeWriter,
    _ beside: [any VolumeWriter]
  ) throws(Explanation) -> [String: JSONValue] {
    let request = prepared.request
    let ours = writer.grid.indices.filter { writer.isOurs($0) }
    func voxels(_ blocks: [Index3]) -> Int {
      blocks.reduce(0) { $0 + writer.grid.region(of: $1).voxelCount }
    }
    let all = voxels(ours)
    let there = ours.filter { block in ([writer] + beside).allSatisfy { $0.isCommitted(block) } }
    let before = voxels(there)
    if before > 0 {
      context.console.note(
        "\(request.output): part \(parting.share): going on, "
          + "\(Words.percent(Double(before) / Double(all), 0)) is there")
    }
    let table = PlanTable(prepared, left: all - before)
    let reporter = try parting.reporter(
      voxels: all, doneBefore: before, engine: request.engine.words)
    return try parting.reported(reporter) { () throws(Explanation) in
      var receipt = RunReceipt(request, prepared.plan, writer, context, part: parting.share)
      if before > 0, let keeper = writer as? any FactKeepingWriter {
        try ResumeCheck(request: request, context: context).checkInput(keeper, receipt)
      }
      try receipt.begin(voxelsBefore: before)
      let progress = Progress(
        context.console, "part \(parting.share)", total: all, done: before)
      let elsewhere = request.region.voxelCount - all
      let walk = LabellingWalk(
        request, prepared.plan, from: request.reader, to: writer, beside: beside, table,
        done: elsewhere + before, context
      ) {
        progress.add($0)
        reporter.add($0)
      }
      defer { progress.end() }
      let result: SegmentationResult
      do throws(Explanation) { result = try walk.run.run() } catch {
        receipt.end(error, request.verification)
        throw error
      }
      for output in [writer] + beside {
        try explained { () throws(VolumeWriteError) in try output.finish(record: [:]) }
      }
      try receipt.endPart(result, request.verification)
      return [
        "output": .string(request.output), "voxels": .integer(result.voxels),
        "voxels_already_there": .integer(before), "tiles": .integer(result.tiles),
        "seconds": .number(result.seconds), "bytes_written": .integer(result.bytesWritten),
        "planned_bytes": .integer(prepared.peakByteCount),
        "peak_bytes": peakResidentBytes().map { .integer($0) } ?? .null,
      ]
    }
  }
}

extension SegmentChoices {
  /// Takes over what the first part of the run chose.
  mutating func take(_ fixed: FrozenRun?) throws(Explanation) {
    guard let text = fixed?.chosen["tile"] else { return }
    tile = try explained { () throws(UsageError) in
      try OptionText(option: "tile", text: text).tileSize()
    }
  }

  /// Becomes what puts the parts together that meet in `folder`.
  mutating func join(in folder: String) throws(Explanation) {
    joinsParts = true
    guard let fixed = try PartsFolder(folder).frozen() else { return }
    try take(fixed)
    plan(as: fixed)
    computedBy = fixed.same["computed_by"]
  }

  /// Is known by the engine and the precision of the run that was fixed, whatever computes here.
  mutating func plan(as fixed: FrozenRun?) {
    guard let engine = fixed?.same["engine"], let precision = fixed?.same["precision"] else {
      return
    }
    planned = (engine, precision)
  }
}
