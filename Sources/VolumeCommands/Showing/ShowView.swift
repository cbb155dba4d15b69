import EngineCore
import SystemIO
import VolumeCore
import VolumePasses

/// `show projection` and `show surface`: pictures of a whole volume, read once, block by block.
struct ShowView {
  /// Which picture.
  enum Kind: String {
    /// The largest, or smallest, grey value along an axis.
    case projection
    /// A class as seen from outside.
    case surface
  }

  static var options: [OptionDeclaration] {
    [
      OptionDeclaration(
        "keep", "VALUE", "projection: max, the default, or min: the value of each line of voxels"),
      OptionDeclaration("class", "N", "surface: the label value that is shown; default: 1"),
      OptionDeclaration(
        "azimuth", "DEGREES", "surface: how far round the z axis the viewer stands; default: 30"),
      OptionDeclaration(
        "elevation", "DEGREES",
        "surface: how far above the layers, -90 to 90; 90 looks at a layer; default: 25"),
      OptionDeclaration("pixels", "N", "surface: the picture's longer edge; default: 1024"),
    ]
  }

  let kind: Kind
  let input: String
  let output: String
  let arguments: Arguments
  let context: CommandContext
  private let axis: Slice.Axis
  private let keep: Projection.Kind
  private let label: Int
  private let azimuth: Double
  private let elevation: Double
  private let pixels: Int
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
        try text.oneOf(Slice.Axis.allCases.map(\.rawValue))
      }.flatMap(Slice.Axis.init) ?? .z
    keep =
      try arguments.value("keep") { text throws(UsageError) in
        try text.oneOf(Projection.Kind.allCases.map(\.rawValue))
      }.flatMap(Projection.Kind.init) ?? .max
    label =
      try arguments.value("class") { text throws(UsageError) in
        let value = try text.wholeNumber(atLeast: 0)
        guard value <= 255 else { throw text.wrong("labels end at 255", "a label, as 1") }
        return value
      } ?? 1
    azimuth = try Self.degrees("azimuth", 30, most: 360, arguments)
    elevation = try Self.degrees("elevation", 25, most: 90, arguments)
    pixels =
      try arguments.value("pixels") { text throws(UsageError) in
        let value = try text.wholeNumber(atLeast: 16)
        guard value <= 8192 else { throw text.wrong("that is too large", "16 to 8192") }
        return value
      } ?? 1024
    window = try arguments.value("window") { text throws(UsageError) in try text.window() } ?? nil
    limits = try CopyLimits(arguments)
    hints = try arguments.openingHints()
  }

  private static func degrees(
    _ name: String, _ otherwise: Double, most: Double, _ arguments: Arguments
  ) throws(UsageError) -> Double {
    try arguments.value(name) { text throws(UsageError) in
      guard let value = signedDecimal(text.text), abs(value) <= most else {
        throw text.wrong("this is no such angle", "degrees from -\(Int(most)) to \(Int(most))")
      }
      return value
    } ?? otherwise
  }

  func make() throws(Explanation) -> [String: JSONValue] {
    let reader = try context.openInput(input, hints: hints)
    guard arguments.values["labels"] == nil else {
      throw Explanation(
        .input, "show \(kind.rawValue) draws nothing over its picture",
        remedy: "leave out --labels; show slices --labels draws labels over grey")
    }
    try checkApart(output, from: [input])
    if SystemIO.kind(ofPath: output) != .missing, !arguments.has("overwrite") {
      throw Explanation(
        .input, "\(output) is there already",
        remedy: "give --overwrite to replace it, or another --output")
    }
    let picture =
      switch kind {
      case .projection: try projection(reader)
      case .surface: try surface(reader)
      }
    try context.catalogue.pictures.write(picture, to: output)
    context.console.say("\(output): \(picture.width) x \(picture.height) pixels")
    return [
      "output": .string(output), "width": .integer(picture.width),
      "height": .integer(picture.height),
      "peak_bytes": peakResidentBytes().map { .integer($0) } ?? .null,
    ]
  }

  private func projection(_ reader: any VolumeReader) throws(Explanation) -> LayerPicture {
    let projection = Projection(of: reader.volume.shape, along: axis, keeping: keep)
    var pass = BlockPass([PassInput(reader, as: .float)])
    // The pixels of a block's columns, at most: one for each column.
    pass.workBytes = pass.block.y * pass.block.x * 4
    // The picture, twice: while it grows, and when it is drawn.
    let values = try walk(pass, beside: 2 * projection.byteCount, "projecting") {
      pass, isStopped, progress throws(Explanation) in
      try projection.values(pass, isStopped: isStopped, progress: progress)
    }
    var picture = LayerPicture(width: projection.width, height: projection.height, grey: values)
    picture.window = window
    picture.view = .grey
    return picture
  }

  private func surface(_ reader: any VolumeReader) throws(Explanation) -> LayerPicture {
    let view = SurfaceView(
      of: UInt8(label), in: reader.volume.shape, azimuth: azimuth, elevation: elevation,
      edge: pixels)
    var pass = BlockPass([PassInput(reader, as: .labels)])
    let reach = SurfaceView.reach
    pass.halo = Shape3(z: reach, y: reach, x: reach)
    pass.workBytes = view.byteCount
    let values = try walk(pass, beside: view.byteCount, "looking at class \(label)") {
      pass, isStopped, progress throws(Explanation) in
      try view.values(pass, isStopped: isStopped, progress: progress)
    }
    guard let values else {
      throw Explanation(
        .input, "no voxel of \(input) is \(label)",
        remedy: "--class takes a label value that is there; t2s-volume info lists the classes")
    }
    var picture = LayerPicture(width: view.width, height: view.height, grey: values)
    picture.window = Normalisation(low: 0, high: 255, clips: true)
    picture.view = .grey
    return picture
  }

  private func walk<Value>(
    _ pass: BlockPass, beside bytes: Int, _ what: String,
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
