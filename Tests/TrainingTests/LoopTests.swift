import EngineCore
import Glibc
import NeuralGraph
import SystemIO
import Testing
import Training
import VolumeCore
import VolumeTesting

@Suite struct `A training` {
  /// Keeps what the run tells.
  final class Listener: TrainingObserver {
    var last: Graph?
    var best: Graph?
    var bests = 0
    var restarts: [Double] = []
    var strip: TrainingStrip?
    var stopAfter: Int?
    var isStopped = false

    func didStep(_ progress: TrainingProgress, of total: Int) {
      if progress.step == stopAfter { isStopped = true }
    }

    func didRestart(_ failure: TrainingFailure, factor: Double) { restarts.append(factor) }

    func epochDidEnd(
      _ progress: TrainingProgress, last: Graph, best: Graph?, strip: TrainingStrip?
    ) throws(Explanation) {
      self.last = last
      if let best {
        self.best = best
        bests += 1
      }
      if let strip { self.strip = strip }
    }
  }

  static func recipe(averaging: Bool = true) -> TrainingRecipe {
    var recipe = TrainingCases.recipe
    recipe.augmentation.rotation = 180
    recipe.augmentation.noise = 0.02
    recipe.accumulate = 2
    if averaging { recipe.optimiser.averaging = 0.9 }
    return recipe
  }

  static func run(
    _ setup: TrainingSetup, _ path: String, _ listener: Listener,
    from checkpoint: Checkpoint? = nil,
    options: RunOptions = RunOptions(),
    factory: any TrainingEngineFactory = ReferenceTrainingFactory()
  ) throws -> TrainingProgress {
    try TrainingRun(
      setup, options, factory: factory, checkpointPath: path, observer: listener,
      stopSignal: { listener.isStopped ? SIGINT : nil }
    ).run(from: checkpoint)
  }

  @Test func `learns`() throws {
    let folder = try TemporaryFolder()
    var recipe = TrainingCases.recipe
    (recipe.epochs, recipe.steps) = (3, 40)
    let listener = Listener()
    let progress = try Self.run(
      TrainingCases.setup(recipe), folder.file("checkpoint"), listener)
    let rows = progress.history
    #expect(rows.count == 3)
    #expect(rows[2].loss < 0.7 * rows[0].loss)
    let scores = rows.compactMap(\.score)
    #expect(scores.max() ?? 0 > 0.5)
    #expect(listener.bests >= 1)
    let strip = try #require(listener.strip)
    #expect(strip.frames.count == listener.bests)
    #expect(strip.frames[0].labels.count == strip.width * strip.height)
    let csv = History.csv(rows, classes: TrainingCases.classes.classes)
    #expect(csv.split(separator: "\n").count == 4)
  }

  @Test func `shows now and then what it knows where nothing validates`() throws {
    let folder = try TemporaryFolder()
    var recipe = TrainingCases.recipe
    (recipe.epochs, recipe.steps) = (17, 1)
    let listener = Listener()
    let scan = try TrainingCases.scan(Shape3(z: 1, y: 32, x: 32))
    _ = try Self.run(
      TrainingCases.setup(recipe, scans: [scan]), folder.file("checkpoint"), listener)
    #expect(listener.bests == 1)
    #expect(listener.strip?.frames.map(\.epoch) == [2, 4, 6, 8, 10, 12, 14, 16, 17])
  }

  @Test(arguments: [1, 2, 4, 5])
  func `that is stopped goes on to the same weights, bit for bit`(step: Int) throws {
    let folder = try TemporaryFolder()
    let setup = try TrainingCases.setup(Self.recipe())
    let whole = Listener()
    let expected = try Self.run(setup, folder.file("a"), whole)

    let first = Listener()
    first.stopAfter = step
    #expect(throws: Explanation.self) { try Self.run(setup, folder.file("b"), first) }
    let checkpoint = try Checkpoint(reading: folder.file("b"))
    #expect(checkpoint.progress.step == step)
    let second = Listener()
    let progress = try Self.run(setup, folder.file("b"), second, from: checkpoint)
    #expect(second.last == whole.last)
    #expect(second.best ?? first.best == whole.best)
    for (a, b) in zip(progress.history, expected.history) {
      #expect(a.loss == b.loss && a.jaccard == b.jaccard && a.validationLoss == b.validationLoss)
    }
    #expect(progress.factors == expected.factors)
  }

  @Test func `does not depend on the number of threads that make batches`() throws {
    let folder = try TemporaryFolder()
    let setup = try TrainingCases.setup(Self.recipe())
    let (one, three) = (Listener(), Listener())
    _ = try Self.run(setup, folder.file("a"), one)
    var options = RunOptions()
    options.loaders = 3
    _ = try Self.run(setup, folder.file("b"), three, options: options)
    #expect(one.last == three.last)
  }

  @Test func `keeps the former checkpoint where the disk fills`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("checkpoint")
    let progress = TrainingProgress()
    let state = TrainingState(steps: 3, arrays: ["a": [1, 2, 3], "b": []])
    let first = Checkpoint(identity: ["x": 1], progress: progress, state: state)
    try first.write(to: path)
    let failing = FailingFiles(.write, 1, .error(ENOSPC), staysBroken: true)
    withFileOperations(failing, below: folder.path) {
      var second = first
      second.state.steps = 4
      #expect(throws: SystemError(call: "write", path: path, code: ENOSPC)) {
        try second.write(to: path)
      }
    }
    let read = try Checkpoint(reading: path)
    #expect(read.state == state)
    #expect(read.identity == ["x": 1])
    #expect(try names(inFolder: folder.path) == ["checkpoint"])
  }

  @Test func `whose disk fills at a checkpoint goes on from the former one to the same weights`()
    throws
  {
    let folder = try TemporaryFolder()
    let setup = try TrainingCases.setup(Self.recipe())
    let whole = Listener()
    _ = try Self.run(setup, folder.file("a"), whole)
    let path = folder.file("b")
    // How many writes a checkpoint takes (there are two: at the epoch's end, and as it stops); the
    // second one finds the disk full in its midst.
    let counting = FailingFiles()
    withFileOperations(counting, below: folder.path) {
      let first = Listener()
      first.stopAfter = 3
      _ = try? Self.run(setup, path, first)
    }
    let writes = (counting.counts[.write] ?? 0) / 2
    #expect(writes > 2)
    try removeFile(path)
    let failing = FailingFiles(.write, writes + writes / 2, .error(ENOSPC), staysBroken: true)
    withFileOperations(failing, below: folder.path) {
      do {
        _ = try Self.run(setup, path, Listener())
        Issue.record("it went on")
      } catch let error as Explanation {
        #expect(error.kind == .failed)
        #expect(error.what.contains(path) && error.what.contains("No space left"))
      } catch {
        Issue.record("\(error)")
      }
    }
    let left = try names(inFolder: folder.path)
    #expect(left == ["a", "b"])
    let checkpoint = try Checkpoint(reading: path)
    #expect(checkpoint.progress.step == 3)
    let second = Listener()
    _ = try Self.run(setup, path, second, from: checkpoint)
    #expect(second.last == whole.last)
  }

  @Test func `with far too large a rate says so, whatever the engine computes`() throws {
    let folder = try TemporaryFolder()
    var recipe = TrainingCases.recipe
    recipe.optimiser = OptimiserOptions(.sgd)
    recipe.schedule = .constant(1e30)
    let setup = try TrainingCases.setup(recipe)
    do {
      _ = try Self.run(setup, folder.file("a"), Listener())
      Issue.record("it went on")
    } catch let error as Explanation {
      #expect(error.what.contains("gone astray") && error.what.contains("a rate of 1e+30"))
      #expect(error.remedy.contains("--on-nan restart"))
    }
    // With half of it after the other, it gives up by itself.
    var options = RunOptions()
    options.restartsOnNaN = true
    let listener = Listener()
    do {
      _ = try Self.run(setup, folder.file("b"), listener, options: options)
      Issue.record("it went on")
    } catch let error as Explanation {
      #expect(error.what.contains("after 6 restarts"))
    }
    #expect(listener.restarts.count == 6)
  }

  @Test func `refuses a damaged checkpoint, whatever byte it is`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("checkpoint")
    let state = TrainingState(steps: 3, arrays: ["a": [1, 2, 3]])
    try Checkpoint(identity: [:], progress: TrainingProgress(), state: state).write(to: path)
    let bytes = try contents(ofFile: path)
    for place in bytes.indices {
      var changed = bytes
      changed[place] ^= 0x10
      try writeFileAtomically(path, changed)
      #expect(throws: Explanation.self) { try Checkpoint(reading: path) }
    }
    for count in 0..<bytes.count {
      try writeFileAtomically(path, Array(bytes.prefix(count)))
      #expect(throws: Explanation.self) { try Checkpoint(reading: path) }
    }
  }

  @Test func `refuses the checkpoint of other data, network or recipe`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("checkpoint")
    let setup = try TrainingCases.setup(Self.recipe())
    let first = Listener()
    first.stopAfter = 1
    #expect(throws: Explanation.self) { try Self.run(setup, path, first) }
    let checkpoint = try Checkpoint(reading: path)
    var recipe = Self.recipe()
    recipe.optimiser.beta1 = 0.8
    let other = try TrainingCases.setup(recipe)
    do {
      _ = try Self.run(other, path, Listener(), from: checkpoint)
      Issue.record("it went on")
    } catch let error as Explanation {
      #expect(error.what.contains("recipe.optimiser.beta1"))
    }
    let wider = try TrainingCases.setup(
      Self.recipe(), graph: TrainingCases.network(filters: 4))
    #expect(throws: Explanation.self) {
      try Self.run(wider, path, Listener(), from: checkpoint)
    }
  }

  @Test func `that goes astray says where, and begins again with half the rate`() throws {
    let folder = try TemporaryFolder()
    let setup = try TrainingCases.setup(Self.recipe())
    let factory = AstrayFactory(worst: 5e-3)
    do {
      _ = try Self.run(setup, folder.file("a"), Listener(), factory: factory)
      Issue.record("it went on")
    } catch let error as Explanation {
      #expect(error.what.contains("step 2, with a rate of 0.01, the gradient or the weight of out"))
    }
    var options = RunOptions()
    options.restartsOnNaN = true
    let listener = Listener()
    let progress = try Self.run(
      setup, folder.file("b"), listener, options: options, factory: factory)
    #expect(listener.restarts == [0.5])
    #expect(progress.step == 6)
    #expect(progress.history[0].rate == 5e-3)
    // Too bad even for the smallest rate: it says so, and does not try for ever.
    let hopeless = Listener()
    #expect(throws: Explanation.self) {
      try Self.run(
        setup, folder.file("c"), hopeless, options: options, factory: AstrayFactory(worst: 0))
    }
    #expect(hopeless.restarts.count == 6)
  }
}

/// A reference engine whose second step goes astray at rates above `worst`.
struct AstrayFactory: TrainingEngineFactory {
  var worst: Float
  private let base = ReferenceTrainingFactory()
  var name: String { "astray" }
  var words: String { "astray" }
  var precisions: [Precision] { [.f32] }

  init(worst: Float) { self.worst = worst }

  func byteCount(for plan: TrainingPlan) throws(EngineError) -> Int {
    try base.byteCount(for: plan)
  }

  func makeEngine(for plan: TrainingPlan) throws(EngineError) -> any TrainingEngine {
    AstrayEngine(try base.makeEngine(for: plan), worst)
  }
}

final class AstrayEngine: TrainingEngine {
  private let base: any TrainingEngine
  private let worst: Float
  private var steps = 0

  init(_ base: any TrainingEngine, _ worst: Float) {
    self.base = base
    self.worst = worst
  }

  func accumulate(
    voxels: Span<Float>, labels: Span<UInt8>, weight: Float, key: UInt64
  ) throws(EngineError) -> BatchResult {
    try base.accumulate(voxels: voxels, labels: labels, weight: weight, key: key)
  }

  func step(rate: Float) throws(EngineError) -> StepResult {
    steps += 1
    var result = try base.step(rate: rate)
    if steps == 2, rate > worst { result.notFinite = "out/kernel" }
    return result
  }

  func evaluate(
    voxels: Span<Float>, labels: Span<UInt8>
  ) throws(EngineError) -> BatchResult { try base.evaluate(voxels: voxels, labels: labels) }

  func predict(voxels: Span<Float>) throws(EngineError) -> [Float] {
    try base.predict(voxels: voxels)
  }
  func gatherStatistics(voxels: Span<Float>) throws(EngineError) {
    try base.gatherStatistics(voxels: voxels)
  }
  func finishStatistics() throws(EngineError) { try base.finishStatistics() }
  var graph: Graph { get throws(EngineError) { try base.graph } }
  var averagedGraph: Graph? { get throws(EngineError) { try base.averagedGraph } }
  var usesAverages: Bool {
    get { base.usesAverages }
    set { base.usesAverages = newValue }
  }
  var state: TrainingState { get throws(EngineError) { try base.state } }
  func restore(_ state: TrainingState) throws(EngineError) { try base.restore(state) }
}

@Suite struct `Factors to decide by` {
  @Test func `are the best there are, and 1 where they do not matter`() {
    var random = SeededRandom(seed: 4)
    var sample = DecisionSample(classes: 3)
    // A rare class that is never the likeliest, and yet known by what it has.
    for _ in 0..<4000 {
      let truth: UInt8 = UInt8.random(in: 0..<20, using: &random) == 0 ? 2 : 0
      let pore =
        truth == 2
        ? Float.random(in: 0.2..<0.4, using: &random)
        : Float.random(in: 0..<0.1, using: &random)
      sample.add([1 - pore - 0.01, 0.01, pore], labels: [truth], every: 1)
    }
    let factors = sample.factors()
    #expect(factors[0] == 1)
    #expect(sample.meanJaccard([1, 1, 1]) < 0.6)
    #expect(sample.meanJaccard(factors) > 0.99)
    // Of those as good, the nearest to 1.
    #expect(factors[2] > 1 && factors[2] < 8)
    for step in -16...16 {
      let factor = Float(exp2(Double(step) / 4))
      #expect(sample.meanJaccard([1, 1, factor]) <= sample.meanJaccard(factors) + 0.0011)
    }
  }
}
