/// A budget of bytes that stages take from and give back to: what bounds a run's memory.
@safe public final class BytePool: @unchecked Sendable {
  private let monitor = Monitor()
  private let budget: Int
  private var used = 0
  private var isAborted = false

  /// A pool of `budget` bytes.
  public init(budget: Int) { self.budget = budget }

  /// Takes `count` bytes, waiting until they are free; `false` where the pool was aborted.
  ///
  /// More than the whole budget is given once nothing else is taken, so that no one waits for ever.
  public func take(_ count: Int) -> Bool {
    monitor.lock()
    defer { monitor.unlock() }
    while used > 0 && used + count > budget && !isAborted { monitor.wait() }
    guard !isAborted else { return false }
    used += count
    return true
  }

  /// Gives `count` bytes back.
  public func giveBack(_ count: Int) {
    monitor.lock()
    used -= count
    monitor.wakeAll()
    monitor.unlock()
  }

  /// Ends all waiting.
  public func abort() {
    monitor.lock()
    isAborted = true
    monitor.wakeAll()
    monitor.unlock()
  }
}
