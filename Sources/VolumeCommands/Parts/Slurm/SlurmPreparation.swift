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
        .input, "--\(option) does not go with jobs that make parts",
        remedy: "leave --\(option) out")
    }
    if command is TrainCommand {
      guard arguments.operands.first == TrainAblation.word, choices.minutes != nil else {
        throw Explanation(
          .input,
          "of trainings an ablation is cut, and how long one may take must be said",
          remedy: "as in t2s-volume slurm train ablate ... --time 240; another command trains one")
      }
    }
    if command is MeasureCommand, arguments.operands.first != "components" {
      throw Explanation(
        .input, "of what is measured only `components` are made in parts",
        remedy: "measure the others by a job of one process: they take minutes")
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
    try checkOutput(estimate.output)
    let cores = try coresOfNodes()
    var run = SlurmRun(
      folder: place, tool: context.executable, words: words, workFolder: currentFolder(),
      output: estimate.output, parts: estimate.parts,
      limits: SlurmLimits(
        minutes: choices.minutes ?? estimate.minutes, megabytes: estimate.megabytes,
        cores: cores, atOnce: min(choices.atOnce, estimate.parts), others: choices.others),
      setup: choices.setup, reasons: estimate.reasons)
    try run.keep()
    try run.writeScripts()
    context.console.say(
      "\(folder): \(run.parts) part\(run.parts == 1 ? "" : "s"), \(run.limits.atOnce) at once")
    for reason in run.reasons { context.console.say("  \(reason)") }
    let typed = SlurmRun.quoted(folder)
    if choices.submits {
      do throws(Explanation) {
        run.jobs.append(
          try Slurm().send(run, parts: Array(1...run.parts), starts: true))
      } catch {
        // Nothing was sent, so that the same command may be given again.
        try? removeFolder(place)
        throw Explanation(
          error.kind, error.what + "; no script was kept",
          remedy: error.remedy + "; then give the same command again")
      }
      try run.keep()
      context.console.say(
        "sent: \(run.jobs.flatMap(\.all).map(String.init).joined(separator: ", ")); "
          + "t2s-volume slurm status \(typed)")
    } else {
      context.console.say(
        "not sent (--submit). To send them, edited or not: t2s-volume slurm resubmit \(typed)")
      context.console.say(
        "without Slurm: bash \(typed)/init.sh; for part in $(seq \(run.parts)); do "
          + "bash \(typed)/part.sh $part; done; bash \(typed)/finish.sh")
    }
    return [
      "run": .string(folder), "parts": .integer(run.parts), "output": .string(run.output),
      "minutes": .integer(run.limits.minutes), "megabytes": .integer(run.limits.megabytes),
      "jobs": .array(run.jobs.flatMap(\.all).map { .integer($0) }),
      "reasons": .array(run.reasons.map { .string($0) }),
    ]
  }
}

extension SlurmPreparation {
  /// Throws where the first job would refuse to begin, because its output is there.
  private func checkOutput(_ output: String) throws(Explanation) {
    let parts = OutputParts(absolute(output), context)
    if let fixed = try parts.folder.frozen() {
      throw Explanation(
        .input, "\(output) was begun in \(fixed.parts) parts already, by \(fixed.origin)",
        remedy:
          "go on with the run that did: t2s-volume slurm resubmit RUN; or remove \(output) and "
          + "\(parts.folder.path)")
    }
    guard !parts.isFinished, kind(ofPath: absolute(output)) == .missing else {
      throw Explanation(
        .input, "\(output) is there already",
        remedy: "choose another output, or remove it first: parts take nothing away")
    }
  }

  /// The cores of a part: no more than the nodes have, where Slurm can be asked.
  private func coresOfNodes() throws(Explanation) -> Int {
    guard let most = Slurm().coresOfNodes(in: choices.others["partition"]), most < choices.cores
    else { return choices.cores }
    guard !choices.coresAreGiven else {
      throw Explanation(
        .input, "--cpus \(choices.cores): no node has more than \(most) cores",
        remedy: "give --cpus \(most)")
    }
    context.console.note("a part takes \(most) cores: the nodes have no more")
    return most
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
      guard !segment.opinions.alongAllAxes else { throw SegmentPart.alongAllAxes("slurm") }
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
        guard arguments.operands.count < 2 || isStore(arguments.operands[1]) else {
          throw OutputWriting.onlyStores("slurm")
        }
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
    let seesCard = command is SegmentCommand && choices.others["gres"] != nil && choices.rate == nil
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
    let enough = (Int((seconds / 60 * 2).rounded(.up)) + 10 + 4) / 5 * 5
    minutes = choices.minutes ?? enough
    megabytes = ((memory + memory / 8) >> 20) + 512
    if command is TrainCommand {
      reasons = [
        "parts: \(parts) for \(work.shards) trainings or fewer",
        "time: \(minutes) min, as given, for \(largest == 1 ? "one" : "\(largest)") of them",
        "memory: \(megabytes) MB; \(Words.memory(memory)) by --memory, an eighth and 512 MB more",
      ]
      return
    }
    reasons = [
      "parts: \(work.shards) shards; \(largest) or fewer to a part"
        + (choices.parts == nil ? ", the quickest of several counts by simulation" : ", as given"),
      "time: \(minutes) min"
        + (choices.minutes == nil ? "" : ", as given")
        + "; a part should take \(Words.duration(seconds)) at \(Words.rate(speed)) (\(whose))"
        + (choices.minutes == nil ? ", doubled, and 10 min more" : "")
        + (Double(minutes) * 60 - 60 < seconds
          ? ". THIS DOES NOT SUFFICE: parts are stopped a minute before the end, and begin their last "
            + "shard anew" : "")
        + (seesCard ? "; a card computes faster, and --rate says how fast" : ""),
      "memory: \(megabytes) MB; \(Words.memory(memory)) by --memory, an eighth and 512 MB more for what "
        + "the system counts beside",
      "in all about \(Words.duration(forecast.seconds)) with \(min(choices.atOnce, parts)) at once, a "
        + "minute in the queue among it",
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
