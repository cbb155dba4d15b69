import Annotation
import SystemIO
import VolumeCore

/// `annotate export`: layers as pictures for a paint program.
enum ExportAction: AnnotateAction {
  static let word = "export"
  static let summary = "layers of labels as pictures with a palette, for any paint program"
  static let options = [
    OptionDeclaration(
      "at", "LAYERS", "which layers: 3,10,20:40 or 0:100:10; default of interpolate: the annotated"),
    OptionDeclaration(
      "scan", "PATH", "a scan of the same extent, whose layers are put beside the labels' as GREY-*"
    ),
    OptionDeclaration(
      "window", "LOW:HIGH", "grey values of --scan drawn black and white, or auto; default: auto"),
    OptionDeclaration(
      "format", "FORMAT", "png, or tiff, whose pixels are the labels themselves; default: png"),
  ]
  static let examples = [
    "t2s-volume annotate export truth.zarr --at 0:1900:100 --scan big.raw --output painting/",
    "t2s-volume annotate export truth.zarr --at 50 --format tiff --output painting/",
  ]
  static let notes = [
    "export: each layer is an indexed PNG or TIFF of one colour for each class, white for what is not "
      + "annotated and black for what is outside; annotation.json beside them says which is which. Paint with a "
      + "hard brush (no anti-aliasing), in these colours, and keep the size."
  ]

  static func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let (path, folder, hints) = try explained { () throws(UsageError) in
      (
        try arguments.operands(["LABELS"], of: "annotate export")[0],
        try Self.folder(arguments),
        try arguments.openingHints()
      )
    }
    guard let paint = context.catalogue.paint else { preconditionFailure("no paint pictures") }
    let labels = try context.openInput(path, hints: hints)
    let shape = labels.volume.shape
    let layers = try explained { () throws(UsageError) in
      guard let text = arguments.values["at"] else {
        throw .optionMissing(
          option: "at", why: "nothing says which layers", expected: "give some, as in --at 0:100:10"
        )
      }
      return try OptionText(option: "at", text: text).layers(of: shape.z)
    }
    let scan = try arguments.values["scan"].map { path throws(Explanation) in
      try context.openInput(path, hints: hints)
    }
    if let scan, scan.volume.shape != shape {
      throw Explanation(
        .input, "the labels have \(shape.words), the scan \(scan.volume.shape.words)",
        remedy: "give the scan that the labels are of")
    }
    let window = try explained { () throws(UsageError) in
      try arguments.value("window") { text throws(UsageError) in try text.window() } ?? nil
    }
    let format = try explained { () throws(UsageError) in try Self.format(arguments) }
    try checkApart(folder + "/" + PaintFolder.sheetName, from: [path])
    if kind(ofPath: folder + "/" + PaintFolder.sheetName) != .missing, !arguments.has("overwrite") {
      throw Explanation(
        .input, "\(folder) holds layers already", remedy: "give --overwrite, or another --output")
    }
    try explained { () throws(SystemError) in
      try makeFolder(folder)
      // An earlier export's sheet would say of half of the pictures what they are not.
      let sheet = folder + "/" + PaintFolder.sheetName
      if kind(ofPath: sheet) != .missing { try removeFile(sheet) }
    }
    var classes = labels.volume.classes ?? []
    if classes.isEmpty { classes = try PaintFolder.values(labels, layers) }
    let palette = LabelPalette(classes)
    context.console.note(
      "exporting \(layers.count) layers, at most "
        + "\(Words.memory(shape.y * shape.x * 12)) of memory for one of them")
    for z in layers {
      try context.checkForStop(remedy: "give the same command again, with --overwrite")
      let here = try labelLayer(z, of: labels)
      let picture: PalettePicture
      do throws(LabelPalette.Fault) {
        let places = try palette.places(of: here, width: shape.x)
        picture =
          switch format {
          case .png:
            PalettePicture(
              width: shape.x, height: shape.y, places: places,
              colours: palette.entries.map(\.colour))
          case .tiff:
            PalettePicture(
              width: shape.x, height: shape.y, places: here, colours: palette.colourOfEachByte)
          }
      } catch {
        throw error.explanation("layer \(z) of \(path)")
      }
      try paint.write(picture, to: PaintFolder.picture(folder, z, format))
      if let scan {
        try paint.write(
          try PaintFolder.grey(scan, z, window), to: PaintFolder.picture(folder, z, format, "grey"))
      }
    }
    let made = PaintFolder(
      folder, shape: shape, layers: layers, classes: classes)
    let sheet = made.sheet(palette)
    try explained { () throws(SystemError) in
      try writeFileAtomically(folder + "/" + PaintFolder.sheetName, Array(sheet.text().utf8))
    }
    context.console.say("\(folder): \(layers.count) layers of \(shape.y) rows x \(shape.x) columns")
    return ["output": .string(folder), "layers": .array(layers.map { .integer($0) })]
  }

  /// `--format`.
  private static func format(_ arguments: Arguments) throws(UsageError) -> PaintFormat {
    guard let word = arguments.values["format"] else { return .png }
    guard let format = PaintFormat(rawValue: word.lowercased()) else {
      throw .badValue(
        option: "format", text: word, why: "it is no format of pictures",
        expected: "give png or tiff")
    }
    return format
  }

  /// `--output`, a folder.
  private static func folder(_ arguments: Arguments) throws(UsageError) -> String {
    guard var folder = arguments.values["output"], !folder.isEmpty else {
      throw .optionMissing(
        option: "output", why: "annotate export writes pictures",
        expected: "name a folder, as in --output painting/")
    }
    while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
    return folder
  }
}
