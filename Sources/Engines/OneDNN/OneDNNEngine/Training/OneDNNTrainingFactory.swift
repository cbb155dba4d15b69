import EngineCore
import NeuralGraph
import VolumeCore

/// Makes engines that train with Intel's oneDNN on the processor's cores.
public struct OneDNNTrainingFactory: TrainingEngineFactory {
  /// There is only one kind.
  public init() {}

  /// What `--engine` takes.
  public var name: String { "onednn" }

  /// "oneDNN 2.6.3 (AVX-512 with bfloat16)".
  public var words: String { "oneDNN \(Processor.version) (\(Processor.instructionSet))" }

  /// bfloat16 first where the processor multiplies it; weights, their gradients and sums are in
  /// f32.
  public var precisions: [Precision] { Processor.hasBFloat16 ? [.bf16, .f32] : [.f32] }

  /// Values, gradients, weights with their moments and copies, and the library's working memory.
  public func byteCount(for plan: TrainingPlan) throws(EngineError) -> Int {
    let shapes = try plan.check(engine: "oneDNN", precisions: precisions)
    let table = ParameterTable(plan.graph)
    _ = try LossFactors(plan.loss, engine: "oneDNN")
    let program = try TrainingLowering(plan, table, shapes: shapes, limits: .oneDNN).program
    let values = TrainingArena(program, samples: plan.samples).byteCount
    let weights = table.entries.reduce(0) { $0 + $1.count }
    let largest = table.entries.reduce(0) { max($0, $1.count) }
    let probabilities =
      4 * plan.samples * shapes[plan.graph.output].voxelCount * plan.graph.classCount
    // Weights, gradients and moments, twice while a step is made, then packed orders and their
    // maps; a sum of a layer's weights for each thread; code is generated.
    return values + probabilities + 80 * weights + 4 * largest * (plan.threads + 1) + (16 << 20)
  }

  /// Makes an engine; the thread that calls it leads the library's team.
  public func makeEngine(for plan: TrainingPlan) throws(EngineError) -> any TrainingEngine {
    try OneDNNTraining(plan, precisions: precisions)
  }
}

extension TrainingLimits {
  /// Orders of weights are found with numbers that Float must count; bits of a dropout that has no ReLU
  /// before it are made for some pixels at once.
  static let oneDNN = TrainingLimits(
    engine: "oneDNN", mostWeights: (1 << 24) - 1, mostDroppedChannels: 512)
}
