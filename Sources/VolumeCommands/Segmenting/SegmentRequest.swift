import EngineCore
import Exterior
import NeuralGraph
import VolumeCore

/// A segmentation whose parts have been opened, chosen and checked against each other.
struct SegmentRequest: Sendable {
  var choices: SegmentChoices
  var reader: any VolumeReader
  /// The scan's own type, which the reader may have widened.
  var scanType: VoxelType
  var model: Model
  var engine: any EngineFactory
  /// What `--verify` found, or finds.
  var verification: TileVerification
  var precision: Precision
  /// How values become bytes, where `precision` is int8.
  var calibration: ByteCalibration?
  var normalisation: Normalisation
  /// What each class's probability is multiplied by before the highest one is taken.
  var factors: [Float]
  /// The voxels to label.
  var region: Region
  var output: String
  /// How greys of a step that has drifted are mapped back, for the record.
  var greyMap: JSONValue?
  /// What lies outside the specimen, where that is to be left out.
  var outside: RequestedExterior?

  /// Opens input and model, where none was opened before, and checks that they go together; creates
  /// nothing.
  init(
    _ choices: SegmentChoices, _ context: CommandContext, model opened: Model? = nil
  ) throws(Explanation) {
    self.choices = choices
    output = choices.output
    _ = try context.catalogue.formatWriting(output)
    let scan = try context.openInput(choices.input, hints: choices.hints)
    scanType = scan.volume.voxelType
    reader = try computable(scan, at: choices.input)
    if scanType != reader.volume.voxelType {
      context.console.note(
        "  computed as \(reader.volume.voxelType.rawValue), which holds every \(scanType.rawValue)")
    }
    try checkApart(output, from: [choices.input])
    if let opened {
      model = opened
    } else {
      let path = try modelPath(choices.model, context)
      model = try context.catalogue.model(path)
      context.console.note("model: \(path): \(model.card.name), \(model.format)")
    }
    do { model.graph = try model.graph.padded().forGreyScans() } catch { throw error.explanation }
    let classes = model.card.classes
    factors = choices.opinions.takesMostProbable ? [] : try model.card.decisionFactors
    if !factors.isEmpty {
      let words = zip(classes, factors).map { "\($0.name) \(Words.short(Double($1)))" }
      context.console.note(
        "probabilities are multiplied before the highest one decides: "
          + "\(words.joined(separator: ", ")) (--argmax leaves them as they are)")
    }
    _ = try explained { () throws(UsageError) in try choices.opinions.channels(of: classes) }
    let shape = reader.volume.shape
    region = Region(shape)
    if let text = choices.region {
      region = try explained { () throws(UsageError) in try text.region(in: shape) }
    }
    var engine = try chosenEngine(
      choices.engine, choices.precision, for: model.graph, context)
    if let file = choices.planFile { engine = try engine.withPlans(in: file) }
    (self.engine, verification) = TileVerification.wrapped(
      engine, every: choices.verify, model.graph, context)
    let sample = try GreySample(reader, region: region)
    var volume = reader.volume
    volume.voxelType = scanType
    normalisation = try chosenNormalisation(choices.window, model, volume, sample)
    context.console.note(
      "grey \(Words.short(Double(normalisation.low))) to \(Words.short(Double(normalisation.high))) "
        + "becomes 0 to 1")
    for warning in greyWarnings(sample, volume, model, normalisation) {
      context.console.note("warning: \(warning)")
    }
    let choice = try PrecisionChoice(
      choices,
      CalibrationRun(
        model: model, graph: model.graph, scan: reader, region: region,
        normalisation: normalisation, engine: self.engine, threads: choices.threads), context)
    (precision, calibration) = (choice.precision, choice.calibration)
    outside = try requestedExterior(of: reader, choices, context)
  }

  /// What decides about the labels: two runs with equal plans make equal bytes.
  ///
  /// Tiles, threads, slots and memory are not in it, since they change no voxel; a halo that was
  /// given is, since it may.
  var plan: [String: JSONValue] {
    var plan: [String: JSONValue] = [
      "command": "segment", "tool_version": .string(toolVersion),
      "input": .string(reader.fingerprint), "input_shape": reader.volume.shape.json,
      "input_type": .string(scanType.rawValue), "model": .string(model.hash),
      "model_name": .string(model.card.name),
      "engine": .string(choices.planned?.engine ?? engine.name),
      "precision": .string(choices.planned?.precision ?? precision.rawValue),
      "normalisation": [
        "low": .number(Double(normalisation.low)), "high": .number(Double(normalisation.high)),
        "clips": .bool(normalisation.clips),
      ],
      "region": .string(region.description),
    ]
    if let halo = choices.halo {
      plan["halo"] = .integer(halo)
      plan["tile"] = choices.tile.map { .string($0.description) } ?? "auto"
    }
    if choices.overlap != nil || model.graph.normalisesOverSpace != nil {
      plan["overlap"] = choices.overlap.map { .integer($0) } ?? "default"
      plan["tile"] = choices.tile.map { .string($0.description) } ?? "auto"
    }
    plan.merge(choices.opinions.plan(model.card.classes)) { $1 }
    if !factors.isEmpty {
      plan["decision_factors"] = .array(factors.map { .number(Double($0)) })
    }
    plan["match_grey"] = greyMap
    if let calibration { plan["calibration"] = .string(calibration.digest) }
    if let outside { plan["outside"] = outside.json }
    if let order = choices.hints.byteOrder { plan["byte_order"] = .string(order.rawValue) }
    if let offset = choices.hints.offset { plan["offset"] = .integer(offset) }
    return plan
  }

  /// The label volume to be made.
  var outputDescription: OutputDescription {
    var volume = VolumeDescription(shape: region.shape, voxelType: .uint8, format: "labels")
    let part = reader.volume.part(region)
    volume.spacing = part.spacing
    volume.origin = part.origin
    volume.position = part.position
    volume.classes = model.card.classes + (outside == nil ? [] : [Exterior.labelClass])
    var output = OutputDescription(volume: volume, plan: plan, overwrites: choices.overwrites)
    output.part = choices.part
    output.joinsParts = choices.joinsParts
    return output
  }
}

/// `scan` with voxels of a type that networks are computed on, where one holds all its values.
func computable(
  _ scan: any VolumeReader, at path: String
) throws(Explanation) -> any VolumeReader {
  let type = scan.volume.voxelType
  if VoxelType.computed.contains(type) { return scan }
  if let wider = VoxelType.computed.first(where: { $0.holdsAll(of: type) }) {
    return ConvertedVolume(scan, TypeConversion(widening: type, to: wider))
  }
  let seen = sampledRange(scan, region: Region(scan.volume.shape))
  let window = seen.map { ValueWindow(low: $0.lowerBound, high: $0.upperBound).words }
  throw Explanation(
    .input,
    "\(path) has voxels of \(type.rawValue)"
      + (window.map { " (values from \($0) were seen)" } ?? "")
      + "; networks are computed on \(list(VoxelType.computed.map(\.rawValue)))",
    remedy: "say which values matter: t2s-volume convert \(path) scan.zarr --type float32 --window "
      + (window ?? "LOW:HIGH"))
}

/// Where the model is: `--model`, else `T2S_MODEL`, else the one installed with the tool, else the
/// one of the source tree that the tool was built in.
package func modelPath(_ given: String?, _ context: CommandContext) throws(Explanation) -> String {
  if let given { return given }
  if let path = context.environment("T2S_MODEL"), !path.isEmpty { return path }
  let folders = parents(of: context.executable)
  var places = folders.first.map { [parent(of: $0) + "/share/t2s-volume/default.h5"] } ?? []
  places += folders.map { ($0 == "/" ? "" : $0) + "/Samples/default.h5" }
  for place in places where isFile(place) { return place }
  throw Explanation(
    .input,
    "no model was found: not in T2S_MODEL, not in \(places.first ?? "share/t2s-volume"), "
      + "not in Samples/ above the executable",
    remedy: "give --model FILE.h5")
}

private func parent(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
  return String(path[..<slash])
}

/// The folders above `path`, the nearest first.
private func parents(of path: String) -> [String] {
  var result: [String] = []
  var path = path
  while path.contains("/"), path != "/" {
    path = parent(of: path)
    result.append(path)
  }
  return result
}
