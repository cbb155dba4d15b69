import EngineCore
import NeuralGraph
import Pipelines
import Synchronization
import SystemIO
import VolumeCore

/// cuDNN on one card: copies to it, computing, and copies from it each on a stream of their own, so
/// that the tiles of several slots overlap.
///
///     in    copy the tile                   reached: eIn
///     run   wait for eIn; compute           reached: eDone
///     out   wait for eDone; copy the result reached: eOut, for which a thread of ours waits
///
/// A slot's memory is its own from `submit` to `collect`, so that no stream need wait for what came
/// before in the same slot; values and workspace belong to `run` alone.
final class CUDNNEngine: InferenceEngine {
  private let plan: ExecutionPlan
  private let session: GPUSession
  private let program: CardProgram
  private let streamIn: GPUStream
  private let streamOut: GPUStream
  private let slots: [CardSlot]
  private let submitted: BoundedQueue<Int>
  private let waiter: StageThread<Never>
  private let notice = Notice()
  /// Where somebody watches.
  private let timeline: CardTimeline?

  init(
    _ plan: ExecutionPlan, _ lowering: GPULowering, _ session: GPUSession, slots count: Int,
    file: PlanFile? = nil, trusting: Bool = false
  ) throws(GPUError) {
    self.plan = plan
    self.session = session
    let format: NumberFormat
    do { format = try NumberFormat(lowering, plan.shapes, plan.precision) } catch {
      throw .networkRefuses(error.explanation.what)
    }
    program = try CardProgram(plan, lowering, session, format: format, file: file)
    if !trusting { try program.check() }
    // What was chosen is kept once it has been seen to be right.
    try file?.save()
    streamIn = try GPUStream(session)
    streamOut = try GPUStream(session)
    let bytes = SlotBytes(plan)
    var slots: [CardSlot] = []
    for _ in 0..<count { slots.append(try CardSlot(bytes, session)) }
    self.slots = slots
    let timeline =
      Timeline.observer == nil
      ? nil : try CardTimeline(session, slots: count, program.stream)
    self.timeline = timeline
    let submitted = BoundedQueue<Int>(capacity: count)
    self.submitted = submitted
    let notice = notice
    waiter = Self.waiter(SlotList(slots: slots), submitted, session, notice, timeline)
  }

  private static func waiter(
    _ all: SlotList, _ submitted: BoundedQueue<Int>, _ session: GPUSession, _ notice: Notice,
    _ timeline: CardTimeline?
  ) -> StageThread<Never> {
    StageThread<Never>(lane: "waiting for card \(session.card.ordinal)") {
      wait(for: all, from: submitted, session, notice, timeline)
    }
  }

  deinit {
    submitted.close()
    waiter.join()
    try? session.enter()
    // What a run that was stopped has begun ends before its memory goes.
    try? program.stream.synchronise()
    try? streamOut.synchronise()
  }

  func submit(_ slot: Int, shape: Shape3, _ voxels: RawSpan) throws(EngineError) {
    do throws(GPUError) {
      try begin(slot, shape, voxels)
    } catch {
      throw error.asEngineError
    }
    submitted.push(slot)
  }

  private func begin(_ index: Int, _ shape: Shape3, _ voxels: RawSpan) throws(GPUError) {
    let slot = slots[index]
    let count = outputByteCount(shape)
    try session.enter()
    Timeline.work("copy on the host", byteCount: voxels.byteCount) { slot.hostIn.fill(voxels) }
    slot.shape = shape
    timeline?.begin(index, input: voxels.byteCount, output: count)
    try timeline?.starts(.copyIn, index, on: streamIn)
    try unsafe streamIn.copy(voxels.byteCount, from: slot.hostIn.base, to: slot.deviceIn.address)
    try timeline?.ends(.copyIn, index, on: streamIn)
    try streamIn.record(slot.copiedIn)
    try program.stream.wait(for: slot.copiedIn)
    try timeline?.starts(.network, index, on: program.stream)
    try program.run(
      shape, input: slot.deviceIn.address, output: slot.deviceOut.address,
      flag: slot.flag.address)
    try timeline?.ends(.network, index, on: program.stream)
    try program.stream.record(slot.computed)
    try streamOut.wait(for: slot.computed)
    try timeline?.starts(.copyOut, index, on: streamOut)
    try unsafe streamOut.copy(count, from: slot.deviceOut.address, to: slot.hostOut.base)
    try unsafe streamOut.copy(4, from: slot.flag.address, to: slot.hostFlag.base)
    try timeline?.ends(.copyOut, index, on: streamOut)
    try streamOut.record(slot.copiedOut)
  }

  private func outputByteCount(_ shape: Shape3) -> Int {
    plan.outputShape(for: shape).voxelCount * plan.outputVoxelByteCount
  }

  func whenComputed(_ notify: @escaping @Sendable (Int) -> Void) { notice.set(notify) }

  func collect(
    _ index: Int, _ body: (RawSpan) throws(EngineError) -> Void
  ) throws(EngineError) {
    let slot = slots[index]
    guard let outcome = slot.outcome.pop() else { return }
    if let error = outcome.error { throw error.asEngineError }
    let isWhole = slot.hostFlag.withBytes(4) { unsafe $0.unsafeLoad(as: UInt32.self) == 0 }
    guard isWhole else {
      throw .deviceFailed(
        engine: "cudnn",
        why: Explanation(
          .input,
          "the network's values leave the range of \(plan.precision.rawValue): there are scores that "
            + "are no numbers",
          remedy: plan.precision == .f16
            ? "give --precision f32" : "look whether the scan or the model holds such values"))
    }
    try slot.hostOut.withBytes(outputByteCount(slot.shape), body)
  }

  /// Waits for slots in the order in which they were submitted, which is that of the streams.
  private static func wait(
    for all: SlotList, from submitted: BoundedQueue<Int>, _ session: GPUSession,
    _ notice: Notice, _ timeline: CardTimeline?
  ) {
    while let index = submitted.pop() {
      let slot = all.slots[index]
      do throws(GPUError) {
        try session.enter()
        try slot.copiedOut.wait()
        try timeline?.tell(index)
        slot.outcome.push(Outcome(error: nil))
      } catch {
        slot.outcome.push(Outcome(error: error))
      }
      notice.send(index)
    }
  }
}

/// How a tile ended.
private struct Outcome: Sendable {
  var error: GPUError?
}

/// Slots on their way to the thread that waits.
private struct SlotList: @unchecked Sendable {
  let slots: [CardSlot]
}

/// The memory of one tile in flight. The thread that submits owns it until it has; the streams until
/// the last event; the thread that collects after.
private final class CardSlot: @unchecked Sendable {
  let hostIn: PinnedMemory
  let deviceIn: DeviceMemory
  let deviceOut: DeviceMemory
  let hostOut: PinnedMemory
  /// 1 where a score is no number.
  let flag: DeviceMemory
  let hostFlag: PinnedMemory
  let copiedIn: GPUEvent
  let computed: GPUEvent
  let copiedOut: GPUEvent
  let outcome = BoundedQueue<Outcome>(capacity: 1)
  var shape = Shape3(z: 0, y: 0, x: 0)

  init(_ bytes: SlotBytes, _ session: GPUSession) throws(GPUError) {
    hostIn = try PinnedMemory(bytes.input, session)
    deviceIn = try DeviceMemory(bytes.input, session)
    deviceOut = try DeviceMemory(bytes.output, session)
    hostOut = try PinnedMemory(bytes.output, session)
    flag = try DeviceMemory(4, session)
    hostFlag = try PinnedMemory(4, session)
    copiedIn = try GPUEvent(session)
    computed = try GPUEvent(session)
    copiedOut = try GPUEvent(session)
  }
}

/// Whom to tell that a slot is computed.
private final class Notice: Sendable {
  private let receiver = Mutex<(@Sendable (Int) -> Void)?>(nil)

  func set(_ receiver: @escaping @Sendable (Int) -> Void) {
    self.receiver.withLock { $0 = receiver }
  }

  func send(_ slot: Int) {
    let receiver = receiver.withLock { $0 }
    receiver?(slot)
  }
}
