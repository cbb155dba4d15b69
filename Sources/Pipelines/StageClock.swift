import Synchronization
import SystemIO

/// How long a stage worked, as opposed to waited.
public final class StageClock: Sendable {
  private let nanoseconds = Atomic<Int>(0)

  /// No time yet.
  public init() {}

  /// Runs `work` and adds the time it took.
  public func time<Value: ~Copyable, Failure>(
    _ work: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let start = monotonicNanoseconds()
    defer { nanoseconds.add(monotonicNanoseconds() - start, ordering: .relaxed) }
    return try work()
  }

  /// Adds time that was measured elsewhere.
  public func add(nanoseconds count: Int) { nanoseconds.add(count, ordering: .relaxed) }

  /// The time so far.
  public var seconds: Double { Double(nanoseconds.load(ordering: .relaxed)) / 1e9 }
}

/// The monotonic clock, or that of who watches the calling thread.
public func monotonicNanoseconds() -> Int { Timeline.nanoseconds }
