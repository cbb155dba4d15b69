import EngineCore
import Pipelines
import Synchronization
import SystemIO
import VolumeCore

/// oneDNN on a few worker threads, each computing a tile of its own with one core.
///
/// Whole tiles side by side need no barrier between layers, so a core that the reader or the
/// encoder takes for a moment delays one tile and not two.
final class OneDNNEngine: InferenceEngine {
  private let slots: [Slot]
  private let work: BoundedQueue<Int>
  private let workers: [StageThread<Never>]
  private let notice = Notice()

  init(
    _ plan: ExecutionPlan, _ network: LoweredNetwork, slots count: Int, streams: StreamChoice
  ) throws(EngineError) {
    let program = try Program(plan, network, streams: streams)
    let largest = plan.shapes.map(\.voxelCount).max() ?? 0
    let outputs = plan.shapes.map { plan.outputShape(for: $0).voxelCount }.max() ?? 0
    let slots = (0..<count).map { _ in
      Slot(
        inputByteCount: largest * plan.voxelType.byteCount,
        outputByteCount: outputs * plan.outputVoxelByteCount)
    }
    let work = BoundedQueue<Int>(capacity: count)
    self.slots = slots
    self.work = work
    let notice = notice
    workers = (0..<max(1, min(plan.threads, count))).map { number in
      StageThread<Never>(lane: "core \(number + 1)") {
        Self.work(on: slots, from: work, program, notice)
      }
    }
  }

  deinit {
    work.close()
    for worker in workers { worker.join() }
  }

  func submit(_ slot: Int, shape: Shape3, _ voxels: RawSpan) throws(EngineError) {
    Timeline.work("copy on the host", byteCount: voxels.byteCount) {
      slots[slot].input.fill(voxels)
    }
    slots[slot].shape = shape
    slots[slot].tile = Timeline.tile
    work.push(slot)
  }

  func whenComputed(_ notify: @escaping @Sendable (Int) -> Void) { notice.set(notify) }

  func collect(
    _ slot: Int, _ body: (RawSpan) throws(EngineError) -> Void
  ) throws(EngineError) {
    guard let outcome = slots[slot].outcome.pop() else { return }
    if let error = outcome.error { throw error }
    try slots[slot].output.withBytes(outcome.byteCount, body)
  }

  private static func work(
    on slots: [Slot], from work: BoundedQueue<Int>, _ program: Program, _ notice: Notice
  ) {
    computeOnThisThreadAlone()
    var worker: Worker?
    while let index = work.pop() {
      let slot = slots[index]
      do throws(EngineError) {
        if worker == nil { worker = try Worker(program) }
        guard let worker else { return }
        try Timeline.work("network", tile: slot.tile) { () throws(EngineError) in
          try unsafe worker.run(slot.shape, input: slot.input.base, output: slot.output.base)
        }
        let output = program.plan.outputShape(for: slot.shape)
        let count = output.voxelCount * program.plan.outputVoxelByteCount
        slot.outcome.push(Outcome(byteCount: count, error: nil))
      } catch {
        slot.outcome.push(Outcome(byteCount: 0, error: error))
      }
      notice.send(index)
    }
  }
}

/// How a tile ended.
private struct Outcome: Sendable {
  var byteCount: Int
  var error: EngineError?
}

/// The buffers of one tile in flight. The thread that submits owns them until it has, the worker
/// until it pushes the outcome, the thread that collects after.
private final class Slot: @unchecked Sendable {
  let input: AlignedMemory
  let output: AlignedMemory
  let outcome = BoundedQueue<Outcome>(capacity: 1)
  var shape = Shape3(z: 0, y: 0, x: 0)
  /// For who watches.
  var tile: Int?

  init(inputByteCount: Int, outputByteCount: Int) {
    input = AlignedMemory(byteCount: inputByteCount)
    output = AlignedMemory(byteCount: outputByteCount)
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
