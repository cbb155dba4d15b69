import Glibc
import SystemIO

/// A thread of its own for one stage of a pipeline; everything that a stage does may block.
@safe public final class StageThread<Failure: Error>: @unchecked Sendable {
  private var thread = pthread_t()
  private var isJoined = false
  private let result = StageResult<Failure>()

  /// Starts `body` on a new thread, which is watched where the calling one is.
  ///
  /// - Parameter lane: what it is called by who watches; `nil`: after the calling thread.
  public init(lane: String? = nil, _ body: sending @escaping () throws(Failure) -> Void) {
    let start = StageStart(body: body, result: result, heir: Timeline.heir(lane: lane))
    let context = unsafe Unmanaged.passRetained(start).toOpaque()
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    unsafe pthread_attr_setstacksize(&attributes, 8 << 20)
    let status = unsafe pthread_create(
      &thread, &attributes,
      { context in
        guard let context = unsafe context else { return nil }
        unsafe Unmanaged<AnyStageStart>.fromOpaque(context).takeRetainedValue().run()
        return nil
      }, context)
    unsafe pthread_attr_destroy(&attributes)
    precondition(status == 0, "the system gives no more threads (\(status))")
  }

  /// Waits for the end of the thread and throws what its body threw; may be called once.
  public func join() throws(Failure) {
    precondition(!isJoined, "a stage is joined once")
    isJoined = true
    result.wait()
    pthread_join(thread, nil)
    if let failure = result.failure { throw failure }
  }

  deinit { if !isJoined { pthread_detach(thread) } }
}

/// Where a stage leaves its error; read after the thread has ended.
private final class StageResult<Failure: Error>: @unchecked Sendable {
  var failure: Failure?
  private let monitor = Monitor()
  private var isThere = false

  func wait() {
    monitor.lock()
    while !isThere { monitor.wait() }
    monitor.unlock()
  }

  func arrive() {
    monitor.lock()
    isThere = true
    monitor.wakeAll()
    monitor.unlock()
  }
}

private class AnyStageStart {
  func run() {}
}

private final class StageStart<Failure: Error>: AnyStageStart {
  let body: () throws(Failure) -> Void
  let result: StageResult<Failure>
  let heir: Timeline.Heir?

  init(
    body: @escaping () throws(Failure) -> Void, result: StageResult<Failure>, heir: Timeline.Heir?
  ) {
    self.body = body
    self.result = result
    self.heir = heir
  }

  override func run() {
    if let heir {
      heir.run(work) { result.arrive() }
    } else {
      work()
      result.arrive()
    }
  }

  private func work() {
    do throws(Failure) {
      try body()
    } catch {
      result.failure = error
    }
  }
}
