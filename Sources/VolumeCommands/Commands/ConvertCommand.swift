import VolumeCore

/// `convert`: copies a volume from one format to another.
public struct ConvertCommand: Command {
  /// The command.
  public init() {}

  /// "convert".
  public var name: String { "convert" }
  /// What it does.
  public var summary: String { "copy a volume to another format, which the output's name says" }
  /// What it takes.
  public var operands: String { "INPUT OUTPUT" }
  /// Its options.
  public var options: [OptionDeclaration] {
    OptionDeclaration.inputs + [
      OptionDeclaration(
        "region", "z0:z1,y0:y1,x0:x1", "copy only this box; ':' stands for a whole axis"),
      .memory, .threads, .overwrite,
    ]
  }
  /// Lines to type.
  public var examples: [String] {
    [
      "t2s-volume convert scan.raw scan.zarr",
      "t2s-volume convert slices/ scan.zarr --voxel-size 1.3um",
      "t2s-volume convert scan.labels.zarr labels.tif",
    ]
  }
  /// What else is worth knowing.
  public var notes: [String] {
    [
      "Outputs: .zarr (OME-Zarr 0.5 store), .raw (with a PyHST .info beside it) and .tif (opens in "
        + "Fiji; labels with a palette). A store that was begun by the same command is gone on with."
    ]
  }

  /// Copies.
  public func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let paths = try explained { () throws(UsageError) in
      try arguments.operands(["INPUT", "OUTPUT"], of: name)
    }
    let (input, output) = (paths[0], paths[1])
    let hints = try explained { () throws(UsageError) in try arguments.openingHints() }
    let limits = try explained { () throws(UsageError) in try CopyLimits(arguments) }
    _ = try context.catalogue.formatWriting(output)
    let reader = try context.openInput(input, hints: hints)
    let region = try explained { () throws(UsageError) in
      try arguments.value("region") { text throws(UsageError) in
        try text.region(in: reader.volume.shape)
      }
    }
    try checkApart(output, from: [input])
    let writing = OutputWriting(
      reader, region: region, to: output, plan: ["command": "convert"],
      overwrites: arguments.has("overwrite"), memory: limits.memory, threads: limits.threads)
    let report = try writing.run("converting", context)
    context.console.say(
      "\(output): \(writing.region.shape.words), \(Words.bytes(report.bytesWritten)) written in "
        + "\(Words.duration(report.seconds)) (\(Words.bytes(Int(report.bytesPerSecond)))/s, "
        + "\(Words.rate(report.voxelsPerSecond)))")
    var result = report.json
    result["output"] = .string(output)
    result["shape"] = writing.region.shape.json
    return result
  }
}

/// Memory and threads, as every command that copies takes them.
struct CopyLimits: Hashable, Sendable {
  var memory: Int
  var threads: Int

  init(_ arguments: Arguments) throws(UsageError) {
    memory =
      try arguments.value("memory") { text throws(UsageError) in try text.byteCount() }
      ?? defaultMemory()
    threads =
      try arguments.value("threads") { text throws(UsageError) in try text.wholeNumber() }
      ?? availableCores()
  }
}

extension CopyReport {
  /// The figures for `--json`.
  var json: [String: JSONValue] {
    [
      "voxels": .integer(voxels), "voxels_already_there": .integer(voxelsAlready),
      "bytes_read": .integer(bytesRead), "bytes_written": .integer(bytesWritten),
      "seconds": .number(seconds), "bytes_per_second": .number(bytesPerSecond),
      "voxels_per_second": .number(voxelsPerSecond),
      "peak_bytes": peakResidentBytes().map { .integer($0) } ?? .null,
    ]
  }
}

extension Shape3 {
  /// `[z, y, x]`.
  var json: JSONValue { [.integer(z), .integer(y), .integer(x)] }
}
