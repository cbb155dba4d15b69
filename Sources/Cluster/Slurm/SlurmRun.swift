import SystemIO
import VolumeCore

/// What each job of a run may take, as Slurm is told.
public struct SlurmLimits: Hashable, Sendable {
  /// Minutes that one part may take.
  public var minutes: Int
  /// Megabytes of memory of one part.
  public var megabytes: Int
  /// Cores of one part.
  public var cores: Int
  /// Parts at once.
  public var atOnce: Int
  /// `--gres`, `--partition` and the like, as they are given to Slurm.
  public var others: [String: String]

  /// These.
  public init(
    minutes: Int, megabytes: Int, cores: Int, atOnce: Int, others: [String: String] = [:]
  ) {
    (self.minutes, self.megabytes, self.cores) = (minutes, megabytes, cores)
    (self.atOnce, self.others) = (atOnce, others)
  }
}

/// A run of a command in parts under Slurm: what is known of it, kept in a folder beside its scripts.
///
///     run.json  init.sh  part.sh  finish.sh  logs/part-3.log  ended/3
public struct SlurmRun: Hashable, Sendable {
  /// The folder.
  public var folder: String
  /// The folder that its scripts were written for.
  public var place: String
  /// The tool.
  public var tool: String
  /// The command that is cut, without `--part`.
  public var words: [String]
  /// The folder that relative paths count from.
  public var workFolder: String
  /// What the parts make together.
  public var output: String
  /// How many parts there are.
  public var parts: Int
  /// What each may take.
  public var limits: SlurmLimits
  /// Lines that are to be run before the tool.
  public var setup: String
  /// Why the limits are as they are, for people.
  public var reasons: [String]
  /// The jobs that were sent, the latest last.
  public var jobs: [SlurmJobs]

  /// A run that is not sent yet.
  public init(
    folder: String, tool: String, words: [String], workFolder: String, output: String, parts: Int,
    limits: SlurmLimits, setup: String, reasons: [String]
  ) {
    (self.folder, self.place, self.tool, self.words) = (folder, folder, tool, words)
    (self.workFolder, self.output, self.parts) = (workFolder, output, parts)
    (self.limits, self.setup, self.reasons, self.jobs) = (limits, setup, reasons, [])
  }

  /// The document in the folder.
  var document: String { "\(folder)/run.json" }
  /// The log of a part, or of `init` or `finish`.
  public func log(_ name: String) -> String { "\(folder)/logs/\(name).log" }
  /// Where a part's job writes the exit code that it ended with.
  public func ended(_ part: Int) -> String { ended("\(part)") }
  /// The same of "init", "finish" or a part.
  func ended(_ job: String) -> String { "\(folder)/ended/\(job)" }

  /// The exit code that the job of "init", of "finish" or of a part ended with last; `nil` where it did
  /// not come to an end, or not by itself.
  public func exitCode(_ job: String) -> Int? {
    (try? contents(ofFile: ended(job)))
      .flatMap { Int(String(decoding: $0, as: UTF8.self).filter { !$0.isWhitespace }) }
  }

  /// Forgets how jobs ended, which are to be sent again: of the parts `numbers`, init and finish.
  public func forgetEnds(of numbers: [Int]) {
    for job in numbers.map(String.init) + ["init", "finish"] { try? removeFile(ended(job)) }
  }

  /// The numbers of the jobs of "init", "part" or "finish": those that were sent, and those that were sent
  /// by hand and have begun.
  public func jobs(of kind: String) -> Set<Int> {
    let begun = ((try? names(inFolder: "\(folder)/ended")) ?? []).compactMap { name -> Int? in
      let words = name.split(separator: ".")
      guard words.count == 3, words[0] == kind, words[2] == "job" else { return nil }
      return Int(words[1])
    }
    let sent = jobs.compactMap { jobs in
      switch kind {
      case "init": jobs.start
      case "part": jobs.parts
      default: jobs.finish
      }
    }
    return Set(begun).union(sent)
  }

  /// Whether a part was sent once more after `time`, as "2026-11-28T12:00:00Z".
  public func wasSentAgain(_ part: Int, after time: String) -> Bool {
    jobs.contains { $0.sent.contains(part) && ($0.time ?? "") > time }
  }

  /// What the last attempt said in a log: its last line that is an error, or that Slurm wrote.
  public func lastWords(_ name: String) -> String? {
    guard let bytes = try? contents(ofFile: log(name)) else { return nil }
    let lines = String(decoding: bytes.suffix(20_000), as: UTF8.self).split(separator: "\n")
    // Of an attempt before the last nothing counts any more.
    let first = lines.lastIndex { $0.hasPrefix("== part") && $0.contains(", attempt ") } ?? 0
    return lines[first...].last {
      $0.contains("error:") || $0.contains("CANCELLED") || $0.contains("oom_kill")
    }.map { String($0.drop { $0 == " " || $0 == "*" }) }
  }

  private var json: JSONValue {
    [
      "version": 1, "folder": .string(place), "tool": .string(tool),
      "command": .array(words.map { .string($0) }),
      "work_folder": .string(workFolder), "output": .string(output), "parts": .integer(parts),
      "setup": .string(setup), "reasons": .array(reasons.map { .string($0) }),
      "limits": [
        "minutes": .integer(limits.minutes), "megabytes": .integer(limits.megabytes),
        "cores": .integer(limits.cores), "at_once": .integer(limits.atOnce),
        "others": .object(limits.others.mapValues { .string($0) }),
      ], "jobs": .array(jobs.map(\.json)),
    ]
  }

  /// Writes what is known.
  public func keep() throws(Explanation) {
    do throws(SystemError) {
      for folder in [folder, folder + "/logs", folder + "/ended"] { try makeFolder(folder) }
      try writeFileAtomically(document, Array((json.text(pretty: true) + "\n").utf8))
    } catch {
      throw error.explanation
    }
  }

  /// Reads what is known of the run in `folder`.
  public init(in folder: String) throws(Explanation) {
    let path = "\(folder)/run.json"
    let bytes: [UInt8]
    do throws(SystemError) { bytes = try contents(ofFile: path) } catch {
      throw Explanation(
        .input, "\(folder) is no run that `slurm` made: \(error.explanation.what)",
        remedy: "give the folder that `slurm` named; it ends in .slurm")
    }
    guard let json = JSONValue(parsing: bytes), let tool = json["tool"]?.string,
      let words = json["command"]?.array, let work = json["work_folder"]?.string,
      let output = json["output"]?.string, let parts = json["parts"]?.integer,
      let setup = json["setup"]?.string, let reasons = json["reasons"]?.array,
      let minutes = json["limits"]?["minutes"]?.integer,
      let megabytes = json["limits"]?["megabytes"]?.integer,
      let cores = json["limits"]?["cores"]?.integer,
      let atOnce = json["limits"]?["at_once"]?.integer,
      let others = json["limits"]?["others"]?.object, let jobs = json["jobs"]?.array
    else {
      throw Explanation(
        .damaged, "\(path) is not what was written",
        remedy: "make the run anew with `slurm` and another --run; what its parts made stays")
    }
    self.init(
      folder: folder, tool: tool, words: words.compactMap(\.string), workFolder: work,
      output: output, parts: parts,
      limits: SlurmLimits(
        minutes: minutes, megabytes: megabytes, cores: cores, atOnce: atOnce,
        others: others.compactMapValues(\.string)), setup: setup,
      reasons: reasons.compactMap(\.string))
    self.jobs = jobs.compactMap(SlurmJobs.init)
    place = json["folder"]?.string ?? folder
  }
}

/// The jobs of one sending: their numbers, as Slurm gave them.
public struct SlurmJobs: Hashable, Sendable {
  /// That fixes the run; `nil` where it was fixed before.
  public var start: Int?
  /// The array of the parts; `nil` where none was missing.
  public var parts: Int?
  /// That puts them together.
  public var finish: Int
  /// The parts that were sent.
  public var sent: [Int]
  /// When, as "2026-11-28T12:00:00Z"; `nil` where nothing was sent before.
  public var time: String?

  /// These.
  public init(start: Int?, parts: Int?, finish: Int, sent: [Int], time: String? = nil) {
    (self.start, self.parts, self.finish, self.sent) = (start, parts, finish, sent)
    self.time = time
  }

  /// All of them.
  public var all: [Int] { [start, parts, finish].compactMap(\.self) }

  var json: JSONValue {
    [
      "init": start.map { .integer($0) } ?? .null, "parts": parts.map { .integer($0) } ?? .null,
      "finish": .integer(finish), "sent": .array(sent.map { .integer($0) }),
      "time": time.map { .string($0) } ?? .null,
    ]
  }

  init?(_ json: JSONValue) {
    guard let finish = json["finish"]?.integer else { return nil }
    self.init(
      start: json["init"]?.integer, parts: json["parts"]?.integer, finish: finish,
      sent: json["sent"]?.array?.compactMap(\.integer) ?? [], time: json["time"]?.string)
  }
}
