import CKernels
import EngineCore
import NeuralGraph
import VolumeCore

/// Trains with oneDNN's convolutions and loops of our own between them; `ReferenceTraining` is
/// what it must agree with.
@safe final class OneDNNTraining: TrainingEngine {
  private let plan: TrainingPlan
  private let shapes: [Shape3]
  private let table: ParameterTable
  private let execution: TrainingExecution
  private let loss: LossFactors
  private var store: TrainingStore<Float>
  private var gradients: [[Float]]
  /// Means and variances after the batches since the last step; they count when it succeeds.
  private var pending: [Int: [Float]] = [:]
  private var gathered: [Int: GatheredMoments] = [:]
  private var probabilities: [Float]
  /// Whether the primitives know the weights in use.
  private var isPacked = false

  var usesAverages = false {
    didSet {
      if store.averages.isEmpty { usesAverages = false }
      if usesAverages != oldValue { isPacked = false }
    }
  }

  init(_ plan: TrainingPlan, precisions: [Precision]) throws(EngineError) {
    self.plan = plan
    shapes = try plan.check(engine: "oneDNN", precisions: precisions)
    loss = try LossFactors(plan.loss, engine: "oneDNN")
    table = ParameterTable(plan.graph)
    store = TrainingStore(table, plan.optimiser)
    gradients = table.initial.map { [Float](repeating: 0, count: $0.count) }
    execution = try TrainingExecution(plan, shapes, table)
    probabilities = Array(
      repeating: 0,
      count: plan.samples * shapes[plan.graph.output].voxelCount * plan.graph.classCount)
  }

  /// The library's kernels of each convolution.
  var kernels: [String] { execution.kernels }

  // MARK: - Batches

  func accumulate(
    voxels: Span<Float>, labels: Span<UInt8>, weight: Float, key: UInt64
  ) throws(EngineError) -> BatchResult {
    precondition(!usesAverages, "averaged weights are not trained")
    plan.check(voxels: voxels.count, labels: labels.count, shapes)
    try forward(voxels, .training(key: key))
    let result = judge(labels, weight: weight, withGradient: true)
    try execution.backward(store.weights, &gradients, key: key)
    for (norm, moments) in zip(execution.program.norms, execution.moments) {
      let momentum = norm.layer.momentum
      for (number, new) in zip(norm.lists[2...], [moments.mean, moments.variance]) {
        let old = pending[number] ?? store.weights[number]
        pending[number] = old.indices.map { momentum * old[$0] + (1 - momentum) * new[$0] }
      }
    }
    return result
  }

  func evaluate(
    voxels: Span<Float>, labels: Span<UInt8>
  ) throws(EngineError) -> BatchResult {
    plan.check(voxels: voxels.count, labels: labels.count, shapes)
    try forward(voxels, .inference)
    return judge(labels, weight: 1, withGradient: false)
  }

  func predict(voxels: Span<Float>) throws(EngineError) -> [Float] {
    plan.check(voxels: voxels.count, labels: nil, shapes)
    try forward(voxels, .inference)
    let (address, bf16, pixels, classes) = unsafe execution.scores
    var sums = [t2s_class_sums](repeating: t2s_class_sums(), count: classes)
    var confusion = [Int64](repeating: 0, count: classes * classes)
    var ignored: Int64 = 0
    unsafe t2s_loss_sums(
      address, bf16, &probabilities, nil, pixels, classes, nil, 0, &sums, &confusion, &ignored,
      Int32(plan.threads))
    return probabilities
  }

  private var inUse: [[Float]] { usesAverages ? store.averages : store.weights }

  private func forward(_ voxels: Span<Float>, _ mode: TrainingMode) throws(EngineError) {
    if !isPacked {
      execution.pack(inUse)
      isPacked = true
    }
    try execution.forward(voxels, inUse, mode: mode)
  }

  /// Loss and counts of the scores, and their gradient where asked.
  private func judge(_ labels: Span<UInt8>, weight: Float, withGradient: Bool) -> BatchResult {
    let (address, bf16, pixels, classes) = unsafe execution.scores
    var sums = [t2s_class_sums](repeating: t2s_class_sums(), count: classes)
    var confusion = [Int64](repeating: 0, count: classes * classes)
    var ignored: Int64 = 0
    let gammas = loss.gammas
    let threads = Int32(plan.threads)
    return unsafe labels.withUnsafeBufferPointer { labels in
      unsafe t2s_loss_sums(
        address, bf16, &probabilities, labels.baseAddress, pixels, classes, gammas,
        Int32(gammas.count), &sums, &confusion, &ignored, threads)
      let (value, a, b, focal) = loss.evaluate(
        sums.map { $0.sums(loss.gammas.count) }, weight: weight)
      if withGradient {
        let (gradient, gradientBF16) = unsafe execution.scoresGradient
        unsafe t2s_loss_gradient(
          probabilities, labels.baseAddress, pixels, classes, a, b, gammas, focal,
          Int32(gammas.count), gradient, gradientBF16, threads)
      }
      return BatchResult(
        loss: value, confusion: confusion.map { Int($0) }, ignored: Int(ignored))
    }
  }

  // MARK: - Steps

  func step(rate: Float) throws(EngineError) -> StepResult {
    precondition(!usesAverages, "averaged weights are not trained")
    let options = plan.optimiser
    var result = StepResult(gradientNorm: 0, largestChange: 0, largestWeight: 0)
    var squares = 0.0
    for (number, entry) in table.entries.enumerated() where entry.isLearned {
      let sum = unsafe t2s_squares(
        gradients[number], gradients[number].count, Int32(plan.threads))
      if !sum.isFinite { result.notFinite = result.notFinite ?? entry.name }
      squares += sum
    }
    result.gradientNorm = squares.squareRoot()
    let norm = result.gradientNorm
    let clip = options.largestNorm.map { norm > Double($0) ? Double($0) / norm : 1 } ?? 1
    let factors = OptimiserStep(options, count: store.steps + 1, rate: Double(rate))
    defer {
      for number in gradients.indices {
        for place in gradients[number].indices { gradients[number][place] = 0 }
      }
      pending = [:]
    }
    for (number, list) in pending where !list.allSatisfy(\.isFinite) {
      result.notFinite = result.notFinite ?? table.entries[number].name
    }
    guard result.notFinite == nil else { return result }
    var new = store
    for (number, entry) in table.entries.enumerated() where entry.isLearned {
      let decays = entry.role == .kernel && options.kind != .adam
      var step = t2s_step(
        kind: options.kind.kernelKind, rate: Float(factors.rate), beta1: options.beta1,
        beta2: options.beta2, epsilon: options.epsilon,
        decay: decays ? rate * options.weightDecay : 0, clip: Float(clip),
        correction1: Float(factors.correction1), root2: Float(factors.correction2.squareRoot()),
        uses_second: factors.usesSecondMoment ? 1 : 0)
      let isFinite = unsafe t2s_apply_step(
        &step, gradients[number], &new.weights[number], &new.first[number], &new.second[number],
        entry.count, &result.largestChange, &result.largestWeight, Int32(plan.threads))
      if isFinite == 0 { result.notFinite = result.notFinite ?? entry.name }
    }
    guard result.notFinite == nil else { return result }
    for (number, list) in pending { new.weights[number] = list }
    new.steps += 1
    for number in new.averages.indices {
      unsafe t2s_average(
        &new.averages[number], new.weights[number], new.averages[number].count,
        Float(factors.averaging))
    }
    store = new
    isPacked = false
    return result
  }

  // MARK: - Statistics

  func gatherStatistics(voxels: Span<Float>) throws(EngineError) {
    plan.check(voxels: voxels.count, labels: nil, shapes)
    try forward(voxels, .gathering)
    for (norm, moments) in zip(execution.program.norms, execution.moments) {
      gathered[norm.lists[2], default: GatheredMoments()].add(
        moments.mean.map { Double($0) }, moments.variance.map { Double($0) })
    }
  }

  func finishStatistics() {
    for (number, moments) in gathered {
      let (mean, variance) = moments.result
      let path: WritableKeyPath<TrainingStore<Float>, [[Float]]> =
        usesAverages ? \.averages : \.weights
      store[keyPath: path][number] = mean.map { Float($0) }
      store[keyPath: path][number + 1] = variance.map { Float($0) }
    }
    gathered = [:]
  }

  // MARK: - State

  var graph: Graph { table.graph(plan.graph, with: store.weights) }

  var averagedGraph: Graph? {
    store.averages.isEmpty ? nil : table.graph(plan.graph, with: store.averages)
  }

  var state: TrainingState { store.state }

  func restore(_ state: TrainingState) throws(EngineError) {
    try store.restore(state, engine: "oneDNN")
    gradients = table.initial.map { [Float](repeating: 0, count: $0.count) }
    (pending, gathered, isPacked) = ([:], [:], false)
  }
}

extension OptimiserOptions.Kind {
  /// The kernels' name of it.
  fileprivate var kernelKind: t2s_optimiser {
    switch self {
    case .adam, .adamW: T2S_ADAM
    case .adaBelief: T2S_ADABELIEF
    case .sgd: T2S_SGD
    }
  }
}

extension t2s_class_sums {
  /// The sums that the loss follows from, with those of `focals` focal terms.
  fileprivate func sums(_ focals: Int) -> ClassSums {
    ClassSums(
      intersection: intersection, squares: squares, count: count,
      focal: Array([focal.0, focal.1, focal.2, focal.3].prefix(focals)))
  }
}
