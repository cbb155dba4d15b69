import Annotation
import SystemIO
import VolumeCore

/// `annotate interpolate`: labels of the layers between annotated ones.
enum InterpolateAction: AnnotateAction {
  static let word = "interpolate"
  static let summary = "labels of the layers between annotated ones, by distances to boundaries"
  static var options: [OptionDeclaration] {
    ExportAction.options.filter { $0.name == "at" }
  }
  static let examples = ["t2s-volume annotate interpolate sparse.zarr --output dense.zarr"]
  static let notes = [
    "interpolate: annotated layers (those that are not 255 all over, or those of --at) stay; each class's "
      + "signed distance goes over in a straight line from one to the next (Raya and Udupa 1990), and "
      + "the greatest has the voxel. Layers before the first and after the last stay as they are. A "
      + "thing that moves by more than its own width from one annotated layer to the next is lost "
      + "between them: annotate closer together there."
  ]

  static func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let (path, target) = try explained { () throws(UsageError) in
      (
        try arguments.operands(["LABELS"], of: "annotate interpolate")[0],
        try AnnotateOutput(arguments, of: word)
      )
    }
    let labels = try context.openInput(path, hints: target.hints)
    let shape = labels.volume.shape
    guard labels.volume.voxelType == .uint8 else {
      throw Explanation(
        .input, "\(path) has voxels of \(labels.volume.voxelType.rawValue)",
        remedy: "convert the labels to uint8 first")
    }
    var annotated: [Int]
    if let text = arguments.values["at"] {
      annotated = try explained { () throws(UsageError) in
        try OptionText(option: "at", text: text).layers(of: shape.z)
      }
    } else {
      annotated = []
      for z in 0..<shape.z {
        try context.checkForStop(remedy: "give the same command again")
        let empty = UInt8(LabelClass.unannotatedValue)
        if try labelLayer(z, of: labels).contains(where: { $0 != empty }) { annotated.append(z) }
      }
    }
    let pairs = Array(zip(annotated, annotated.dropFirst()))
    let between = pairs.flatMap { Array(($0 + 1)..<$1) }
    guard !between.isEmpty else {
      throw Explanation(
        .input, "\(path) has no layer between annotated ones: \(annotated.count) are annotated",
        remedy: "annotate two layers or more that do not touch, or name them with --at")
    }
    let classes = max(2, labels.volume.classes?.count ?? 8) + 2
    let bytes = LayerInterpolation.byteCount(pixels: shape.y * shape.x, classes: classes)
    guard bytes <= target.limits.memory else {
      throw Explanation(
        .input,
        "--memory \(Words.memory(target.limits.memory)) is too small: two layers of \(classes) classes "
          + "take \(Words.memory(bytes))",
        remedy: "give --memory \((bytes + (1 << 20) - 1) >> 20)M or more")
    }
    context.console.note(
      "interpolating \(between.count) layers between \(annotated.count), at most \(Words.memory(bytes)) "
        + "of memory, and \(Words.bytes(between.count * shape.y * shape.x)) of disk beside the output "
        + "meanwhile")
    let patches = try LayerPatches(
      between, of: shape, scratchFolder: scratchFolder(target.output))
    let progress = Progress(
      context.console, "interpolating", total: between.count * shape.y * shape.x)
    for (first, last) in pairs where last > first + 1 {
      let here = LayerInterpolation(
        try labelLayer(first, of: labels), try labelLayer(last, of: labels), width: shape.x)
      for z in (first + 1)..<last {
        try context.checkForStop(remedy: "give the same command again")
        try patches.write(
          here.labels(at: Float(z - first) / Float(last - first)), layer: z)
        progress.add(shape.y * shape.x)
      }
    }
    progress.end()
    let writing = try target.writing(
      PatchedVolume(labels.volume, base: labels, patches),
      plan: [
        "command": "annotate interpolate", "annotated": .array(annotated.map { .integer($0) }),
      ], inputs: [(path, labels)], context)
    var result = target.say(try writing.run("writing", context), shape, context)
    result["annotated"] = .array(annotated.map { .integer($0) })
    result["interpolated_layers"] = .integer(between.count)
    return result
  }
}
