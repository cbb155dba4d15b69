import EngineCore
import SystemIO
import VolumeCore

/// `suggest-layers`: which layers of a run are most worth annotating next.
public struct SuggestLayersCommand: Command {
  /// The command.
  public init() {}

  /// "suggest-layers".
  public var name: String { "suggest-layers" }
  /// What it does.
  public var summary: String { "name the layers of a run that are most worth annotating next" }
  /// What it takes.
  public var operands: String { "RUN" }
  /// Its options.
  public var options: [OptionDeclaration] {
    [
      OptionDeclaration("count", "N", "how many layers; default: 5", short: "n"),
      OptionDeclaration(
        "scan", "PATH", "the scan, to be drawn under the labels; default: the uncertainty is drawn"),
      OptionDeclaration(
        "picture", "FILE.png", "the contact sheet; default: NAME.suggestions.png beside the run"),
      OptionDeclaration("no-picture", nil, "make no contact sheet"),
    ]
  }
  /// Lines to type.
  public var examples: [String] {
    [
      "t2s-volume suggest-layers big.labels.zarr -n 5",
      "t2s-volume suggest-layers big.labels.zarr --scan big.raw --json",
    ]
  }
  /// What else is worth knowing.
  public var notes: [String] {
    [
      "RUN is the label store of a run with --uncertainty, or its uncertainty store. Chosen are layers "
        + "in which the network was unsure, far from each other; of each, the box that is least sure "
        + "is named too."
    ]
  }

  /// More voxels are not read: a coarser level is as good.
  static let mostVoxels = 1 << 28
  /// Values along the longer edge of a small picture.
  private static let panelEdge = 384

  /// Suggests.
  public func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let (run, count) = try explained { () throws(UsageError) in
      (
        try arguments.operands(["RUN"], of: name)[0],
        try arguments.value("count") { text throws(UsageError) in try text.wholeNumber() } ?? 5
      )
    }
    let path = try Self.uncertainty(of: run)
    let (reader, factor) = try Self.coarse(path, context)
    let map = try UncertaintyMap(reader)
    let full = try context.catalogue.open(path, hints: OpeningHints())
    let shape = full.volume.shape
    let suggestions = map.suggestions(count).enumerated().map { rank, suggestion in
      let worst = map.worstCell(of: suggestion.layer)
      let edge = map.cell.y * factor
      let layer = min(suggestion.layer * factor + factor / 2, shape.z - 1)
      return Suggestion(
        rank: rank + 1, layer: layer, mean: suggestion.mean,
        region: Region(
          z: layer..<(layer + 1),
          y: (worst.y * edge)..<min((worst.y + 1) * edge, shape.y),
          x: (worst.x * edge)..<min((worst.x + 1) * edge, shape.x)),
        regionMean: worst.mean)
    }
    var table = TextTable(["layer", "uncertainty", "least sure there", "uncertainty"])
    for suggestion in suggestions {
      table.add([
        "\(suggestion.layer)", Words.percent(Double(suggestion.mean), 2),
        suggestion.region.description, Words.percent(Double(suggestion.regionMean), 2),
      ])
    }
    for line in table.lines() { context.console.say(line) }
    var result: [String: JSONValue] = [
      "uncertainty": .string(path), "layers": .array(suggestions.map(\.json)),
    ]
    if !arguments.has("no-picture") {
      let picture =
        arguments.values["picture"] ?? SiblingStores.base(of: run) + ".suggestions.png"
      var sheet = PictureSheet()
      let scan = try arguments.values["scan"].map { path throws(Explanation) in
        try context.openInput(path, hints: OpeningHints())
      }
      let labels = kind(ofPath: run) == .missing || run == path ? nil : run
      for suggestion in suggestions {
        sheet.panels.append(
          try suggestion.panel(
            of: scan ?? full, labels: scan == nil ? nil : labels, edge: Self.panelEdge, context))
      }
      try context.catalogue.pictures.write(sheet, to: picture)
      context.console.say("  picture  \(picture)")
      result["picture"] = .string(picture)
    }
    return result
  }

  /// The uncertainty store of a run.
  private static func uncertainty(of run: String) throws(Explanation) -> String {
    let path = SiblingStores.base(of: run) + ".uncertainty.zarr"
    if kind(ofPath: path) != .missing { return path }
    if run.contains(".uncertainty.zarr"), kind(ofPath: run) != .missing { return run }
    throw Explanation(
      .input, "\(run) has no uncertainty beside it (\(path) is not there)",
      remedy: "segment the scan again with --uncertainty entropy")
  }

  /// The finest level that is small enough to be read whole, and how many voxels one of its is wide.
  private static func coarse(
    _ path: String, _ context: CommandContext
  ) throws(Explanation) -> (any VolumeReader, Int) {
    var reader = try context.catalogue.open(path, hints: OpeningHints())
    var factor = 1
    var level = 0
    while reader.volume.shape.voxelCount > mostVoxels {
      level += 1
      var hints = OpeningHints()
      hints.level = "\(level)"
      guard let next = try? context.catalogue.open(path, hints: hints) else { break }
      reader = next
      factor *= 2
    }
    return (reader, factor)
  }
}

/// One layer.
private struct Suggestion: Sendable {
  var rank: Int
  var layer: Int
  var mean: Float
  /// The box of it that is least sure.
  var region: Region
  var regionMean: Float

  var json: JSONValue {
    [
      "layer": .integer(layer), "uncertainty": .number(Double(mean)),
      "region": .string(region.description), "region_uncertainty": .number(Double(regionMean)),
    ]
  }

  /// The layer, small.
  func panel(
    of volume: any VolumeReader, labels: String?, edge: Int, _ context: CommandContext
  ) throws(Explanation) -> PictureSheet.Panel {
    let grey = try Slice(volume, axis: .z, position: layer)
    let step = (max(grey.height, grey.width) - 1) / edge + 1
    func thinned(_ slice: Slice) -> [Float] {
      stride(from: 0, to: slice.height, by: step).flatMap { y in
        stride(from: 0, to: slice.width, by: step).map { slice.values[y * slice.width + $0] }
      }
    }
    var picture = LayerPicture(
      width: (grey.width - 1) / step + 1, height: (grey.height - 1) / step + 1,
      grey: thinned(grey))
    if let labels {
      let reader = try context.catalogue.open(labels, hints: OpeningHints())
      let slice = try Slice(reader, axis: .z, position: layer)
      picture.labels = thinned(slice).map { UInt8(exactly: $0) ?? 255 }
      picture.classes = reader.volume.classes ?? []
      picture.view = .overlay
    } else {
      picture.view = .grey
    }
    return PictureSheet.Panel(
      picture: picture, voxelsPerValue: step,
      caption: [
        "\(rank): layer \(layer)", "uncertainty \(Words.percent(Double(mean), 2))",
      ])
  }
}
