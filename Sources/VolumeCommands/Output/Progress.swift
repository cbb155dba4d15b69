import Synchronization

/// Says how far the work is: on a terminal in one line that is written over, elsewhere in a line
/// for every tenth part, 2 seconds apart at least, or every 30 seconds.
public final class Progress: Sendable {
  /// What is counted.
  public enum Unit: Hashable, Sendable {
    /// Voxels, of so many bytes each.
    case voxels
    /// Bytes.
    case bytes
  }
  private struct State {
    var done = 0
    var nextTenth = 1
    var lastSaid: ContinuousClock.Instant
  }
  private let console: Console
  private let what: String
  private let total: Int
  private let bytesPerVoxel: Int
  private let unit: Unit
  private let start: ContinuousClock.Instant
  private let alreadyDone: Int
  private let state: Mutex<State>

  /// Of `total` voxels, `done` are there from an earlier run.
  public init(
    _ console: Console, _ what: String, total: Int, done: Int = 0, bytesPerVoxel: Int = 1,
    unit: Unit = .voxels
  ) {
    self.console = console
    self.what = what
    self.total = max(total, 1)
    self.bytesPerVoxel = bytesPerVoxel
    self.unit = unit
    alreadyDone = done
    start = ContinuousClock.now
    state = Mutex(State(done: done, nextTenth: done * 10 / max(total, 1) + 1, lastSaid: start))
  }

  /// Seconds since the work began.
  public var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }

  /// `count` more voxels are done.
  public func add(_ count: Int) {
    let now = ContinuousClock.now
    let line = state.withLock { state -> String? in
      state.done += count
      let pause = now - state.lastSaid
      let tenth = state.done * 10 / total
      let isDue =
        console.isTerminal
        ? pause >= .milliseconds(200)
        : tenth >= state.nextTenth && pause >= .seconds(2) || pause >= .seconds(30)
      guard isDue, state.done < total else { return nil }
      state.lastSaid = now
      state.nextTenth = tenth + 1
      return words(done: state.done, at: now)
    }
    guard let line else { return }
    if console.isTerminal { console.update(line) } else { console.note(line) }
  }

  private func words(done: Int, at now: ContinuousClock.Instant) -> String {
    let seconds = (now - start) / .seconds(1)
    let rate = Double(done - alreadyDone) / max(seconds, 1e-6)
    let left = Double(total - done) / max(rate, 1e-6)
    return "\(what) \(done * 100 / total) %, "
      + (unit == .voxels ? "\(Words.rate(rate)), " : "")
      + "\(Words.bytes(Int(rate) * bytesPerVoxel))/s, \(Words.duration(left)) left"
  }

  /// Ends the line on a terminal.
  public func end() { console.closeLine() }
}
