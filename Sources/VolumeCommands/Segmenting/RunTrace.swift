import Synchronization
import SystemIO
import VolumeCore
import VolumePipeline

/// The trace of a run, where one was asked for.
final class RunTrace: Sendable {
  private let file: TraceFile?
  private let console: Console
  private let ended = Mutex<LaneTimes?>(nil)

  /// Begins the file that `choices` names.
  init(_ request: SegmentRequest, _ context: CommandContext) throws(Explanation) {
    console = context.console
    guard let path = request.choices.trace else {
      file = nil
      return
    }
    guard kind(ofPath: path) != .folder else {
      throw Explanation(
        .input, "--trace \(path): this is a folder", remedy: "name a file, as in run.trace.json")
    }
    file = try explained { () throws(SystemError) in
      try TraceFile(
        path,
        [
          "tool": .string("t2s-volume \(toolVersion)"), "input": .string(request.choices.input),
          "model": .string(request.model.card.name), "engine": .string(request.engine.words),
          "precision": .string(request.precision.rawValue),
        ])
    }
  }

  /// Watches what the calling thread and those that it begins do while `body` runs.
  func watch<Value>(_ body: () throws(Explanation) -> Value) throws(Explanation) -> Value {
    guard let file else { return try body() }
    return try Timeline.observed(by: file, lane: "command", body)
  }

  /// Ends the file, however the run ended; says so where the disk did not take it.
  func end() {
    guard let file, ended.withLock({ $0 == nil }) else { return }
    do throws(SystemError) {
      let times = try file.finish()
      ended.withLock { $0 = times }
      console.note("trace: \(file.path), to be opened in ui.perfetto.dev")
    } catch {
      ended.withLock { $0 = LaneTimes() }
      console.note("warning: no trace: \(error.explanation.what)")
    }
  }

  /// Where the trace is and how long each lane worked; `nil` where there is none.
  var report: TraceReport? {
    guard let file, let times = ended.withLock({ $0 }), !times.lanes.isEmpty else { return nil }
    return TraceReport(path: file.path, times: times)
  }
}

/// How long each lane of a traced run worked.
struct TraceReport: Hashable, Sendable {
  var path: String
  var times: LaneTimes

  /// "reader 12 %, engine 3 %, network of NVIDIA H100 (card 0) 96 %, which limits the run".
  var line: String {
    let limiting = times.limiting?.lane
    return times.lanes.map { lane in
      "\(lane.lane.words) \(Words.percent(times.share(of: lane), 0))"
        + (lane.lane == limiting ? " (limits the run)" : "")
    }.joined(separator: ", ")
  }

  /// What `--json` prints.
  var json: JSONValue {
    [
      "path": .string(path), "seconds": .number(Double(times.wall) / 1e9),
      "limits": .string(times.limiting?.lane.words ?? ""),
      "lanes": .array(
        times.lanes.map { lane in
          [
            "lane": .string(lane.lane.words), "busy": .number(times.share(of: lane)),
            "seconds": .number(Double(lane.busy) / 1e9), "events": .integer(lane.spans),
            "seconds_of": .object(lane.kinds.mapValues { .number(Double($0) / 1e9) }),
          ]
        }),
    ]
  }
}
