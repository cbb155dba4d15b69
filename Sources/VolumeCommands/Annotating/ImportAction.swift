import Annotation
import SystemIO
import VolumeCore

/// `annotate import`: layers that were painted in.
enum ImportAction: AnnotateAction {
  static let word = "import"
  static let summary = "painted layers back into labels, each pixel checked"
  static let options = [
    OptionDeclaration(
      "into", "LABELS", "the labels whose layers are replaced; default: nothing else is annotated")
  ]
  static let examples = [
    "t2s-volume annotate import painting/ --into truth.zarr --output truth2.zarr",
    "t2s-volume annotate import painting/ --output sparse.zarr",
  ]
  static let notes = [
    "import: a picture of another size, a pixel of a colour that is no class's (as anti-aliasing makes "
      + "them), or one that is not opaque is refused with its place, before anything is written. "
      + "Layers whose picture is gone stay as they are. PNG and TIFF are told apart by their names."
  ]

  static func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let (path, target) = try explained { () throws(UsageError) in
      (
        try arguments.operands(["FOLDER"], of: "annotate import")[0],
        try AnnotateOutput(arguments, of: word)
      )
    }
    guard let paint = context.catalogue.paint else { preconditionFailure("no paint pictures") }
    let folder = try PaintFolder(reading: path)
    var inputs: [(String, any VolumeReader)] = []
    var base: (any VolumeReader)?
    if let labels = arguments.values["into"] {
      let reader = try context.openInput(labels, hints: target.hints)
      guard reader.volume.shape == folder.shape, reader.volume.voxelType == .uint8 else {
        throw Explanation(
          .input,
          "\(labels) has \(words(of: reader.volume)); the painted layers are of \(folder.shape.words) "
            + "of uint8",
          remedy: "give the labels that were exported; convert --type uint8 makes bytes of them")
      }
      base = reader
      inputs.append((labels, reader))
    }
    // Whether it may be gone on with is known only when all is read; what is wrong anyway is said now.
    let format = try context.catalogue.formatWriting(target.output)
    try checkApart(
      format.filesWritten(target.output), from: inputs.flatMap { [$0.0] + $0.1.filesRead })
    let pictures = try folder.pictures()
    let layers = pictures.keys.sorted()
    guard !layers.isEmpty else {
      throw Explanation(
        .input, "\(path) holds no picture of a layer", remedy: "export layers into it first")
    }
    let palette = LabelPalette(folder.classes)
    var volume =
      base?.volume ?? VolumeDescription(shape: folder.shape, voxelType: .uint8, format: "painted")
    volume.classes = base?.volume.classes ?? folder.classes
    let layerBytes = folder.shape.y * folder.shape.x
    context.console.note(
      "checking \(layers.count) layers, at most \(Words.memory(layerBytes * 10)) of memory for one, "
        + "and \(Words.bytes(layerBytes * layers.count)) of disk beside the output meanwhile")
    let patches = try LayerPatches(
      layers, of: folder.shape, scratchFolder: scratchFolder(target.output))
    var changed = 0
    var rows: [JSONValue] = []
    // What was painted is part of the plan, so that another painting is not gone on with.
    var sums: [String] = []
    for z in layers {
      guard let picture = pictures[z] else { continue }
      try context.checkForStop(remedy: "give the same command again")
      let labels = try folder.labels(in: picture, palette, paint)
      let before =
        try base.map { reader throws(Explanation) in try labelLayer(z, of: reader) }
        ?? [UInt8](repeating: UInt8(LabelClass.unannotatedValue), count: layerBytes)
      let count = zip(labels, before).count { $0 != $1 }
      changed += count
      sums.append("\(z) " + fnv1a(labels))
      rows.append(["layer": .integer(z), "changed": .integer(count)])
      try patches.write(labels, layer: z)
    }
    let result = PatchedVolume(volume, base: base, patches)
    let writing = try target.writing(
      result,
      plan: [
        "command": "annotate import", "painted": .string(fnv1a(Array(sums.joined().utf8))),
        "changed_voxels": .integer(changed),
      ], inputs: inputs, context)
    let report = try writing.run("writing", context)
    var json = target.say(report, folder.shape, context)
    context.console.say(
      "\(layers.count) layers were painted in, \(Words.grouped(changed)) voxels differ from before")
    let missing = folder.layers.filter { !layers.contains($0) }
    if !missing.isEmpty {
      context.console.say("\(missing.count) exported layers have no picture any more and stay")
    }
    json["layers"] = .array(rows)
    json["changed_voxels"] = .integer(changed)
    return json
  }
}

/// Where what does not fit into memory lies until `output` is written.
func scratchFolder(_ output: String) -> String {
  let folder = folder(ofPath: output)
  return folder.isEmpty ? "." : folder
}
