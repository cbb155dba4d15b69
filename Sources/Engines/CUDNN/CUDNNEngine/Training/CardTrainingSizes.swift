import EngineCore
import NeuralGraph
import VolumeCore

/// What a training takes of a card's memory, in bytes; pure.
package struct CardTrainingSizes: Hashable, Sendable {
  /// Values and gradients of a batch.
  package var values: Int
  /// Weights, gradients, moments (old and new), pending statistics, averages; and a byte for each.
  package var weights: Int
  /// The batch, its labels and probabilities.
  package var batch: Int
  /// Sums of parts, twice; statistics of normalisations.
  package var sums: Int
  /// What cuDNN may take for one convolution.
  package var workspace: Int
  /// The gradient of the largest kernel.
  package var kernel: Int
  /// Numbers of the largest buffer.
  package var largestCount: Int

  package var total: Int { values + weights + batch + sums + workspace + kernel }

  /// Sums in double precision at once.
  package let sumCount: Int

  /// Threads that look for the largest change of a step, each at a part of all weights.
  package static let stepParts = 4096

  /// The sizes of `program` on batches of `plan`.
  package init(
    _ plan: TrainingPlan, _ program: TrainingProgram, _ layout: ParameterLayout,
    output: Shape3, workspace: Int
  ) {
    let samples = plan.samples
    func voxels(_ buffer: Int) -> Int { samples * program.buffers[buffer].shape.voxelCount }
    values = TrainingArena(program, samples: samples).byteCount
    largestCount = program.buffers.reduce(0) {
      max($0, samples * $1.shape.voxelCount * $1.channels)
    }
    let arrays = 9 + (plan.optimiser.averaging == nil ? 0 : 1)
    weights = layout.count * (4 * arrays + 1) + 12 * Self.stepParts
    let classes = plan.graph.classCount
    let (inputs, outputs) = (samples * plan.shape.voxelCount, samples * output.voxelCount)
    batch = 4 * inputs * plan.graph.inputChannels + outputs * (2 + 4 * classes)
    self.workspace = workspace
    kernel = program.convolutions.reduce(256) { max($0, 4 * $1.spec.weightCount) }

    // Every reduction's rows and parts.
    var most = Self.stepParts
    for buffer in program.buffers {
      let count = samples * buffer.shape.voxelCount
      most = max(most, 2 * buffer.channels * TrainingKernels.parts(count))
    }
    most = max(most, TrainingKernels.lossRows * classes * TrainingKernels.parts(outputs))
    for node in program.convolutions where node.spec.groups > 1 {
      let count = samples * node.spec.coarse.voxelCount
      most = max(most, node.spec.weightCount * TrainingKernels.parts(count))
    }
    var statistics = 0
    for step in program.forward {
      guard case .groupNorm(let layer, _, let from, _) = step else { continue }
      let buffer = program.buffers[from]
      let groups = TrainingKernels.Groups(layer, buffer.shape)
      let value = TrainingKernels.Value(
        0, stride: 0, samples: samples, channels: buffer.channels, shape: buffer.shape)
      most = max(
        most, 2 * groups.rows(value) * TrainingKernels.parts(groups.length(value)))
      statistics += 8 * groups.rows(value) + 256
    }
    sumCount = most
    let norms = program.norms.reduce(0) { $0 + 36 * $1.layer.scale.count + 512 }
    sums = 16 * most + statistics + norms
  }

  /// Why a card with `free` bytes cannot hold it.
  package func shortage(on card: String, free: Int) -> Explanation? {
    if largestCount >= CardPlan.mostNumbers {
      return Explanation(
        .input,
        "a batch's largest value would have \(largestCount) numbers, and cuDNN's engines end at "
          + "\(CardPlan.mostNumbers)", remedy: "give a smaller --batch or --crop")
    }
    guard total > free else { return nil }
    func mebibytes(_ bytes: Int) -> Int { (bytes + (1 << 20) - 1) >> 20 }
    return Explanation(
      .input,
      "the card's memory is too small for such batches: \(mebibytes(total)) MiB are needed "
        + "(\(mebibytes(values)) for values and gradients, \(mebibytes(weights)) for weights and "
        + "their moments, \(mebibytes(workspace)) for cuDNN, \(mebibytes(total - values - weights - workspace)) "
        + "for the rest), and \(card) has \(mebibytes(free)) MiB free",
      remedy:
        "give a smaller --batch (accumulate in the recipe makes up for it) or --crop, or --engine "
        + "onednn")
  }
}

extension TrainingKernels.Groups {
  /// How `layer` cuts a value of `shape`.
  package init(_ layer: GroupNormalisation, _ shape: Shape3) {
    let runs =
      switch layer.extent {
      case .voxel: shape.voxelCount
      case .layer: shape.z
      case .volume: 1
      }
    self.init(groups: layer.groups, runs: runs)
  }
}
