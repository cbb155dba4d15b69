import EngineCore
import NeuralGraph
import Pipelines
import VolumeCore

/// Several cards that train as one: each has some crops of a batch, and they tell each other the sums of batch
/// normalisations, of the loss and of gradients, in the order of the cards. So all make the same step on the
/// same weights, that of one card with the whole batch but for the order of sums.
///
/// Each card has a thread of its own, since its work waits for the others'.
final class SeveralCardsTraining: TrainingEngine {
  private let plan: TrainingPlan
  private let outputVoxels: Int
  private let members: [Member]
  private let parts: [CardPart]

  var usesAverages = false {
    didSet {
      if plan.optimiser.averaging == nil { usesAverages = false }
      let value = usesAverages
      _ = try? all { engine, _ in engine.usesAverages = value }
    }
  }

  /// How many of `samples` each of `cards` takes; at most one card for each.
  static func shares(_ samples: Int, cards: Int) -> [Int] {
    let count = max(1, min(samples, cards))
    return (0..<count).map { samples / count + ($0 < samples % count ? 1 : 0) }
  }

  init(_ plan: TrainingPlan, _ sessions: [GPUSession]) throws(EngineError) {
    self.plan = plan
    outputVoxels = try plan.check(engine: "cudnn", precisions: [.f32])[plan.graph.output].voxelCount
    let samples = Self.shares(plan.samples, cards: sessions.count)
    let sums = CardExchange<Double>(cards: samples.count)
    let gradients = CardExchange<Float>(cards: samples.count)
    var parts: [CardPart] = []
    var members: [Member] = []
    for card in samples.indices {
      parts.append(
        CardPart(
          card: card, firstSample: samples[..<card].reduce(0, +), samples: samples, sums: sums,
          gradients: gradients))
      members.append(Member())
    }
    self.parts = parts
    self.members = members
    var waiting: [Member.Reply<Void>] = []
    for (card, member) in members.enumerated() {
      var own = plan
      own.samples = samples[card]
      let (session, part, ownPlan) = (sessions[card], parts[card], own)
      waiting.append(
        member.ask { box in box.engine = try CUDNNTraining(ownPlan, session, part: part) })
    }
    for reply in waiting { try reply.get() }
  }

  deinit { for member in members { member.end() } }

  // MARK: - All together

  /// What `body` gives on each card, on their own threads at once; the first failure ends all.
  private func all<Value: Sendable>(
    _ body: @escaping @Sendable (CUDNNTraining, Int) throws -> Value
  ) throws(EngineError) -> [Value] {
    let exchange = parts[0]
    let replies = members.enumerated().map { card, member in
      member.ask { box -> Value in
        guard let engine = box.engine else {
          throw EngineError.deviceFailed(engine: "cudnn", why: GPUError.otherCardFailed.explanation)
        }
        do { return try body(engine, card) } catch {
          // Whoever waits for this card's sums waits no more.
          exchange.sums.abort()
          exchange.gradients.abort()
          throw error
        }
      }
    }
    var values: [Value] = []
    var failure: EngineError?
    for reply in replies {
      do throws(EngineError) { values.append(try reply.get()) } catch {
        // The one that failed first says why; the others only that another did.
        let isOther = error == GPUError.otherCardFailed.asEngineError
        if failure == nil || (!isOther && failure == GPUError.otherCardFailed.asEngineError) {
          failure = error
        }
      }
    }
    if let failure { throw failure }
    return values
  }

  /// The part of a batch's numbers that a card has.
  private func slice<Number>(_ numbers: Span<Number>, _ card: Int) -> [Number] {
    let each = numbers.count / plan.samples
    let first = parts[card].firstSample * each
    return (first..<(first + parts[card].samples[card] * each)).map { numbers[$0] }
  }

  private func joined(_ results: [BatchResult]) -> BatchResult {
    var whole = results[0]
    for other in results.dropFirst() {
      whole.confusion = zip(whole.confusion, other.confusion).map { $0 + $1 }
      whole.ignored += other.ignored
    }
    return whole
  }

  // MARK: - The engine

  func accumulate(
    voxels: Span<Float>, labels: Span<UInt8>, weight: Float, key: UInt64
  ) throws(EngineError) -> BatchResult {
    let batches = members.indices.map { (slice(voxels, $0), slice(labels, $0)) }
    return joined(
      try all { engine, card in
        let (voxels, labels) = batches[card]
        return try engine.accumulate(
          voxels: voxels.span, labels: labels.span, weight: weight, key: key)
      })
  }

  func step(rate: Float) throws(EngineError) -> StepResult {
    try all { engine, _ in try engine.step(rate: rate) }[0]
  }

  func evaluate(
    voxels: Span<Float>, labels: Span<UInt8>
  ) throws(EngineError) -> BatchResult {
    let batches = members.indices.map { (slice(voxels, $0), slice(labels, $0)) }
    return joined(
      try all { engine, card in
        let (voxels, labels) = batches[card]
        return try engine.evaluate(voxels: voxels.span, labels: labels.span)
      })
  }

  func predict(voxels: Span<Float>) throws(EngineError) -> [Float] {
    let batches = members.indices.map { slice(voxels, $0) }
    return try all { engine, card in
      let voxels = batches[card]
      return try engine.predict(voxels: voxels.span)
    }.flatMap { $0 }
  }

  func gatherStatistics(voxels: Span<Float>) throws(EngineError) {
    let batches = members.indices.map { slice(voxels, $0) }
    _ = try all { engine, card in
      let voxels = batches[card]
      try engine.gatherStatistics(voxels: voxels.span)
    }
  }

  func finishStatistics() throws(EngineError) {
    _ = try all { engine, _ in try engine.finishStatistics() }
  }

  var graph: Graph {
    get throws(EngineError) { try first { engine in try engine.graph } }
  }

  var averagedGraph: Graph? {
    get throws(EngineError) { try first { engine in try engine.averagedGraph } }
  }

  var state: TrainingState {
    get throws(EngineError) { try first { engine in try engine.state } }
  }

  /// All have the same: the first is asked.
  private func first<Value: Sendable>(
    _ body: @escaping @Sendable (CUDNNTraining) throws -> Value
  ) throws(EngineError) -> Value {
    try members[0].ask { box -> Value in
      guard let engine = box.engine else {
        throw EngineError.deviceFailed(engine: "cudnn", why: GPUError.otherCardFailed.explanation)
      }
      return try body(engine)
    }.get()
  }

  func restore(_ state: TrainingState) throws(EngineError) {
    _ = try all { engine, _ in try engine.restore(state) }
  }
}

/// A card's thread, and what it is asked to do.
private final class Member {
  /// The engine, which stays on the thread that made it.
  final class Box: @unchecked Sendable {
    var engine: CUDNNTraining?
  }

  /// What comes of a question.
  struct Reply<Value: Sendable> {
    fileprivate let queue: BoundedQueue<Result<Value, EngineError>>

    /// Waits for it.
    func get() throws(EngineError) -> Value {
      guard let result = queue.pop() else {
        throw .deviceFailed(engine: "cudnn", why: GPUError.otherCardFailed.explanation)
      }
      return try result.get()
    }
  }

  private let questions: BoundedQueue<@Sendable () -> Void>
  private let thread: StageThread<Never>
  private let box = Box()

  init() {
    let questions = BoundedQueue<@Sendable () -> Void>(capacity: 1)
    self.questions = questions
    thread = StageThread<Never> { while let question = questions.pop() { question() } }
  }

  /// Begins `body` on the card's thread.
  func ask<Value: Sendable>(
    _ body: @escaping @Sendable (Box) throws -> Value
  ) -> Reply<Value> {
    let queue = BoundedQueue<Result<Value, EngineError>>(capacity: 1)
    let box = box
    questions.push {
      do {
        queue.push(.success(try body(box)))
      } catch let error as EngineError {
        queue.push(.failure(error))
      } catch let error as GPUError {
        queue.push(.failure(error.asEngineError))
      } catch {
        preconditionFailure("neither the engine's error nor the card's: \(error)")
      }
    }
    return Reply(queue: queue)
  }

  /// Gives the engine back on its thread, and ends that.
  func end() {
    let box = box
    questions.push { box.engine = nil }
    questions.close()
    thread.join()
  }
}
