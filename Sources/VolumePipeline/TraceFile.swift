import Synchronization
import SystemIO
import VolumeCore

/// Writes what a run's threads and cards do, as they do it, to a file that Perfetto and chrome://tracing
/// open: "trace events" in JSON.
///
/// What was noted goes to the file at once, so that memory does not grow with the run. The file has
/// another name until `finish`, and is whole then however the run ended.
public final class TraceFile: WorkObserver {
  private struct State {
    var times = LaneTimes()
    /// Numbers of owners and, for each, of its lanes.
    var owners: [String: Int] = [:]
    var lanes: [WorkLane: Int] = [:]
    var text: [UInt8] = []
    var written = 0
    var events = 0
    var error: SystemError?
    var isFinished = false
  }

  /// Where it will be.
  public let path: String
  private let unfinished: String
  private let file: FileHandle
  private let origin = machineNanoseconds()
  private let state = Mutex(State())

  /// Bytes that are written at once.
  private static let blockByteCount = 1 << 16

  /// Begins a file that will lie at `path`; `document` is what is to be known of the run.
  public init(_ path: String, _ document: [String: JSONValue]) throws(SystemError) {
    self.path = path
    unfinished = path + ".unfinished"
    file = try FileHandle(creating: unfinished)
    let head = JSONValue.object(document).text()
    state.withLock { state in
      state.text += "{\"displayTimeUnit\":\"ms\",\"otherData\":\(head),\"traceEvents\":[".utf8
    }
  }

  /// Notes an event.
  public func note(_ span: WorkSpan, on lane: WorkLane) {
    state.withLock { state in
      guard !state.isFinished else { return }
      state.times.add(span, on: lane)
      let (owner, number) = place(of: lane, &state)
      var arguments: [String] = []
      if let tile = span.tile { arguments.append("\"tile\":\(tile)") }
      if let bytes = span.byteCount { arguments.append("\"bytes\":\(bytes)") }
      add(
        "{\"ph\":\"X\",\"name\":\(quoted(span.name)),\"pid\":\(owner),\"tid\":\(number),"
          + "\"ts\":\(microseconds(span.start - origin)),\"dur\":\(microseconds(span.nanoseconds)),"
          + "\"args\":{\(arguments.joined(separator: ","))}}", &state)
    }
  }

  /// Ends the file and gives it its name; returns how long each lane worked. Nothing is noted after.
  ///
  /// A trace is no result: where the disk took none of it, the run goes on, and this throws.
  @discardableResult
  public func finish() throws(SystemError) -> LaneTimes {
    let (times, error) = state.withLock { state -> (LaneTimes, SystemError?) in
      if !state.isFinished {
        state.isFinished = true
        state.text += "\n]}\n".utf8
        write(&state)
      }
      return (state.times, state.error)
    }
    if let error {
      try? removeFile(unfinished)
      throw error
    }
    if kind(ofPath: unfinished) != .missing { try rename(unfinished, to: path) }
    return times
  }

  /// The numbers of a lane and its owner; names them where they are new.
  private func place(of lane: WorkLane, _ state: inout State) -> (owner: Int, lane: Int) {
    let owner = state.owners[lane.owner] ?? state.owners.count + 1
    if state.owners[lane.owner] == nil {
      state.owners[lane.owner] = owner
      name("process_name", lane.owner, owner, 0, &state)
    }
    let number = state.lanes[lane] ?? state.lanes.count + 1
    if state.lanes[lane] == nil {
      state.lanes[lane] = number
      name("thread_name", lane.name, owner, number, &state)
      add(
        "{\"ph\":\"M\",\"name\":\"thread_sort_index\",\"pid\":\(owner),\"tid\":\(number),"
          + "\"args\":{\"sort_index\":\(number)}}", &state)
    }
    return (owner, number)
  }

  private func name(
    _ what: String, _ name: String, _ owner: Int, _ lane: Int, _ state: inout State
  ) {
    add(
      "{\"ph\":\"M\",\"name\":\"\(what)\",\"pid\":\(owner),\"tid\":\(lane),"
        + "\"args\":{\"name\":\(quoted(name))}}", &state)
  }

  private func add(_ event: String, _ state: inout State) {
    state.text += state.events == 0 ? "\n".utf8 : ",\n".utf8
    state.text += event.utf8
    state.events += 1
    if state.text.count >= Self.blockByteCount { write(&state) }
  }

  /// Writes what was gathered; after an error nothing more is.
  private func write(_ state: inout State) {
    defer { state.text.removeAll(keepingCapacity: true) }
    guard state.error == nil else { return }
    do throws(SystemError) {
      try file.write(unsafe state.text.span.bytes, at: state.written)
      state.written += state.text.count
    } catch { state.error = error }
  }

  private func quoted(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy {
      (0x20...0x7e).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
    }
    return isPlain ? "\"\(text)\"" : JSONValue.string(text).text()
  }

  /// "1234.567".
  private func microseconds(_ nanoseconds: Int) -> String {
    let (whole, rest) = max(0, nanoseconds).quotientAndRemainder(dividingBy: 1000)
    return "\(whole).\(String(1000 + rest).dropFirst())"
  }
}
