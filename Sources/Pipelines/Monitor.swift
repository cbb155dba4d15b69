import Glibc
import SystemIO

/// A mutex with a condition: the one place where threads wait for each other.
@safe package final class Monitor: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  /// How often all were woken.
  private var wakings = 0
  /// The observers of those that wait and are watched.
  private var observers: [any WorkObserver] = []

  package init() {
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

  /// Enters; every `lock` is followed by one `unlock`.
  package func lock() { unsafe pthread_mutex_lock(mutex) }

  /// Leaves.
  package func unlock() { unsafe pthread_mutex_unlock(mutex) }

  /// Leaves, waits for a `wakeAll`, and enters again; the caller looks at its condition again.
  package func wait() {
    guard let observer = Timeline.observer else {
      unsafe pthread_cond_wait(condition, mutex)
      return
    }
    // It counts as waiting until somebody wakes it, and as awake from that moment on.
    let before = wakings
    observers.append(observer)
    observer.threadWaits()
    while wakings == before { unsafe pthread_cond_wait(condition, mutex) }
  }

  /// Wakes all that wait; called between `lock` and `unlock`.
  package func wakeAll() {
    wakings &+= 1
    for observer in observers { observer.threadWakes() }
    observers.removeAll()
    unsafe pthread_cond_broadcast(condition)
  }
}
