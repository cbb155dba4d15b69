import Cluster
import SystemIO
import VolumeCore

/// `slurm status` and `slurm resubmit`: how a run goes, by its own folder first, and by Slurm's queue
/// where that can be asked.
struct SlurmStatus {
  private let run: SlurmRun
  private let given: String
  private let parts: OutputParts
  private let tasks: [SlurmTask]?
  private let arrays: Set<Int>
  private let starts: Set<Int>
  private let finishes: Set<Int>
  private let context: CommandContext

  init(_ folder: String, _ context: CommandContext) throws(Explanation) {
    given = folder
    self.context = context
    run = try SlurmRun(in: resolved(folder) ?? folder)
    parts = OutputParts(
      run.output.hasPrefix("/") ? run.output : "\(run.workFolder)/\(run.output)", context)
    arrays = run.jobs(of: "part")
    let starts = run.jobs(of: "init")
    finishes = run.jobs(of: "finish")
    tasks = Slurm().queue(Array(arrays.union(starts).union(finishes)))
    self.starts = starts
  }

  /// How one part goes.
  private enum PartNow {
    case done, running(PartState), queued(String), failed(String), missing(String)
  }

  private func now(_ part: PartShare, _ missing: Set<Int>) -> PartNow {
    if !missing.contains(part.number) { return .done }
    let states = parts.folder.states(of: part)
    if let task = tasks?.first(where: { arrays.contains($0.job) && $0.task == part.number }) {
      if task.state == "RUNNING", let last = states.last, last.kind == .running {
        return .running(last)
      }
      return .queued(
        task.state == "RUNNING" ? "starts" : "\(task.state.lowercased()) \(task.reason)")
    }
    let code = run.exitCode("\(part.number)")
    let last = run.lastWords("part-\(part.number)")
    switch states.last?.kind {
    case .failed:
      let why = states.last?.why ?? "it did not say why"
      if code == nil, let state = states.last,
        run.wasSentAgain(part.number, after: state.updated)
      {
        return .missing(
          "was sent again and did not begin, or not come to its end; before that: \(why)")
      }
      return .failed(why)
    case .running where tasks == nil && code == nil:
      return states.last.map { .running($0) } ?? .missing("was not begun")
    default: break
    }
    switch code {
    case 137:
      return .failed(
        "it was killed, most likely for its memory: Slurm gave it \(run.limits.megabytes) MB. Give a "
          + "smaller --memory, or let --mem in part.sh be more")
    case 75: return .missing("was stopped, and not queued again")
    case .some(let code) where code != 0:
      return .failed(last ?? "exit code \(code)")
    default:
      if let last, last.contains("CANCELLED") {
        return .missing(last.contains("TIME LIMIT") ? "ran out of its time" : "was cancelled")
      }
      return .missing(
        states.last.map { "ended on \($0.host) without a word, since \($0.updated)" }
          ?? "was not begun")
    }
  }

  /// Throws where the output is in the hands of a run that is cut otherwise.
  private func checkIsOwn() throws(Explanation) {
    guard !parts.isFinished, let fixed = try parts.folder.frozen(), fixed.parts != run.parts else {
      return
    }
    throw Explanation(
      .input,
      "\(run.output) is made by another run, in \(fixed.parts) parts, that was begun by \(fixed.origin); that "
        + "of \(given) has \(run.parts)",
      remedy: "look at that run; the folder \(given) is of no use and can be removed")
  }

  /// Throws where the scripts speak of another folder.
  private func checkPlace() throws(Explanation) {
    let (now, then) = (resolved(run.folder) ?? run.folder, resolved(run.place) ?? run.place)
    guard now != then else { return }
    throw Explanation(
      .input, "\(given) was moved or copied: its scripts were written for \(run.place)",
      remedy:
        "give it its name and place of then, or make the run anew with `slurm`; what its parts made stays"
    )
  }

  /// Why a job of one process did not end well; `nil` where it did, or has not ended.
  private func failure(_ job: String, _ jobs: Set<Int>) -> String? {
    if let task = tasks?.first(where: { jobs.contains($0.job) }) {
      // Those that wait for others are no news.
      let waits = task.state == "PENDING" && !task.reason.contains("Dependency")
      return waits ? "\(job) waits: \(task.reason.filter { $0 != "(" && $0 != ")" })" : nil
    }
    guard let code = run.exitCode(job), code != 0 else { return nil }
    guard code != 75 else { return "\(job) was stopped" }
    return "\(job) failed: \(run.lastWords(job) ?? "exit code \(code)")"
  }

  /// Tells.
  func report() throws(Explanation) -> [String: JSONValue] {
    try checkIsOwn()
    let start = failure("init", starts)
    let startFailed = start?.contains("init failed") == true
    let end = failure("finish", finishes)
    // What a run found finished that could not even begin, and of which no part ended well, is not its own.
    let isFinished =
      parts.isFinished
      && (!startFailed || (1...run.parts).contains { run.exitCode("\($0)") == 0 })
    let missing = isFinished ? [] : Set(try parts.missing(of: run.parts).map(\.number))
    var (done, running, queued, failed, lost) = (
      0, [JSONValue](), 0, [(Int, String)](), [(Int, String)]()
    )
    var lines: [String] = []
    var rate = 0.0
    var left = 0
    for part in PartShare.all(of: run.parts) {
      let states = parts.folder.states(of: part)
      switch now(part, missing) {
      case .done:
        done += 1
        continue
      case .running(let state):
        running.append(.integer(part.number))
        let speed = Double(state.done - state.doneBefore) / max(state.seconds, 1)
        rate += speed
        let share = Words.percent(Double(state.done) / Double(max(state.voxels, 1)), 0)
        lines.append(
          "  part \(part.number) on \(state.host): \(share), \(Words.rate(speed)), since \(state.started)"
        )
      case .queued(let words):
        queued += 1
        if queued <= 3 { lines.append("  part \(part.number): \(words)") }
      case .failed(let why): failed.append((part.number, why))
      case .missing(let why): lost.append((part.number, why))
      }
      left += states.last.map { $0.voxels - $0.done } ?? 0
    }
    if queued > 3 { lines.append("  and \(queued - 3) more are queued") }
    let console = context.console
    console.say(
      "\(run.output): " + (isFinished ? "finished" : "\(done) of \(run.parts) parts are done")
        + (running.isEmpty ? "" : ", \(running.count) run") + (queued > 0 ? ", \(queued) wait" : "")
        + (failed.isEmpty ? "" : ", \(failed.count) failed")
        + (lost.isEmpty || isFinished
          ? "" : ", \(lost.count) \(lost.count == 1 ? "is" : "are") missing"))
    for (job, words) in [("init", start), ("finish", end)] {
      guard let words, !isFinished else { continue }
      console.say("  \(words)")
      if words.contains("failed"), kind(ofPath: run.log(job)) != .missing {
        console.say("    \(run.log(job))")
      }
    }
    for line in lines { console.say(line) }
    if rate > 0 {
      console.say(
        "  \(Words.rate(rate)) together; those that run need \(Words.duration(Double(left) / rate))"
      )
    }
    for (number, why) in failed.prefix(10) {
      console.say("  part \(number) failed: \(why)")
      console.say("    \(run.log("part-\(number)"))")
    }
    if !isFinished {
      for (number, why) in lost.prefix(3) where !startFailed {
        console.say("  part \(number): \(why)")
        if kind(ofPath: run.log("part-\(number)")) != .missing {
          console.say("    \(run.log("part-\(number)"))")
        }
      }
      if tasks == nil { console.say("  Slurm's queue cannot be asked from here") }
      let willFinish = tasks?.contains { finishes.contains($0.job) } ?? false
      if missing.isEmpty, !willFinish, end == nil {
        console.say("  all parts are there: \(run.log("finish")) tells about the end, if it ran")
      }
      if !failed.isEmpty || !lost.isEmpty && tasks != nil || missing.isEmpty && !willFinish {
        let others = running.isEmpty && queued == 0 ? "" : ", when the others have ended"
        console.say(
          "  to send what is missing\(others): t2s-volume slurm resubmit \(SlurmRun.quoted(given))"
        )
      }
    }
    return [
      "run": .string(given), "output": .string(run.output), "finished": .bool(isFinished),
      "parts": .integer(run.parts), "done": .integer(done), "running": .array(running),
      "queued": .integer(queued),
      "failed": .array(
        failed.map { number, why in
          [
            "part": .integer(number), "why": .string(why),
            "log": .string(run.log("part-\(number)")),
          ]
        }), "missing": .array(isFinished ? [] : lost.map { .integer($0.0) }),
      "init": start.map { .string($0) } ?? .null, "finish": end.map { .string($0) } ?? .null,
      "voxels_per_second": .number(rate),
      "exit_code": .integer(
        isFinished
          ? 0 : failed.isEmpty && !startFailed && end?.contains("failed") != true ? 4 : 1),
    ]
  }

  /// Sends what is missing and neither runs nor waits.
  func resubmit() throws(Explanation) -> [String: JSONValue] {
    guard !parts.isFinished else {
      context.console.say("\(run.output): is finished; nothing is missing")
      return ["run": .string(given), "sent": .array([])]
    }
    try checkIsOwn()
    try checkPlace()
    let missing = Set(try parts.missing(of: run.parts).map(\.number))
    let inQueue = tasks ?? []
    let busy = Set(inQueue.filter { arrays.contains($0.job) }.compactMap(\.task))
    guard busy.isEmpty else {
      throw Explanation(
        .input,
        "\(busy.count) parts of \(given) still run or wait in the queue",
        remedy: "wait for them; or, where none of them is wanted, take them back: scancel "
          + Set(inQueue.map(\.job)).intersection(arrays).sorted().map(String.init)
          .joined(separator: " "))
    }
    var run = run
    let numbers = missing.sorted()
    run.forgetEnds(of: numbers)
    let isFixed = try parts.folder.frozen() != nil
    var jobs = try Slurm().send(run, parts: numbers, starts: !isFixed)
    jobs.time = utcNow()
    // A job that waits to finish what can never be is in the way of nobody, but is no longer wanted.
    for task in inQueue where finishes.contains(task.job) {
      _ = try? runProgram(["scancel", "\(task.job)"])
    }
    run.jobs.append(jobs)
    try run.keep()
    context.console.say(
      (numbers.isEmpty ? "no part is missing" : "parts \(Slurm.ranges(numbers))")
        + "; sent: \(jobs.all.map(String.init).joined(separator: ", "))")
    return [
      "run": .string(given), "sent": .array(numbers.map { .integer($0) }),
      "jobs": .array(jobs.all.map { .integer($0) }),
    ]
  }
}
