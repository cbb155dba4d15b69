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
    [
      OptionDeclaration(
        "region", "z0:z1,y0:y1,x0:x1", "copy only this box; ':' stands for a whole axis"),
      OptionDeclaration(
        "type", "TYPE",
        "the output's voxel type; for a raw file that does not say its own, the input's"),
      OptionDeclaration(
        "window", "LOW:HIGH",
        "the values that become the least and the greatest of --type: no type is narrowed without"),
      .compression, .noPyramid, .memory, .threads, .overwrite,
    ] + Parting.options + OptionDeclaration.bytes("input-type") + OptionDeclaration.places
  }
  /// Lines to type.
  public var examples: [String] {
    [
      "t2s-volume convert scan.raw scan.zarr",
      "t2s-volume convert slices/ scan.zarr --voxel-size 1.3um",
      "t2s-volume convert scan.zarr part.tif --region 100:164,:,: --type uint8 --window 0:4095",
      "t2s-volume convert scan.labels.zarr labels.tif",
      "t2s-volume convert scan.raw scan.zarr --part 3/16",
    ]
  }
  /// What else is worth knowing.
  public var notes: [String] {
    [
      "The output's name says its format: .zarr (OME-Zarr 0.5 store), .raw (with a PyHST .info beside "
        + "it), .tif (opens in Fiji), NAME/ (a folder of TIFF slices), and others that an unknown "
        + "ending lists. A store that was begun by the same command is gone on with.",
      "--window fills a whole number type from end to end: LOW becomes its least value, HIGH its "
        + "greatest, values between are rounded to the nearest, halves up. Floating-point types keep "
        + "values inside the window. Values outside are drawn to its ends and counted; what is no "
        + "number becomes the least value.",
    ]
  }

  /// Copies.
  public func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let choices = try explained { () throws(UsageError) in
      try ConvertChoices(arguments, of: name)
    }
    let format = try context.catalogue.formatWriting(choices.output)
    let (opened, type) = try choices.openInput(context)
    context.echo(choices.input, opened)
    let region = try explained { () throws(UsageError) in
      try choices.region?.region(in: opened.volume.shape)
    }
    try checkApart(
      format.filesWritten(choices.output), from: [choices.input] + opened.filesRead)
    let reader = try choices.converted(opened, to: type, region: region, context)
    let converted = reader as? ConvertedVolume
    var plan: [String: JSONValue] = ["command": "convert"]
    if let conversion = converted?.conversion {
      plan["input_type"] = .string(conversion.source.rawValue)
      plan["window"] = conversion.window.map { .string($0.words) }
    }
    var writing = OutputWriting(
      reader, region: region, to: choices.output, plan: plan, overwrites: choices.overwrites,
      limits: choices.limits)
    writing.output.compression = choices.compression
    writing.output.hasPyramid = choices.hasPyramid
    writing.parting = try Parting(
      arguments, output: choices.output,
      in: context.catalogue.stores?.partsFolder(of: choices.output) ?? "", context)
    let report = try writing.run("converting", context)
    if let parting = writing.parting {
      return parting.finished(
        report.json.merging(["output": .string(choices.output)]) { $1 }, context)
    }
    let leftOut = format.leftOut(of: writing.output.volume, at: choices.output)
    if !leftOut.isEmpty {
      context.console.say(
        "\(choices.output): its format has no place for the \(leftOut.joined(separator: " and the "))"
      )
    }
    let shape = writing.region.shape
    let seconds = Words.duration(report.seconds)
    context.console.say(
      "\(choices.output): \(shape.words), "
        + (report.voxels == 0
          // Parts put together, or a run that had been through with all but its last word.
          ? "all of it was there already, looked through in \(seconds)"
          : "\(Words.bytes(report.bytesWritten)) written in \(seconds) "
            + "(\(Words.bytes(Int(report.bytesPerSecond)))/s, \(Words.rate(report.voxelsPerSecond)))")
    )
    var result = report.json
    result["output"] = .string(choices.output)
    result["left_out"] = .array(leftOut.map { .string($0) })
    result["shape"] = shape.json
    result["type"] = .string(reader.volume.voxelType.rawValue)
    if let converted, let window = converted.conversion.window {
      let counts = converted.counts
      context.console.say(counts.words(of: report.voxels, window))
      result["window"] = [.number(window.low), .number(window.high)]
      result["below_window"] = .integer(counts.below)
      result["above_window"] = .integer(counts.above)
      result["not_a_number"] = .integer(counts.notANumber)
    }
    return result
  }
}

/// Memory and threads, as every command that copies takes them.
struct CopyLimits: Hashable, Sendable {
  /// What may be used; half of what is free where `--memory` was not given.
  var memory: Int
  /// Whether `--memory` was given.
  var memoryIsGiven: Bool
  var threads: Int

  init(_ arguments: Arguments) throws(UsageError) {
    let given = try arguments.value("memory") { text throws(UsageError) in try text.byteCount() }
    memory = given ?? defaultMemory()
    memoryIsGiven = given != nil
    threads =
      try arguments.value("threads") { text throws(UsageError) in try text.wholeNumber() }
      ?? availableCores()
  }
}

extension CopyLimits {
  /// Lets `reader` keep what it decodes for one layer until the next layers are read, where that fits beside
  /// `bytes`: a chunk holds many layers. Returns what that takes.
  func keepLayers(of reader: any VolumeReader, beside bytes: Int) -> Int {
    let shape = reader.volume.shape
    let wanted = reader.cacheByteCount(forBoxesOf: Shape3(z: 1, y: shape.y, x: shape.x))
    guard wanted > 0, wanted <= memory - bytes else { return 0 }
    reader.limitCache(to: wanted)
    return wanted
  }
}

extension CopyReport {
  /// The figures for `--json`.
  var json: [String: JSONValue] {
    [
      "voxels": .integer(voxels), "voxels_already_there": .integer(voxelsAlready),
      "bytes_read": .integer(bytesRead), "bytes_written": .integer(bytesWritten),
      "planned_bytes": .integer(plannedBytes), "seconds": .number(seconds),
      "bytes_per_second": .number(bytesPerSecond),
      "voxels_per_second": .number(voxelsPerSecond),
      "peak_bytes": peakResidentBytes().map { .integer($0) } ?? .null,
      "file_bytes_read": fileBytesRead().map { .integer($0) } ?? .null,
    ]
  }
}

extension Shape3 {
  /// `[z, y, x]`.
  var json: JSONValue { [.integer(z), .integer(y), .integer(x)] }
}
