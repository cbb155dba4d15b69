import EngineCore
import NeuralGraph
import OneDNNEngine
import Testing
import TrainingTesting
import VolumeCore

@Suite struct `Training with oneDNN` {
  static let loss = LossOptions([
    .init(.flatJaccard(epsilon: 1)), .init(.macroJaccard(epsilon: 1), classWeights: [1, 2, 3]),
    .init(.crossEntropy, factor: 0.5, classWeights: [2, 1, 1]), .init(.focal(gamma: 1.5)),
  ])

  /// One step of plain descent: what the weights change by is the gradient.
  static func plan(_ item: TrainingCase) -> TrainingPlan {
    var options = OptimiserOptions(.sgd)
    options.beta1 = 0
    return TrainingPlan(
      graph: item.graph, samples: item.samples, shape: item.shape, loss: loss, optimiser: options)
  }

  @Test(arguments: TrainingCase.all)
  func `makes the steps of the reference in single precision`(item: TrainingCase) throws {
    let plan = Self.plan(item)
    let reference = try ReferenceTrainingFactory().makeEngine(for: plan)
    for threads in [1, 2] {
      var threaded = plan
      threaded.threads = threads
      let engine = try OneDNNTrainingFactory().makeEngine(for: threaded)
      if threads > 1 { try reference.restore(try engine.state) }
      for number in 0..<2 {
        let (voxels, labels) = try plan.batch(number)
        let wanted = try reference.accumulate(
          voxels: voxels.span, labels: labels.span, weight: 0.5, key: 3)
        let found = try engine.accumulate(
          voxels: voxels.span, labels: labels.span, weight: 0.5, key: 3)
        #expect(abs(wanted.loss - found.loss) < 1e-4)
        #expect(wanted.ignored == found.ignored)
        let total = wanted.confusion.reduce(0, +)
        #expect(found.confusion.reduce(0, +) == total)
      }
      let before = try engine.state.arrays
      let wanted = try reference.step(rate: 1)
      let found = try engine.step(rate: 1)
      #expect(found.notFinite == nil)
      #expect(abs(found.gradientNorm - wanted.gradientNorm) < 1e-4 * wanted.gradientNorm)
      let (state, other) = (try engine.state, try reference.state)
      for (name, list) in other.arrays {
        let old = try #require(before[name])
        func change(_ list: [Float]) -> [Float] { zip(list, old).map { $0 - $1 } }
        let new = try #require(state.arrays[name])
        let distance = difference(change(new), change(list), atLeast: 1e-3)
        #expect(distance < 1e-4, "\(name), \(threads) threads: \(distance)")
      }
      // What was learned is seen in inference mode too.
      let (voxels, labels) = try plan.batch(5)
      let probabilities = try reference.predict(voxels: voxels.span)
      #expect(
        difference(
          try engine.predict(voxels: voxels.span), probabilities, atLeast: 1) < 1e-4)
      let judged = try engine.evaluate(voxels: voxels.span, labels: labels.span)
      let right = try reference.evaluate(voxels: voxels.span, labels: labels.span)
      #expect(abs(judged.loss - right.loss) < 1e-4)
      for engine in [engine, reference] {
        for number in 0..<3 {
          let voxels = try plan.batch(number).voxels
          try engine.gatherStatistics(voxels: voxels.span)
        }
        try engine.finishStatistics()
      }
      for (name, list) in try reference.state.arrays where name.hasPrefix("weights/") {
        let found = try #require(try engine.state.arrays[name])
        #expect(difference(found, list, atLeast: 1) < 1e-4, "\(name)")
      }
      try reference.restore(TrainingState(steps: 0, arrays: before))
    }
  }

  /// Ten steps of Adam with everything that is random.
  static func weights(threads: Int, precision: Precision = .f32) throws -> [String: [Float]] {
    var options = UNetOptions.modular
    (options.filters, options.depth, options.dropout) = (4, 2, 0.1)
    var plan = TrainingPlan(
      graph: options.graph(seed: 5), samples: 2, shape: TrainingCase.flat, loss: loss,
      precision: precision, threads: threads)
    plan.optimiser.averaging = 0.9
    let engine = try OneDNNTrainingFactory().makeEngine(for: plan)
    for number in 0..<10 {
      let (voxels, labels) = try plan.batch(number)
      _ = try engine.accumulate(
        voxels: voxels.span, labels: labels.span, weight: 1, key: UInt64(number))
      _ = try engine.step(rate: 1e-3)
    }
    return try engine.state.arrays
  }

  @Test(arguments: [1, 2])
  func `gives the same weights again, bit for bit`(threads: Int) throws {
    #expect(try Self.weights(threads: threads) == Self.weights(threads: threads))
  }

  @Test(arguments: [OptimiserOptions.Kind.adam, .adamW, .adaBelief, .sgd])
  func `optimisers make the reference's steps`(kind: OptimiserOptions.Kind) throws {
    var plan = Self.plan(TrainingCase.all[1])
    plan.optimiser = OptimiserOptions(kind)
    plan.optimiser.epsilon = 1e-3
    plan.optimiser.weightDecay = 0.1
    plan.optimiser.largestNorm = 0.05
    plan.optimiser.averaging = 0.9
    let engine = try OneDNNTrainingFactory().makeEngine(for: plan)
    let reference = try ReferenceTrainingFactory().makeEngine(for: plan)
    for number in 0..<10 {
      let (voxels, labels) = try plan.batch(number)
      for one in [engine, reference] {
        _ = try one.accumulate(
          voxels: voxels.span, labels: labels.span, weight: 1, key: UInt64(number))
        _ = try one.step(rate: 1e-2)
      }
    }
    for (name, list) in try reference.state.arrays where !name.hasPrefix("moment") {
      let found = try #require(try engine.state.arrays[name])
      #expect(difference(found, list, atLeast: 1) < 1e-4, "\(name)")
    }
  }

  /// Networks whose gradients are more than what bfloat16's roundings make of zeros.
  @Test(arguments: TrainingCase.all.prefix(8), [1, 2])
  func `goes where the reference goes in bfloat16`(item: TrainingCase, threads: Int) throws {
    guard OneDNNTrainingFactory().precisions.contains(.bf16) else { return }
    var plan = Self.plan(item)
    let reference = try ReferenceTrainingFactory().makeEngine(for: plan)
    plan.precision = .bf16
    plan.threads = threads
    let engine = try OneDNNTrainingFactory().makeEngine(for: plan)
    let before = try engine.state.arrays
    let (voxels, labels) = try plan.batch(0)
    let wanted = try reference.accumulate(
      voxels: voxels.span, labels: labels.span, weight: 1, key: 3)
    let found = try engine.accumulate(voxels: voxels.span, labels: labels.span, weight: 1, key: 3)
    #expect(abs(wanted.loss - found.loss) < 0.03 * wanted.loss)
    let norm = try reference.step(rate: 1).gradientNorm
    #expect(abs(try engine.step(rate: 1).gradientNorm - norm) < 0.2 * norm)
    var (product, a, b) = (0.0, 0.0, 0.0)
    for (name, list) in try reference.state.arrays where name.hasPrefix("weights/") {
      let old = try #require(before[name])
      let new = try #require(try engine.state.arrays[name])
      for i in list.indices {
        let (x, y) = (Double(list[i] - old[i]), Double(new[i] - old[i]))
        product += x * y
        a += x * x
        b += y * y
      }
    }
    #expect(product / (a * b).squareRoot() > 0.95, "the cosine of both gradients")
  }

  /// As a run does that was killed and goes on.
  @Test(arguments: [Precision.f32, .bf16], OptimiserOptions.Kind.allCases)
  func `goes on bit for bit from its state`(
    precision: Precision, kind: OptimiserOptions.Kind
  ) throws {
    guard OneDNNTrainingFactory().precisions.contains(precision) else { return }
    var plan = Self.plan(TrainingCase.all[4])
    plan.precision = precision
    plan.optimiser = OptimiserOptions(kind)
    plan.optimiser.averaging = 0.9
    plan.optimiser.weightDecay = 0.01
    plan.optimiser.largestNorm = 0.5
    func train(_ engine: any TrainingEngine, _ steps: Range<Int>) throws {
      for step in steps {
        for part in 0..<2 {
          let (voxels, labels) = try plan.batch(2 * step + part)
          _ = try engine.accumulate(
            voxels: voxels.span, labels: labels.span, weight: 0.5, key: UInt64(2 * step + part))
        }
        #expect(try engine.step(rate: 1e-3).notFinite == nil)
      }
    }
    let factory = OneDNNTrainingFactory()
    let whole = try factory.makeEngine(for: plan)
    try train(whole, 0..<5)
    let first = try factory.makeEngine(for: plan)
    try train(first, 0..<2)
    let second = try factory.makeEngine(for: plan)
    try second.restore(first.state)
    try train(second, 2..<5)
    #expect(try second.state == whole.state)
    #expect(try second.graph == whole.graph)
    #expect(try second.averagedGraph == whole.averagedGraph)
    #expect(try whole.averagedGraph != whole.graph)
    // Where the reference goes, moments and averages too.
    guard precision == .f32 else { return }
    let reference = try ReferenceTrainingFactory().makeEngine(for: plan)
    try train(reference, 0..<5)
    for (name, list) in try reference.state.arrays where name.hasPrefix("average/") {
      let found = try #require(whole.state.arrays[name])
      #expect(difference(found, list, atLeast: 1) < 1e-3, "\(name)")
    }
  }
}
