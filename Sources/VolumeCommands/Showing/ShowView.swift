import EngineCore
import Rendering
import SystemIO
import VolumeCore
import VolumePasses

/// `show projection` and `show surface`: pictures of a whole volume, read once, block by block.
struct ShowView {
  /// Which picture.
  enum Kind: String {
    /// The largest, smallest or mean value along an axis.
    case projection
    /// Classes as seen from outside.
    case surface
  }

  static var options: [OptionDeclaration] {
    [
      OptionDeclaration(
        "keep", "VALUE",
        "projection: max, the default, min or mean: what is kept of the voxels behind a pixel")
    ] + SurfaceChoices.options
  }

  let kind: Kind
  let input: String
  let output: String
  let arguments: Arguments
  let context: CommandContext
  private let axis: Projection.Axis
  private let keep: Projection.Kind
  private let surface: SurfaceChoices
  private let window: Normalisation?
  private let limits: CopyLimits
  private let hints: OpeningHints

  init(
    _ kind: Kind, _ operands: [String], _ arguments: Arguments, _ context: CommandContext
  ) throws(UsageError) {
    self.kind = kind
    self.arguments = arguments
    self.context = context
    guard let input = operands.first, operands.count == 1 else {
      throw .operandMissing(
        kind == .surface ? "LABELS" : "SCAN", command: "show \(kind.rawValue)")
    }
    self.input = input
    output = arguments.values["output"] ?? outputName(for: input, suffix: ".\(kind.rawValue).png")
    guard output.lowercased().hasSuffix(".png") else {
      throw OptionText(option: "output", text: output)
        .wrong("pictures are written as PNG", "end the name in .png")
    }
    axis =
      try arguments.value("axis") { text throws(UsageError) in
        try text.oneOf(Projection.Axis.allCases.map(\.rawValue))
      }.flatMap(Projection.Axis.init) ?? .z
    keep =
      try arguments.value("keep") { text throws(UsageError) in
        try text.oneOf(Projection.Kind.allCases.map(\.rawValue))
      }.flatMap(Projection.Kind.init) ?? .max
    surface = try SurfaceChoices(arguments, edge: 1024, isLight: true)
    window = try arguments.value("window") { text throws(UsageError) in try text.window() } ?? nil
    limits = try CopyLimits(arguments)
    hints = try arguments.openingHints()
  }

  func make() throws(Explanation) -> [String: JSONValue] {
    let reader = try context.openInput(input, hints: hints)
    guard arguments.values["labels"] == nil else {
      throw Explanation(
        .input, "show \(kind.rawValue) draws nothing over its picture",
        remedy: "leave out --labels; show slices --labels draws labels over grey")
    }
    let part = try explained { () throws(UsageError) in
      try arguments.value("region") { text throws(UsageError) in
        try text.region(in: reader.volume.shape)
      }
    }
    try checkApart(output, from: [input])
    if SystemIO.kind(ofPath: output) != .missing, !arguments.has("overwrite") {
      throw Explanation(
        .input, "\(output) is there already",
        remedy: "give --overwrite to replace it, or another --output")
    }
    let region = part ?? Region(reader.volume.shape)
    let size =
      switch kind {
      case .projection: try project(reader, region)
      case .surface: try look(reader, region)
      }
    context.console.say("\(output): \(size.width) x \(size.height) pixels")
    return [
      "output": .string(output), "width": .integer(size.width), "height": .integer(size.height),
      "part": .string(region.description),
      "peak_bytes": peakResidentBytes().map { .integer($0) } ?? .null,
    ]
  }

  private func project(
    _ reader: any VolumeReader, _ region: Region
  ) throws(Explanation) -> (width: Int, height: Int) {
    let type = reader.volume.voxelType
    guard keep != .mean || Projection.summable.contains(type) else {
      throw Explanation(
        .input,
        "--keep mean: \(input) holds \(type.rawValue), and means are summed exactly from 8 or 16 bits",
        remedy: "t2s-volume convert --type uint16 --window LOW:HIGH makes such a volume of it")
    }
    let projection = Projection(keep, along: axis, of: region)
    // The picture while it grows, and what is drawn of it.
    let beside = projection.byteCount + projection.width * projection.height * 24
    let values = try walk(projection.pass(reader), reader, beside: beside, "projecting") {
      pass, isStopped, progress throws(Explanation) in
      try projection.values(pass, isStopped: isStopped, progress: progress)
    }
    var picture = LayerPicture(width: projection.width, height: projection.height, grey: values)
    picture.window = window
    picture.view = .grey
    picture.scaleBar = .fitting(
      voxels: Double(projection.width * projection.step),
      edge: axis == .x ? reader.volume.spacing?.y : reader.volume.spacing?.x)
    try context.catalogue.pictures.write(picture, to: output)
    return (picture.width, picture.height)
  }

  private func look(
    _ reader: any VolumeReader, _ region: Region
  ) throws(Explanation) -> (width: Int, height: Int) {
    let labels = surface.labels(of: reader.volume)
    let camera = SurfaceCamera(
      fitting: region.shape, spacing: reader.volume.spacing, azimuth: surface.azimuth,
      elevation: surface.elevation, edge: surface.edge)
    let scene = SurfaceScene(labels.map { UInt8($0.value) }, in: region, cameras: [camera])
    // What is drawn, as colours and as a file.
    let beside = camera.width * camera.height * 12
    let images = try walk(
      scene.pass(reader), reader, beside: beside,
      "looking at " + labels.map(\.name).joined(separator: ", ")
    ) { pass, isStopped, progress throws(Explanation) in
      try scene.images(pass, isStopped: isStopped, progress: progress)
    }
    guard !images.isEmpty else { throw surface.nothing(in: input, labels) }
    var picture = ColourPicture(
      width: images.width, height: images.height,
      rgb: images.picture(
        0, colours: surface.colours(labels), background: surface.background))
    picture.scaleBar = surface.scaleBar(camera, reader.volume)
    try context.catalogue.pictures.write(picture, to: output)
    return (images.width, images.height)
  }

  private func walk<Value>(
    _ pass: BlockPass, _ reader: any VolumeReader, beside bytes: Int, _ what: String,
    _ body: (
      PreparedPass, @escaping @Sendable () -> Bool, @escaping @Sendable (Int) -> Void
    ) throws(Explanation) -> Value
  ) throws(Explanation) -> Value {
    let prepared = try pass.prepared(
      memory: max(0, limits.memory - bytes), threads: limits.threads)
    context.console.note(
      "\(what): \(prepared.words), at most \(Words.memory(prepared.byteCount + bytes)) of memory, "
        + "beside \(Words.memory(peakResidentBytes() ?? 0)) of the tool itself")
    let context = context
    let progress = Progress(context.console, what, total: pass.region.voxelCount)
    let value = try body(prepared, { context.stopSignal() != nil }, { progress.add($0) })
    progress.end()
    try context.checkForStop(remedy: "give the same command again")
    return value
  }
}
