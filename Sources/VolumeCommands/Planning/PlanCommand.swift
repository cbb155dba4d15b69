import VolumeCore
import VolumePipeline

/// `plan`: what `segment` would do, without doing it.
public struct PlanCommand: Command {
  /// The command.
  public init() {}

  /// "plan".
  public var name: String { "plan" }
  /// What it does.
  public var summary: String {
    "say what segmenting a scan would take: tiles, memory, disk, time"
  }
  /// What it takes.
  public var operands: String { "INPUT" }
  /// Those of `segment`, and the rate.
  public var options: [OptionDeclaration] {
    [
      OptionDeclaration(
        "rate", "VOXELS",
        "voxels computed in a second, as the table at the end of `segment` says; default: a few "
          + "tiles of the scan are computed to find out")
    ] + SegmentCommand().options.filter { $0.name != "no-picture" }
  }
  /// Lines to type.
  public var examples: [String] {
    [
      "t2s-volume plan big.raw --memory 2G",
      "t2s-volume plan scan.zarr --model mine.h5 --rate 12M --json",
    ]
  }
  /// What else is worth knowing.
  public var notes: [String] {
    [
      "It takes the options of `segment` and refuses what `segment` would refuse: too little memory "
        + "or disk, an output that is there, a model that does not go with the scan. Nothing is "
        + "written."
    ]
  }

  /// Plans.
  public func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let choices = try explained { () throws(UsageError) in
      try SegmentChoices(arguments, engines: context.catalogue.engines.map(\.name), of: name)
    }
    let given = try explained { () throws(UsageError) in
      try arguments.value("rate") { text throws(UsageError) in try text.voxelRate() }
    }
    let prepared = try PreparedSegmentation(SegmentRequest(choices, context), context)
    var table = PlanTable(prepared)
    if let given {
      table.rate = RunRate(computedVoxelsPerSecond: given, source: .given)
    } else {
      context.console.note("computing a few tiles to find out how fast it goes")
      table.rate = try Calibration().rate(
        of: prepared.plan, from: prepared.request.reader,
        isStopped: { context.stopSignal() != nil })
      try context.checkForStop(remedy: "give --rate VOXELS to do without computing")
    }
    context.console.say("\(choices.output): \(prepared.request.region.shape.words)")
    for line in table.page { context.console.say(line) }
    if let warning = table.warning { context.console.note(warning) }
    var json = table.json
    json["output"] = .string(choices.output)
    json["engine"] = .string(prepared.request.engine.name)
    json["precision"] = .string(prepared.plan.execution.precision.rawValue)
    return json
  }
}
