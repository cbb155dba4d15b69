import Synchronization

/// What threads need to work and what is dear to make, kept between their turns.
final class WorkerPool<Worker: Sendable>: Sendable {
  private let idle = Mutex<[Worker]>([])

  /// A pool without workers.
  init() {}

  /// One that is idle, else a new one.
  func take<Failure>(_ make: () throws(Failure) -> Worker) throws(Failure) -> Worker {
    if let worker = idle.withLock({ $0.popLast() }) { return worker }
    return try make()
  }

  /// Makes a worker idle again.
  func giveBack(_ worker: Worker) { idle.withLock { $0.append(worker) } }

  /// Lets go of all that are idle.
  func empty() { idle.withLock { $0 = [] } }
}
