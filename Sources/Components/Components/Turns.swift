import Glibc

/// Lets threads go one after the other in the order of their tickets.
@safe final class Turns: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private var next = 0
  private var isAborted = false

  init() {
    unsafe mutex = .allocate(capacity: 1)
    unsafe condition = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe condition.initialize(to: pthread_cond_t())
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(condition, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  /// Waits for all earlier tickets; `false` where the work was given up.
  func wait(for ticket: Int) -> Bool {
    unsafe pthread_mutex_lock(mutex)
    while next != ticket, !isAborted { unsafe pthread_cond_wait(condition, mutex) }
    let goesOn = !isAborted
    unsafe pthread_mutex_unlock(mutex)
    return goesOn
  }

  /// Lets the next ticket go.
  func pass() {
    unsafe pthread_mutex_lock(mutex)
    next += 1
    unsafe pthread_cond_broadcast(condition)
    unsafe pthread_mutex_unlock(mutex)
  }

  /// Ends all waiting.
  func abort() {
    unsafe pthread_mutex_lock(mutex)
    isAborted = true
    unsafe pthread_cond_broadcast(condition)
    unsafe pthread_mutex_unlock(mutex)
  }
}
