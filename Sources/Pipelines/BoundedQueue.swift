/// A queue between two stages that carries ownership: what is pushed is the receiver's.
///
/// `push` waits while it is full, `pop` while it is empty. `close` lets what is inside be taken and
/// then ends the receivers; `abort` ends both sides at once.
@safe public final class BoundedQueue<Element: ~Copyable & Sendable>: @unchecked Sendable {
  private let monitor = Monitor()
  private let storage: UnsafeMutablePointer<Element>
  private let capacity: Int
  private var first = 0
  private var count = 0
  private var isClosed = false
  private var isAborted = false

  /// A queue for at most `capacity` elements.
  public init(capacity: Int) {
    precondition(capacity > 0)
    self.capacity = capacity
    unsafe storage = .allocate(capacity: capacity)
  }

  deinit {
    while count > 0 { _ = takeFirst() }
    unsafe storage.deallocate()
  }

  private func takeFirst() -> Element {
    let element = unsafe (storage + first).move()
    first = (first + 1) % capacity
    count -= 1
    return element
  }

  /// Gives `element` away, waiting for room; `false` where the queue was closed or aborted, and
  /// the element is gone.
  @discardableResult
  public func push(_ element: consuming Element) -> Bool {
    monitor.lock()
    defer { monitor.unlock() }
    while count == capacity && !isClosed && !isAborted { monitor.wait() }
    guard !isClosed && !isAborted else { return false }
    unsafe (storage + (first + count) % capacity).initialize(to: element)
    count += 1
    monitor.wakeAll()
    return true
  }

  /// Takes the oldest element, waiting for one; `nil` when the queue is closed and empty, or
  /// aborted.
  public func pop() -> Element? {
    monitor.lock()
    defer { monitor.unlock() }
    while count == 0 && !isClosed && !isAborted { monitor.wait() }
    guard count > 0 && !isAborted else { return nil }
    let element = takeFirst()
    monitor.wakeAll()
    return element
  }

  /// Adds `element` even after `close`, for those who finish what was begun before it; waits for
  /// room, and gives `false` where the queue was aborted.
  @discardableResult
  public func pushAlways(_ element: consuming Element) -> Bool {
    monitor.lock()
    defer { monitor.unlock() }
    while count == capacity && !isAborted { monitor.wait() }
    guard !isAborted else { return false }
    unsafe (storage + (first + count) % capacity).initialize(to: element)
    count += 1
    monitor.wakeAll()
    return true
  }

  /// Takes the oldest element, waiting for one also after `close`, for those who know that one
  /// will come; `nil` when the queue was aborted.
  public func popEvenWhenClosed() -> Element? {
    monitor.lock()
    defer { monitor.unlock() }
    while count == 0 && !isAborted { monitor.wait() }
    guard !isAborted else { return nil }
    let element = takeFirst()
    monitor.wakeAll()
    return element
  }

  /// Says that nothing more will be pushed.
  public func close() {
    monitor.lock()
    isClosed = true
    monitor.wakeAll()
    monitor.unlock()
  }

  /// Ends both sides at once; what is inside is released with the queue.
  public func abort() {
    monitor.lock()
    isAborted = true
    monitor.wakeAll()
    monitor.unlock()
  }
}
