import NeuralGraph
import VolumeCore

/// Trains a network: forward, loss, backward, step, on batches of one shape.
///
/// An engine stays on the thread that made it; it is a class that is not `Sendable`, so the compiler
/// sees to that. Equal plans, batches and keys give equal weights, bit for bit, as long as the number
/// of threads is the same.
///
///     let engine = try factory.makeEngine(for: plan)
///     for batch in batches {
///       let result = try engine.accumulate(
///         voxels: batch.voxels.span, labels: batch.labels.span, weight: 1, key: batch.number)
///       let step = try engine.step(rate: 1e-3)
///     }
///     let trained = try engine.graph
public protocol TrainingEngine: AnyObject {
  /// Forward, loss and backward of one batch in training mode; its gradients are added to those since
  /// the last step.
  ///
  /// - Parameters:
  ///   - voxels: normalised numbers in the order (sample, z, y, x, channel), of the plan's shape.
  ///   - labels: classes in the order (sample, z, y, x), of the plan's `outputShape`; 255 is not
  ///     annotated and teaches nothing.
  ///   - weight: the batch's share of the step: 1, or 1 / n where a step is made of n batches.
  ///   - key: seeds dropout and noise: the same key gives the same numbers.
  func accumulate(
    voxels: Span<Float>, labels: Span<UInt8>, weight: Float, key: UInt64
  ) throws(EngineError) -> BatchResult

  /// Changes the weights by what has been accumulated, and forgets it.
  ///
  /// Where a gradient or a new weight is not finite, nothing is changed and the result says so.
  func step(rate: Float) throws(EngineError) -> StepResult

  /// Loss and counts of one batch in inference mode: running statistics, no dropout, no noise.
  func evaluate(
    voxels: Span<Float>, labels: Span<UInt8>
  ) throws(EngineError) -> BatchResult

  /// Class probabilities of one batch in inference mode, in the order (sample, z, y, x, class).
  func predict(voxels: Span<Float>) throws(EngineError) -> [Float]

  /// Takes one batch into account for the statistics that `finishStatistics` sets.
  ///
  /// Its values are normalised by its own statistics, as in training, but without dropout and noise.
  func gatherStatistics(voxels: Span<Float>) throws(EngineError)

  /// Sets the running mean and variance of all batch normalisations to those of all that was gathered
  /// since the last call; without any, nothing happens.
  func finishStatistics() throws(EngineError)

  /// The network with its weights and running statistics as they are now.
  var graph: Graph { get throws(EngineError) }

  /// The network with the averaged weights and their running statistics; `nil` where the plan asks
  /// for no averaging.
  var averagedGraph: Graph? { get throws(EngineError) }

  /// Whether `evaluate`, `predict` and the statistics are about the averaged weights; `accumulate`
  /// and `step` are not to be called meanwhile. Without averaging it stays `false`.
  var usesAverages: Bool { get set }

  /// Everything that a bit-identical resume needs: weights, statistics, moments, averages, number of
  /// steps. To be asked for between steps, not while gradients are accumulated.
  var state: TrainingState { get throws(EngineError) }

  /// Goes on from `state`, which an engine of the same network and optimiser gave; throws where its
  /// arrays are others.
  func restore(_ state: TrainingState) throws(EngineError)
}

/// Makes engines that train; unlike them, it may cross threads.
public protocol TrainingEngineFactory: Sendable {
  /// "onednn", "reference": what `--engine` takes.
  var name: String { get }

  /// For people: library, version and instruction set.
  var words: String { get }

  /// The precisions that this machine trains in, the fastest first; never empty.
  var precisions: [Precision] { get }

  /// Whether the processor's cores are free while a batch is computed, to make the next ones.
  var leavesProcessorFree: Bool { get }

  /// Why no network can be trained on this machine; `nil` where it can. Asked before it is chosen.
  var obstacle: Explanation? { get }

  /// Why `plan` does not fit the device that values are kept on, in numbers; `nil` where it does, or where
  /// that is the host.
  func deviceShortage(for plan: TrainingPlan) throws(EngineError) -> Explanation?

  /// Bytes that an engine for this plan takes: values, gradients, weights, moments, workspace.
  ///
  /// Throws what `makeEngine` would throw for a network that it cannot train.
  func byteCount(for plan: TrainingPlan) throws(EngineError) -> Int

  /// Makes an engine for the thread that calls.
  func makeEngine(for plan: TrainingPlan) throws(EngineError) -> any TrainingEngine
}

extension TrainingEngineFactory {
  /// Most compute on the processor.
  public var leavesProcessorFree: Bool { false }

  /// Most need nothing.
  public var obstacle: Explanation? { nil }

  /// The processor's memory is the host's.
  public func deviceShortage(for plan: TrainingPlan) throws(EngineError) -> Explanation? { nil }
}

/// What one batch gave.
public struct BatchResult: Hashable, Sendable {
  /// The loss, 0 where no voxel is annotated.
  public var loss: Double
  /// Voxels of each class (row) that were predicted as each (column), by the highest probability; of
  /// annotated voxels only.
  public var confusion: [Int]
  /// Voxels without annotation.
  public var ignored: Int

  /// A result with these numbers.
  public init(loss: Double, confusion: [Int], ignored: Int) {
    self.loss = loss
    self.confusion = confusion
    self.ignored = ignored
  }
}

/// What one step did.
public struct StepResult: Hashable, Sendable {
  /// The length of the whole gradient, before clipping.
  public var gradientNorm: Double
  /// The largest change of a weight.
  public var largestChange: Float
  /// The largest weight after the step, without its sign.
  public var largestWeight: Float
  /// The first parameters whose gradient or new value was not finite, as "layer/kernel"; then nothing
  /// was changed. `nil` where all was well.
  public var notFinite: String?

  /// A result with these numbers.
  public init(
    gradientNorm: Double, largestChange: Float, largestWeight: Float, notFinite: String? = nil
  ) {
    self.gradientNorm = gradientNorm
    self.largestChange = largestChange
    self.largestWeight = largestWeight
    self.notFinite = notFinite
  }
}

/// All that a training consists of between two steps.
public struct TrainingState: Hashable, Sendable {
  /// Steps made.
  public var steps: Int
  /// Numbers by name: "weights/LAYER/kernel", "statistics/LAYER/mean", "moment1/LAYER/kernel",
  /// "average/LAYER/kernel" and so on.
  public var arrays: [String: [Float]]

  /// A state with these numbers.
  public init(steps: Int, arrays: [String: [Float]]) {
    self.steps = steps
    self.arrays = arrays
  }
}
