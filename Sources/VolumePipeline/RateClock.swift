import Pipelines
import Synchronization

/// Takes the rate of a run from its first tiles: once the cores are busy, and for a second or two, so
/// that one slow tile does not decide.
final class RateClock: Sendable {
  private struct State {
    var start: Int?
    var first: Int?
    var tiles = 0
    var voxels = 0
    var isDone = false
  }
  private let state = Mutex(State())
  /// Tiles that are computed side by side, and so come at about the same time.
  private let sideBySide: Int
  private let notify: @Sendable (RunRate) -> Void

  /// The least time to be looked at.
  private static let nanoseconds = 1_500_000_000

  init(sideBySide: Int, notify: @escaping @Sendable (RunRate) -> Void) {
    self.sideBySide = sideBySide
    self.notify = notify
  }

  /// A tile is being computed.
  func begin() {
    state.withLock { state in
      if state.start == nil { state.start = monotonicNanoseconds() }
    }
  }

  /// A tile of so many voxels is computed.
  func add(voxels: Int) {
    let now = monotonicNanoseconds()
    let rate = state.withLock { state -> RunRate? in
      guard !state.isDone, let start = state.start else { return nil }
      state.tiles += 1
      // The first of each worker have the kernels to wait for.
      if state.tiles <= sideBySide {
        state.first = now
        return nil
      }
      state.voxels += voxels
      let since = now - (state.first ?? start)
      guard since >= Self.nanoseconds, (state.tiles - sideBySide) % sideBySide == 0 else {
        return nil
      }
      state.isDone = true
      var rate = RunRate(
        computedVoxelsPerSecond: Double(state.voxels) / (Double(since) / 1e9),
        source: .firstTiles(state.tiles))
      let busy = Double(sideBySide * voxels) / rate.computedVoxelsPerSecond
      rate.startSeconds = max(0, Double((state.first ?? start) - start) / 1e9 - busy)
      return rate
    }
    if let rate { notify(rate) }
  }
}
