import SystemIO
import VolumeCore

/// Slurm's own programs.
public struct Slurm: Sendable {
  /// Runs a program: `sbatch` and its words. Tests put another in its place.
  package var run: @Sendable ([String]) throws(SystemError) -> ProgramAnswer = {
    words throws(SystemError) in
    try runProgram(words)
  }

  /// Those that are found on the path.
  public init() {}

  private func answer(_ words: [String]) throws(Explanation) -> String {
    let answer: ProgramAnswer
    do throws(SystemError) { answer = try run(words) } catch {
      throw Explanation(
        .input, "\(words[0]) cannot be run: this is no machine from which Slurm takes jobs",
        remedy: "send the scripts from your cluster's login node, or run them by hand: "
          + "`bash part.sh 1` and so on, then `bash finish.sh`")
    }
    guard answer.code == 0 else {
      let said = answer.output.split(separator: "\n").joined(separator: "; ")
      throw Explanation(
        .failed, "\(words[0]): \(said)",
        remedy:
          "`sinfo` says which partitions there are, and `sacctmgr show assoc` which accounts; "
          + "--partition, --account, --qos, --gres, --cpus, --time and --memory say what is asked for"
      )
    }
    return answer.output
  }

  /// Sends `script`; returns the job's number.
  func send(_ script: String, _ options: [String]) throws(Explanation) -> Int {
    let output = try answer(["sbatch", "--parsable"] + options + [script])
    // "4711" or "4711;cluster", perhaps after a warning.
    for line in output.split(separator: "\n").reversed() {
      if let number = line.split(separator: ";").first.flatMap({ Int($0) }) { return number }
    }
    throw Explanation(
      .failed, "sbatch said no job number: \(output)", remedy: "look with `squeue --me`")
  }

  /// Sends the parts `numbers` of `run` and what puts all together, and first what fixes the run where
  /// `starts`. Where one cannot be sent, those before it are taken back.
  public func send(
    _ run: SlurmRun, parts numbers: [Int], starts: Bool
  ) throws(Explanation) -> SlurmJobs {
    func after(_ job: Int?) -> [String] {
      job.map { ["--dependency=afterok:\($0)", "--kill-on-invalid-dep=yes"] } ?? []
    }
    var sent: [Int] = []
    do throws(Explanation) {
      let start = starts ? try send("\(run.folder)/init.sh", []) : nil
      if let start { sent.append(start) }
      var array: Int?
      if !numbers.isEmpty {
        let job = try send(
          "\(run.folder)/part.sh",
          ["--array=\(Self.ranges(numbers))%\(run.limits.atOnce)"] + after(start))
        array = job
        sent.append(job)
      }
      let finish = try send("\(run.folder)/finish.sh", after(array ?? start))
      return SlurmJobs(start: start, parts: array, finish: finish, sent: numbers)
    } catch {
      for job in sent { _ = try? self.run(["scancel", "\(job)"]) }
      throw error
    }
  }

  /// "1-4,7,9-12".
  public static func ranges(_ numbers: [Int]) -> String {
    var runs: [ClosedRange<Int>] = []
    for number in numbers.sorted() {
      if let last = runs.last, last.upperBound + 1 == number {
        runs[runs.count - 1] = last.lowerBound...number
      } else {
        runs.append(number...number)
      }
    }
    return runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ",")
  }

  /// The most cores that a node of `partition`, or of any, has; `nil` where Slurm cannot be asked.
  public func coresOfNodes(in partition: String?) -> Int? {
    let words = ["sinfo", "-h", "-o", "%c"] + (partition.map { ["-p", $0] } ?? [])
    guard let answer = try? run(words), answer.code == 0 else { return nil }
    // "64+": of nodes that differ, the least, so that the most is not known.
    let counts = answer.output.split(separator: "\n").map { Int($0) }
    return counts.contains(nil) ? nil : counts.compactMap(\.self).max()
  }

  /// What Slurm says of jobs: of each task of an array its state, such as RUNNING or PENDING, and why.
  ///
  /// Only jobs that are queued or run are there. `nil` where Slurm cannot be asked.
  public func queue(_ jobs: [Int]) -> [SlurmTask]? {
    guard !jobs.isEmpty else { return [] }
    let list = jobs.map(String.init).joined(separator: ",")
    // -r: a line for each task, also of those that wait.
    guard let answer = try? run(["squeue", "-h", "-r", "-o", "%A|%F|%K|%T|%R", "-j", list]) else {
      return nil
    }
    // A job that is over and forgotten is no error here.
    guard answer.code == 0 else { return answer.output.contains("Invalid job id") ? [] : nil }
    return answer.output.split(separator: "\n").compactMap { SlurmTask(line: $0) }
  }
}

/// A job, or a task of an array, as `squeue` tells of it.
public struct SlurmTask: Hashable, Sendable {
  /// The number by which it was sent.
  public var job: Int
  /// Which of an array, and so which part.
  public var task: Int?
  /// RUNNING, PENDING, COMPLETING ...
  public var state: String
  /// Where it runs, or why it waits.
  public var reason: String

  init?(line: Substring) {
    let words = line.split(separator: "|", omittingEmptySubsequences: false)
    guard words.count == 5, let job = Int(words[1]) else { return nil }
    self.job = job
    task = Int(words[2])
    state = String(words[3])
    reason = String(words[4])
  }
}
