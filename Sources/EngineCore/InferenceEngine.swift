import NeuralGraph
import VolumeCore

/// Computes a prepared network on tiles, several in flight: the seam that the pipeline sees.
///
/// An engine stays on the thread that made it; it is a class that is not `Sendable`, so the
/// compiler sees to that. Each slot goes: `submit`, then `collect`, then `submit` again.
public protocol InferenceEngine: AnyObject {
  /// Copies one tile of `shape` (one of the plan's), C order, the scan's voxel type, and starts on
  /// it; returns at once.
  func submit(_ slot: Int, shape: Shape3, _ voxels: RawSpan) throws(EngineError)

  /// From now on calls `notify(slot)`, from any thread, when a slot can be collected without waiting.
  func whenComputed(_ notify: @escaping @Sendable (Int) -> Void)

  /// Waits for `slot` and lends its output: all of the plan's `outputShape(for:)` of the tile, in C
  /// order.
  func collect(
    _ slot: Int, _ body: (RawSpan) throws(EngineError) -> Void
  ) throws(EngineError)
}

/// Makes engines; unlike them, it may cross threads.
public protocol EngineFactory: Sendable {
  /// "onednn", "reference": what `--engine` takes.
  var name: String { get }

  /// For people: library, version and instruction set.
  var words: String { get }

  /// Whether it computes on a device of its own, so that the processor can check it.
  var hasOwnDevice: Bool { get }

  /// The precisions that this machine computes fast, the fastest first; never empty.
  var precisions: [Precision] { get }

  /// Whether it computes in bytes (`int8`, which is no part of `precisions`, since it wants a
  /// calibration), and whether this machine does so fast.
  var byteArithmetic: ByteArithmetic { get }

  /// Bytes that an engine for this plan takes, with `slots` tiles in flight: values, weights,
  /// workspace, and the slots' own buffers.
  ///
  /// Throws what `makeEngine` would throw for a network that it cannot compute, so that this is known
  /// before any output is begun.
  func byteCount(for plan: ExecutionPlan, slots: Int) throws(EngineError) -> Int

  /// Why this engine cannot compute on this machine: a driver, a library or a card that is missing,
  /// or a self-check that failed; `nil` where it can. Found out once.
  var obstacle: Explanation? { get }

  /// Why this engine cannot compute this network, whatever the machine; `nil` where it can.
  func obstacle(to graph: Graph) -> Explanation?

  /// What keeps a plan from fitting on the engine's own device, with the numbers, where smaller tiles
  /// might; `nil` where it fits. `byteCount` is of the host's memory alone.
  func deviceShortage(
    for plan: ExecutionPlan, slots: Int
  ) throws(EngineError) -> Explanation?

  /// The same engine, whose library takes the ways to compute that the file at `path` says, and adds to
  /// the file those that it lacks.
  func withPlans(in path: String) throws(Explanation) -> any EngineFactory

  /// Computes `tiles` in single precision and finds how large the network's values are: what `int8`
  /// must know. Throws where the engine has no such precision.
  func quantisation(
    for plan: ExecutionPlan, tiles: [CalibrationTile]
  ) throws(EngineError) -> Quantisation

  /// Bytes that `quantisation` takes for a plan in single precision.
  func calibrationByteCount(for plan: ExecutionPlan) throws(EngineError) -> Int

  /// Makes an engine for the thread that calls, with `slots` tiles in flight.
  func makeEngine(for plan: ExecutionPlan, slots: Int) throws(EngineError) -> any InferenceEngine
}

extension EngineFactory {
  /// Most engines are the processor's.
  public var hasOwnDevice: Bool { false }

  /// Most engines do not.
  public var byteArithmetic: ByteArithmetic { .none }

  /// What computes on the processor can do so everywhere.
  public var obstacle: Explanation? { nil }

  /// Most engines have one way to compute, or choose it by themselves.
  public func withPlans(in path: String) throws(Explanation) -> any EngineFactory {
    throw Explanation(
      .input, "--plan-file \(path): the engine '\(name)' keeps no plans",
      remedy: "leave --plan-file out, or give --engine cudnn")
  }

  /// Most engines compute every network.
  public func obstacle(to graph: Graph) -> Explanation? { nil }

  /// Most engines do not compute in bytes.
  public func quantisation(
    for plan: ExecutionPlan, tiles: [CalibrationTile]
  ) throws(EngineError) -> Quantisation {
    throw .precisionUnsupported(engine: name, precision: .int8)
  }

  /// Those of one tile.
  public func calibrationByteCount(for plan: ExecutionPlan) throws(EngineError) -> Int {
    try byteCount(for: plan, slots: 1)
  }

  /// The processor's memory is the host's.
  public func deviceShortage(
    for plan: ExecutionPlan, slots: Int
  ) throws(EngineError) -> Explanation? { nil }
}

/// What an engine makes of networks in bytes on this machine.
public enum ByteArithmetic: Hashable, Sendable {
  /// It has no kernels for them.
  case none
  /// It computes them slower than in single precision.
  case slow
  /// The processor multiplies bytes.
  case fast
}

/// An engine cannot compute.
public enum EngineError: ExplainedError, Hashable {
  /// A library call failed.
  case callFailed(engine: String, call: String, status: Int)
  /// The engine has no way to compute a node.
  case unsupported(engine: String, node: String, why: String)
  /// The engine does not compute in this precision.
  case precisionUnsupported(engine: String, precision: Precision)
  /// The network is none that could be computed.
  case graphUnsupported(engine: String, why: GraphError)
  /// A training is asked for that cannot be.
  case planUnsupported(engine: String, why: String)
  /// A training is to go on from the state of another: a list of numbers is missing, too many, or of
  /// another length.
  case stateDisagrees(engine: String, array: String, wanted: Int?, found: Int?)
  /// The engine's device, or the libraries that reach it, do not do what is asked.
  case deviceFailed(engine: String, why: Explanation)

  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .callFailed(let engine, let call, let status):
      Explanation(
        .failed, "\(engine): \(call) failed with status \(status)",
        remedy: "try --engine reference, and report this")
    case .unsupported(let engine, let node, let why):
      Explanation(
        .input, "\(engine) cannot compute layer '\(node)': \(why)", remedy: "try --engine reference"
      )
    case .precisionUnsupported(let engine, let precision):
      Explanation(
        .input, "\(engine) does not compute in \(precision.rawValue)",
        remedy: "try --precision auto")
    case .planUnsupported(let engine, let why):
      Explanation(.input, "\(engine) cannot train: \(why)", remedy: "correct the recipe")
    case .stateDisagrees(let engine, let array, let wanted, let found):
      Explanation(
        .input,
        "\(engine): the saved training has \(found.map { "\($0) numbers" } ?? "nothing") for "
          + "'\(array)', and the network has \(wanted.map { "\($0)" } ?? "no such list")",
        remedy: "go on with the network and the optimiser that the training began with")
    case .deviceFailed(let engine, let why):
      Explanation(why.kind, "\(engine): \(why.what)", remedy: why.remedy)
    case .graphUnsupported(let engine, let why):
      Explanation(
        why.explanation.kind, "\(engine): \(why.explanation.what)",
        remedy: why.explanation.remedy)
    }
  }
}
