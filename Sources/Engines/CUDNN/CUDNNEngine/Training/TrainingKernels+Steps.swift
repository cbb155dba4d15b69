import EngineCore
import VolumeCore

extension TrainingKernels {
  // MARK: - Loss

  private static func gammas(_ gammas: [Float]) -> [KernelCall.Argument] {
    [.count(gammas.count)] + (0..<4).map { .number($0 < gammas.count ? gammas[$0] : 0) }
  }

  /// Quantities that `lossSums` sums for each class.
  package static let lossRows = 7

  /// The softmax of the scores, the classes of a voxel together, and the first of the highest.
  package static func probabilities(_ scores: Value, to: UInt64, best: UInt64) -> KernelCall {
    KernelCall(
      "train_probabilities", scores.samples * scores.voxels,
      [.address(scores.address), .address(to), .address(best)] + scores.extents)
  }

  /// What the loss follows from, for each class, in parts.
  package static func lossSums(
    probabilities: UInt64, labels: UInt64, sums: UInt64, count: Int, classes: Int,
    gammas list: [Float], parts: Int
  ) -> KernelCall {
    KernelCall(
      "train_loss_sums", classes * parts,
      [.address(probabilities), .address(labels), .address(sums)] + counts(count, classes)
        + gammas(list) + counts(parts))
  }

  /// The gradient by the scores; `factors`: rows a, b and those of the focal terms.
  package static func lossGradient(
    probabilities: UInt64, labels: UInt64, factors: UInt64, to: Value, gammas list: [Float]
  ) -> KernelCall {
    KernelCall(
      "train_loss_gradient", to.samples * to.voxels,
      [probabilities, labels, factors, to.address].map { .address($0) } + to.extents
        + gammas(list))
  }

  // MARK: - Weights

  /// to += from.
  package static func add(from: UInt64, to: UInt64, count: Int) -> KernelCall {
    KernelCall("train_add", count, [.address(from), .address(to)] + counts(count))
  }

  /// to += sums in double precision.
  package static func addSums(from: UInt64, to: UInt64, count: Int) -> KernelCall {
    KernelCall("train_add_sums", count, [.address(from), .address(to)] + counts(count))
  }

  /// What becomes of a parameter in a step.
  package enum Kind: UInt8, Hashable, Sendable {
    case fixed, learned, decays, statistic
  }

  /// The sum of the squares of what learns, in parts.
  package static func squares(
    gradients: UInt64, kinds: UInt64, sums: UInt64, count: Int, parts: Int
  ) -> KernelCall {
    KernelCall(
      "train_squares", parts,
      [.address(gradients), .address(kinds), .address(sums)] + counts(count, parts))
  }

  /// Where a step reads and writes.
  package struct StepPlaces: Hashable, Sendable {
    package var gradients: UInt64
    package var pending: UInt64
    package var kinds: UInt64
    /// Weights, first and second moments, old and new.
    package var old: [UInt64]
    package var new: [UInt64]
    package var results: UInt64

    /// These places.
    package init(
      gradients: UInt64, pending: UInt64, kinds: UInt64, old: [UInt64], new: [UInt64],
      results: UInt64
    ) {
      self.gradients = gradients
      self.pending = pending
      self.kinds = kinds
      self.old = old
      self.new = new
      self.results = results
    }
  }

  /// One step of an optimiser.
  package static func step(
    _ places: StepPlaces, count: Int, parts: Int, _ options: OptimiserOptions,
    _ factors: OptimiserStep, learningRate: Float, clip: Float
  ) -> KernelCall {
    let kind =
      switch options.kind {
      case .adam, .adamW: 0
      case .adaBelief: 1
      case .sgd: 2
      }
    let addresses =
      [places.gradients, places.pending, places.kinds] + places.old + places.new + [places.results]
    let decay = options.kind == .adam ? 0 : learningRate * options.weightDecay
    let numbers = [
      Float(factors.rate), options.beta1, options.beta2, options.epsilon, decay, clip,
      Float(factors.correction1), Float(factors.correction2.squareRoot()),
    ]
    return KernelCall(
      "train_step", parts,
      addresses.map { .address($0) } + counts(count, parts, kind) + numbers.map { .number($0) }
        + counts(factors.usesSecondMoment ? 1 : 0))
  }

  /// average = kept * average + (1 - kept) * weights.
  package static func average(
    _ average: UInt64, weights: UInt64, count: Int, kept: Float
  ) -> KernelCall {
    KernelCall(
      "train_average", count,
      [.address(average), .address(weights)] + counts(count) + [.number(kept)])
  }
}
