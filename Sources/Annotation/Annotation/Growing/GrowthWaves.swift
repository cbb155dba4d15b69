import Synchronization
import SystemIO

/// Which blocks a growth has still to work on: wave after wave, those that have news.
///
/// From time to time, and before each wave, what is still to be done is handed to `keep`. Until it is
/// handed over again, no block is worked on that is not among it; so whoever goes on from there works
/// on these blocks and on their neighbours, who may have missed their news.
final class GrowthWaves: Sendable {
  /// Keeps what is still to be done.
  typealias Keeping =
    @Sendable (_ pending: [Int], _ fresh: [Int], _ visits: Int) throws(SystemError)
    -> Void

  private struct State {
    /// Blocks of this wave that nobody has begun: they will look at their neighbours' faces anyway.
    var coming: Set<Int> = []
    /// Blocks of this wave that are not done.
    var open: Set<Int> = []
    /// Blocks that are to be worked on in the next wave.
    var news: Set<Int>
    /// Blocks that were never worked on.
    var fresh: Set<Int>
    var visits = 0

    var pending: [Int] { open.union(news).sorted() }
  }

  private let state: Mutex<State>
  private let lastKept = Mutex(ContinuousClock.now)
  private let interval: Duration
  private let keep: Keeping?

  /// Begins with the blocks `pending`, of which `fresh` were never worked on.
  init(pending: [Int], fresh: [Int], keepingEvery interval: Duration, _ keep: Keeping?) {
    state = Mutex(State(news: Set(pending), fresh: Set(fresh)))
    self.interval = interval
    self.keep = keep
  }

  /// How often a block was worked on.
  var visits: Int { state.withLock { $0.visits } }

  /// The blocks of the next wave, with those of the last that were left; empty at the end.
  func next() throws(SystemError) -> [Int] {
    let wave = state.withLock { state in
      let wave = state.pending
      (state.coming, state.open, state.news) = (Set(wave), Set(wave), [])
      return wave
    }
    if !wave.isEmpty { try keepNow() }
    return wave
  }

  /// Says that `block` is being worked on.
  func begin(_ block: Int) { state.withLock { _ = $0.coming.remove(block) } }

  /// Says that `block` is done and has news for `receivers`; returns whether it was the first time.
  func end(_ block: Int, news receivers: Set<Int>) throws(SystemError) -> Bool {
    let isFirst = state.withLock { state in
      state.news.formUnion(receivers.subtracting(state.coming))
      state.open.remove(block)
      state.visits += 1
      return state.fresh.remove(block) != nil
    }
    let now = ContinuousClock.now
    let isDue = lastKept.withLock { last in
      guard keep != nil, now - last >= interval else { return false }
      last = now
      return true
    }
    if isDue { try keepNow() }
    return isFirst
  }

  private let keeping = Mutex(())

  /// Keeps what is still to be done now; one thread after the other, so that the later is the later.
  private func keepNow() throws(SystemError) {
    guard let keep else { return }
    try keeping.withLock { _ throws(SystemError) in
      let (pending, fresh, visits) = state.withLock { ($0.pending, $0.fresh.sorted(), $0.visits) }
      try keep(pending, fresh, visits)
    }
  }
}
