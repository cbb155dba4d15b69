import Cluster
import VolumeCore

/// `slurm`: cuts a command into jobs for a cluster, and looks after them.
public struct SlurmCommand: Command {
  /// The command.
  public init() {}

  /// "slurm".
  public var name: String { "slurm" }
  /// What it does.
  public var summary: String { "cut a command into jobs of a Slurm cluster, and look after them" }
  /// What it takes.
  public var operands: String {
    "COMMAND ...|status RUN|resubmit RUN|doctor FOLDER|simulate"
  }
  /// Its options.
  public var options: [OptionDeclaration] {
    SlurmChoices.options
      + SimulationChoices.options.filter { option in
        !SlurmChoices.options.contains { $0.name == option.name }
      }
  }
  /// Those, and those of the commands that can be cut.
  public var parsedOptions: [OptionDeclaration] {
    var all = allOptions
    // Training first, whose options may be repeated.
    for command in SlurmPreparation.cut.reversed() {
      all += command.options.filter { option in !all.contains { $0.name == option.name } }
    }
    return all
  }
  /// Lines to type.
  public var examples: [String] {
    [
      "t2s-volume slurm segment big.raw --nodes-at-most 20 --gres gpu:1 --partition gpu --submit",
      "t2s-volume slurm convert slices/ scan.zarr --nodes-at-most 8 --time 30",
      "t2s-volume slurm measure components big.labels.zarr --class 2 --output pores.zarr --submit",
      "t2s-volume slurm train ablate --scan a.zarr --labels b.zarr --validate z=60:64 --time 240",
      "t2s-volume slurm status big.labels.zarr.slurm",
      "t2s-volume slurm resubmit big.labels.zarr.slurm",
      "t2s-volume slurm doctor /scratch/me",
      "t2s-volume slurm simulate --shape 2048x2048x2048 --rate 30M --storage 5G",
    ]
  }
  /// What else is worth knowing.
  public var notes: [String] {
    [
      "COMMAND is \(list(SlurmPreparation.commands)), with its own options (--tile, --memory ...) as "
        + "ever: they go to every part. Without --submit only the scripts are written, to be "
        + "read, edited, and sent by hand; without a cluster, part.sh 1, part.sh 2 ... and finish.sh run "
        + "anywhere.",
      "A part that is stopped (time, preemption) is queued again and goes on where it was; one that "
        + "fails stops the chain, and status says which and why. The output is byte for byte what one "
        + "process makes.",
    ]
  }

  /// Does what the first word says.
  public func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    guard let word = arguments.operands.first else {
      throw UsageError.operandMissing("what", command: name).explanation
    }
    switch word {
    case "status": return try SlurmStatus(try folder(arguments), context).report()
    case "resubmit":
      let given = SlurmChoices.options.map(\.name).filter {
        arguments.values[$0] != nil || arguments.has($0)
      }
      guard given.isEmpty else {
        throw Explanation(
          .input, "slurm resubmit sends the scripts as they stand; --\(given[0]) changes nothing",
          remedy: "edit the lines #SBATCH in RUN/part.sh, and give resubmit without options")
      }
      return try SlurmStatus(try folder(arguments), context).resubmit()
    case "doctor":
      let place = arguments.operands.count == 1 ? "." : try folder(arguments)
      return try SlurmDoctor(folder: place, context: context).run()
    case "simulate":
      guard arguments.operands.count == 1 else {
        throw Explanation(
          .input, "slurm simulate takes no scan, but an extent",
          remedy: "as in t2s-volume slurm simulate --shape 2048x2048x2048 --rate 30M")
      }
      return try SimulationChoices(arguments).run(context)
    default:
      guard SlurmPreparation.commands.contains(word) else {
        let known = SlurmPreparation.commands + ["status", "resubmit", "doctor", "simulate"]
        throw UsageError.unknownWord(
          word, command: name, known: known, nearest: nearest(to: word, among: known)
        ).explanation
      }
      return try SlurmPreparation(arguments, context).run()
    }
  }

  private func folder(_ arguments: Arguments) throws(Explanation) -> String {
    guard arguments.operands.count == 2 else {
      throw UsageError.operandMissing("RUN", command: "slurm \(arguments.operands[0])").explanation
    }
    return arguments.operands[1]
  }
}

/// What jobs may take, as the user says it.
struct SlurmChoices {
  static let options: [OptionDeclaration] = [
    OptionDeclaration("nodes-at-most", "N", "parts at once; default: 4"),
    OptionDeclaration(
      "parts", "N", "how many parts; default: as many as are quickest by a simulation, whole shards"
    ),
    OptionDeclaration("gres", "GRES", "what each part needs beside, as in gpu:1"),
    OptionDeclaration("partition", "NAME", "Slurm's partition"),
    OptionDeclaration("account", "NAME", "Slurm's account"),
    OptionDeclaration("qos", "NAME", "Slurm's quality of service"),
    OptionDeclaration("constraint", "FEATURES", "nodes that are alike, as Slurm calls them"),
    OptionDeclaration(
      "time", "MINUTES",
      "what a part may take; default: twice the estimate and ten minutes (--rate makes the estimate "
        + "that of your nodes)"),
    OptionDeclaration("cpus", "N", "cores of a part; default: 4"),
    OptionDeclaration(
      "rate", "VOXELS",
      "voxels that a node computes in a second; default: a few tiles are computed here to find out"),
    OptionDeclaration(
      "storage", "BYTES", "bytes that all nodes together read in a second; default: 10^9"),
    OptionDeclaration(
      "setup", "LINE", "a line of shell before the tool, as in 'module load cuda'"),
    OptionDeclaration("run", "FOLDER", "where scripts and logs lie; default: OUTPUT.slurm"),
    OptionDeclaration("submit", nil, "send the jobs; otherwise only the scripts are written"),
  ]

  let atOnce: Int
  let parts: Int?
  let minutes: Int?
  let cores: Int
  let coresAreGiven: Bool
  let rate: Double?
  let storage: Double
  let others: [String: String]
  let setup: String
  let folder: String?
  let submits: Bool

  init(_ arguments: Arguments) throws(UsageError) {
    func number(_ name: String) throws(UsageError) -> Int? {
      try arguments.value(name) { text throws(UsageError) in try text.wholeNumber() }
    }
    atOnce = try number("nodes-at-most") ?? 4
    parts = try arguments.value("parts") { text throws(UsageError) in
      let parts = try text.wholeNumber()
      guard parts <= PartShare.mostParts else {
        throw text.wrong("that is too many", "at most \(PartShare.mostParts) parts")
      }
      return parts
    }
    minutes = try number("time")
    let given = try number("cpus")
    (cores, coresAreGiven) = (given ?? 4, given != nil)
    rate = try arguments.value("rate") { text throws(UsageError) in try text.voxelRate() }
    storage =
      try arguments.value("storage") { text throws(UsageError) in Double(try text.byteCount()) }
      ?? Double(1 << 30)
    others = arguments.values.filter {
      ["gres", "partition", "account", "qos", "constraint"].contains($0.key)
    }
    setup = arguments.values["setup"] ?? ""
    folder = arguments.values["run"]
    submits = arguments.has("submit")
  }

  /// `words` without these options.
  static func without(_ words: [String]) -> [String] {
    var result: [String] = []
    var skips = false
    for word in words {
      if skips {
        skips = false
        continue
      }
      let name = word.drop { $0 == "-" }.prefix { $0 != "=" }
      guard word.hasPrefix("--"), let option = options.first(where: { $0.name == name }) else {
        result.append(word)
        continue
      }
      skips = option.value != nil && !word.contains("=")
    }
    return result
  }
}
