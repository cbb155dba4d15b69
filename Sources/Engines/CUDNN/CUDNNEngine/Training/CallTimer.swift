/// How long each call of a step takes on the card, from an event before it to one after it.
final class CallTimer {
  private let session: GPUSession
  private var calls: [(name: String, start: GPUEvent, end: GPUEvent)] = []

  init(_ session: GPUSession) { self.session = session }

  /// Runs `body` on `stream` between two events.
  func time(
    _ name: String, on stream: GPUStream, _ body: () throws(GPUError) -> Void
  ) throws(GPUError) {
    let (start, end) = (
      try GPUEvent(session, isTimed: true), try GPUEvent(session, isTimed: true)
    )
    try stream.record(start)
    try body()
    try stream.record(end)
    calls.append((name, start, end))
  }

  /// Milliseconds and number of the calls of each name, the longest first; all have been waited for.
  func totals() throws(GPUError) -> [(name: String, count: Int, milliseconds: Float)] {
    var totals: [String: (count: Int, milliseconds: Float)] = [:]
    for (name, start, end) in calls {
      let milliseconds = try start.milliseconds(to: end)
      let old = totals[name] ?? (0, 0)
      totals[name] = (old.count + 1, old.milliseconds + milliseconds)
    }
    return totals.map { ($0.key, $0.value.count, $0.value.milliseconds) }
      .sorted { $0.milliseconds > $1.milliseconds }
  }
}
