import Synchronization

/// The order in which stages began and ended their work on tiles, for tests.
public final class Trace: Sendable {
  /// One thing that happened.
  public struct Event: Hashable, Sendable {
    /// "read", "infer", "write".
    public var stage: String
    /// The tile's place in the order of the plan.
    public var tile: Int
    /// Whether the stage began on it; else it ended.
    public var begins: Bool
  }

  private let list = Mutex<[Event]>([])

  /// Nothing has happened.
  public init() {}

  /// What happened so far, in order.
  public var events: [Event] { list.withLock { $0 } }

  /// Notes that `stage` begins on, or is done with, `tile`.
  public func note(_ stage: String, _ tile: Int, begins: Bool) {
    list.withLock { $0.append(Event(stage: stage, tile: tile, begins: begins)) }
  }
}
