import Cluster
import Glibc
import SystemIO
import VolumeCore

/// What `--part` says, for a command whose output several processes make together.
struct Parting: Sendable {
  /// The part that this process makes.
  let share: PartShare
  /// Whether the run is to be fixed only, and no part be made.
  let isInit: Bool
  /// Whether other parts may come from other engines.
  let isMixed: Bool
  /// Where parts meet.
  let folder: PartsFolder
  /// The output, for people.
  let output: String
  /// What follows the tool's name on the command line, without `--part`.
  let words: [String]
  private let job: String?

  /// The options.
  static let options = [
    OptionDeclaration(
      "part", "I/N",
      "make the I-th of N parts (3/16), for as many processes on as many machines; `finish` puts them "
        + "together; init/N fixes the run and makes none"),
    OptionDeclaration(
      "mixed", nil,
      "with --part: other parts may come from other engines or instruction sets, though ties between "
        + "classes may be decided otherwise there"),
  ]

  /// `nil` without `--part`.
  init?(_ arguments: Arguments, output: String, in folder: String, _ context: CommandContext)
    throws(Explanation)
  {
    guard let text = arguments.values["part"] else {
      guard !arguments.has("mixed") else {
        throw UsageError.optionMissing(
          option: "part", why: "--mixed is about parts", expected: "give --part I/N too"
        ).explanation
      }
      return nil
    }
    let isInit = text.hasPrefix("init/")
    guard let share = PartShare(isInit ? "1/" + text.dropFirst(5) : text) else {
      throw OptionText(option: "part", text: text).wrong(
        "this is no part",
        "give the number of the part, from 1, and how many there are, as in 3/16; "
          + "at most \(PartShare.mostParts)"
      ).explanation
    }
    for option in ["overwrite", "resume"] where arguments.has(option) {
      throw OptionText(option: "part", text: "--\(option)").wrong(
        "a part goes on with what is there of it, and takes nothing away from the others",
        option == "resume"
          ? "leave --resume out" : "remove the output yourself before the first part"
      ).explanation
    }
    self.share = share
    self.isInit = isInit
    self.isMixed = arguments.has("mixed")
    self.folder = PartsFolder(folder)
    self.output = output
    words = Self.withoutPart(Array(context.commandLine.dropFirst()))
    job = Self.job(context)
  }

  /// A command line without the options that differ from part to part.
  static func withoutPart(_ words: [String]) -> [String] {
    var result: [String] = []
    var skips = false
    for word in words {
      if skips {
        skips = false
      } else if word == "--part" {
        skips = true
      } else if word != "--mixed", !word.hasPrefix("--part=") {
        result.append(word)
      }
    }
    return result
  }

  private static func job(_ context: CommandContext) -> String? {
    if let array = context.environment("SLURM_ARRAY_JOB_ID"),
      let task = context.environment("SLURM_ARRAY_TASK_ID")
    {
      return "\(array)_\(task)"
    }
    return context.environment("SLURM_JOB_ID")
  }

  /// Fixes what all parts have in common, or throws where this one is none of the run that is fixed.
  ///
  /// - Parameters:
  ///   - same: what must be the same in all parts.
  ///   - chosen: what this process would choose where nothing is fixed.
  func freeze(
    same: [String: String], chosen: [String: String] = [:]
  ) throws(Explanation) -> FrozenRun {
    let own = FrozenRun(
      words: words, folder: currentFolder(), place: folder.path, parts: share.count,
      toolVersion: toolVersion, same: same, chosen: chosen,
      origin: "\(hostName()), process \(getpid()), \(utcNow())")
    let fixed = try folder.freeze(own)
    try check(own, against: fixed)
    return fixed
  }

  private func check(_ own: FrozenRun, against fixed: FrozenRun) throws(Explanation) {
    let differences = fixed.differences(from: own, isMixed: isMixed)
    guard !differences.isEmpty else { return }
    let mayBeMixed = fixed.differences(from: own, isMixed: true).isEmpty
    throw Explanation(
      .input,
      "\(output): part \(share) is none of the run that was begun by \(fixed.origin): "
        + differences.joined(separator: "; "),
      remedy: mayBeMixed
        ? "run it where the others ran, or give --mixed: labels may differ where two classes are all "
          + "but equally likely"
        : "give the same command as for the other parts; for other settings choose another --output, or "
          + "remove this one and begin with the first part")
  }

  /// The run that is fixed; `nil` where none is yet.
  var fixed: FrozenRun? { get throws(Explanation) { try folder.frozen() } }

  /// Says how the part goes.
  func reporter(
    voxels: Int, doneBefore: Int, engine: String? = nil
  ) throws(Explanation) -> PartReporter {
    try PartReporter(
      share, in: folder, host: hostName(), job: job, voxels: voxels, doneBefore: doneBefore,
      engine: engine, now: { utcNow() })
  }

  /// Runs `body`, and says how it ended.
  func reported<Value>(
    _ reporter: PartReporter, _ body: () throws(Explanation) -> Value
  ) throws(Explanation) -> Value {
    let value: Value
    do throws(Explanation) { value = try body() } catch {
      let error = withoutProgress(error, reporter)
      reporter.end(error)
      throw error
    }
    try reporter.end()
    return value
  }

  /// `error`, but where the part was stopped for the third time with nothing more on disk: then it
  /// fails, so that it is not begun for ever.
  private func withoutProgress(_ error: Explanation, _ reporter: PartReporter) -> Explanation {
    guard case .stopped = error.kind, job != nil else { return error }
    let stops = folder.states(of: share).count {
      $0.kind == .stopped && $0.doneBefore == reporter.doneBefore
    }
    guard stops >= 2, folder.states(of: share).allSatisfy({ $0.doneBefore <= reporter.doneBefore })
    else { return error }
    return Explanation(
      .failed,
      "part \(share) was stopped \(stops + 1) times before one more shard was whole, and would be for "
        + "ever",
      remedy:
        "let --time in part.sh be more: it must suffice for one shard, which is begun anew after "
        + "each stop")
  }

  /// Says that the part is done; returns what `--json` prints, `result` among it.
  func finished(_ result: [String: JSONValue], _ context: CommandContext) -> [String: JSONValue] {
    let isEmpty = folder.states(of: share).last?.voxels == 0
    context.console.say(
      isInit
        ? "\(output): fixed, to be made in \(share.count) parts"
        : "\(output): part \(share) \(isEmpty ? "had nothing to do" : "is done"); when all are, "
          + "t2s-volume finish \(output)")
    return result.merging(["part": json]) { $1 }
  }

  /// What `--json` prints of it.
  var json: JSONValue {
    ["number": .integer(share.number), "of": .integer(share.count), "fixed_only": .bool(isInit)]
  }
}

/// The folder that relative paths count from.
func currentFolder() -> String { resolved(".") ?? "/" }

/// What a plan says, by name, for parts to see whether theirs is the same.
func samePlan(_ plan: [String: JSONValue]) -> [String: String] {
  // Through its text, because 1.0 and 1 are one number there.
  let value = JSONValue.object(plan)
  let plan = (JSONValue(parsing: value.text()) ?? value).object ?? plan
  return plan.mapValues { $0.string ?? $0.text() }
}
