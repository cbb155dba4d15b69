import EngineCore
import NeuralGraph
import Synchronization
import VolumeCore

/// Makes engines of which every n-th tile is computed again by another engine, in single precision,
/// before anybody has it: what shows that a card still computes what it did at its self-check.
///
/// Labels that rounding explains may differ; a tile with others ends the run and is never written.
public struct VerifyingFactory: EngineFactory {
  private let inner: any EngineFactory
  private let checker: any EngineFactory
  private let distance: Int
  /// What was found so far, of all engines that were made.
  public let tally: VerificationTally

  /// - Parameters:
  ///   - inner: whose tiles they are.
  ///   - checker: computes them again.
  ///   - distance: every which tile: 1 is every tile. The first is one of them.
  public init(_ inner: any EngineFactory, checkedBy checker: any EngineFactory, every distance: Int)
  {
    precondition(distance > 0)
    self.inner = inner
    self.checker = checker
    self.distance = distance
    tally = VerificationTally(every: distance, by: "\(checker.words), f32")
  }

  /// Those of the engine that is checked.
  public var name: String { inner.name }
  /// Those of the engine that is checked.
  public var words: String { inner.words }
  /// That of the engine that is checked.
  public var hasOwnDevice: Bool { inner.hasOwnDevice }
  /// Those of the engine that is checked.
  public var precisions: [Precision] { inner.precisions }
  /// That of the engine that is checked.
  public var byteArithmetic: ByteArithmetic { inner.byteArithmetic }
  /// That of the engine that is checked.
  public var obstacle: Explanation? { inner.obstacle }

  /// By the engine that is checked.
  public func quantisation(
    for plan: ExecutionPlan, tiles: [CalibrationTile]
  ) throws(EngineError) -> Quantisation {
    try inner.quantisation(for: plan, tiles: tiles)
  }

  /// Of the engine that is checked.
  public func calibrationByteCount(for plan: ExecutionPlan) throws(EngineError) -> Int {
    try inner.calibrationByteCount(for: plan)
  }

  /// That of the engine that is checked, or of the one that checks.
  public func obstacle(to graph: Graph) -> Explanation? {
    inner.obstacle(to: graph) ?? checker.obstacle(to: graph)
  }

  /// Both engines, and a tile between them.
  public func byteCount(for plan: ExecutionPlan, slots: Int) throws(EngineError) -> Int {
    let tile = plan.shapes.map(\.voxelCount).max() ?? 0
    return try inner.byteCount(for: plan, slots: slots)
      + checker.byteCount(for: Self.checking(plan), slots: 1)
      + slots * tile * plan.voxelType.byteCount + tile
  }

  /// That of the engine that is checked.
  public func deviceShortage(
    for plan: ExecutionPlan, slots: Int
  ) throws(EngineError) -> Explanation? { try inner.deviceShortage(for: plan, slots: slots) }

  /// An engine whose tiles are checked when they are collected.
  public func makeEngine(
    for plan: ExecutionPlan, slots: Int
  ) throws(EngineError) -> any InferenceEngine {
    VerifyingEngine(
      try inner.makeEngine(for: plan, slots: slots), named: inner.name, plan,
      try checker.makeEngine(for: Self.checking(plan), slots: 1), every: distance, tally)
  }

  /// The same tiles, in single precision, with scores.
  private static func checking(_ plan: ExecutionPlan) -> ExecutionPlan {
    var plan = plan
    plan.precision = .f32
    plan.output = .scores
    return plan
  }
}

/// What was found of tiles that were computed again while a run went on.
public final class VerificationTally: Sendable {
  /// Every which tile is computed again.
  public let distance: Int
  /// What computes them.
  public let words: String
  private let state = Mutex<(tiles: Int, agreement: Agreement)>((0, Agreement()))

  init(every distance: Int, by words: String) {
    self.distance = distance
    self.words = words
  }

  /// Tiles that were computed again.
  public var tiles: Int { state.withLock { $0.tiles } }
  /// How far their labels agree.
  public var agreement: Agreement { state.withLock { $0.agreement } }

  fileprivate func add(_ agreement: Agreement) {
    state.withLock {
      $0.tiles += 1
      $0.agreement += agreement
    }
  }
}

/// Hands on what another engine computes, and computes some of it again.
private final class VerifyingEngine: InferenceEngine {
  private let inner: any InferenceEngine
  private let name: String
  private let plan: ExecutionPlan
  private let checker: any InferenceEngine
  private let distance: Int
  private let tally: VerificationTally
  private let tie: Float
  private var submitted = 0
  /// The tiles in flight that are to be computed again.
  private var waiting: [Int: (shape: Shape3, voxels: [UInt8])] = [:]

  init(
    _ inner: any InferenceEngine, named name: String, _ plan: ExecutionPlan,
    _ checker: any InferenceEngine, every distance: Int, _ tally: VerificationTally
  ) {
    self.inner = inner
    self.name = name
    self.plan = plan
    self.checker = checker
    self.distance = distance
    self.tally = tally
    tie = max(Agreement.tieDistance(.f32), Agreement.tieDistance(plan.precision))
  }

  func submit(_ slot: Int, shape: Shape3, _ voxels: RawSpan) throws(EngineError) {
    if submitted % distance == 0 {
      waiting[slot] = (shape, unsafe voxels.withUnsafeBytes { unsafe Array($0) })
    }
    submitted += 1
    try inner.submit(slot, shape: shape, voxels)
  }

  func whenComputed(_ notify: @escaping @Sendable (Int) -> Void) { inner.whenComputed(notify) }

  func collect(
    _ slot: Int, _ body: (RawSpan) throws(EngineError) -> Void
  ) throws(EngineError) {
    let tile = waiting.removeValue(forKey: slot)
    try inner.collect(slot) { bytes throws(EngineError) in
      if let tile { try check(tile.shape, tile.voxels, found: labels(bytes)) }
      try body(bytes)
    }
  }

  private func check(
    _ shape: Shape3, _ voxels: [UInt8], found: [UInt8]
  ) throws(EngineError) {
    let box = Region(plan.outputShape(for: shape))
    var agreement = Agreement()
    try checker.submit(0, shape: shape, unsafe voxels.span.bytes)
    try checker.collect(0) { scores throws(EngineError) in
      agreement = Recomputation.compare(
        found, box, with: scores, of: box, classes: plan.graph.classCount, tie: tie)
    }
    tally.add(agreement)
    // A label that the network does not have is wrong whatever the scores.
    let wrong = agreement.beyondTies + agreement.notComputed
    guard wrong > 0 else { return }
    throw .deviceFailed(
      engine: name,
      why: Explanation(
        .failed,
        "a tile computed again by \(tally.words) has other labels in \(wrong) of "
          + "\(box.voxelCount) voxels, and rounding does not explain it: scores are up to "
          + "\(agreement.largestDistance) apart, \(tie) is allowed",
        remedy: "the tile was not written; trust no other of this run (\(tally.tiles - 1) were "
          + "computed again and agree): look at t2s-volume gpu selftest, and begin anew with "
          + "--engine onednn --overwrite"))
  }

  /// The labels that an output stands for: of equal scores the first class counts.
  private func labels(_ output: RawSpan) -> [UInt8] {
    unsafe output.withUnsafeBytes { bytes in
      guard plan.output == .scores else { return unsafe Array(bytes) }
      let classes = plan.graph.classCount
      let scores = unsafe bytes.assumingMemoryBound(to: Float.self)
      return (0..<(scores.count / classes)).map { voxel in
        var best = 0
        for label in 1..<max(classes, 1)
        where unsafe scores[voxel * classes + label] > scores[voxel * classes + best] {
          best = label
        }
        return UInt8(best)
      }
    }
  }
}
