import EngineCore
import Pipelines
import Synchronization
import SystemIO
import TilePlanning
import VolumeCore

/// Runs a plan: a reader thread, an engine thread, a writer thread and encoder threads, with
/// slots going round between them, so that the whole takes as long as the slowest stage.
///
///     reader ─ events ─> engine ─ computed ─> writer ─ whole ─> encoders
///        ^                                       │
///        └──────────────── empty ────────────────┘
public final class SegmentationRun: Sendable {
  private enum Event: Sendable {
    case read(TileSlot)
    case computed(Int)
  }

  private let plan: SegmentationPlan
  private let reader: CountingReader
  private let writer: any VolumeWriter
  private let outputs: RunOutputs
  private let stopSignal: @Sendable () -> Int32?
  private let trace: Trace?
  private let observers: [any BlockObserver]
  private let keeping: FactKeeping
  /// Threads that encode.
  private let encoders: Int
  private let progress: @Sendable (_ voxelsDone: Int, _ voxels: Int) -> Void

  private let empty: BoundedQueue<TileSlot>
  private let events: BoundedQueue<Event>
  private let computed: BoundedQueue<TileSlot>
  private let whole: BoundedQueue<OpenBlock>
  private let pool: BytePool
  private let committed: Set<Index3>
  private let readClock = StageClock()
  private let inferClock = StageClock()
  private let assembleClock = StageClock()
  private let encodeClock = StageClock()
  private let tilesRead = Atomic<Int>(0)
  private let voxelsComputed = Atomic<Int>(0)
  private let rateClock: RateClock
  private let bytesWritten = Atomic<Int>(0)

  /// Prepares to compute `plan` from `reader` to `writer`, whose blocks are the plan's.
  ///
  /// - Parameters:
  ///   - siblings: the writers of what is kept beside the first plane, in the plan's order.
  ///   - rateKnown: told once how fast the first tiles went.
  ///   - observers: find facts of each block of labels, which are then the plan's first plane.
  public init(
    _ plan: SegmentationPlan, from reader: any VolumeReader, to writer: any VolumeWriter,
    siblings: [any VolumeWriter] = [], observers: [any BlockObserver] = [],
    stopSignal: @escaping @Sendable () -> Int32? = { nil }, trace: Trace? = nil,
    rateKnown: @escaping @Sendable (RunRate) -> Void = { _ in },
    progress: @escaping @Sendable (_ voxelsDone: Int, _ voxels: Int) -> Void = { _, _ in }
  ) {
    precondition(writer.grid.volume == plan.tiling.region.shape, "another plan's output")
    precondition(writer.grid.chunk == plan.tiling.block, "another plan's blocks")
    self.plan = plan
    self.reader = CountingReader(reader)
    self.writer = writer
    rateClock = RateClock(sideBySide: plan.budget.engine, notify: rateKnown)
    self.observers = observers
    keeping = FactKeeping(writer, observers)
    outputs = RunOutputs(plan.reduction.planes, [writer] + siblings, keeping)
    self.stopSignal = stopSignal
    self.trace = trace
    self.progress = progress
    let slots = plan.budget.slots
    empty = BoundedQueue(capacity: slots)
    events = BoundedQueue(capacity: 2 * slots + 1)
    computed = BoundedQueue(capacity: slots)
    encoders = ([writer] + siblings).contains { $0.writesInOrder } ? 1 : plan.budget.encoding
    whole = BoundedQueue(capacity: max(4, writer.grid.count.y * writer.grid.count.x))
    pool = BytePool(budget: MemoryModel.blockByteCount(plan.tiling, plan.reduction.planes))
    committed = Set(writer.grid.indices.filter { [outputs] in outputs.isCommitted($0) })
    let shapes = plan.tiling.inputShapes
    let largest = shapes.map(\.voxelCount).max() ?? 0
    for index in 0..<slots {
      empty.push(
        TileSlot(
          index: index, voxelByteCount: largest * plan.execution.voxelType.byteCount,
          labelByteCount: plan.heldByteCount, priorByteCount: plan.priorByteCount))
    }
  }

  /// The lanes of threads that encode, of which there are no more: while one waits for its file to be on the
  /// disk the other works, and more would only write at one time what the next tiles are read between.
  static let encoderLanes = ["encoder", "second encoder"]

  /// Computes what is not committed yet; blocks until it is done, stopped or has failed.
  ///
  /// The output is not finished by this: that is for the caller, when nothing was stopped.
  public func run() throws(Explanation) -> SegmentationResult {
    let start = monotonicNanoseconds()
    reader.limitCache(to: plan.memory.reader)
    plan.passes?.limitCaches(forBoxesOf: plan.tiling.core)
    outputs.limitCache(to: plan.memory.output)
    let before = committed.reduce(0) { $0 + writer.grid.region(of: $1).voxelCount }
    let total = plan.tiling.region.voxelCount
    progress(before, total)

    let reading = StageThread<PipelineError>(lane: "reader") { [self] () throws(PipelineError) in
      try guarded { () throws(PipelineError) in try read() }
    }
    let computing = StageThread<PipelineError>(lane: "engine") { [self] () throws(PipelineError) in
      try guarded { () throws(PipelineError) in try compute() }
    }
    let writing = StageThread<PipelineError>(lane: "writer") { [self] () throws(PipelineError) in
      try guarded { () throws(PipelineError) in try write(before: before, total: total) }
    }
    let encoding = (0..<encoders).map { number in
      StageThread<PipelineError>(lane: Self.encoderLanes[number]) {
        [self] () throws(PipelineError) in
        try guarded { () throws(PipelineError) in try encode() }
      }
    }
    var failure: PipelineError?
    for stage in [reading, computing, writing] + encoding {
      do throws(PipelineError) {
        try stage.join()
      } catch {
        failure = failure ?? error
      }
    }
    if let failure { throw failure.explanation }
    if let signal = stopSignal() {
      throw Explanation(
        .stopped(signal: signal), "stopped before the end",
        remedy: "give the same command again to go on with what is missing")
    }
    let seconds = Double(monotonicNanoseconds() - start) / 1e9
    return SegmentationResult(
      voxels: total - before, voxelsBefore: before,
      tiles: tilesRead.load(ordering: .relaxed),
      tilesOutside: plan.work.tilesOutside, seconds: seconds,
      readBusy: readClock.seconds / seconds, inferBusy: inferClock.seconds / seconds,
      writeBusy: max(
        assembleClock.seconds, encodeClock.seconds / Double(encoders)) / seconds,
      bytesWritten: bytesWritten.load(ordering: .relaxed), bytesRead: reader.bytesRead,
      voxelsComputed: voxelsComputed.load(ordering: .relaxed))
  }

  /// What the observers found out about `block`, in this run or in one that it went on with; `nil`
  /// where it is not committed.
  public func facts(of block: Index3) -> [String: JSONValue]? { keeping.facts(of: block) }

  /// The blocks of labels, as the output has them.
  public var blocks: ChunkGrid { writer.grid }

  /// A stage that fails ends all others, so that nobody waits for ever.
  private func guarded(_ body: () throws(PipelineError) -> Void) throws(PipelineError) {
    do throws(PipelineError) {
      try body()
    } catch {
      empty.abort()
      events.abort()
      computed.abort()
      whole.abort()
      pool.abort()
      throw error
    }
  }

  // MARK: - Stages

  private func read() throws(PipelineError) {
    defer { events.close() }
    let reading = TileReading(reader: reader)
    var number = 0
    var skipped: [Region] = []
    // A tile is announced one ahead, so that the disk reads while this thread decodes or waits.
    var announced: (tile: Tile, skipped: [Region])?
    for slab in plan.tiling.slabs {
      skipped += blocksBeyond(slab)
      for column in plan.tiling.columns {
        for tile in plan.tiling.tiles(of: column, in: slab) {
          if isDone(tile) { continue }
          if plan.isOutside(tile) {
            skipped.append(tile.core)
            continue
          }
          reading.announce(tile.input)
          if let (next, before) = announced {
            guard try read(next, number, behind: before, reading) else { return }
            number += 1
          }
          announced = (tile, skipped)
          skipped = []
        }
      }
    }
    if let (next, before) = announced {
      guard try read(next, number, behind: before, reading) else { return }
      number += 1
    }
    // What is outside behind the last tile goes with a slot of its own, in which nothing is computed.
    guard !skipped.isEmpty, let slot = empty.pop(), stopSignal() == nil else { return }
    slot.take(&skipped)
    slot.number = number
    slot.core = Region(z: 0..<0, y: 0..<0, x: 0..<0)
    events.push(.read(slot))
  }

  /// Reads a tile into a slot that is free, and passes it on, with what was skipped before it; `false` where
  /// the run ends.
  private func read(
    _ tile: Tile, _ number: Int, behind skipped: [Region], _ reading: TileReading
  ) throws(PipelineError) -> Bool {
    guard let slot = empty.pop(), stopSignal() == nil else { return false }
    var skipped = skipped
    slot.take(&skipped)
    slot.number = number
    slot.core = tile.core
    slot.input = tile.input
    slot.output = tile.output
    trace?.note("read", number, begins: true)
    let count = tile.input.voxelCount * plan.execution.voxelType.byteCount
    do throws(VolumeReadError) {
      try readClock.time { () throws(VolumeReadError) in
        try Timeline.work("read", byteCount: count, tile: number) { () throws(VolumeReadError) in
          try slot.voxels.withMutableBytes(first: count) { bytes throws(VolumeReadError) in
            try reading.read(tile.input, into: &bytes)
          }
          try plan.readPrior(for: slot)
        }
      }
    } catch {
      throw PipelineError(stage: "reading", place: tile.input, reason: error.reason)
    }
    trace?.note("read", number, begins: false)
    tilesRead.add(1, ordering: .relaxed)
    return events.push(.read(slot))
  }

  /// The blocks of a slab that no tile reaches, in the scan.
  private func blocksBeyond(_ slab: Range<Int>) -> [Region] {
    let tiling = plan.tiling
    guard tiling.within != tiling.region else { return [] }
    let origin = tiling.region.origin
    let region = Region(z: slab, y: tiling.region.y, x: tiling.region.x).relative(to: origin)
    return writer.grid.indices(meeting: region).indices.filter { !committed.contains($0) }
      .map { writer.grid.region(of: $0).moved(by: origin) }
      .filter { !$0.overlaps(tiling.within) }
  }

  /// Whether all blocks that the tile writes to are committed.
  private func isDone(_ tile: Tile) -> Bool {
    guard !committed.isEmpty else { return false }
    let core = tile.core.relative(to: plan.tiling.region.origin)
    return writer.grid.indices(meeting: core).indices.allSatisfy { committed.contains($0) }
  }

  private func compute() throws(PipelineError) {
    defer { computed.close() }
    let engine: any InferenceEngine
    do throws(EngineError) {
      engine = try Timeline.work("prepare") { () throws(EngineError) in
        try plan.factory.makeEngine(for: plan.execution, slots: plan.budget.slots)
      }
    } catch {
      throw PipelineError(stage: "preparing the network", place: nil, reason: error.explanation)
    }
    let events = events
    engine.whenComputed { _ = events.pushAlways(.computed($0)) }
    var inFlight: [Int: TileSlot] = [:]
    var ready: [Int: TileSlot] = [:]
    var next = 0
    var began = 0
    /// Tiles are handed on in the plan's order, which keeps few blocks open.
    func handOn(_ slot: TileSlot) -> Bool {
      ready[slot.number] = slot
      while let slot = ready.removeValue(forKey: next) {
        next += 1
        guard computed.push(slot) else { return false }
      }
      return true
    }
    // The reader closes the queue when it has read all; what it knows nothing of is in flight.
    while true {
      guard let event = inFlight.isEmpty ? events.pop() : events.popEvenWhenClosed() else { break }
      switch event {
      case .read(let slot) where slot.core.isEmpty:
        guard handOn(slot) else { return }
      case .read(let slot):
        if inFlight.isEmpty { began = monotonicNanoseconds() }
        rateClock.begin()
        inFlight[slot.index] = slot
        trace?.note("infer", slot.number, begins: true)
        let count = slot.input.voxelCount * plan.execution.voxelType.byteCount
        try placed(slot) { () throws(EngineError) in
          try Timeline.work("submit", byteCount: count, tile: slot.number) {
            () throws(EngineError) in
            try slot.voxels.withBytes(first: count) { bytes throws(EngineError) in
              try engine.submit(slot.index, shape: slot.input.shape, bytes)
            }
          }
        }
      case .computed(let index):
        guard let slot = inFlight.removeValue(forKey: index) else { continue }
        try placed(slot) { () throws(EngineError) in
          try Timeline.work("collect", tile: slot.number) { () throws(EngineError) in
            try engine.collect(index) { bytes throws(EngineError) in
              Timeline.work("copy on the host", byteCount: bytes.byteCount) {
                plan.keep(bytes, in: slot)
              }
            }
          }
        }
        trace?.note("infer", slot.number, begins: false)
        voxelsComputed.add(slot.output.voxelCount, ordering: .relaxed)
        rateClock.add(voxels: slot.output.voxelCount)
        if inFlight.isEmpty { inferClock.add(nanoseconds: monotonicNanoseconds() - began) }
        guard handOn(slot) else { return }
      }
    }
  }

  private func placed(
    _ slot: TileSlot, _ body: () throws(EngineError) -> Void
  ) throws(PipelineError) {
    do throws(EngineError) {
      try body()
    } catch {
      throw PipelineError(stage: "computing", place: slot.input, reason: error.explanation)
    }
  }

  private func write(before: Int, total: Int) throws(PipelineError) {
    defer { whole.close() }
    var assembly = BlockAssembly(
      grid: writer.grid, pool: pool, origin: plan.tiling.region.origin, committed: committed,
      planes: plan.reduction.planes,
      within: plan.tiling.within.relative(to: plan.tiling.region.origin), observers: observers)
    var done = before
    while let slot = computed.pop() {
      for core in slot.skipped {
        guard stopSignal() == nil, let blocks = assembly.addOutside(core) else { return }
        done += core.voxelCount + blocks.reduce(0) { $0 + $1.beyond }
        for block in blocks { guard whole.push(block) else { return } }
        progress(min(done, total), total)
      }
      if slot.core.isEmpty {
        empty.push(slot)
        continue
      }
      trace?.note("write", slot.number, begins: true)
      plan.paintOutside(slot)
      let count = slot.held.voxelCount * plan.reduction.planes.byteCount
      let read = slot.input.voxelCount * plan.execution.voxelType.byteCount
      // Waiting for a block's memory is not work, so only what is copied is timed.
      let begin = monotonicNanoseconds()
      let blocks = Timeline.work("assemble", byteCount: count, tile: slot.number) {
        slot.labels.withBytes(first: count) { results in
          slot.voxels.withBytes(first: read) { assembly.add(slot, results, $0) }
        }
      }
      assembleClock.add(nanoseconds: monotonicNanoseconds() - begin)
      guard let blocks else { return }
      done += slot.core.voxelCount + blocks.reduce(0) { $0 + $1.beyond }
      trace?.note("write", slot.number, begins: false)
      empty.push(slot)
      for block in blocks { guard whole.push(block) else { return } }
      progress(min(done, total), total)
    }
  }

  private func encode() throws(PipelineError) {
    while let block = whole.pop() {
      do throws(VolumeWriteError) {
        try encodeClock.time { () throws(VolumeWriteError) in
          try block.results.withBytes { bytes throws(VolumeWriteError) in
            try Timeline.work("commit", byteCount: bytes.byteCount) { () throws(VolumeWriteError) in
              let written = try outputs.commit(block, bytes)
              bytesWritten.add(written, ordering: .relaxed)
            }
          }
        }
      } catch {
        throw PipelineError(stage: "writing", place: nil, reason: error.explanation)
      }
      pool.giveBack(block.region.voxelCount * plan.reduction.planes.byteCount)
    }
  }
}

extension MutableRawSpan {
  /// Copies `source` to the beginning.
  mutating func copy(_ source: RawSpan) {
    unsafe withUnsafeMutableBytes { to in
      unsafe source.withUnsafeBytes { from in
        unsafe UnsafeMutableRawBufferPointer(rebasing: to[..<from.count]).copyMemory(from: from)
      }
    }
  }
}
