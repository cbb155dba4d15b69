import EngineCore
import SystemIO
import VolumeCore

/// `show`: a picture of a layer, with labels over it; or a page about a run.
public struct ShowCommand: Command {
  /// The command.
  public init() {}

  /// "show".
  public var name: String { "show" }
  /// What it does.
  public var summary: String {
    "draw layers, projections or surfaces, make films, or a page about a run"
  }
  /// What it takes.
  public var operands: String {
    "[slices|sheet|projection|surface|film|report] SCAN|LABELS|RUN"
  }
  /// Its options.
  public var options: [OptionDeclaration] {
    [
      OptionDeclaration(
        "labels", "LABELS", "a label volume of the same extent, drawn over the scan"),
      OptionDeclaration("layer", "N", "which layer, from 0; default: the middle one"),
      OptionDeclaration(
        "axis", "AXIS",
        "z (layers, the default), y or x: what the layer, or those of a sheet, lie across, or what a "
          + "projection goes along"),
      OptionDeclaration(
        "at", "z,y,x", "slices: the voxel that the three planes meet in; default: the middle"),
      OptionDeclaration(
        "count", "N", "sheet: how many layers, evenly spread; default: 12", short: "n"),
      OptionDeclaration(
        "region", "z0:z1,y0:y1,x0:x1",
        "projection, surface and film: only this box; ':' stands for a whole axis"),
    ] + ShowView.options + ShowFilm.options + [
      OptionDeclaration(
        "view", "VIEW", "grey, overlay (labels over grey) or both side by side, the default"),
      OptionDeclaration(
        "window", "LOW:HIGH", "grey values drawn black and white, or auto; default: auto"),
      OptionDeclaration(
        "output", "FILE",
        "the picture (.png), the film (.mp4 or .gif) or the page; default: the name of the input with the "
          + "right ending, in the current folder"),
      OptionDeclaration(
        "scan", "SCAN", "report: where the scan of the labels is now; default: where it was"),
      OptionDeclaration("truth", "TRUTH", "report: labels by which those of RUN are judged"),
      .memory, .threads,
    ] + OptionDeclaration.inputs + [.overwrite]
  }
  /// Lines to type.
  public var examples: [String] {
    [
      "t2s-volume show big.raw --labels big.labels.zarr --layer 64 --output layer.png",
      "t2s-volume show slices big.raw --labels big.labels.zarr --at 64,512,300",
      "t2s-volume show sheet big.raw --axis y --count 8",
      "t2s-volume show projection big.raw --axis y",
      "t2s-volume show surface big.labels.zarr --class 1,2 --azimuth 30 --elevation 25",
      "t2s-volume show film big.raw --labels big.labels.zarr --output big.mp4",
      "t2s-volume show film orbit big.labels.zarr --length 12 --output orbit.gif",
      "t2s-volume show film training fibres",
      "t2s-volume show report big.labels.zarr",
      "t2s-volume show report big.labels.zarr --truth truth.zarr --output big.html",
      "t2s-volume show report fibres --output training.html",
    ]
  }
  /// What else is worth knowing.
  public var notes: [String] {
    [
      "Layers with more than 2048 voxels along an edge are thinned out.",
      "show projection keeps the largest, smallest or mean value along the axis; show surface shades "
        + "classes as seen from outside, in parallel projection: fibres white, pores red, others in "
        + "their own colours. Both read the volume once, block by block, draw the same picture whatever "
        + "the memory and the threads, and put a scale bar below it: of a round length where the "
        + "voxel's size is known, else of voxels.",
      "show film runs through the layers (--axis), grey beside overlay where there are --labels; show film "
        + "orbit goes once round what show surface draws; show film training shows a crop as the network "
        + "labelled it from epoch to epoch. Films are MP4 (H.264, in the form that every player knows) or "
        + "GIF, by the name of --output, made by FFmpeg's libraries; an interrupted film leaves nothing.",
      "show report makes one page that needs no other file and no network: warnings first, then volume "
        + "fractions with intervals, slices to go through, profiles, grey values, and what was done. RUN "
        + "is a label store that segment made, or a folder that train made. A scan of such a name is "
        + "shown as ./report.",
    ]
  }

  private struct Choices {
    var scan: String
    var labels: String?
    var layer: Int?
    var axis = Slice.Axis.z
    var view = LayerPicture.View.both
    var window: Normalisation?
    var output: String
    var hints: OpeningHints

    init(_ arguments: Arguments, of command: String) throws(UsageError) {
      scan = try arguments.operands(["SCAN"], of: command)[0]
      labels = arguments.values["labels"]
      layer = try arguments.value("layer") { text throws(UsageError) in
        try text.wholeNumber(atLeast: 0)
      }
      let axis = try arguments.value("axis") { text throws(UsageError) in
        try text.oneOf(Slice.Axis.allCases.map(\.rawValue))
      }
      self.axis = axis.flatMap(Slice.Axis.init) ?? .z
      let view = try arguments.value("view") { text throws(UsageError) in
        try text.oneOf(LayerPicture.View.allCases.map(\.rawValue))
      }
      self.view = view.flatMap(LayerPicture.View.init) ?? .both
      window = try arguments.value("window") { text throws(UsageError) in try text.window() } ?? nil
      output = arguments.values["output"] ?? outputName(for: scan, suffix: ".png")
      hints = try arguments.openingHints()
      guard output.lowercased().hasSuffix(".png") else {
        throw OptionText(option: "output", text: output)
          .wrong("pictures are written as PNG", "end the name in .png")
      }
    }
  }

  /// Draws.
  public func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    if let kind = arguments.operands.first.flatMap(ShowSheet.Kind.init) {
      let sheet = try explained { () throws(UsageError) in
        try ShowSheet(kind, Array(arguments.operands.dropFirst()), arguments, context)
      }
      return try sheet.make()
    }
    if let kind = arguments.operands.first.flatMap(ShowView.Kind.init) {
      let view = try explained { () throws(UsageError) in
        try ShowView(kind, Array(arguments.operands.dropFirst()), arguments, context)
      }
      return try view.make()
    }
    if arguments.operands.first == "film" {
      let film = try explained { () throws(UsageError) in
        try ShowFilm(Array(arguments.operands.dropFirst()), arguments, context)
      }
      return try film.make()
    }
    if arguments.operands.first == "report" {
      let report = try explained { () throws(UsageError) in
        try ShowReport(Array(arguments.operands.dropFirst()), arguments, context)
      }
      return try report.make()
    }
    let choices = try explained { () throws(UsageError) in try Choices(arguments, of: name) }
    let scan = try context.openInput(choices.scan, hints: choices.hints)
    let labels: (any VolumeReader)?
    if let path = choices.labels {
      labels = try context.openInput(path, hints: choices.hints)
    } else {
      labels = nil
    }
    try checkApart(choices.output, from: [choices.scan] + (choices.labels.map { [$0] } ?? []))
    if case .file = kind(ofPath: choices.output), arguments.values["output"] != nil,
      !arguments.has("overwrite")
    {
      throw Explanation(
        .input, "\(choices.output) is there already",
        remedy: "give --overwrite to replace it, or another --output")
    }
    let layer = try choices.layer.map { layer throws(Explanation) in
      try checked(layer, choices.axis, scan.volume.shape)
    }
    let drawing = LayerDrawing(
      scan: scan, labels: labels, axis: choices.axis, layer: layer, window: choices.window,
      view: choices.view)
    let drawn = try drawing.draw(to: choices.output, with: context.catalogue.pictures)
    context.console.say("\(choices.output): \(choices.axis.rawValue) = \(drawn)")
    return [
      "output": .string(choices.output), "axis": .string(choices.axis.rawValue),
      "layer": .integer(drawn),
    ]
  }

  private func checked(
    _ layer: Int, _ axis: Slice.Axis, _ shape: Shape3
  ) throws(Explanation) -> Int {
    let extent = axis.extent(of: shape)
    guard layer < extent else {
      throw Explanation(
        .input, "--layer \(layer): the scan has layers 0 to \(extent - 1) across \(axis.rawValue)",
        remedy: "give a smaller number")
    }
    return layer
  }
}
