/// One thing that a thread or a card did: what, when, and on what.
public struct WorkSpan: Hashable, Sendable {
  /// "read", "decode", "submit".
  public var name: String
  /// When it began, by the observer's clock.
  public var start: Int
  /// When it ended.
  public var end: Int
  /// The tile that it was done for, by its place in the plan's order.
  public var tile: Int?
  /// The bytes that it was done on.
  public var byteCount: Int?
  /// How many others of its lane it lies in: 0 for what stands alone.
  public var depth = 0

  /// Something that was done from `start` to `end`.
  public init(_ name: String, start: Int, end: Int, tile: Int? = nil, byteCount: Int? = nil) {
    self.name = name
    self.start = start
    self.end = end
    self.tile = tile
    self.byteCount = byteCount
  }

  /// Nanoseconds from beginning to end.
  public var nanoseconds: Int { max(0, end - start) }
}

/// Where things are done one after the other: a thread, or a stream of a card.
public struct WorkLane: Hashable, Sendable {
  /// Whose it is: "host", "NVIDIA H100 (0)".
  public var owner: String
  /// "reader", "network".
  public var name: String

  /// The lane `name` of `owner`.
  public init(_ name: String, of owner: String = WorkLane.host) {
    self.owner = owner
    self.name = name
  }

  /// Who owns the threads.
  public static let host = "host"

  /// "reader", "network of NVIDIA H100 (0)".
  public var words: String { owner == Self.host ? name : "\(name) of \(owner)" }
}

/// Who is told what threads do, and by whose clock they do it: what writes a trace, and what lets time
/// be a model's.
///
/// It watches the threads that were begun below `Timeline.observed`, and no others.
public protocol WorkObserver: AnyObject, Sendable {
  /// The time.
  var nanoseconds: Int { get }
  /// Work is done, and its end not yet noted: a model of time lets it last as long as it should.
  func lasts(_ name: String, byteCount: Int?)
  /// Something was done.
  func note(_ span: WorkSpan, on lane: WorkLane)
  /// A thread is about to begin; told by the one that begins it.
  func threadBegins()
  /// The calling thread is about to end.
  func threadEnds()
  /// The calling thread is about to wait for another.
  func threadWaits()
  /// One that waits has been given what it waits for; told by who gives it.
  func threadWakes()
}

extension WorkObserver {
  /// The machine's monotonic clock.
  public var nanoseconds: Int { machineNanoseconds() }
  /// What is done lasts as long as it does.
  public func lasts(_ name: String, byteCount: Int?) {}
  /// Nothing hangs on it.
  public func threadBegins() {}
  /// Nothing hangs on it.
  public func threadEnds() {}
  /// Nothing hangs on it.
  public func threadWaits() {}
  /// Nothing hangs on it.
  public func threadWakes() {}
}
