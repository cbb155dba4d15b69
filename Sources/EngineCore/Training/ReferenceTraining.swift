import NeuralGraph
import VolumeCore

/// Makes engines that train in plain loops, in single precision: slow, and the specification.
public struct ReferenceTrainingFactory: TrainingEngineFactory {
  /// There is only one kind.
  public init() {}

  /// What `--engine` takes.
  public var name: String { "reference" }
  /// For people.
  public var words: String { "reference (plain loops, one thread)" }
  /// Single precision only.
  public var precisions: [Precision] { [.f32] }

  /// All values and as many gradients, and five lists for each weight.
  public func byteCount(for plan: TrainingPlan) throws(EngineError) -> Int {
    let shapes = try plan.check(engine: name, precisions: precisions)
    let values = zip(shapes, plan.graph.channels).reduce(0) { $0 + $1.0.voxelCount * $1.1 }
    return 8 * plan.samples * values + 24 * plan.graph.parameterCount.total
  }

  /// Makes an engine; it computes on the thread that calls it.
  public func makeEngine(for plan: TrainingPlan) throws(EngineError) -> any TrainingEngine {
    try ReferenceTraining<Float>(plan)
  }
}

extension TrainingPlan {
  /// The shapes of all values, after checking what any engine must ask of a plan.
  package func check(
    engine: String, precisions: [Precision]
  ) throws(EngineError) -> [Shape3] {
    guard precisions.contains(precision) else {
      throw .precisionUnsupported(engine: engine, precision: precision)
    }
    guard samples > 0 else { throw .planUnsupported(engine: engine, why: "a batch of no samples") }
    let shapes: [Shape3]
    do {
      shapes = try graph.shapes(forInput: shape)
    } catch {
      throw .graphUnsupported(engine: engine, why: error)
    }
    let classes = graph.classCount
    guard (1..<255).contains(classes) else {
      throw .planUnsupported(engine: engine, why: "a network of \(classes) classes")
    }
    for term in loss.terms where !term.classWeights.isEmpty {
      guard term.classWeights.count == classes else {
        throw .planUnsupported(
          engine: engine,
          why: "\(term.classWeights.count) weights of classes for a network of \(classes)")
      }
    }
    return shapes
  }

  /// Checks the lists that a caller brings.
  package func check(voxels: Int, labels: Int?, _ shapes: [Shape3]) {
    let inputs = samples * shape.voxelCount * graph.inputChannels
    precondition(voxels == inputs, "\(voxels) numbers for a batch of \(inputs)")
    let outputs = samples * shapes[graph.output].voxelCount
    precondition(labels == nil || labels == outputs, "labels of another shape than the result")
  }
}

/// Trains in plain loops; in Double its gradients can be compared with finite differences.
package final class ReferenceTraining<Scalar: TrainingScalar>: TrainingEngine {
  private let plan: TrainingPlan
  private let network: ReferenceNetwork<Scalar>
  private let shapes: [Shape3]
  package private(set) var store: TrainingStore<Scalar>
  /// What has been accumulated since the last step.
  package private(set) var gradients: [[Scalar]]
  /// Means and variances after the batches since the last step; they count when it succeeds.
  private var pending: [Int: [Scalar]] = [:]
  private var gathered: [Int: GatheredMoments] = [:]
  package var usesAverages = false {
    didSet { if store.averages.isEmpty { usesAverages = false } }
  }

  package init(_ plan: TrainingPlan) throws(EngineError) {
    self.plan = plan
    shapes = try plan.check(engine: "reference", precisions: [.f32])
    network = ReferenceNetwork(plan.graph)
    store = TrainingStore(network.table, plan.optimiser)
    gradients = store.weights.map { [Scalar](repeating: 0, count: $0.count) }
  }

  package func accumulate(
    voxels: Span<Float>, labels: Span<UInt8>, weight: Float, key: UInt64
  ) throws(EngineError) -> BatchResult {
    precondition(!usesAverages, "averaged weights are not trained")
    plan.check(voxels: voxels.count, labels: labels.count, shapes)
    let tape = network.forward(
      input(voxels), store.weights, mode: .training(key: key), shapes: shapes)
    guard let scores = tape.values[network.scores] else { preconditionFailure("it was computed") }
    var (_, gradient, result) = plan.loss.evaluate(scores, labels.array)
    for place in gradient.values.indices { gradient.values[place] *= Scalar(weight) }
    let back = network.backward(tape, gradient, store.weights)
    for number in gradients.indices {
      for place in gradients[number].indices {
        gradients[number][place] += back.parameters[number][place]
      }
    }
    for (index, moments) in tape.moments { remember(moments, index) }
    return result
  }

  /// Moves the running statistics towards those of a batch.
  private func remember(_ moments: BatchMoments<Scalar>, _ index: Int) {
    guard case .batchNormalisation(let layer) = plan.graph.nodes[index].operation else { return }
    let momentum = Scalar(layer.momentum)
    for (number, new) in zip(network.table.ofNode[index][2...], [moments.mean, moments.variance]) {
      let old = pending[number] ?? store.weights[number]
      pending[number] = old.indices.map { momentum * old[$0] + (1 - momentum) * new[$0] }
    }
  }

  package func step(rate: Float) throws(EngineError) -> StepResult {
    precondition(!usesAverages, "averaged weights are not trained")
    let entries = network.table.entries
    var squares = 0.0
    for number in entries.indices where entries[number].isLearned {
      for value in gradients[number] { squares += Double(value) * Double(value) }
    }
    let norm = squares.squareRoot()
    var result = StepResult(gradientNorm: norm, largestChange: 0, largestWeight: 0)
    let factor = plan.optimiser.largestNorm.map { norm > Double($0) ? Double($0) / norm : 1 } ?? 1
    let step = OptimiserStep(plan.optimiser, count: store.steps + 1, rate: Double(rate))
    var new = store
    for (number, entry) in entries.enumerated() where entry.isLearned {
      guard gradients[number].allSatisfy(\.isFinite) else {
        result.notFinite = result.notFinite ?? entry.name
        continue
      }
      let clipped = factor == 1 ? gradients[number] : gradients[number].map { $0 * Scalar(factor) }
      plan.optimiser.apply(
        step, clipped, decays: entry.role == .kernel, learningRate: rate, &new.weights[number],
        &new.first[number], &new.second[number])
      for (old, value) in zip(store.weights[number], new.weights[number]) {
        guard value.isFinite else {
          result.notFinite = result.notFinite ?? entry.name
          continue
        }
        result.largestChange = max(result.largestChange, Float(abs(value - old)))
        result.largestWeight = max(result.largestWeight, Float(abs(value)))
      }
    }
    for (number, list) in pending {
      new.weights[number] = list
      if !list.allSatisfy(\.isFinite) {
        result.notFinite = result.notFinite ?? entries[number].name
      }
    }
    for number in gradients.indices {
      for place in gradients[number].indices { gradients[number][place] = 0 }
    }
    pending = [:]
    guard result.notFinite == nil else { return result }
    new.steps += 1
    let kept = Scalar(step.averaging)
    for number in new.averages.indices {
      for place in new.averages[number].indices {
        new.averages[number][place] =
          kept * new.averages[number][place] + (1 - kept) * new.weights[number][place]
      }
    }
    store = new
    return result
  }

  package func evaluate(
    voxels: Span<Float>, labels: Span<UInt8>
  ) throws(EngineError) -> BatchResult {
    plan.check(voxels: voxels.count, labels: labels.count, shapes)
    return plan.loss.evaluate(scores(voxels), labels.array).counts
  }

  package func predict(voxels: Span<Float>) throws(EngineError) -> [Float] {
    plan.check(voxels: voxels.count, labels: nil, shapes)
    return Voxelwise.softmax(scores(voxels)).values.map { Float($0) }
  }

  private var inUse: [[Scalar]] { usesAverages ? store.averages : store.weights }

  private func scores(_ voxels: Span<Float>) -> TrainingValue<Scalar> {
    let tape = network.forward(input(voxels), inUse, mode: .inference, shapes: shapes)
    guard let scores = tape.values[network.scores] else { preconditionFailure("it was computed") }
    return scores
  }

  package func gatherStatistics(voxels: Span<Float>) throws(EngineError) {
    plan.check(voxels: voxels.count, labels: nil, shapes)
    let tape = network.forward(input(voxels), inUse, mode: .gathering, shapes: shapes)
    for (index, moments) in tape.moments {
      let numbers = network.table.ofNode[index]
      gathered[numbers[2], default: GatheredMoments()].add(
        moments.mean.map { Double($0) }, moments.variance.map { Double($0) })
    }
  }

  package func finishStatistics() {
    for (number, moments) in gathered {
      let (mean, variance) = moments.result
      let path: WritableKeyPath<TrainingStore<Scalar>, [[Scalar]]> =
        usesAverages ? \.averages : \.weights
      store[keyPath: path][number] = mean.map { Scalar($0) }
      store[keyPath: path][number + 1] = variance.map { Scalar($0) }
    }
    gathered = [:]
  }

  package var graph: Graph { network.table.graph(plan.graph, with: store.weights.floats) }

  package var averagedGraph: Graph? {
    store.averages.isEmpty ? nil : network.table.graph(plan.graph, with: store.averages.floats)
  }

  package var state: TrainingState { store.state }

  package func restore(_ state: TrainingState) throws(EngineError) {
    try store.restore(state, engine: "reference")
    for number in gradients.indices {
      for place in gradients[number].indices { gradients[number][place] = 0 }
    }
    (pending, gathered) = ([:], [:])
  }

  private func input(_ voxels: Span<Float>) -> TrainingValue<Scalar> {
    TrainingValue(
      samples: plan.samples, shape: plan.shape, channels: plan.graph.inputChannels,
      values: voxels.indices.map { Scalar(voxels[$0]) })
  }
}

/// Mean and variance of several equally large batches, from those of each: the variance of all is the
/// mean of the variances and the variance of the means.
package struct GatheredMoments: Sendable {
  private var count = 0.0
  private var means: [Double] = []
  private var squares: [Double] = []
  private var variances: [Double] = []

  package init() {}

  /// Takes the moments of another batch.
  package mutating func add(_ mean: [Double], _ variance: [Double]) {
    if count == 0 {
      (means, squares, variances) = (mean.map { _ in 0 }, mean.map { _ in 0 }, mean.map { _ in 0 })
    }
    count += 1
    for c in mean.indices {
      // Welford's way: squares of means would lose what they differ by.
      let distance = mean[c] - means[c]
      means[c] += distance / count
      squares[c] += distance * (mean[c] - means[c])
      variances[c] += variance[c]
    }
  }

  /// The moments of all.
  package var result: (mean: [Double], variance: [Double]) {
    (means, means.indices.map { variances[$0] / count + squares[$0] / count })
  }
}

extension Array where Element: Collection, Element.Element: TrainingScalar {
  /// The same lists in single precision.
  fileprivate var floats: [[Float]] { map { list in list.map { Float($0) } } }
}

extension Span where Element == UInt8 {
  /// A copy.
  fileprivate var array: [UInt8] { indices.map { self[$0] } }
}
