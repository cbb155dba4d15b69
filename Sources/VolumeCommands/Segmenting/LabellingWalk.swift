import Synchronization
import VolumeCore
import VolumePipeline

/// One walk of the network over what is not labelled yet, watched: its rate, its counts.
final class LabellingWalk: Sendable {
  /// The walk.
  let run: SegmentationRun
  /// What counts the labels.
  let counting: StatisticsObserver
  private let rate: RateNote

  /// How fast the first tiles went, once that is known.
  var firstRate: RunRate? { rate.value.withLock { $0 } }

  /// Prepares to label what `writer` and those `beside` it lack.
  ///
  /// - Parameters:
  ///   - done: voxels that are there.
  ///   - progress: called with the number of voxels that came.
  init(
    _ request: SegmentRequest, _ plan: SegmentationPlan, from reader: any VolumeReader,
    to writer: any VolumeWriter, beside: [any VolumeWriter], _ table: PlanTable, done: Int,
    _ context: CommandContext, progress: @escaping @Sendable (Int) -> Void
  ) {
    let rate = RateNote()
    let known = KnownVoxels(done)
    let counting = StatisticsObserver(request)
    self.rate = rate
    self.counting = counting
    run = SegmentationRun(
      plan, from: reader, to: writer, siblings: beside,
      observers: [
        InputHashes(request.reader.volume, hasOutside: request.outside != nil),
        LabelHashes(request.reader.volume), counting,
      ],
      stopSignal: context.stopSignal,
      rateKnown: { found in
        rate.value.withLock { $0 = found }
        let seconds = table.seconds(at: found)
        context.console.note("about \(Words.duration(seconds)) in all, \(words(of: found))")
      }
    ) { done, _ in progress(known.more(done)) }
  }
}

/// A rate, for closures that are handed on.
private final class RateNote: Sendable {
  let value = Mutex<RunRate?>(nil)
}

/// How many voxels were there when it was asked last.
private final class KnownVoxels: Sendable {
  private let count: Mutex<Int>

  init(_ count: Int) { self.count = Mutex(count) }

  /// Those that came since.
  func more(_ done: Int) -> Int {
    count.withLock { known in
      defer { known = done }
      return done - known
    }
  }
}
