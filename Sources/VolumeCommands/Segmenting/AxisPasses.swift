import EngineCore
import Synchronization
import SystemIO
import VolumeCore
import VolumePipeline

/// What `--axes zyx` does before the run along z: the scan is copied to small cubes once, and a run along
/// x, then one along y, leave the sums of what they found, all on disk.
///
/// Each pass is a run like any other, of a volume whose axes are in another order; so it is planned,
/// bounded and gone on with like any other.
struct AxisPasses: Sendable {
  /// The edge of the cubes that scratch is cut into; as many planes are read at once.
  static let planes = 32
  /// What a pass commits at once.
  static let block = Shape3(z: planes, y: 1024, x: 1024)

  private let request: SegmentRequest
  private let format: any VolumeFormat
  /// Where all of it lies while the run lasts.
  let folder: String

  /// The passes of `request`, whose scratch is written in `format`.
  init(_ request: SegmentRequest, _ format: any VolumeFormat) throws(Explanation) {
    guard request.model.graph.isPlanar else {
      throw Explanation(
        .input,
        "--axes zyx: '\(request.model.card.name)' is a network of volumes, which sees all axes at once",
        remedy: "leave --axes out; --flips 8 mirrors along all of them")
    }
    self.request = request
    self.format = format
    folder = SiblingStores.base(of: request.output) + ".passes"
  }

  /// The network's classes but the last, whose sum follows from the others'.
  private var sums: [ResultPlane] {
    (0..<(request.model.graph.classCount - 1)).map { .sum(channel: $0) }
  }

  /// Bytes of scratch at most: the scan, and two bytes for each class but one of two passes. They shrink
  /// to less.
  var byteCount: Int {
    request.reader.volume.byteCount
      + 2 * 2 * sums.count * request.region.voxelCount
  }

  /// The copy of the scan, before it is written.
  var unwrittenScan: any VolumeReader { UnwrittenVolume(request.reader.volume) }

  /// What the process takes at most while it copies the scan, beside `process`, which it always holds: a
  /// block and what converting and encoding it takes, and what the scan's format decodes at once.
  func copyByteCount(beside process: Int) -> Int {
    let scan = request.reader
    let block = Shape3(
      z: min(Self.block.z, scan.volume.shape.z), y: min(Self.block.y, scan.volume.shape.y),
      x: min(Self.block.x, scan.volume.shape.x))
    let width = scan.volume.voxelType.byteCount
    let needed =
      scan.readsPlainVoxels
      ? Self.plainCopyVoxels * width
      : 3 * block.voxelCount * width + scan.cacheByteCount(forSlabsOf: block)
    return min(request.choices.memory, process + needed)
  }

  /// Voxels of rows of cubes that are read and compressed at once, where a scan need not be decoded.
  private static let plainCopyVoxels = 12 << 20

  /// What each pass before the last takes; for its checks, before anything is written.
  func plans() throws(Explanation) -> [SegmentationPlan] {
    var plans: [SegmentationPlan] = []
    for number in AxisOrder.passes.indices.dropLast() {
      plans.append(try plan(number, unwrittenScan, sums: place(number, unwritten)))
    }
    return plans
  }

  /// The last pass's options, where nothing is written yet: for its plan.
  var lastOptions: SegmentationOptions {
    get throws(Explanation) {
      try lastOptions(place(AxisOrder.passes.count - 1, unwritten))
    }
  }

  /// Makes the copy and the sums; returns the copy and the plan of the last pass, along z.
  func run(
    _ prepared: PreparedSegmentation, _ context: CommandContext
  ) throws(Explanation) -> (scan: any VolumeReader, plan: SegmentationPlan) {
    let scan = try copy(within: prepared.peakByteCount - prepared.plan.memory.process, context)
    for number in AxisOrder.passes.indices.dropLast() { try run(number, scan, context) }
    var options = lastOptions(try place(AxisOrder.passes.count - 1, written(context)))
    options.outputByteCount =
      format.cacheByteCount(of: prepared.output) + prepared.siblings.cacheByteCount
    let plan = try SegmentationPlan(
      options, model: request.model, scan: scan, factory: request.engine)
    return (scan, plan)
  }

  /// Removes everything.
  func remove() throws(Explanation) {
    try explained { () throws(SystemError) in try removeFolder(folder) }
  }

  // MARK: - Parts

  private func copy(
    within byteCount: Int, _ context: CommandContext
  ) throws(Explanation) -> any VolumeReader {
    let path = "\(folder)/scan.zarr"
    var writing = OutputWriting(
      NeededPart(request.reader, try needed()), to: path, plan: request.plan,
      overwrites: request.choices.overwrites,
      limits: CopyLimits(memory: byteCount, threads: request.choices.threads))
    writing.output.isScratch = true
    if kind(ofPath: "\(path)/zarr.json") == .missing {
      _ = try writing.run("copying the scan", context)
    }
    return try context.catalogue.open(path, hints: OpeningHints())
  }

  /// The part of the scan that any pass looks at.
  private func needed() throws(Explanation) -> Region {
    var needed = request.region
    for plan in try plans() {
      let halo = plan.tiling.halo
      let widest = max(halo.z, halo.y, halo.x) + plan.tiling.stride.y
      let bounds = request.reader.volume.shape
      func grown(_ range: Range<Int>, _ extent: Int) -> Range<Int> {
        max(0, range.lowerBound - widest)..<min(extent, range.upperBound + widest)
      }
      needed = Region(
        z: grown(needed.z, bounds.z), y: grown(needed.y, bounds.y), x: grown(needed.x, bounds.x))
    }
    return needed
  }

  private func plan(
    _ number: Int, _ scan: any VolumeReader, sums place: PassPlace
  ) throws(Explanation) -> SegmentationPlan {
    let order = AxisOrder.passes[number]
    var options = request.segmentationOptions
    options.planes = sums
    // What is outside is known by layers; along other axes it is computed, and not used.
    options.exterior = nil
    options.passes = place
    options.block = Self.block
    options.tiling.region = order.region(request.region)
    return try SegmentationPlan(
      options, model: request.model, scan: AxisView(scan, order: order, planes: Self.planes),
      factory: request.engine)
  }

  private func lastOptions(_ place: PassPlace) -> SegmentationOptions {
    var options = request.segmentationOptions
    options.passes = place
    return options
  }

  /// The sums before pass `number`, which `open` opens by pass and plane.
  private func place(
    _ number: Int, _ open: (_ pass: Int, _ plane: Int) throws(Explanation) -> any VolumeReader
  ) throws(Explanation) -> PassPlace {
    var views: [any VolumeReader] = []
    if number > 0 {
      let order = AxisOrder.passes[number - 1].converting(to: AxisOrder.passes[number])
      for plane in sums.indices {
        views.append(AxisView(try open(number - 1, plane), order: order, planes: Self.planes))
      }
    }
    return PassPlace(count: AxisOrder.passes.count, before: number, sums: views)
  }

  private func unwritten(_ pass: Int, _ plane: Int) throws(Explanation) -> any VolumeReader {
    UnwrittenVolume(description(pass))
  }

  private func written(
    _ context: CommandContext
  ) -> (Int, Int) throws(Explanation) -> any VolumeReader {
    { (pass: Int, plane: Int) throws(Explanation) -> any VolumeReader in
      try context.catalogue.open(path(pass, plane), hints: OpeningHints())
    }
  }

  private func path(_ pass: Int, _ plane: Int) -> String {
    "\(folder)/\(AxisOrder.passes[pass].name)-\(plane).zarr"
  }

  /// The sums that pass `pass` leaves of one class.
  private func description(_ pass: Int) -> VolumeDescription {
    VolumeDescription(
      shape: AxisOrder.passes[pass].shape(request.region.shape), voxelType: .uint16,
      format: "scratch")
  }

  private func run(
    _ number: Int, _ scan: any VolumeReader, _ context: CommandContext
  ) throws(Explanation) {
    let order = AxisOrder.passes[number]
    let plan = try plan(number, scan, sums: place(number, written(context)))
    var writers: [any VolumeWriter] = []
    for plane in sums.indices {
      var planJSON = request.plan
      planJSON["pass"] = .string(order.name)
      planJSON["plane"] = .integer(plane)
      var output = OutputDescription(
        volume: description(number), plan: planJSON, overwrites: request.choices.overwrites)
      output.isScratch = true
      output.acceptsFinished = true
      writers.append(try format.create(path(number, plane), output))
    }
    guard let first = writers.first else { return }
    context.console.note(
      "along \(order.name): \(Words.grouped(plan.tiling.tileCount)) tiles of \(plan.tiling.core), "
        + "\(Words.fixed(plan.tiling.overhead, 2)) voxels computed for each, "
        + "\(Words.memory(plan.memory.total)) of memory")
    let voxels = request.region.voxelCount
    let progress = PassProgress(context.console, "along \(order.name)", total: voxels)
    defer { progress.end() }
    let run = SegmentationRun(
      plan, from: AxisView(scan, order: order, planes: Self.planes), to: first,
      siblings: Array(writers.dropFirst()), stopSignal: context.stopSignal,
      progress: { done, _ in progress.reach(done) })
    _ = try run.run()
    for writer in writers {
      try explained { () throws(VolumeWriteError) in try writer.finish(record: [:]) }
    }
    returnFreedMemory()
  }
}

/// A scratch store that will be written: enough to plan with.
private final class UnwrittenVolume: VolumeReader {
  let volume: VolumeDescription

  init(_ volume: VolumeDescription) { self.volume = volume }

  var fingerprint: String { "" }

  /// One layer of cubes under a box, as a store's reader keeps it.
  func cacheByteCount(forBoxesOf shape: Shape3) -> Int {
    let cube = AxisPasses.planes
    func most(_ extent: Int, _ whole: Int) -> Int {
      min((whole + cube - 1) / cube, (max(extent, 1) + cube - 2) / cube + 1)
    }
    return most(shape.y, volume.shape.y) * most(shape.x, volume.shape.x) * cube * cube * cube
      * volume.voxelType.byteCount
  }

  func read(_ region: Region, into destination: inout MutableRawSpan) throws(VolumeReadError) {
    throw VolumeReadError(
      region: region,
      reason: Explanation(.failed, "this volume is not written yet", remedy: "report this"))
  }
}

/// A scan of which only a box is looked at: the rest is zeros, and not read.
private final class NeededPart: VolumeReader {
  private let whole: any VolumeReader
  private let needed: Region

  init(_ whole: any VolumeReader, _ needed: Region) {
    self.whole = whole
    self.needed = needed
  }

  var volume: VolumeDescription { whole.volume }
  var fingerprint: String { whole.fingerprint }
  var readsPlainVoxels: Bool { whole.readsPlainVoxels }
  var filesRead: [String] { whole.filesRead }

  func cacheByteCount(forBoxesOf shape: Shape3) -> Int { whole.cacheByteCount(forBoxesOf: shape) }

  func cacheByteCount(forSlabsOf shape: Shape3) -> Int { whole.cacheByteCount(forSlabsOf: shape) }

  func limitCache(to byteCount: Int) { whole.limitCache(to: byteCount) }

  func read(_ region: Region, into destination: inout MutableRawSpan) throws(VolumeReadError) {
    let part = region.clamped(to: needed)
    // A box that is read whole has the voxels around it as well, which nobody looks at.
    guard part.isEmpty else { return try whole.read(region, into: &destination) }
    unsafe destination.withUnsafeMutableBytes { bytes in
      _ = unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0)
    }
  }
}

/// How far a pass is, told in voxels done.
private final class PassProgress: Sendable {
  private let progress: Progress
  private let known = Mutex(0)

  init(_ console: Console, _ what: String, total: Int) {
    progress = Progress(console, what, total: total)
  }

  func reach(_ done: Int) {
    let more = known.withLock { known in
      defer { known = done }
      return done - known
    }
    progress.add(more)
  }

  func end() { progress.end() }
}

extension CopyLimits {
  /// These, as if the user had given them.
  init(memory: Int, threads: Int) {
    self.memory = memory
    self.threads = threads
    memoryIsGiven = true
  }
}
