import NeuralGraph
import VolumeCore

/// Makes engines that compute with the reference device, in single precision.
public struct ReferenceEngineFactory: EngineFactory {
  /// There is only one kind.
  public init() {}

  /// What `--engine` takes.
  public var name: String { "reference" }
  /// For people.
  public var words: String { "reference (plain loops, one thread)" }
  /// Single precision only.
  public var precisions: [Precision] { [.f32] }

  /// The slots' outputs, the weights, and the values that are alive at once.
  public func byteCount(for plan: ExecutionPlan, slots: Int) throws(EngineError) -> Int {
    let largest = plan.shapes.map { plan.outputShape(for: $0).voxelCount }.max() ?? 0
    let values = plan.shapes.map { plan.graph.largestByteCount(forInput: $0) }.max() ?? 0
    return slots * largest * plan.outputVoxelByteCount
      + largest * plan.outputVoxelByteCount + values + 2 * 4 * plan.graph.parameterCount.total
  }

  /// Makes an engine; it computes when a tile is submitted.
  public func makeEngine(
    for plan: ExecutionPlan, slots: Int
  ) throws(EngineError) -> any InferenceEngine {
    guard plan.precision == .f32 else {
      throw .precisionUnsupported(engine: name, precision: plan.precision)
    }
    for shape in plan.shapes {
      do {
        _ = try plan.graph.shapes(forInput: shape)
      } catch {
        throw .graphUnsupported(engine: name, why: error)
      }
    }
    guard plan.graph.inputChannels == 1 else {
      throw .unsupported(
        engine: name, node: plan.graph.nodes.first?.name ?? "",
        why: "it takes \(plan.graph.inputChannels) channels; a scan has one")
    }
    guard plan.graph.classCount <= 256 else {
      throw .unsupported(
        engine: name, node: plan.graph.nodes[plan.graph.output].name,
        why: "\(plan.graph.classCount) classes do not fit in a byte")
    }
    return ReferenceEngine(plan: plan, slots: slots)
  }
}

final class ReferenceEngine: InferenceEngine {
  private let plan: ExecutionPlan
  private let device = ReferenceDevice()
  /// What each slot's tile became; `nil` where nothing was submitted.
  private var results: [Result?]
  private var notify: @Sendable (Int) -> Void = { _ in }

  private enum Result {
    case labels([UInt8])
    case scores([Float])
  }

  init(plan: ExecutionPlan, slots: Int) {
    self.plan = plan
    results = [Result?](repeating: nil, count: slots)
  }

  func submit(_ slot: Int, shape: Shape3, _ voxels: RawSpan) throws(EngineError) {
    precondition(plan.shapes.contains(shape), "the plan has no tile of \(shape)")
    precondition(results[slot] == nil, "slot \(slot) has not been collected")
    let input = device.normalise(voxels, of: plan.voxelType, plan.normalisation, shape: shape)
    let scores = device.run(plan.graph, input)
    results[slot] =
      switch plan.output {
      case .labels: .labels(device.labels(scores))
      case .scores: .scores(scores.values)
      }
    notify(slot)
  }

  func whenComputed(_ notify: @escaping @Sendable (Int) -> Void) { self.notify = notify }

  func collect(
    _ slot: Int, _ body: (RawSpan) throws(EngineError) -> Void
  ) throws(EngineError) {
    guard let result = results[slot] else {
      preconditionFailure("nothing was submitted to slot \(slot)")
    }
    results[slot] = nil
    switch result {
    case .labels(let labels): try body(unsafe labels.span.bytes)
    case .scores(let scores): try body(unsafe scores.span.bytes)
    }
  }
}

extension Graph {
  /// Bytes of the values that are alive at once, at most, computing node after node; 0 where the
  /// network cannot take this input.
  package func largestByteCount(forInput shape: Shape3) -> Int {
    guard let shapes = try? shapes(forInput: shape) else { return 0 }
    let channels = channels
    let lastUse = lastUses
    var alive = 0
    var most = 0
    for index in nodes.indices {
      alive += 4 * shapes[index].voxelCount * channels[index]
      most = max(most, alive)
      for value in 0...index where lastUse[value] == index {
        alive -= 4 * shapes[value].voxelCount * channels[value]
      }
    }
    return most
  }
}
