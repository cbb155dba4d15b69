import EngineCore
import Pipelines
import Synchronization
import VolumeCore

/// What one step of a network takes.
public struct StepProfile: Hashable, Sendable {
  /// "3x3 convolution, 8 to 16".
  public var name: String
  /// Of what it writes.
  public var extent: Shape3
  /// Multiplications and additions of a convolution; 0 of what is none.
  public var operations: Int
  /// Bytes of what it reads and writes, from and to wherever that lies.
  public var byteCount: Int
  /// Seconds on one core, of the quickest round, while the other cores do the same.
  public var seconds: Double
}

/// What a network takes, step by step, for one tile.
public struct NetworkProfile: Hashable, Sendable {
  /// In the order in which they run.
  public var steps: [StepProfile]
  /// Seconds of a whole tile on one core, of the quickest round, while the other cores do the same.
  public var seconds: Double
  /// The tile.
  public var shape: Shape3
  /// Tiles at once, each on a core of its own.
  public var threads: Int
}

extension OneDNNEngineFactory {
  /// Computes tiles of the plan's first shape on each of its threads, `rounds` times, and looks at the
  /// clock before and after every step. What the tiles show is noise: no step's time depends on it.
  public func profile(
    _ plan: ExecutionPlan, rounds: Int, isStopped: @escaping @Sendable () -> Bool = { false }
  ) throws(EngineError) -> NetworkProfile {
    let program = try Program(plan, try network(for: plan), streams: .automatic)
    let shape = plan.shapes[0]
    let extents = try program.extents(shape)
    let found = FoundTimes()
    let threads = (0..<plan.threads).map { _ in
      StageThread<EngineError> { () throws(EngineError) in
        found.add(try Self.times(program, shape, rounds: rounds, isStopped: isStopped))
      }
    }
    var failure: EngineError?
    for thread in threads { do throws(EngineError) { try thread.join() } catch { failure = error } }
    if let failure { throw failure }
    let all = found.rounds.withLock { $0 }
    // What else the machine does only ever adds to a time.
    func least(_ value: (RoundTimes) -> Int) -> Double { Double(all.map(value).min() ?? 0) / 1e9 }
    func extent(_ buffer: Int) -> Shape3 { extents[program.buffers[buffer].extentOfNode] }
    let output = plan.outputShape(for: shape)
    let parts = program.graph.isLayerwise ? max(output.z, 1) : 1
    let steps = program.steps.enumerated().map { index, step in
      StepProfile(
        name: step.words(program.buffers),
        extent: extent(step.destination ?? step.sources[0]),
        operations: parts * step.operations(program.buffers, extent: extent),
        byteCount: parts
          * step.byteCount(
            program.buffers, extent: extent,
            input: shape.voxelCount * plan.voxelType.byteCount / parts,
            output: output.voxelCount * plan.outputVoxelByteCount / parts),
        seconds: least { $0.steps[index] })
    }
    return NetworkProfile(
      steps: steps, seconds: least(\.whole), shape: shape, threads: plan.threads)
  }

  /// The times of one thread's rounds; the first, in which pages and code come, does not count.
  private static func times(
    _ program: Program, _ shape: Shape3, rounds: Int, isStopped: () -> Bool
  ) throws(EngineError) -> [RoundTimes] {
    computeOnThisThreadAlone()
    let plan = program.plan
    let worker = try Worker(program)
    let output = plan.outputShape(for: shape).voxelCount * plan.outputVoxelByteCount
    let tile = (
      input: noise(shape.voxelCount, plan.voxelType), output: AlignedMemory(byteCount: output)
    )
    var result: [RoundTimes] = []
    for round in 0...rounds {
      if isStopped() { break }
      worker.clock = StepClock(count: program.steps.count)
      let start = monotonicNanoseconds()
      try unsafe worker.run(shape, input: tile.input.base, output: tile.output.base)
      let whole = monotonicNanoseconds() - start
      if round > 0, let clock = worker.clock {
        result.append(RoundTimes(steps: clock.nanoseconds, whole: whole))
      }
    }
    return result
  }

  /// Voxels of any type that are finite numbers.
  private static func noise(_ count: Int, _ type: VoxelType) -> AlignedMemory {
    var state: UInt32 = 1
    func next() -> UInt8 {
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(truncatingIfNeeded: state >> 24)
    }
    return switch type {
    case .uint16: AlignedMemory((0..<count).map { _ in UInt16(next()) << 8 })
    case .float32: AlignedMemory((0..<count).map { _ in Float(next()) })
    default: AlignedMemory((0..<count).map { _ in next() })
    }
  }
}

/// Nanoseconds that each step of a network took so far.
final class StepClock {
  private(set) var nanoseconds: [Int]

  init(count: Int) { nanoseconds = [Int](repeating: 0, count: count) }

  /// The step took from `start` until now.
  func add(_ step: Int, since start: Int) { nanoseconds[step] += monotonicNanoseconds() - start }
}

/// One round of one thread.
private struct RoundTimes: Sendable {
  var steps: [Int]
  var whole: Int
}

/// Where threads leave their times.
private final class FoundTimes: Sendable {
  let rounds = Mutex<[RoundTimes]>([])

  func add(_ more: [RoundTimes]) { rounds.withLock { $0 += more } }
}
