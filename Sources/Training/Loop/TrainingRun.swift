import EngineCore
import NeuralGraph
import SystemIO
import VolumeCore

/// How a training is run, beside what decides about its result.
public struct RunOptions: Sendable {
  /// The numbers that values are computed in.
  public var precision = Precision.f32
  /// Cores of the engine.
  public var threads = 1
  /// Threads that make batches.
  public var loaders = 1
  /// Seconds from one checkpoint to the next, where an epoch takes longer.
  public var checkpointSeconds = 60.0
  /// Whether a training that goes astray begins again at the last checkpoint with half the rate.
  public var restartsOnNaN = false
  /// Restarts at most.
  public var largestRestarts = 6

  /// The defaults, to be changed field by field.
  public init() {}
}

/// What is made of a training while it runs; the run itself writes checkpoints and nothing else.
public protocol TrainingObserver: AnyObject {
  /// A step was made.
  func didStep(_ progress: TrainingProgress, of total: Int)

  /// A training goes on from its last checkpoint with `factor` of its rates.
  func didRestart(_ failure: TrainingFailure, factor: Double)

  /// An epoch has ended: `last` is the network now; `best` is given where it is the best so far.
  func epochDidEnd(
    _ progress: TrainingProgress, last: Graph, best: Graph?, strip: TrainingStrip?
  ) throws(Explanation)
}

/// The same crop at each best so far.
public struct TrainingStrip: Sendable {
  /// Columns.
  public var width: Int
  /// Rows.
  public var height: Int
  /// Its grey values.
  public var grey: [Float]
  /// Its labels as annotated.
  public var truth: [UInt8]
  /// As the models labelled it.
  public var frames: [StripFrame]

  /// A crop of `width` x `height` pixels, its labels as annotated and as models saw it.
  public init(
    width: Int, height: Int, grey: [Float], truth: [UInt8], frames: [StripFrame]
  ) {
    (self.width, self.height, self.grey) = (width, height, grey)
    (self.truth, self.frames) = (truth, frames)
  }
}

/// Trains: batches, steps, validation, checkpoints.
public final class TrainingRun {
  let setup: TrainingSetup
  let options: RunOptions
  let factory: any TrainingEngineFactory
  let checkpointPath: String
  let identity: JSONValue
  let stopSignal: () -> Int32?
  weak var observer: (any TrainingObserver)?
  var progress = TrainingProgress()
  private var lastGood: Checkpoint?
  private var restarts = 0
  private let clock = ContinuousClock()
  private var start: ContinuousClock.Instant
  private var lastSaved: ContinuousClock.Instant
  let validation: EvaluationTiles?
  let overTraining: EvaluationTiles

  /// A run of `setup` that keeps its checkpoint at `checkpointPath`.
  public init(
    _ setup: TrainingSetup, _ options: RunOptions, factory: any TrainingEngineFactory,
    checkpointPath: String, observer: (any TrainingObserver)?,
    stopSignal: @escaping () -> Int32? = { nil }
  ) {
    self.setup = setup
    self.options = options
    self.factory = factory
    self.checkpointPath = checkpointPath
    self.observer = observer
    self.stopSignal = stopSignal
    start = clock.now
    lastSaved = clock.now
    identity = setup.identity(precision: options.precision)
    let (scans, map, crop) = (setup.scans, setup.map, setup.crop)
    let parts = setup.partition
    validation =
      parts.validation.isEmpty
      ? nil
      : EvaluationTiles(scans, parts.validation, map, crop, limit: setup.recipe.validationCrops)
    overTraining = EvaluationTiles(
      scans, parts.training, map, crop, limit: setup.recipe.recalibrationCrops)
  }

  /// Trains to the end, from `checkpoint` on where one is given; returns how it went.
  public func run(from checkpoint: Checkpoint? = nil) throws(Explanation) -> TrainingProgress {
    if let checkpoint {
      guard checkpoint.identity == identity else {
        throw TrainingFailure.checkpointDiffers(
          path: checkpointPath, what: difference(checkpoint.identity, identity)
        ).explanation
      }
      lastGood = checkpoint
      progress.rateFactor = checkpoint.progress.rateFactor
    }
    while true {
      switch try attempt() {
      case .success: return progress
      case .failure(let failure):
        guard options.restartsOnNaN else { throw failure.explanation }
        restarts += 1
        guard restarts <= options.largestRestarts else {
          throw TrainingFailure.keepsFailing(
            step: progress.step, rate: rate(at: progress.step), restarts: restarts - 1
          ).explanation
        }
        progress.rateFactor /= 2
        observer?.didRestart(failure, factor: progress.rateFactor)
      }
    }
  }

  /// Trains from the last checkpoint on, or from the beginning.
  private func attempt() throws(Explanation) -> Result<Void, TrainingFailure> {
    let recipe = setup.recipe
    let engine = try explained { () throws(EngineError) in
      try factory.makeEngine(
        for: setup.plan(precision: options.precision, threads: options.threads))
    }
    let factor = progress.rateFactor
    progress = lastGood?.progress ?? TrainingProgress()
    progress.rateFactor = factor
    if let lastGood {
      try explained { () throws(EngineError) in try engine.restore(lastGood.state) }
    }
    (start, lastSaved) = (clock.now, clock.now)
    let total = recipe.epochs * recipe.steps
    let loader = BatchLoader(
      setup.maker, samples: recipe.batch, from: progress.step * recipe.accumulate,
      to: total * recipe.accumulate, loaders: options.loaders)
    while progress.step < total {
      if let failure = try step(engine, loader) { return .failure(failure) }
      observer?.didStep(progress, of: total)
      if progress.step % recipe.steps == 0 { try endEpoch(engine) }
      if let signal = stopSignal(), progress.step < total {
        try save(engine)
        throw Explanation(
          .stopped(signal: signal), "stopped after step \(progress.step) of \(total)",
          remedy: "t2s-volume train --continue with the run's folder goes on from here")
      }
      if (clock.now - lastSaved) / .seconds(1) > options.checkpointSeconds { try save(engine) }
    }
    return .success(())
  }

  /// The rate of step `step`, counted from 0.
  func rate(at step: Int) -> Double {
    setup.recipe.schedule.rate(at: Double(step) / Double(setup.recipe.steps)) * progress.rateFactor
  }

  /// One step: as many batches as it is made of.
  private func step(
    _ engine: any TrainingEngine, _ loader: BatchLoader
  ) throws(Explanation) -> TrainingFailure? {
    let recipe = setup.recipe
    let classes = setup.map.classes.count
    let rate = rate(at: progress.step)
    if progress.confusion.count != classes * classes {
      progress.confusion = [Int](repeating: 0, count: classes * classes)
    }
    var loss = 0.0
    for part in 0..<recipe.accumulate {
      let batch = try loader.take()
      let number = UInt64(progress.step * recipe.accumulate + part)
      var key = SeededRandom(seed: recipe.seed, 4, number)
      let result = try explained { () throws(EngineError) in
        try engine.accumulate(
          voxels: batch.voxels.span, labels: batch.labels.span,
          weight: 1 / Float(recipe.accumulate), key: key.next())
      }
      loss += result.loss / Double(recipe.accumulate)
      for cell in result.confusion.indices { progress.confusion[cell] += result.confusion[cell] }
    }
    func failure(_ what: String) -> TrainingFailure {
      .notFinite(
        step: progress.step + 1, rate: rate, what: what, loss: loss,
        gradientNorm: progress.gradientNorm)
    }
    guard loss.isFinite else { return failure("the loss") }
    let result = try explained { () throws(EngineError) in try engine.step(rate: Float(rate)) }
    if let layer = result.notFinite { return failure("the gradient or the weight of \(layer)") }
    progress.lossSum += loss
    progress.gradientNorm = result.gradientNorm
    progress.step += 1
    return nil
  }

  /// Statistics, validation, history, models, checkpoint.
  private func endEpoch(_ engine: any TrainingEngine) throws(Explanation) {
    let recipe = setup.recipe
    let classes = setup.map.classes.count
    let epoch = progress.step / recipe.steps
    let isLast = epoch == recipe.epochs
    var row = HistoryRow(
      epoch: epoch, step: progress.step,
      voxels: progress.step * recipe.accumulate * recipe.batch * setup.crop.output.voxelCount,
      seconds: seconds, rate: rate(at: progress.step - 1),
      loss: progress.lossSum / Double(recipe.steps),
      jaccard: jaccards(progress.confusion, classes: classes),
      gradientNorm: progress.gradientNorm, isBest: false)
    progress.lossSum = 0
    progress.confusion = [Int](repeating: 0, count: classes * classes)
    var best: Graph?
    var strip: TrainingStrip?
    engine.usesAverages = recipe.optimiser.averaging != nil
    defer { engine.usesAverages = false }
    if epoch % recipe.validationEvery == 0 || isLast {
      if recipe.recalibrates { try recalibrate(engine) }
      if let validation {
        let (loss, confusion) = try evaluate(engine, validation)
        row.validationLoss = loss
        row.validationJaccard = jaccards(confusion, classes: classes)
      }
      // Without a validation the last is the best: what it knows of the training data says little.
      let score = row.score ?? 0
      row.isBest = validation == nil ? isLast : score > progress.bestScore ?? -1
      if row.isBest {
        progress.bestScore = score
        progress.factors =
          recipe.choosesFactors ? try factors(engine, validation ?? overTraining) : []
        best = try trained(engine)
        strip = try self.strip(engine, epoch: epoch, score: score)
      } else if validation == nil, epoch % max(1, recipe.epochs / 8) == 0 {
        // Nothing says which is the best, so now and then one is shown.
        strip = try self.strip(engine, epoch: epoch, score: score)
      }
    }
    let last = try trained(engine)
    engine.usesAverages = false
    row.seconds = seconds
    progress.history.append(row)
    // First what others write, then the checkpoint: whoever is stopped between writes it again.
    try observer?.epochDidEnd(progress, last: last, best: best, strip: strip)
    try save(engine)
  }

  /// The network with the weights in use.
  private func trained(_ engine: any TrainingEngine) throws(Explanation) -> Graph {
    try explained { () throws(EngineError) in
      if engine.usesAverages, let averages = try engine.averagedGraph { return averages }
      return try engine.graph
    }
  }

  /// Seconds of work on this training, all starts together.
  private var seconds: Double { progress.seconds + (clock.now - start) / .seconds(1) }

  /// Writes a checkpoint; a failure is the disk's, and the former checkpoint is still there.
  private func save(_ engine: any TrainingEngine) throws(Explanation) {
    var saved = progress
    saved.seconds = seconds
    let state = try explained { () throws(EngineError) in try engine.state }
    let checkpoint = Checkpoint(identity: identity, progress: saved, state: state)
    try explained { () throws(SystemError) in try checkpoint.write(to: checkpointPath) }
    lastGood = checkpoint
    lastSaved = clock.now
  }
}
