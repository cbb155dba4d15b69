import EngineCore
import VolumeCore

/// `segment`: gives every voxel of a scan its class.
public struct SegmentCommand: Command {
  /// The command.
  public init() {}

  /// "segment".
  public var name: String { "segment" }
  /// What it does.
  public var summary: String { "give every voxel of a scan its class, tile by tile" }
  /// What it takes.
  public var operands: String { "INPUT..." }
  /// Its options.
  public var options: [OptionDeclaration] {
    [
      OptionDeclaration(
        "output", "STORE.zarr", "the labels; default: NAME.labels.zarr in the current folder"),
      OptionDeclaration(
        "model", "FILE", "a Keras model (.h5); default: $T2S_MODEL, else the one that is installed"),
      OptionDeclaration(
        "tile", "SIZE",
        "what a tile writes: 256 (rows and columns; where a layer is computed by itself and memory "
          + "allows, all beside each other in one), 256x512, 64x256x256 (layers first), or auto "
          + "(the default): the largest that memory allows"),
      OptionDeclaration(
        "halo", "N",
        "voxels read around a tile. The default covers all that the network sees, so that tiles do "
          + "not show; less is NOT exact, and the result says so"),
      OptionDeclaration(
        "overlap", "N",
        "blend tiles that overlap by N voxels instead of reading a halo: NOT exact; networks that "
          + "normalise over space (group, instance norm) are always blended, by 32 voxels"),
      OptionDeclaration(
        "exact", nil,
        "refuse what is not exact: such a network, --overlap, a --halo that is too small"),
      OptionDeclaration(
        "region", "z0:z1,y0:y1,x0:x1",
        "only this box, for a try-out: its labels are those of the full run; ':' stands for all"),
      .memory, .threads,
      OptionDeclaration("slots", "N", "tiles in flight; default: as many as help"),
      OptionDeclaration(
        "engine", "NAME",
        "auto (the default: an NVIDIA GPU that passes its self-check, else the CPU), cudnn, onednn "
          + "or reference"),
      OptionDeclaration(
        "plan-file", "FILE",
        "cudnn: the ways in which the card computes each layer, made where it is missing; all parts of "
          + "a run take the same; `gpu tune` makes the fastest"),
      OptionDeclaration(
        "precision", "P",
        "auto (the default: f16 on a GPU; on the CPU int8 where the model has a calibration that "
          + "loses next to nothing and the CPU multiplies bytes, else bf16 where it has that), f32, "
          + "bf16, f16, or int8, which is calibrated on the scan first where the model is not"),
      OptionDeclaration(
        "calibration", "FILE",
        "how values become bytes, as model calibrate made it; default: MODEL.int8.json beside the "
          + "model"),
      OptionDeclaration(
        "window", "LOW:HIGH",
        "grey values that become 0 and 1, or auto (from the scan's own); default: the model's rule"),
    ] + OpinionChoices.options + OutsideChoices.declarations + StatisticsChoices.options
      + SeriesChoices.options + Parting.options
      + OptionDeclaration.inputs + [
        .overwrite,
        OptionDeclaration(
          "resume", nil,
          "go on with what was begun, or say that there is nothing; without it the same command goes "
            + "on where there is something, and begins where there is not"),
        OptionDeclaration(
          "verify-seams", "N",
          "when all is labelled, compute N boxes across borders of tiles again as one piece and "
            + "compare them; default: as many as cost less than 2 % of the run, at least one; 0: none"
        ),
        OptionDeclaration(
          "verify", "N",
          "on a GPU: compute every N-th tile again on the processor before it is written, and stop "
            + "where a label differs by more than rounding explains; default: none"),
        OptionDeclaration("no-picture", nil, "make no picture of the middle layer"),
        OptionDeclaration(
          "trace", "FILE.json",
          "write what every thread and card does when, tile by tile, for ui.perfetto.dev or "
            + "chrome://tracing, and say at the end what limits the run; a file that is there is "
            + "replaced"),
      ]
  }
  /// Lines to type.
  public var examples: [String] {
    [
      "t2s-volume segment big.raw --tile 256",
      "t2s-volume segment big.raw --region 100:110,:,: --output try.zarr",
      "t2s-volume segment big.raw --flips 8 --probabilities fibre,porosity --uncertainty entropy",
      "t2s-volume segment slices/ --model mine.h5 --memory 4G --voxel-size 1.3um",
      "t2s-volume segment big.raw --truth-layers truth.tif@210,640,1060 --csv big.csv",
      "t2s-volume segment big.raw --region 0:64,:,: --trace big.trace.json",
      "t2s-volume segment big.raw --output big.labels.zarr --part 3/16",
      "t2s-volume segment load0.raw load1.raw load2.raw --series test --match-grey",
    ]
  }
  /// What else is worth knowing.
  public var notes: [String] {
    [
      "Ctrl-C stops between tiles; the same command again goes on with what is missing. "
        + "Whatever the tiles, labels are those of the whole layer computed at once.",
      "What would change a label must be as it was when a run is gone on with: scan, model, options "
        + "and version; what differs is named. With the labels lies a receipt of all of it: `receipt`.",
      "--overwrite keeps the old output until the first block of the new one is whole.",
    ]
  }

  /// Segments.
  public func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    if let folder = arguments.values["series"] {
      let series = try explained { () throws(UsageError) in
        try SeriesChoices(
          arguments, folder: folder, engines: context.catalogue.engines.map(\.name), of: name)
      }
      return try SegmentSeries(choices: series, context: context).run()
    }
    var choices = try explained { () throws(UsageError) in
      try SeriesChoices.refuse(arguments)
      return try SegmentChoices(arguments, engines: context.catalogue.engines.map(\.name), of: name)
    }
    let place = context.catalogue.stores?.partsFolder(of: choices.output) ?? ""
    if let parting = try Parting(arguments, output: choices.output, in: place, context) {
      return try SegmentPart(parting: parting, context: context).run(choices)
    }
    if context.joinsParts { try choices.join(in: place) }
    var request = try SegmentRequest(choices, context)
    if let computer = choices.computedBy, computer != request.engine.words {
      request.choices.seams = 0
      context.console.note(
        "seams are not looked at: the parts were computed by \(computer), here is "
          + "\(request.engine.words)")
    }
    let figures = try runSegmentation(request, context)
    var report = SegmentReport(
      figures: figures, outputPath: request.output, shape: request.region.shape,
      model: request.model, modelPath: request.model.path, normalisation: request.normalisation,
      picture: nil, csv: choices.statistics.csv, parts: context.summary)
    let siblings = try SiblingStores(
      request, try context.catalogue.formatWriting(request.output))
    (report.probabilities, report.uncertainty) = (siblings.probabilities, siblings.uncertainty)
    if choices.wantsPicture {
      // The labels are safe by now: a picture that fails must not turn the run into a failure.
      do throws(Explanation) {
        report.picture = try request.drawPicture(report.fractionsByValue, context)
      } catch {
        context.console.note("no picture: \(error.what)")
      }
    }
    for line in report.page { context.console.say(line) }
    return report.json
  }
}

extension SegmentRequest {
  /// Draws the middle layer with its labels beside them; returns where.
  func drawPicture(
    _ fractions: [Int: Double], _ context: CommandContext
  ) throws(Explanation) -> String {
    let path = pictureName(forLabels: output)
    let labels = try context.catalogue.open(output, hints: OpeningHints())
    let drawing = LayerDrawing(
      scan: VolumePart(reader, region: region), labels: labels, fractions: fractions)
    _ = try drawing.draw(to: path, with: context.catalogue.pictures)
    return path
  }
}

/// The picture beside a label volume: "a/big.labels.zarr" gives "a/big.labels.png".
package func pictureName(forLabels path: String) -> String {
  var path = Substring(path)
  while path.count > 1, path.last == "/" { path = path.dropLast() }
  let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
  return path[..<slash] + outputName(for: String(path[slash...]), suffix: ".png")
}
