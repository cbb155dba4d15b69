import Pipelines
import VolumeCore

/// Makes batches ahead of their use on threads of its own; they come in their order, whatever the
/// number of threads.
final class BatchLoader {
  private typealias Queue = BoundedQueue<Loaded>
  private struct Loaded: Sendable { var result: Result<TrainingBatch, TrainingDataError> }
  private let queues: [Queue]
  private let threads: [StageThread<Never>]
  private var next: Int

  /// Batches of `samples` crops from number `first` up to `end`, made by `loaders` threads.
  init(_ maker: CropMaker, samples: Int, from first: Int, to end: Int, loaders: Int) {
    let count = max(1, loaders)
    let queues = (0..<count).map { _ in Queue(capacity: 2) }
    self.queues = queues
    next = first
    threads = (0..<count).map { worker in
      let queue = queues[worker]
      return StageThread<Never> {
        // Batch n is made by worker n % count.
        let start = first + (worker - first % count + count) % count
        for number in stride(from: start, to: end, by: count) {
          let result: Result<TrainingBatch, TrainingDataError>
          do throws(TrainingDataError) {
            result = .success(try maker.batch(step: number, samples: samples))
          } catch {
            result = .failure(error)
          }
          guard queue.push(Loaded(result: result)) else { return }
        }
      }
    }
  }

  deinit {
    for queue in queues { queue.abort() }
    for thread in threads { thread.join() }
  }

  /// The next batch.
  func take() throws(Explanation) -> TrainingBatch {
    let queue = queues[next % queues.count]
    next += 1
    guard let loaded = queue.pop() else {
      preconditionFailure("more batches were taken than were ordered")
    }
    return try explained { () throws(TrainingDataError) in try loaded.result.get() }
  }
}
