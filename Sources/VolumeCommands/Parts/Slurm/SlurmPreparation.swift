import Cluster
import NeuralGraph
import SystemIO
import VolumeCore
import VolumePipeline

/// `slurm segment ...`: makes the scripts of a run, and sends them.
struct SlurmPreparation {
  /// The commands that can be cut.
  static let cut: [any Command] = [
    SegmentCommand(), ConvertCommand(), MeasureCommand(), EvaluateCommand(), TrainCommand(),
  ]
  static let commands = cut.map(\.name)

  private let choices: SlurmChoices
  private let words: [String]
  private let arguments: Arguments
  private let command: any Command
  private let context: CommandContext

  init(_ given: Arguments, _ context: CommandContext) throws(Explanation) {
    self.context = context
    choices = try explained { () throws(UsageError) in try SlurmChoices(given) }
    var words = SlurmChoices.without(Array(context.commandLine.dropFirst(2)))
    words.removeAll { $0 == "--json" }
    guard let name = words.first, let command = Self.cut.first(where: { $0.name == name }) else {
      throw Explanation(
        .input, "the command must come first",
        remedy: "as in t2s-volume slurm segment big.raw --nodes-at-most 8")
    }
    self.command = command
    let (options, rest) = (command.allOptions, words)
    arguments = try explained { () throws(UsageError) in
      try Arguments(parsing: rest.dropFirst(), of: command.name, options: options)
    }
    for option in ["part", "overwrite", "resume", "series"] {
      guard arguments.values[option] != nil || arguments.has(option) else { continue }
      throw Explanation(
        .input, "slurm: --\(option) does not go with jobs that make parts",
        remedy: "leave --\(option) out")
    }
    if command is TrainCommand {
      guard arguments.operands.first == TrainAblation.word, choices.minutes != nil else {
        throw Explanation(
          .input,
          "slurm train: of trainings an ablation is cut, and how long one may take must be said",
          remedy: "as in t2s-volume slurm train ablate ... --time 240; another command trains one")
      }
    }
    if arguments.values["memory"] == nil { words += ["--memory", "4G"] }
    self.words = words
  }

  func run() throws(Explanation) -> [String: JSONValue] {
    let estimate = try SlurmEstimate(command, arguments, choices, context)
    let folder = choices.folder ?? estimate.output + ".slurm"
    let place = resolved(folder).map { $0 } ?? absolute(folder)
    guard kind(ofPath: place + "/run.json") == .missing else {
      throw Explanation(
        .input, "\(folder) holds a run already",
        remedy: "t2s-volume slurm status \(folder) tells of it, resubmit sends what is missing; "
          + "remove the folder to make its scripts anew, or give another --run")
    }
    var run = SlurmRun(
      folder: place, tool: context.executable, words: words, workFolder: currentFolder(),
      output: estimate.output, parts: estimate.parts,
      limits: SlurmLimits(
        minutes: choices.minutes ?? estimate.minutes, megabytes: estimate.megabytes,
        cores: choices.cores, atOnce: min(choices.atOnce, estimate.parts), others: choices.others),
      setup: choices.setup, reasons: estimate.reasons)
    try run.keep()
    try run.writeScripts()
    context.console.say("\(folder): \(run.parts) parts, \(run.limits.atOnce) at once")
    for reason in run.reasons { context.console.say("  \(reason)") }
    if choices.submits {
      do throws(Explanation) {
        run.jobs.append(
          try Slurm().send(run, parts: Array(1...run.parts), starts: true))
      } catch {
        // Nothing was sent, so that the same command may be given again.
        try? removeFolder(place)
        throw error
      }
      try run.keep()
      context.console.say(
        "sent: \(run.jobs.flatMap(\.all).map(String.init).joined(separator: ", ")); "
          + "t2s-volume slurm status \(folder)")
    } else {
      context.console.say(
        "not sent (--submit). By hand: sbatch \(folder)/init.sh, then part.sh and finish.sh, each after "
          + "the one before (--dependency=afterok:JOB); without Slurm: bash \(folder)/init.sh, "
          + "bash \(folder)/part.sh 1 to \(run.parts), bash \(folder)/finish.sh")
    }
    return [
      "run": .string(folder), "parts": .integer(run.parts), "output": .string(run.output),
      "minutes": .integer(run.limits.minutes), "megabytes": .integer(run.limits.megabytes),
      "jobs": .array(run.jobs.flatMap(\.all).map { .integer($0) }),
      "reasons": .array(run.reasons.map { .string($0) }),
    ]
  }
}

/// `path` from the root.
func absolute(_ path: String) -> String {
  path.hasPrefix("/") ? path : currentFolder() + "/" + path
}

/// What a run's parts will take, and why.
struct SlurmEstimate {
  var output: String
  var parts: Int
  var minutes: Int
  var megabytes: Int
  var reasons: [String] = []

  /// Asks the command's own planning, which refuses what the parts would refuse.
  init(
    _ command: any Command, _ arguments: Arguments, _ choices: SlurmChoices,
    _ context: CommandContext
  ) throws(Explanation) {
    var memory =
      try explained { () throws(UsageError) in
        try arguments.value("memory") { text throws(UsageError) in try text.byteCount() }
      } ?? 4 << 30
    var work: ClusterWork
    var rate = choices.rate
    var whose = "given"
    switch command {
    case is SegmentCommand:
      var segment = try explained { () throws(UsageError) in
        try SegmentChoices(
          arguments, engines: context.catalogue.engines.map(\.name), of: command.name)
      }
      segment.memory = memory
      let prepared = try PreparedSegmentation(SegmentRequest(segment, context), context)
      output = segment.output
      memory = max(memory, prepared.peakByteCount)
      let tiling = prepared.plan.tiling
      let blocks = ChunkGrid(volume: tiling.region.shape, chunk: tiling.block)
      work = ClusterWork(
        voxels: tiling.region.voxelCount, layers: tiling.region.z.count,
        shards: blocks.count.voxelCount, slabs: blocks.count.z)
      work.halo = tiling.halo.z
      work.overhead = tiling.overhead
      work.bytesRead = Double(prepared.plan.execution.voxelType.byteCount)
      if rate == nil {
        context.console.note("computing a few tiles to find out how fast it goes here")
        let found = try Calibration().rate(
          of: prepared.plan, from: prepared.request.reader,
          isStopped: { context.stopSignal() != nil })
        try context.checkForStop(remedy: "give --rate VOXELS to do without computing")
        rate = found.computedVoxelsPerSecond
        whose = "of this machine"
      }
    case is TrainCommand:
      // A part for each network; where there are fewer, a part without one ends at once.
      let count =
        arguments.values["only"].map { $0.split(separator: ",").count + 1 }
        ?? UNetAblation.allCases.count + 1
      work = ClusterWork(voxels: count, layers: count, shards: count)
      output =
        try explained { () throws(UsageError) in
          try TrainChoices(
            arguments, trainers: context.catalogue.trainers.map(\.name), of: command.name)
        }.output
      rate = 1.0 / 3600
      whose = "an hour to a training, assumed"
    default:
      let operand = command is MeasureCommand ? 1 : 0
      guard arguments.operands.count > operand else {
        throw UsageError.operandMissing("INPUT", command: command.name).explanation
      }
      let hints = try explained { () throws(UsageError) in try arguments.openingHints() }
      var opening = hints
      if command is ConvertCommand {
        let (opened, _) = try explained { () throws(UsageError) in
          try ConvertChoices(arguments, of: command.name)
        }.openInput(context)
        opening = hints
        work = Self.work(opened, layersOnly: false)
      } else {
        work = Self.work(
          try context.openInput(arguments.operands[operand], hints: opening), layersOnly: true)
      }
      output = try Self.output(command, arguments)
      if rate == nil {
        rate = command is EvaluateCommand ? 200e6 : 40e6
        whose = "assumed for this command"
      }
    }
    let speed = rate ?? 1e6
    var model = ClusterModel()
    model.nodes = choices.atOnce
    model.voxelsPerSecond = speed
    model.storageBytesPerSecond = choices.storage
    model.nodeBytesPerSecond = min(choices.storage, 1e9)
    let parted = choices.parts ?? (command is TrainCommand ? work.shards : nil)
    let forecast = parted.map { model.run(work, parts: $0) } ?? model.bestParts(work)
    parts = forecast.parts
    let largest = (work.shards + parts - 1) / parts
    let share = Double(largest) / Double(max(work.shards, 1))
    let voxels = Double(work.voxels) * share
    let seconds =
      max(
        voxels * work.overhead / speed,
        voxels * (work.bytesRead + work.bytesWritten) * Double(min(choices.atOnce, parts))
          / choices.storage) + model.startSeconds
    minutes = (Int(seconds / 60 * 2) + 10 + 4) / 5 * 5
    megabytes = ((memory + memory / 8) >> 20) + 512
    reasons = [
      "parts: \(work.shards) shards; \(largest) or fewer to a part"
        + (choices.parts == nil ? ", the quickest of several counts by simulation" : ", as given"),
      "time: \(minutes) min; a part should take \(Words.duration(seconds)) at \(Words.rate(speed)) "
        + "(\(whose)), doubled, and 10 min more"
        + (choices.minutes.map { "; \($0) min were given" } ?? ""),
      "memory: \(megabytes) MB; \(Words.memory(memory)) by --memory, an eighth and 512 MB more for what "
        + "the system counts beside",
      "in all about \(Words.duration(forecast.seconds)) with \(min(choices.atOnce, parts)) at once, "
        + "waiting in the queue not counted but for a minute",
    ]
  }

  private static func work(_ reader: any VolumeReader, layersOnly: Bool) -> ClusterWork {
    let shape = reader.volume.shape
    let block = SegmentationOptions().block
    let grid = ChunkGrid(
      volume: shape,
      chunk: layersOnly ? Shape3(z: ComponentParts.layers, y: shape.y, x: shape.x) : block)
    var work = ClusterWork(
      voxels: shape.voxelCount, layers: shape.z, shards: grid.count.voxelCount,
      slabs: grid.count.z)
    work.bytesRead = Double(reader.volume.voxelType.byteCount)
    work.bytesWritten = layersOnly ? 0.2 : work.bytesRead
    work.overhead = 1
    return work
  }

  private static func output(
    _ command: any Command, _ arguments: Arguments
  ) throws(Explanation) -> String {
    if command is ConvertCommand, arguments.operands.count > 1 { return arguments.operands[1] }
    guard let output = arguments.values["output"] ?? arguments.values["table"] else {
      throw Explanation(
        .input, "the parts need an output in which they meet",
        remedy: command is EvaluateCommand
          ? "give --output FOLDER" : "give --output STORE.zarr or --table FILE.csv")
    }
    return output
  }
}
