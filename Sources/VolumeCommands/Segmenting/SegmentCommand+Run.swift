import EngineCore
import TilePlanning
import VolumeCore
import VolumePipeline

/// Plans the segmentation, runs it, and returns its figures.
func runSegmentation(
  _ request: SegmentRequest, _ context: CommandContext
) throws(Explanation) -> SegmentFigures {
  let truth = try request.checkStatistics(context)
  let prepared = try PreparedSegmentation(request, context)
  var plan = prepared.plan
  var table = PlanTable(prepared)
  context.console.note(table.line)
  if let warning = table.warning { context.console.note(warning) }
  let writer = try prepared.format.create(request.output, prepared.output)
  for remark in writer.remarks { context.console.note("\(request.output): \(remark)") }
  let beside = try prepared.siblings.open(
    beside: writer, overwrites: request.choices.overwrites
  ) { context.console.note($0) }
  let voxels = request.region.voxelCount
  let before = writer.grid.indices.reduce(0) { sum, block in
    ([writer] + beside).allSatisfy { $0.isCommitted(block) }
      ? sum + writer.grid.region(of: block).voxelCount : sum
  }
  if before > 0 {
    context.console.note(
      "\(request.output): going on, \(Words.percent(Double(before) / Double(voxels), 0)) is there")
  }
  if before > 0 { table = PlanTable(prepared, left: voxels - before) }
  var receipt = RunReceipt(request, plan, writer, context)
  if before > 0, let keeper = writer as? any FactKeepingWriter {
    try ResumeCheck(request: request, context: context).checkInput(keeper, receipt)
  }
  try receipt.begin(voxelsBefore: before)
  var reader = request.reader
  let trace = try RunTrace(request, context)
  defer { trace.end() }
  // What is said at the end is about all passes, what is said meanwhile about the last.
  let whole = before > 0 ? nil : table
  let clock = ContinuousClock()
  let begin = clock.now
  var secondsBefore = 0.0
  if let passes = prepared.passes, before < voxels {
    (reader, plan) = try trace.watch { () throws(Explanation) in
      try passes.run(prepared, context)
    }
    secondsBefore = (clock.now - begin) / .seconds(1)
    table = PlanTable(prepared, left: voxels - before)
  }
  let progress = Progress(context.console, "segmenting", total: voxels, done: before)
  let walk = LabellingWalk(
    request, plan, from: reader, to: writer, beside: beside, table, done: before, context
  ) { progress.add($0) }
  defer { progress.end() }
  var result: SegmentationResult
  do throws(Explanation) {
    result = try trace.watch { () throws(Explanation) in try walk.run.run() }
  } catch {
    receipt.end(error, request.verification)
    throw error
  }
  // Before the seams, which are computed with the same engine.
  let verification = request.verification.json
  progress.end()
  trace.end()
  if let whole { table = whole }
  table.rate = walk.firstRate
  result.seconds += secondsBefore
  let isExact = plan.tiling.isExact
  let record: [String: JSONValue] = ["halo_exact": .bool(isExact)]
  // Every label is there: nothing needs the scratch, and a run that is killed from here on leaves none.
  try prepared.passes?.remove()
  try prepared.siblings.finish(beside, record: record)
  try explained { () throws(VolumeWriteError) in try writer.finish(record: record) }
  // The peak of the run itself, not that of what is checked afterwards.
  let (peakBytes, processor) = (peakResidentBytes(), ProcessorTime.now())
  try receipt.finish(walk.run, result)
  if receipt.inputChanged {
    context.console.note(
      "warning: \(request.choices.input) changed while it was being labelled")
  }
  let statistics = try finishStatistics(
    request, walk.counting, walk.run, truth, writer, context)
  if let verification {
    try receipt.add("verification", verification)
    context.console.note("verified: " + TileVerification.line(verification))
  }
  let seams = try checkSeams(request, plan, context)
  try receipt.add("seams", seams)
  return SegmentFigures(
    voxelsPerClass: statistics.voxels(of: request.model.card.classes),
    outside: request.outside.map {
      OutsideFigures(
        voxels: statistics.voxels(of: LabelClass.outsideValue), tiles: result.tilesOutside,
        words: $0.words)
    }, voxels: result.voxels,
    seconds: result.seconds, processor: processor, tiles: plan.tiling.tileCount,
    tile: plan.tiling.core,
    halo: plan.tiling.halo, haloIsExact: isExact, computedPerWritten: table.forecast.overhead,
    engine: request.engine.name, engineWords: request.engine.words,
    precision: plan.execution.precision, busyRead: result.readBusy, busyInfer: result.inferBusy,
    busyWrite: result.writeBusy, bytesWritten: result.bytesWritten,
    plannedBytes: prepared.peakByteCount,
    comparison: PlanComparison(
      planned: table, measured: result, peakBytes: peakBytes), trace: trace.report
  ).with(statistics)
}

extension SegmentRequest {
  /// The same, as the pipeline takes it.
  var segmentationOptions: SegmentationOptions {
    var options = SegmentationOptions()
    if let tile = choices.tile {
      // Of a network that looks along z, tiles are as deep as wide, so far as shards are.
      let depth = model.graph.isPlanar ? 1 : min(options.block.z, max(tile.y, tile.x))
      options.tiling.tile = .shape(Shape3(z: tile.z ?? depth, y: tile.y, x: tile.x))
      options.tiling.joinsRows = tile.isEdge
    }
    options.tiling.halo = choices.halo
    options.tiling.overlap = choices.overlap
    options.tiling.mustBeExact = choices.mustBeExact
    options.tiling.region = region
    options.memoryByteCount = choices.memory
    options.threads = choices.threads
    options.slots = choices.slots
    options.precision = precision
    options.quantisation = calibration?.quantisation
    options.normalisation = normalisation
    options.flips = choices.opinions.flips
    options.factors = factors
    options.planes = choices.opinions.planes(of: model.card.classes)
    options.exterior = outside?.exterior
    options.exteriorByteCount = outside?.heldByteCount ?? 0
    return options
  }
}
