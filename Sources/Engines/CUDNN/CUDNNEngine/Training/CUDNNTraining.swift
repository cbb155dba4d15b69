import EngineCore
import NeuralGraph
import VolumeCore

/// Trains on one card: cuDNN's convolutions and kernels of ours between them; `ReferenceTraining` is what it
/// must agree with. Weights, moments and gradients stay on the card; the host sees a batch's sums and a
/// step's.
final class CUDNNTraining: TrainingEngine {
  private let plan: TrainingPlan
  private let shapes: [Shape3]
  private let table: ParameterTable
  private let layout: ParameterLayout
  private let card: CardTraining
  private let loss: LossFactors
  private let parameters: CardParameters
  private let batch: CardBatch
  private var steps = 0
  /// Whether the pending statistics are those after the batches since the last step.
  private var hasPending = false
  private var gathered: [Int: GatheredMoments] = [:]

  var usesAverages = false {
    didSet { if parameters.averages == nil { usesAverages = false } }
  }

  init(
    _ plan: TrainingPlan, _ session: GPUSession, part: CardPart? = nil
  ) throws(any Error) {
    self.plan = plan
    shapes = try plan.check(engine: "cudnn", precisions: [.f32])
    loss = try LossFactors(plan.loss, engine: "cudnn")
    table = ParameterTable(plan.graph)
    card = try CardTraining(plan, shapes, table, session, part: part)
    layout = card.layout
    parameters = try CardParameters(plan, card)
    batch = try CardBatch(plan, outputVoxels: shapes[plan.graph.output].voxelCount, session)
    try parameters.set(TrainingStore<Float>(table, plan.optimiser))
  }

  /// How cuDNN computes each pass of each convolution.
  var report: [PlannedConvolution] { card.report }

  /// Engines of cuDNN that computed wrongly and were passed over.
  var faults: [String] { card.faults }

  /// How long each kind of call takes on the card while `body` runs.
  func timed(
    _ body: () throws -> Void
  ) throws -> [(name: String, count: Int, milliseconds: Float)] {
    let timer = CallTimer(card.session)
    card.timer = timer
    defer { card.timer = nil }
    try body()
    try card.stream.synchronise()
    return try timer.totals()
  }

  /// What a call of the card that fails means for whoever trains.
  private func explained<Value>(
    _ body: () throws(GPUError) -> Value
  ) throws(EngineError) -> Value {
    do throws(GPUError) {
      try card.session.enter()
      return try body()
    } catch { throw error.asEngineError }
  }

  // MARK: - Batches

  func accumulate(
    voxels: Span<Float>, labels: Span<UInt8>, weight: Float, key: UInt64
  ) throws(EngineError) -> BatchResult {
    precondition(!usesAverages, "averaged weights are not trained")
    plan.check(voxels: voxels.count, labels: labels.count, shapes)
    return try explained { () throws(GPUError) in
      if !hasPending {
        try parameters.beginStatistics(card)
        hasPending = true
      }
      try batch.upload(voxels, labels, card)
      try card.forward(
        input: batch.voxels.address, weights: parameters.weights.address,
        pending: parameters.pending.address, mode: .training(key: key))
      let (sums, result) = try judge(labels)
      let (value, a, b, focal) = loss.evaluate(sums, weight: weight)
      try batch.upload(factors: a + b + focal, card)
      try card.launch(
        TrainingKernels.lossGradient(
          probabilities: batch.probabilities.address, labels: batch.labels.address,
          factors: batch.factors.address, to: card.scoresGradient, gammas: loss.gammas))
      try card.backward(
        weights: parameters.weights.address, gradients: parameters.gradients.address, key: key)
      var whole = result
      whole.loss = value
      return whole
    }
  }

  func evaluate(
    voxels: Span<Float>, labels: Span<UInt8>
  ) throws(EngineError) -> BatchResult {
    plan.check(voxels: voxels.count, labels: labels.count, shapes)
    return try explained { () throws(GPUError) in
      try batch.upload(voxels, labels, card)
      try card.forward(
        input: batch.voxels.address, weights: inUse, pending: 0, mode: .inference)
      var (sums, result) = try judge(labels)
      result.loss = loss.evaluate(sums, weight: 1).loss
      sums = []
      return result
    }
  }

  func predict(voxels: Span<Float>) throws(EngineError) -> [Float] {
    plan.check(voxels: voxels.count, labels: nil, shapes)
    return try explained { () throws(GPUError) in
      try batch.upload(voxels, nil, card)
      try card.forward(
        input: batch.voxels.address, weights: inUse, pending: 0, mode: .inference)
      try card.launch(
        TrainingKernels.probabilities(
          card.scores, to: batch.probabilities.address, best: batch.best.address))
      let count = batch.outputVoxels * plan.graph.classCount
      return try card.stream.download(count, Float(0), from: batch.probabilities.address)
    }
  }

  private var inUse: UInt64 {
    (usesAverages ? parameters.averages : nil)?.address ?? parameters.weights.address
  }

  /// The sums that the loss of the scores follows from, and how the voxels were predicted.
  private func judge(_ labels: Span<UInt8>) throws(GPUError) -> ([ClassSums], BatchResult) {
    let classes = plan.graph.classCount
    try card.launch(
      TrainingKernels.probabilities(
        card.scores, to: batch.probabilities.address, best: batch.best.address))
    let parts = TrainingKernels.parts(batch.outputVoxels)
    let folded = try card.reduced(rows: TrainingKernels.lossRows * classes, parts: parts) {
      TrainingKernels.lossSums(
        probabilities: batch.probabilities.address, labels: batch.labels.address, sums: $0,
        count: batch.outputVoxels, classes: classes, gammas: loss.gammas, parts: parts)
    }
    var sums = try batch.download(folded, card)
    if let part = card.part { sums = try part.total(sums) }
    let result = batch.counts(labels, classes: classes)
    let all = (0..<classes).map { k in
      ClassSums(
        intersection: sums[k], squares: sums[classes + k], count: sums[2 * classes + k],
        focal: loss.gammas.indices.map { sums[(3 + $0) * classes + k] })
    }
    return (all, result)
  }

  // MARK: - Steps

  func step(rate: Float) throws(EngineError) -> StepResult {
    precondition(!usesAverages, "averaged weights are not trained")
    return try explained { () throws(GPUError) in
      if !hasPending { try parameters.beginStatistics(card) }
      defer { hasPending = false }
      if let part = card.part { try parameters.shareGradients(card, part) }
      let squares = try parameters.squares(card)
      var result = StepResult(
        gradientNorm: squares.squareRoot(), largestChange: 0, largestWeight: 0)
      guard squares.isFinite else {
        result.notFinite = try parameters.firstNotFinite(parameters.gradients, card) {
          $0.isLearned
        }
        try parameters.clearGradients(card)
        return result
      }
      let norm = result.gradientNorm
      let clip = plan.optimiser.largestNorm.map { norm > Double($0) ? Double($0) / norm : 1 } ?? 1
      let factors = OptimiserStep(plan.optimiser, count: steps + 1, rate: Double(rate))
      let (change, largest, isFinite) = try parameters.step(
        card, factors, learningRate: rate, clip: Float(clip))
      try parameters.clearGradients(card)
      guard isFinite else {
        result.notFinite = try parameters.firstNotFinite(parameters.newWeights, card) { _ in true }
        return result
      }
      (result.largestChange, result.largestWeight) = (change, largest)
      try parameters.take(card, averaging: Float(factors.averaging))
      steps += 1
      return result
    }
  }

  // MARK: - Statistics

  func gatherStatistics(voxels: Span<Float>) throws(EngineError) {
    plan.check(voxels: voxels.count, labels: nil, shapes)
    try explained { () throws(GPUError) in
      try batch.upload(voxels, nil, card)
      try card.forward(
        input: batch.voxels.address, weights: inUse, pending: 0, mode: .gathering)
      for (norm, moments) in zip(card.program.norms, try card.moments()) {
        gathered[norm.lists[2], default: GatheredMoments()].add(
          moments.mean.map { Double($0) }, moments.variance.map { Double($0) })
      }
    }
  }

  func finishStatistics() throws(EngineError) {
    try explained { () throws(GPUError) in
      for (number, moments) in gathered {
        let (mean, variance) = moments.result
        try parameters.set(number, mean.map { Float($0) }, at: inUse, card)
        try parameters.set(number + 1, variance.map { Float($0) }, at: inUse, card)
      }
    }
    gathered = [:]
  }

  // MARK: - State

  var graph: Graph {
    get throws(EngineError) {
      let lists = try explained { () throws(GPUError) in
        layout.lists(try parameters.download(parameters.weights, card))
      }
      return table.graph(plan.graph, with: lists)
    }
  }

  var averagedGraph: Graph? {
    get throws(EngineError) {
      guard let averages = parameters.averages else { return nil }
      let lists = try explained { () throws(GPUError) in
        layout.lists(try parameters.download(averages, card))
      }
      return table.graph(plan.graph, with: lists)
    }
  }

  var state: TrainingState {
    get throws(EngineError) {
      try explained { () throws(GPUError) in try store() }.state
    }
  }

  /// Everything, as the host keeps it.
  private func store() throws(GPUError) -> TrainingStore<Float> {
    var store = TrainingStore<Float>(table, plan.optimiser)
    store.weights = layout.lists(try parameters.download(parameters.weights, card))
    store.first = learned(layout.lists(try parameters.download(parameters.first, card)))
    if plan.optimiser.hasSecondMoment {
      store.second = learned(layout.lists(try parameters.download(parameters.second, card)))
    }
    if let averages = parameters.averages {
      store.averages = layout.lists(try parameters.download(averages, card))
    }
    store.steps = steps
    return store
  }

  /// What does not learn has no moments.
  private func learned(_ lists: [[Float]]) -> [[Float]] {
    zip(lists, table.entries).map { $1.isLearned ? $0 : [] }
  }

  func restore(_ state: TrainingState) throws(EngineError) {
    var store = TrainingStore<Float>(table, plan.optimiser)
    try store.restore(state, engine: "cudnn")
    let restored = store
    try explained { () throws(GPUError) in
      try parameters.set(restored)
      try parameters.clearGradients(card)
    }
    steps = store.steps
    (hasPending, gathered) = (false, [:])
  }
}
