import EngineCore
import Training
import VolumeCore

/// How fast a training goes on this machine, measured over a few steps that are then forgotten.
struct TrainingPace {
  private let setup: TrainingSetup
  private let options: RunOptions
  private let factory: any TrainingEngineFactory

  init(_ setup: TrainingSetup, _ options: RunOptions, _ factory: any TrainingEngineFactory) {
    self.setup = setup
    self.options = options
    self.factory = factory
  }

  /// Steps measured after the first, which prepares much.
  private static let steps = 8

  /// The epochs that fit into `minutes`, at least one.
  func epochs(in minutes: Double, _ context: CommandContext) throws(Explanation) -> Int {
    let recipe = setup.recipe
    let engine = try explained { () throws(EngineError) in
      try factory.makeEngine(
        for: setup.plan(precision: options.precision, threads: options.threads))
    }
    let clock = ContinuousClock()
    var batches: [TrainingBatch] = []
    let made = try clock.measured { () throws(Explanation) in
      for number in 0...Self.steps {
        let batch = try explained { () throws(TrainingDataError) in
          try setup.maker.batch(step: number, samples: recipe.batch)
        }
        batches.append(batch)
      }
    }
    func run(_ batch: TrainingBatch) throws(Explanation) {
      try explained { () throws(EngineError) in
        _ = try engine.accumulate(
          voxels: batch.voxels.span, labels: batch.labels.span, weight: 1, key: 1)
        _ = try engine.step(rate: 0)
      }
    }
    try run(batches[0])
    let trained = try clock.measured { () throws(Explanation) in
      for batch in batches.dropFirst() { try run(batch) }
    }
    // Batches are made while others are trained on, by cores that then do less of that; or by others.
    let seconds =
      factory.leavesProcessorFree
      ? max(trained, made / Double(options.loaders)) : trained + 0.5 * made
    let batch = seconds / Double(Self.steps)
    let tiles = setup.partition.validation.isEmpty ? 0 : recipe.validationCrops
    let looked = Double((recipe.recalibrationCrops + 2 * tiles) / recipe.batch) / 3
    let epoch = batch * (Double(recipe.steps * recipe.accumulate) + looked)
    let epochs = max(1, Int(minutes * 60 / epoch))
    context.console.note(
      "\(Words.fixed(batch, 3)) s a batch: \(epochs) epochs in \(Words.duration(minutes * 60))")
    return epochs
  }
}

extension ContinuousClock {
  /// The seconds that `body` takes.
  func measured<Failure>(_ body: () throws(Failure) -> Void) throws(Failure) -> Double {
    let start = now
    try body()
    return (now - start) / .seconds(1)
  }
}
