import EngineCore
import NeuralGraph
import OneDNNEngine
import Testing
import TrainingTesting
import VolumeCore

@Suite struct `An engine that trains` {
  static let engines: [String] = ["reference", "onednn"]

  static func plan(averaging: Float? = nil) -> TrainingPlan {
    var options = OptimiserOptions()
    options.averaging = averaging
    return TrainingPlan(
      graph: TrainingCase.network { _ in }, samples: 2, shape: Shape3(z: 1, y: 8, x: 8),
      loss: LossOptions([.init(.crossEntropy)]), optimiser: options)
  }

  static func make(_ name: String, _ plan: TrainingPlan) throws -> any TrainingEngine {
    let factories: [any TrainingEngineFactory] = [
      ReferenceTrainingFactory(), OneDNNTrainingFactory(),
    ]
    return try #require(factories.first { $0.name == name }).makeEngine(for: plan)
  }

  @Test(arguments: engines)
  func `changes nothing by numbers that are none, and says where they were`(
    name: String
  ) throws {
    let plan = Self.plan()
    let engine = try Self.make(name, plan)
    var (voxels, labels) = try plan.batch(1)
    let before = try engine.state
    voxels[5] = .nan
    let result = try engine.accumulate(
      voxels: voxels.span, labels: labels.span, weight: 1, key: 1)
    #expect(result.loss.isNaN)
    let step = try engine.step(rate: 1e-3)
    #expect(step.notFinite != nil)
    #expect(try engine.state == before)
    voxels[5] = 0
    _ = try engine.accumulate(voxels: voxels.span, labels: labels.span, weight: 1, key: 1)
    #expect(try engine.step(rate: 1e-3).notFinite == nil)
    #expect(try engine.state != before)
    labels = labels.map { _ in 255 }
    let nothing = try engine.evaluate(voxels: voxels.span, labels: labels.span)
    #expect(nothing.loss == 0 && nothing.ignored == labels.count)
  }

  @Test(arguments: engines)
  func `learns a batch by heart`(name: String) throws {
    let plan = Self.plan(averaging: 0.9)
    let engine = try Self.make(name, plan)
    let (voxels, labels) = try plan.batch(1)
    var losses: [Double] = []
    for step in 0..<60 {
      losses.append(
        try engine.accumulate(
          voxels: voxels.span, labels: labels.span, weight: 1, key: UInt64(step)
        ).loss)
      _ = try engine.step(rate: 1e-2)
    }
    #expect(losses[59] < 0.4 * losses[0])
    try engine.gatherStatistics(voxels: voxels.span)
    try engine.finishStatistics()
    let own = try engine.evaluate(voxels: voxels.span, labels: labels.span).loss
    // With the batch's own statistics inference is training.
    #expect(abs(own - losses[59]) < 0.1)
    engine.usesAverages = true
    try engine.gatherStatistics(voxels: voxels.span)
    try engine.finishStatistics()
    let averaged = try engine.evaluate(voxels: voxels.span, labels: labels.span).loss
    #expect(averaged != own && averaged < 0.6 * losses[0])
    engine.usesAverages = false
    #expect(try engine.evaluate(voxels: voxels.span, labels: labels.span).loss == own)
  }

  @Test(arguments: engines)
  func `refuses the state of another network`(name: String) throws {
    let engine = try Self.make(name, Self.plan())
    var state = try engine.state
    state.arrays["weights/out/bias"] = [1]
    #expect(throws: EngineError.self) { try engine.restore(state) }
    state.arrays["weights/out/bias"] = nil
    #expect(throws: EngineError.self) { try engine.restore(state) }
    let other = try Self.make(name, Self.plan(averaging: 0.5))
    #expect(throws: EngineError.self) { try engine.restore(other.state) }
  }

  @Test func `refuses what cannot be`() {
    var plan = Self.plan()
    plan.samples = 0
    for factory in [
      ReferenceTrainingFactory() as any TrainingEngineFactory, OneDNNTrainingFactory(),
    ] {
      #expect(throws: EngineError.self) { try factory.makeEngine(for: plan) }
      #expect(throws: EngineError.self) { try factory.byteCount(for: plan) }
    }
    plan.samples = 1
    plan.loss = LossOptions([.init(.crossEntropy, classWeights: [1, 2])])
    #expect(throws: EngineError.self) { try ReferenceTrainingFactory().makeEngine(for: plan) }
    plan.loss = LossOptions()
    plan.shape.x = 9
    #expect(throws: EngineError.self) { try OneDNNTrainingFactory().makeEngine(for: plan) }
  }
}
