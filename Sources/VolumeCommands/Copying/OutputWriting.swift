import SystemIO
import VolumeCore

/// What a copy did, for people and for `--json`.
struct CopyReport: Hashable, Sendable {
  /// Voxels copied by this run.
  var voxels = 0
  /// Voxels that an earlier run had left.
  var voxelsAlready = 0
  /// Bytes of the copied voxels.
  var bytesRead = 0
  /// Bytes that they took on disk.
  var bytesWritten = 0
  /// The memory that was said to be enough.
  var plannedBytes = 0
  /// From the first block to the finished output.
  var seconds = 0.0
  /// The part of `bytesRead` that a second saw.
  var bytesPerSecond: Double { Double(bytesRead) / max(seconds, 1e-9) }
  /// Voxels a second.
  var voxelsPerSecond: Double { Double(voxels) / max(seconds, 1e-9) }
}

/// A volume to be written to a path of any format that is written.
struct OutputWriting: Sendable {
  var reader: any VolumeReader
  /// The part of the input to write.
  var region: Region
  var path: String
  var output: OutputDescription
  var limits: CopyLimits
  /// The part of the output to write, where others write the rest.
  var parting: Parting?
  /// What is written beside the voxels, before the output counts as whole.
  var beforeFinish: (@Sendable () throws(Explanation) -> Void)?

  /// Everything of `reader` to `path`, described as the reader describes it.
  init(
    _ reader: any VolumeReader, region: Region? = nil, to path: String,
    plan: [String: JSONValue], overwrites: Bool, limits: CopyLimits
  ) {
    self.reader = reader
    self.region = region ?? Region(reader.volume.shape)
    self.path = path
    self.limits = limits
    let volume = reader.volume.part(self.region)
    var plan = plan
    plan["input"] = .string(reader.fingerprint)
    plan["tool_version"] = .string(toolVersion)
    if region != nil { plan["region"] = .string(self.region.description) }
    output = OutputDescription(volume: volume, plan: plan, overwrites: overwrites)
    output.threads = limits.threads
  }

  /// Writes it, going on where an earlier run of the same plan stopped.
  func run(_ what: String, _ context: CommandContext) throws(Explanation) -> CopyReport {
    let format = try context.catalogue.formatWriting(path)
    if let parting { return try run(parting, what, format, context) }
    var output = output
    output.joinsParts = context.joinsParts
    let isNew = kind(ofPath: path) == .missing
    if isNew { try checkFreeDisk(for: path, needed: expectedByteCount(voxels: region.voxelCount)) }
    let writer = try format.create(path, output)
    do throws(Explanation) {
      return try copy(to: writer, what, context)
    } catch {
      // What no block was committed to is worth nothing, and must not look like a beginning.
      if isNew, writer.grid.indices.allSatisfy({ !writer.isCommitted($0) }) {
        if case .folder = kind(ofPath: path) { try? removeFolder(path) }
      }
      throw error
    }
  }

  /// Other formats are one file, or have no ledger.
  static func onlyStores(_ who: String) -> Explanation {
    Explanation(
      .input, "\(who): only stores are written in parts",
      remedy: "end the output's name in .zarr, and convert it when it is finished")
  }

  /// Writes a part of it; what is noted as committed stays in any case.
  private func run(
    _ parting: Parting, _ what: String, _ format: any VolumeFormat, _ context: CommandContext
  ) throws(Explanation) -> CopyReport {
    guard isStore(path) else {
      throw Self.onlyStores("--part \(parting.share)")
    }
    var output = output
    output.part = parting.share
    try format.check(output, at: path)
    _ = try parting.freeze(same: samePlan(output.plan))
    let writer = try format.create(path, output)
    guard !parting.isInit else { return CopyReport() }
    let ours = writer.grid.indices.filter { writer.isOurs($0) }
    let voxels = ours.reduce(0) { $0 + writer.grid.region(of: $1).voxelCount }
    let done = ours.filter { writer.isCommitted($0) }
      .reduce(0) { $0 + writer.grid.region(of: $1).voxelCount }
    let reporter = try parting.reporter(voxels: voxels, doneBefore: done)
    return try parting.reported(reporter) { () throws(Explanation) in
      try copy(to: writer, "\(what) part \(parting.share)", context) { reporter.add($0) }
    }
  }

  /// Copies what `writer` lacks, and finishes it.
  func copy(
    to writer: any VolumeWriter, _ what: String, _ context: CommandContext,
    noting: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws(Explanation) -> CopyReport {
    for remark in writer.remarks { context.console.note("\(path): \(remark)") }
    let plan = try CopyPlan(
      from: reader, to: writer, threads: limits.threads, memory: limits.memory,
      isGiven: limits.memoryIsGiven)
    let copying = VolumeCopying(reader: reader, writer: writer, plan: plan, origin: region.origin)
    let missing = copying.missing.reduce(0) { $0 + plan.grid.region(of: $1).voxelCount }
    let all =
      writer.part == nil
      ? region.voxelCount
      : plan.grid.indices.filter { writer.isOurs($0) }
        .reduce(0) { $0 + plan.grid.region(of: $1).voxelCount }
    let done = all - missing
    if done > 0 {
      context.console.note(
        "\(path): going on, \(Words.percent(Double(done) / Double(max(all, 1)), 0)) is there")
    }
    try checkFreeDisk(for: path, needed: expectedByteCount(voxels: missing))
    // What the process itself holds comes on top of what was planned for voxels.
    let itself = peakResidentBytes() ?? 0
    context.console.note("\(what) to \(path): \(plan.words(beside: itself))")
    let progress = Progress(
      context.console, what, total: all, done: done,
      bytesPerVoxel: plan.voxelByteCount)
    let written = try copying.run(
      isStopped: { context.stopSignal() != nil },
      progress: {
        progress.add($0)
        noting($0)
      })
    progress.end()
    try context.checkForStop(
      remedy: "give the same command again: what is committed to a store stays")
    try beforeFinish?()
    try explained { () throws(VolumeWriteError) in try writer.finish(record: [:]) }
    return CopyReport(
      voxels: missing, voxelsAlready: done, bytesRead: missing * plan.voxelByteCount,
      bytesWritten: written, plannedBytes: plan.byteCount + itself, seconds: progress.seconds)
  }

  /// Grey values hardly shrink; labels do, to a tenth or less, but a quarter is asked for.
  private func expectedByteCount(voxels: Int) -> Int {
    let bytes = voxels * output.volume.voxelType.byteCount
    let shrinks =
      output.volume.classes != nil && isStore(path) && output.compression != StoreCompression.none
    return shrinks ? bytes / 4 : bytes
  }
}

/// Throws where `output` is one of the inputs, or lies in one: writing would destroy what is being read.
func checkApart(_ output: String, from inputs: [String]) throws(Explanation) {
  try checkApart([output], from: inputs)
}

/// The same for an output of several files.
func checkApart(_ outputs: [String], from inputs: [String]) throws(Explanation) {
  let places = Set(inputs.compactMap(resolved))
  for output in outputs {
    if let place = resolved(output), places.contains(place) {
      throw Explanation(
        .input, "\(output) is also the input", remedy: "give the output another name")
    }
    guard let place = resolved(folder(ofPath: output)) else { continue }
    let outer = places.first { place == $0 || place.hasPrefix($0 + "/") }
    if let outer, kind(ofPath: outer) == .folder {
      throw Explanation(
        .input, "\(output) lies inside the input \(outer)",
        remedy: "give the output a place outside of it")
    }
  }
}
