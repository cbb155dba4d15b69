/// Lets threads go one after the other in the order of their tickets, which are 0, 1, 2, ...
///
/// Tickets are taken in their order and each is passed on by whoever has it, so the earliest that is out
/// never waits for a later one.
package final class Turns: Sendable {
  private let monitor = Monitor()
  private nonisolated(unsafe) var next = 0
  private nonisolated(unsafe) var isAborted = false

  /// The turn is ticket 0's.
  package init() {}

  /// Waits until all earlier tickets have passed; `false` where the work was given up.
  package func wait(for ticket: Int) -> Bool {
    monitor.lock()
    defer { monitor.unlock() }
    while unsafe next != ticket, unsafe !isAborted { monitor.wait() }
    return unsafe !isAborted
  }

  /// Lets the next ticket go.
  package func pass() {
    monitor.lock()
    unsafe next += 1
    monitor.wakeAll()
    monitor.unlock()
  }

  /// Ends all waiting: the work is given up.
  package func abort() {
    monitor.lock()
    unsafe isAborted = true
    monitor.wakeAll()
    monitor.unlock()
  }
}
