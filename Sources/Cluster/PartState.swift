import Glibc
import Synchronization
import SystemIO
import VolumeCore

/// How an attempt at a part goes, as it says itself.
public struct PartState: Hashable, Sendable {
  /// What can be said.
  public enum Kind: String, Hashable, Sendable {
    /// It works, or was killed without a chance to say so.
    case running
    /// It came to its end.
    case done
    /// A signal stopped it between two tiles; what is there stays.
    case stopped
    /// It failed.
    case failed
  }

  /// How it goes.
  public var kind: Kind
  /// The machine.
  public var host: String
  /// The process.
  public var process: Int
  /// Slurm's name of the job, "4711_3", where it runs under it.
  public var job: String?
  /// When it began, by its own clock, as 2026-03-01T12:00:00Z.
  public var started: String
  /// When this was written, by its own clock.
  public var updated: String
  /// Seconds since it began.
  public var seconds: Double
  /// Voxels of the part.
  public var voxels: Int
  /// Voxels that are there, those of earlier attempts included.
  public var done: Int
  /// Voxels that were there when it began.
  public var doneBefore: Int
  /// Why it failed.
  public var why: String?
  /// What computes.
  public var engine: String?

  /// How the names of such documents end.
  static let ending = ".state.json"

  var json: JSONValue {
    var members: [String: JSONValue] = [
      "state": .string(kind.rawValue), "host": .string(host), "process": .integer(process),
      "started": .string(started), "updated": .string(updated), "seconds": .number(seconds),
      "voxels": .integer(voxels), "done": .integer(done), "done_before": .integer(doneBefore),
    ]
    members["job"] = job.map { .string($0) }
    members["why"] = why.map { .string($0) }
    members["engine"] = engine.map { .string($0) }
    return .object(members)
  }

  init(
    kind: Kind, host: String, process: Int, job: String?, started: String, updated: String,
    seconds: Double, voxels: Int, done: Int, doneBefore: Int, why: String? = nil,
    engine: String? = nil
  ) {
    (self.kind, self.host, self.process, self.job) = (kind, host, process, job)
    (self.started, self.updated, self.seconds) = (started, updated, seconds)
    (self.voxels, self.done, self.doneBefore) = (voxels, done, doneBefore)
    (self.why, self.engine) = (why, engine)
  }

  init?(decoding bytes: [UInt8]) {
    guard let json = JSONValue(parsing: bytes), let kind = json["state"]?.string.flatMap(Kind.init),
      let host = json["host"]?.string, let process = json["process"]?.integer,
      let started = json["started"]?.string, let updated = json["updated"]?.string,
      let seconds = json["seconds"]?.number, let voxels = json["voxels"]?.integer,
      let done = json["done"]?.integer, let before = json["done_before"]?.integer
    else { return nil }
    self.init(
      kind: kind, host: host, process: process, job: json["job"]?.string, started: started,
      updated: updated, seconds: seconds, voxels: voxels, done: done, doneBefore: before,
      why: json["why"]?.string, engine: json["engine"]?.string)
  }
}

/// Says how an attempt at a part goes, in a file of its own.
public final class PartReporter: Sendable {
  private struct State {
    var state: PartState
    var lastWritten: Int
  }

  /// How often the file is written while the work goes on.
  private static let pause = 10

  /// Voxels that were there when the attempt began.
  public let doneBefore: Int
  private let path: String
  private let begin = monotonicSeconds()
  private let now: @Sendable () -> String
  private let state: Mutex<State>

  /// Begins to report an attempt at `part` of the run in `folder`, of `voxels` voxels, of which
  /// `doneBefore` are there.
  ///
  /// - Parameter now: the time for people.
  public init(
    _ part: PartShare, in folder: PartsFolder, host: String, job: String?, voxels: Int,
    doneBefore: Int, engine: String? = nil, now: @escaping @Sendable () -> String
  ) throws(Explanation) {
    let place = folder.folder(part)
    do throws(SystemError) { try makeFolder(place) } catch { throw error.explanation }
    path =
      "\(place)/\(host).\(processNumber).\(UInt32.random(in: 0...UInt32.max))\(PartState.ending)"
    self.now = now
    self.doneBefore = doneBefore
    let time = now()
    let first = PartState(
      kind: .running, host: host, process: Int(getpid()), job: job, started: time, updated: time,
      seconds: 0, voxels: voxels, done: doneBefore, doneBefore: doneBefore, engine: engine)
    state = Mutex(State(state: first, lastWritten: begin))
    do throws(SystemError) { try write(first) } catch { throw error.explanation }
  }

  private func write(_ state: PartState) throws(SystemError) {
    try writeFileAtomically(path, Array((state.json.text(pretty: true) + "\n").utf8))
  }

  /// `count` more voxels are there.
  public func add(_ count: Int) {
    let due = state.withLock { state -> PartState? in
      state.state.done += count
      let second = monotonicSeconds()
      guard second - state.lastWritten >= Self.pause else { return nil }
      state.lastWritten = second
      state.state.updated = now()
      state.state.seconds = Double(second - begin)
      return state.state
    }
    // A report that cannot be written does not stop the work; the next may.
    if let due { try? write(due) }
  }

  /// The part is done.
  public func end() throws(Explanation) {
    let last = state.withLock { state in
      state.state.kind = .done
      state.state.done = state.state.voxels
      return ended(&state.state)
    }
    do throws(SystemError) { try write(last) } catch { throw error.explanation }
  }

  /// The attempt ended otherwise.
  public func end(_ error: Explanation) {
    let last = state.withLock { state in
      if case .stopped = error.kind {
        state.state.kind = .stopped
      } else {
        state.state.kind = .failed
      }
      state.state.why = error.what
      return ended(&state.state)
    }
    try? write(last)
  }

  private func ended(_ state: inout PartState) -> PartState {
    state.updated = now()
    state.seconds = Double(monotonicSeconds() - begin)
    return state
  }
}

/// Seconds of a clock that nobody sets.
func monotonicSeconds() -> Int {
  var time = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  return time.tv_sec
}
