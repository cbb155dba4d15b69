import Phantom
import VolumeCore

/// `phantom`: makes a synthetic scan whose labels are known.
public struct PhantomCommand: Command {
  /// The command.
  public init() {}

  /// "phantom".
  public var name: String { "phantom" }
  /// What it does.
  public var summary: String { "make a synthetic scan of a fibre composite with known labels" }
  /// What it takes.
  public var operands: String { "OUTPUT" }
  /// Its options.
  public var options: [OptionDeclaration] {
    [
      OptionDeclaration("shape", "ZxYxX", "layers x rows x columns; default 64x512x512"),
      OptionDeclaration("seed", "N", "equal seeds make equal scans; default 1"),
      OptionDeclaration(
        "kind", "KIND",
        "composite: short glass fibres, matrix, pores (the default); biaxial: a bar of it in air, "
          + "with a crack that opens to a face; fracture: a metal bar with defects, pores and a "
          + "thin crack, uint16"),
      OptionDeclaration(
        "counts", "HOW",
        "share: as many fibres and pores as fill their measured shares (the default); random: drawn "
          + "anew for each seed, so that the shares of specimens differ"),
      .memory, .threads, .overwrite,
    ]
  }
  /// Lines to type.
  public var examples: [String] {
    ["t2s-volume phantom big.raw --shape 128x1024x1024 --seed 7 --kind composite"]
  }
  /// What else is worth knowing.
  public var notes: [String] {
    [
      "The labels (0 matrix, 1 fibre, 2 porosity) go to OUTPUT.labels.zarr. Grey values, fibres, "
        + "pores, blur, noise and rings are like those measured on a real scan. Of a biaxial specimen, "
        + "3 is the crack and 254 the outside. Of a fractured bar: 0 exterior, 1 inside, 2 defect, 3 "
        + "porosity, 4 crack."
    ]
  }

  /// Makes scan and labels.
  public func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let (path, options, limits) = try explained { () throws(UsageError) in
      let path = try arguments.operands(["OUTPUT"], of: name)[0]
      return (path, try phantomOptions(arguments), try CopyLimits(arguments))
    }
    let labelPath = path + ".labels.zarr"
    _ = try context.catalogue.formatWriting(path)
    _ = try context.catalogue.formatWriting(labelPath)
    context.console.note("\(path): \(options.shape.words), seed \(options.seed)")
    let phantom = try explained { () throws(PhantomError) in try options.prepare() }
    // Labels first: an existing finished output is refused before the long part begins.
    let labels = try writing(PhantomLabels(phantom), labelPath, options, arguments, limits)
      .run("making labels", context)
    let grey = try writing(PhantomGrey(phantom), path, options, arguments, limits)
      .run("making the scan", context)
    context.console.say(
      "\(path): \(options.shape.words), \(Words.bytes(grey.bytesWritten)) in "
        + "\(Words.duration(labels.seconds + grey.seconds)); labels in \(labelPath)")
    return [
      "output": .string(path), "labels": .string(labelPath), "shape": options.shape.json,
      "seed": .integer(Int(clamping: options.seed)), "kind": .string(options.kind.rawValue),
      "seconds": .number(labels.seconds + grey.seconds),
      "voxels_per_second": .number(
        Double(options.shape.voxelCount) / max(labels.seconds + grey.seconds, 1e-9)),
    ]
  }

  private func writing(
    _ reader: any VolumeReader, _ path: String, _ options: PhantomOptions, _ arguments: Arguments,
    _ limits: CopyLimits
  ) -> OutputWriting {
    OutputWriting(
      reader, to: path,
      plan: [
        "command": "phantom", "kind": .string(options.kind.rawValue),
        "seed": .string("\(options.seed)"), "counts": .string(options.counts.rawValue),
      ],
      overwrites: arguments.has("overwrite"), limits: limits)
  }

  private func phantomOptions(_ arguments: Arguments) throws(UsageError) -> PhantomOptions {
    var options = PhantomOptions()
    if let shape = try arguments.value("shape", { text throws(UsageError) in try text.shape() }) {
      options.shape = shape
    }
    if let seed = try arguments.value(
      "seed", { text throws(UsageError) in try text.wholeNumber(atLeast: 0) })
    {
      options.seed = UInt64(seed)
    }
    let kind = try arguments.value("kind") { text throws(UsageError) in
      try text.oneOf(PhantomOptions.Kind.allCases.map(\.rawValue))
    }
    options.kind = kind.flatMap(PhantomOptions.Kind.init) ?? .composite
    let counts = try arguments.value("counts") { text throws(UsageError) in
      try text.oneOf(PhantomOptions.Counts.allCases.map(\.rawValue))
    }
    if counts != nil, options.kind == .fracture {
      throw .conflict("counts", "kind fracture", why: "such a bar has no fibres to count")
    }
    options.counts = counts.flatMap(PhantomOptions.Counts.init) ?? .share
    return options
  }
}
