import EngineCore
import NeuralGraph
import VolumeCore

/// Several cards as one engine. Slots belong to cards in turn: a card that is done sooner has its slots back
/// sooner, and so gets more of the tiles.
///
/// One thread begins the work of all cards; beginning a tile takes a thousandth of what a card computes on it.
final class SeveralCards: InferenceEngine {
  private let engines: [CUDNNEngine]

  /// An engine for each card that has a slot.
  init(
    _ plan: ExecutionPlan, _ lowering: GPULowering, _ sessions: [GPUSession], slots: Int,
    file: PlanFile? = nil, trusting: Bool = false
  ) throws(GPUError) {
    var engines: [CUDNNEngine] = []
    for (card, session) in sessions.enumerated() {
      let share = Self.share(of: card, cards: sessions.count, slots: slots)
      guard share > 0 else { break }
      engines.append(
        try CUDNNEngine(plan, lowering, session, slots: share, file: file, trusting: trusting))
    }
    self.engines = engines
  }

  /// How many of `slots` a card has.
  static func share(of card: Int, cards: Int, slots: Int) -> Int {
    (slots - card + cards - 1) / cards
  }

  func submit(_ slot: Int, shape: Shape3, _ voxels: RawSpan) throws(EngineError) {
    try engines[slot % engines.count].submit(slot / engines.count, shape: shape, voxels)
  }

  func whenComputed(_ notify: @escaping @Sendable (Int) -> Void) {
    let count = engines.count
    for (card, engine) in engines.enumerated() {
      engine.whenComputed { notify($0 * count + card) }
    }
  }

  func collect(
    _ slot: Int, _ body: (RawSpan) throws(EngineError) -> Void
  ) throws(EngineError) {
    try engines[slot % engines.count].collect(slot / engines.count, body)
  }
}
