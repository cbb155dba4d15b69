import Glibc

/// What the calling thread is doing, told to an observer where there is one; else it costs next to nothing.
///
///     Timeline.observed(by: trace, lane: "reader") {
///       try Timeline.work("read", byteCount: 4096) { try file.read(…) }
///     }
///
/// A thread has the observer of the one that began it (`Timeline.heir`), so that two runs of one process
/// are watched apart, and all other threads not at all.
public enum Timeline {
  /// The calling thread's observer.
  public static var observer: (any WorkObserver)? { current?.observer }

  /// The tile that the calling thread works on.
  public static var tile: Int? { current?.tile }

  /// The time: the observer's, else the machine's.
  public static var nanoseconds: Int { current?.observer.nanoseconds ?? machineNanoseconds() }

  /// Lets `observer` watch the calling thread, and those that it begins, while `body` runs.
  public static func observed<Value: ~Copyable, Failure>(
    by observer: any WorkObserver, lane: String, _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try working(ThreadWork(observer, WorkLane(lane)), body)
  }

  /// Does something, and tells what.
  ///
  /// - Parameter tile: what it and all in it are done for; `nil`: what the thread was working on.
  public static func work<Value: ~Copyable, Failure>(
    _ name: String, byteCount: Int? = nil, tile: Int? = nil,
    _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    guard let thread = current, !thread.isTelling else { return try body() }
    return try thread.work(name, byteCount, tile, body)
  }

  /// Tells what was done elsewhere: by a card.
  public static func note(_ span: WorkSpan, on lane: WorkLane) {
    guard let thread = current, !thread.isTelling else { return }
    thread.tell { $0.note(span, on: lane) }
  }

  /// What a thread that is about to be begun inherits; `nil` where nobody watches.
  ///
  /// - Parameter lane: what the thread is called; `nil`: after the calling one and `number`.
  public static func heir(lane: String? = nil, number: Int = 2) -> Heir? {
    guard let thread = current else { return nil }
    thread.observer.threadBegins()
    let name = lane ?? "\(thread.lane.name) \(number)"
    return Heir(work: ThreadWork(thread.observer, WorkLane(name), tile: thread.tile))
  }

  /// What a thread inherits from the one that begins it; used once.
  public struct Heir: @unchecked Sendable {
    fileprivate let work: ThreadWork

    /// Runs the new thread's `body`; `atEnd` tells others that it is done.
    public func run(_ body: () -> Void, atEnd: () -> Void = {}) {
      Timeline.working(work) {
        body()
        atEnd()
        work.observer.threadEnds()
      }
    }

    /// The thread could not be made.
    public func isNotBegun() { work.observer.threadEnds() }
  }

  // MARK: - The calling thread's

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    unsafe pthread_key_create(&key, nil)
    return key
  }()

  fileprivate static var current: ThreadWork? {
    guard let place = unsafe pthread_getspecific(key) else { return nil }
    return unsafe Unmanaged<ThreadWork>.fromOpaque(place).takeUnretainedValue()
  }

  fileprivate static func working<Value: ~Copyable, Failure>(
    _ work: ThreadWork, _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let before = unsafe pthread_getspecific(key)
    unsafe pthread_setspecific(key, Unmanaged.passUnretained(work).toOpaque())
    defer {
      unsafe pthread_setspecific(key, before)
      withExtendedLifetime(work) {}
    }
    return try body()
  }
}

/// What a thread is doing; touched by that thread alone.
private final class ThreadWork {
  let observer: any WorkObserver
  let lane: WorkLane
  var tile: Int?
  /// While the observer is being told something, what it does itself is not told.
  var isTelling = false
  private var depth = 0

  init(_ observer: any WorkObserver, _ lane: WorkLane, tile: Int? = nil) {
    self.observer = observer
    self.lane = lane
    self.tile = tile
  }

  func tell(_ body: (any WorkObserver) -> Void) {
    isTelling = true
    body(observer)
    isTelling = false
  }

  func work<Value: ~Copyable, Failure>(
    _ name: String, _ byteCount: Int?, _ tile: Int?, _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let outer = self.tile
    if let tile { self.tile = tile }
    var span = WorkSpan(
      name, start: observer.nanoseconds, end: 0, tile: self.tile, byteCount: byteCount)
    span.depth = depth
    depth += 1
    defer {
      depth -= 1
      tell {
        $0.lasts(name, byteCount: byteCount)
        span.end = $0.nanoseconds
        $0.note(span, on: lane)
      }
      self.tile = outer
    }
    return try body()
  }
}

/// The machine's monotonic clock.
public func machineNanoseconds() -> Int {
  var time = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  return time.tv_sec * 1_000_000_000 + time.tv_nsec
}
