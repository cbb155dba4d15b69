import EngineCore
import SystemIO
import VolumeCore

/// `show`: a picture of a layer, with labels over it.
public struct ShowCommand: Command {
  /// The command.
  public init() {}

  /// "show".
  public var name: String { "show" }
  /// What it does.
  public var summary: String { "make a PNG of a layer: grey, and labels over it" }
  /// What it takes.
  public var operands: String { "SCAN" }
  /// Its options.
  public var options: [OptionDeclaration] {
    [
      OptionDeclaration(
        "labels", "LABELS", "a label volume of the same extent, drawn over the scan"),
      OptionDeclaration("layer", "N", "which layer, from 0; default: the middle one"),
      OptionDeclaration(
        "axis", "AXIS", "z (layers, the default), y or x: what the layer lies across"),
      OptionDeclaration("view", "VIEW", "grey, labels or both side by side; default: both"),
      OptionDeclaration(
        "window", "LOW:HIGH", "grey values drawn black and white, or auto; default: auto"),
      OptionDeclaration("output", "FILE", "the picture; default: SCAN.png in the current folder"),
    ] + OptionDeclaration.inputs + [.overwrite]
  }
  /// Lines to type.
  public var examples: [String] {
    ["t2s-volume show big.raw --labels big.labels.zarr --layer 64 --output layer.png"]
  }
  /// What else is worth knowing.
  public var notes: [String] {
    ["Layers with more than 2048 voxels along an edge are thinned out."]
  }

  private struct Choices {
    var scan: String
    var labels: String?
    var layer: Int?
    var axis = Slice.Axis.z
    var view = SlicePicture.View.both
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
        try text.oneOf(SlicePicture.View.allCases.map(\.rawValue))
      }
      self.view = view.flatMap(SlicePicture.View.init) ?? .both
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

extension Slice.Axis {
  /// The number of planes across this axis.
  func extent(of shape: Shape3) -> Int {
    switch self {
    case .z: shape.z
    case .y: shape.y
    case .x: shape.x
    }
  }
}

/// A layer of a scan, and of its labels, drawn to a file.
struct LayerDrawing: Sendable {
  var scan: any VolumeReader
  var labels: (any VolumeReader)?
  var axis = Slice.Axis.z
  /// The layer, or `nil` for the middle one.
  var layer: Int?
  /// The window, or `nil` for one that fits the layer.
  var window: Normalisation?
  var view = SlicePicture.View.both

  /// Draws it; returns the layer that it drew.
  func draw(to path: String, with pictures: any PictureWriter) throws(Explanation) -> Int {
    if let labels, labels.volume.shape != scan.volume.shape {
      throw Explanation(
        .input,
        "the scan has \(scan.volume.shape.words), the labels have \(labels.volume.shape.words)",
        remedy: "give the labels of this very scan")
    }
    if let labels, labels.volume.voxelType == .float32 {
      throw Explanation(
        .input, "labels are whole numbers, and these are float32",
        remedy: "give a label volume of type uint8")
    }
    let position = layer ?? axis.extent(of: scan.volume.shape) / 2
    let grey = try Slice(scan, axis: axis, position: position)
    let marked = try labels.map { labels throws(Explanation) in
      try Slice(labels, axis: axis, position: position)
    }
    let picture = SlicePicture(
      grey: grey, labels: marked, classes: labels?.volume.classes ?? [],
      window: window ?? grey.window, view: view)
    try pictures.write(picture.image, to: path)
    return position
  }
}

/// `NAME` of an input with another suffix, in the current folder: "a/big.raw" gives "big.labels.zarr".
package func outputName(for input: String, suffix: String) -> String {
  var name = fileName(of: input)
  let known = [".ome.zarr", ".zarr", ".raw", ".vol", ".bin", ".tif", ".tiff"]
  if let ending = known.first(where: { name.lowercased().hasSuffix($0) }), name.count > ending.count
  {
    name = String(name.dropLast(ending.count))
  }
  return name + suffix
}
