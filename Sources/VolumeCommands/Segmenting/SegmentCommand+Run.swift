import EngineCore
import Pipelines
import Synchronization
import SystemIO
import TilePlanning
import VolumeCore
import VolumePipeline

/// Plans the segmentation, runs it, and returns its figures.
func runSegmentation(
  _ request: SegmentRequest, _ context: CommandContext
) throws(Explanation) -> SegmentFigures {
  let format = try context.catalogue.formatWriting(request.output)
  var options = request.segmentationOptions
  options.outputByteCount = format.cacheByteCount(of: request.outputDescription)
  let plan = try SegmentationPlan(
    options, model: request.model, scan: request.reader, factory: request.engine)
  let expected = request.region.voxelCount / labelShrinkage
  let free = try announce(plan, request, expected: expected, context)
  if let free, free < expected, kind(ofPath: request.output) == .missing {
    throw Explanation(
      .input,
      "\(request.output) may take \(Words.bytes(expected)), and the disk has "
        + "\(Words.bytes(free)) free",
      remedy: "make room or write to another disk")
  }
  try ResumeCheck(request: request, context: context).check()
  let writer = try beginOutput(request, plan, format, context)
  for remark in writer.remarks { context.console.note("\(request.output): \(remark)") }
  let voxels = request.region.voxelCount
  let before = writer.grid.indices.reduce(0) { sum, block in
    writer.isCommitted(block) ? sum + writer.grid.region(of: block).voxelCount : sum
  }
  if before > 0 {
    context.console.note(
      "\(request.output): going on, \(Words.percent(Double(before) / Double(voxels), 0)) is there")
  }
  var receipt = RunReceipt(request, plan, writer, context)
  if before > 0, let keeper = writer as? any FactKeepingWriter {
    try ResumeCheck(request: request, context: context).checkInput(keeper, receipt)
  }
  try receipt.begin(voxelsBefore: before)
  let progress = Progress(context.console, "segmenting", total: voxels, done: before)
  let known = Mutex(before)
  let run = SegmentationRun(
    plan, from: request.reader, to: writer,
    observers: [InputHashes(request.reader.volume), LabelHashes(request.reader.volume)],
    stopSignal: context.stopSignal
  ) { done, _ in
    let more = known.withLock { known in
      defer { known = done }
      return done - known
    }
    progress.add(more)
  }
  defer { progress.end() }
  let result: SegmentationResult
  do throws(Explanation) { result = try run.run() } catch {
    receipt.end(error)
    throw error
  }
  progress.end()
  let isExact = plan.tiling.isExact
  try explained { () throws(VolumeWriteError) in
    try writer.finish(record: ["halo_exact": .bool(isExact)])
  }
  try receipt.finish(run, result)
  if receipt.inputChanged {
    context.console.note(
      "warning: \(request.choices.input) changed while it was being labelled")
  }
  let seams = try checkSeams(request, plan, context)
  try receipt.add("seams", seams)
  var counts = result.counts
  if result.voxelsBefore > 0 {
    counts = try countLabels(context.catalogue.open(request.output, hints: OpeningHints()))
  }
  return SegmentFigures(
    voxelsPerClass: request.model.card.classes.map { counts[$0.value] }, voxels: result.voxels,
    seconds: result.seconds, tiles: plan.tiling.tileCount, tile: plan.tiling.core,
    halo: plan.tiling.halo, haloIsExact: isExact, computedPerWritten: plan.tiling.overhead,
    engine: request.engine.name, engineWords: request.engine.words,
    precision: plan.execution.precision, busyRead: result.readBusy, busyInfer: result.inferBusy,
    busyWrite: result.writeBusy, bytesWritten: result.bytesWritten,
    plannedBytes: plan.memory.total)
}

/// Labels shrink to a thirtieth or less; a tenth is asked for, to be sure.
private let labelShrinkage = 10

/// One line before the work: tiles, memory, output against free disk, engine. Returns what is free.
private func announce(
  _ plan: SegmentationPlan, _ request: SegmentRequest, expected: Int, _ context: CommandContext
) throws(Explanation) -> Int? {
  let free = freeBytes(onDiskOf: request.output)
  let tiling = plan.tiling
  context.console.note(
    "\(Words.grouped(tiling.tileCount)) tiles of \(tiling.core), halo \(tiling.halo), "
      + "\(Words.fixed(tiling.overhead, 2)) voxels computed for each one written; "
      + "\(Words.memory(plan.memory.total)) of memory (limit "
      + "\(Words.memory(request.choices.memory))); output about \(Words.bytes(expected / 3))"
      + (free.map { " of \(Words.bytes($0)) free" } ?? "")
      + "; \(request.engine.words), \(plan.execution.precision.rawValue), "
      + "\(plan.budget.engine) \(plan.budget.engine == 1 ? "thread" : "threads")")
  if !tiling.isExact {
    context.console.note(
      "warning: a halo of \(tiling.halo) is less than the network sees "
        + "(\(tiling.reach.before) before, \(tiling.reach.after) after): tiles may show")
  }
  return free
}

extension SegmentRequest {
  /// The same, as the pipeline takes it.
  var segmentationOptions: SegmentationOptions {
    var options = SegmentationOptions()
    if let tile = choices.tile {
      // Of a network that looks along z, tiles are as deep as wide, so far as shards are.
      let depth = model.graph.isPlanar ? 1 : min(options.block.z, max(tile.y, tile.x))
      options.tiling.tile = .shape(Shape3(z: tile.z ?? depth, y: tile.y, x: tile.x))
    }
    options.tiling.halo = choices.halo
    options.tiling.region = region
    options.memoryByteCount = choices.memory
    options.threads = choices.threads
    options.slots = choices.slots
    options.precision = precision
    options.normalisation = normalisation
    return options
  }
}

/// How often each label value occurs in a volume, read layer block by layer block.
func countLabels(_ labels: any VolumeReader) throws(Explanation) -> [Int] {
  var counts = [Int](repeating: 0, count: 256)
  let shape = labels.volume.shape
  let grid = ChunkGrid(volume: shape, chunk: Shape3(z: 64, y: 256, x: min(shape.x, 1024)))
  for block in grid.indices {
    let bytes = try explained { () throws(VolumeReadError) in
      try labels.bytes(of: grid.region(of: block))
    }
    labelHistogram(unsafe bytes.span.bytes, into: &counts)
  }
  return counts
}
