import EngineCore
import NeuralGraph
import TilePlanning
import VolumeCore
import VolumePipeline

/// `verify RUN --sample 1%`: computes a share of a segmentation's tiles again from what its receipt
/// names, and says how far the labels agree.
struct SampleVerification {
  /// What the user said.
  struct Choices: Hashable, Sendable {
    /// Of all tiles; at least one is computed.
    var share: Double
    /// Which ones.
    var seed: UInt64
    /// Where the scan is now; `nil`: where the receipt says.
    var scan: String?
    /// Where the model is now; `nil`: where the receipt says.
    var model: String?
    /// `nil`: the run's own, or the first that there is.
    var engine: String?
    var memory: Int
    var threads: Int
    /// What describes the scan, where it was moved; the receipt has the rest.
    var inputOptions: [String: String]

    init(_ arguments: Arguments, engines: [String]) throws(UsageError) {
      share =
        try arguments.value("sample") { text throws(UsageError) in try text.share() } ?? 0.01
      seed = UInt64(
        try arguments.value("seed") { text throws(UsageError) in
          try text.wholeNumber(atLeast: 0)
        } ?? 1)
      scan = arguments.values["scan"]
      model = arguments.values["model"]
      engine = try arguments.value("engine") { text throws(UsageError) in
        try text.oneOf(engines)
      }
      let limits = try CopyLimits(arguments)
      memory = limits.memory
      threads = limits.threads
      inputOptions = arguments.inputOptions
    }
  }

  /// What was found.
  struct Report: Sendable {
    var inputs: [InputCheck.Mismatch]
    var agreement: Agreement
    var tiles: Int
    var tileCount: Int
    var words: String
    var seed: UInt64

    /// 0 where all agree or ties decide, 3 where something is not as it was.
    var exitCode: Int32 { inputs.isEmpty && agreement.beyondTies == 0 ? 0 : 3 }

    var lines: [String] {
      var lines = inputs.prefix(StoreReport.mostLines).map {
        "  input       differs from what was labelled: block \($0.block), voxels \($0.region), layer "
          + "\($0.layer)"
      }
      if inputs.isEmpty { lines.append("  input       the same where it was looked at") }
      lines.append(
        "  sample      \(tiles) of \(Words.grouped(tileCount)) tiles computed again with \(words), seed "
          + "\(seed)")
      lines.append("  agreement   \(agreement.words)")
      if agreement.notComputed > 0 {
        lines.append(
          "              \(Words.grouped(agreement.notComputed)) voxels have a label that the network "
            + "does not give, and were left out")
      }
      return lines
    }

    var json: JSONValue {
      var json = agreement.json
      json["tiles"] = .integer(tiles)
      json["tiles_of_run"] = .integer(tileCount)
      json["seed"] = .string(String(seed))
      json["engine_words"] = .string(words)
      json["input_mismatches"] = .array(
        inputs.map {
          [
            "block": .string("\($0.block.z).\($0.block.y).\($0.block.x)"),
            "region": .string($0.region.description), "layer": .integer($0.layer),
          ]
        })
      return .object(json)
    }
  }

  let path: String
  let choices: Choices
  let context: CommandContext

  /// Computes and compares.
  func run() throws(Explanation) -> Report {
    guard let stores = context.catalogue.stores, let receipt = try stores.kept("receipt", in: path)
    else {
      throw Explanation(
        .input, "\(path) has no receipt that says what it was computed from",
        remedy: "leave --sample out: checksums can be verified all the same")
    }
    try checkKnown(receipt)
    let scan = try openScan(receipt)
    let model = try openModel(receipt)
    let labels = try context.catalogue.open(path, hints: OpeningHints())
    let region = try explained { () throws(UsageError) in
      try OptionText(option: "region", text: receipt["region"]?.string ?? "")
        .region(in: scan.volume.shape)
    }
    guard labels.volume.shape == region.shape else {
      throw damaged("the region is \(region), and the labels are \(labels.volume.shape)")
    }
    let (engine, precision) = try engine(receipt, for: model.graph)
    let made = receipt["engine"]?["precision"]?.string.flatMap(Precision.init)
    let tiling = try tilingOptions(receipt, region)
    guard let low = receipt["normalisation"]?["low"]?.number,
      let high = receipt["normalisation"]?["high"]?.number,
      let clips = receipt["normalisation"]?["clips"]?.bool
    else { throw damaged("it has no normalisation") }
    let execution = ExecutionPlan(
      graph: model.graph,
      normalisation: Normalisation(low: Float(low), high: Float(high), clips: clips),
      voxelType: scan.volume.voxelType, shapes: [], precision: precision,
      quantisation: precision == .int8 ? try calibration(receipt)?.quantisation : nil,
      threads: choices.threads)
    let check = try SampleCheck(
      tiling, covering: scan.volume.shape, execution, factory: engine, share: choices.share,
      seed: choices.seed, memory: choices.memory)
    let inputs = try inputMismatches(check, receipt, scan, labels, region, stores)
    let total = check.tiles.reduce(0) { $0 + $1.core.voxelCount }
    let progress = Progress(context.console, "computing again", total: total)
    defer { progress.end() }
    let agreement = try check.run(
      from: scan, comparingWith: labels, at: region.origin, madeIn: made,
      stopSignal: context.stopSignal,
      progress: progress.add)
    return Report(
      inputs: inputs, agreement: agreement, tiles: check.tiles.count, tileCount: check.tileCount,
      words: "\(engine.words), \(precision.rawValue)", seed: choices.seed)
  }

  /// Options of the run that are known to be computed again here as they were.
  static let known: Set<String> = [
    "command", "tool_version", "input", "input_shape", "input_type", "model", "model_name",
    "engine",
    "precision", "normalisation", "region", "halo", "tile", "byte_order", "offset", "outside",
    "match_grey", "calibration",
  ]

  private func checkKnown(_ receipt: JSONValue) throws(Explanation) {
    guard let version = receipt["version"]?.integer, version <= RunReceipt.version else {
      throw Explanation(
        .input, "\(path) has a receipt of a newer version of this tool",
        remedy: "use t2s-volume \(receipt["tool_version"]?.string ?? "as new as that")")
    }
    guard receipt["state"] == "finished" else {
      throw Explanation(
        .input, "\(path) is not finished, so far as its receipt says",
        remedy: "give the command that makes it again: it goes on where it stopped")
    }
    let options = receipt["options"]?.object ?? [:]
    if let other = options.keys.sorted().first(where: { !Self.known.contains($0) }) {
      throw Explanation(
        .input,
        "\(path) was computed with --\(other), which a sample cannot be computed again with",
        remedy: "leave --sample out: checksums can be verified all the same")
    }
  }

  private func damaged(_ what: String) -> Explanation {
    Explanation(
      .damaged, "the receipt of \(path) is not understood: \(what)",
      remedy: "leave --sample out: checksums can be verified all the same")
  }

  private func openScan(_ receipt: JSONValue) throws(Explanation) -> any VolumeReader {
    let noted = receipt["scan"]
    var arguments = Arguments()
    for (key, value) in noted?["options"]?.object ?? [:] { arguments.values[key] = value.string }
    if choices.scan != nil { arguments.values = choices.inputOptions }
    let hints = try explained { () throws(UsageError) in try arguments.openingHints() }
    let place = choices.scan ?? noted?["path"]?.string ?? ""
    let opened: any VolumeReader
    do throws(Explanation) {
      opened = try context.openInput(place, hints: hints)
    } catch {
      guard choices.scan == nil else { throw error }
      throw Explanation(
        error.kind, "the scan that the receipt names: \(error.what)",
        remedy: "give --scan PATH, where it is now")
    }
    let reader = try computable(opened, at: place)
    guard Shape3(noted?["shape"]) == reader.volume.shape,
      noted?["type"]?.string == opened.volume.voxelType.rawValue
    else {
      throw Explanation(
        .input,
        "\(place) is \(reader.volume.shape), \(opened.volume.voxelType.rawValue); what was labelled "
          + "was \(Shape3(noted?["shape"])?.description ?? "?"), \(noted?["type"]?.string ?? "?")",
        remedy: "give --scan PATH, where the scan is now, and --shape and --type if it needs them")
    }
    if noted?["fingerprint"]?.string != reader.fingerprint {
      context.console.note(
        "  called \(noted?["fingerprint"]?.string ?? "?") when it was labelled; its voxels decide")
    }
    return reader
  }

  private func openModel(_ receipt: JSONValue) throws(Explanation) -> Model {
    let noted = receipt["model"]
    let place = choices.model ?? noted?["path"]?.string ?? ""
    var model: Model
    do throws(Explanation) {
      model = try context.catalogue.model(place)
    } catch {
      throw Explanation(
        error.kind, error.what, remedy: "give --model FILE, where the model is now")
    }
    guard model.hash == noted?["hash"]?.string else {
      throw Explanation(
        .input,
        "\(place) is not the model of this run: its hash is \(model.hash), the receipt has "
          + (noted?["hash"]?.string ?? "none"),
        remedy: "give --model FILE, the one with that hash (\(noted?["name"]?.string ?? "?"))")
    }
    do { model.graph = try model.graph.padded().forGreyScans() } catch { throw error.explanation }
    return model
  }

  /// How values became bytes in this run; `nil` where they did not.
  private func calibration(_ receipt: JSONValue) throws(Explanation) -> ByteCalibration? {
    guard let json = receipt["engine"]?["calibration"], json != .null else { return nil }
    return try ByteCalibration(json, at: "the receipt of \(path)")
  }

  /// The engine that was asked for, else that of the run where it can compute here, else another.
  private func engine(
    _ receipt: JSONValue, for graph: Graph
  ) throws(Explanation) -> (any EngineFactory, Precision) {
    let noted = receipt["engine"]?["name"]?.string
    let own = context.catalogue.engines.first {
      $0.name == noted && $0.obstacle == nil && $0.obstacle(to: graph) == nil
    }
    let engine = try chosenEngine(choices.engine ?? own?.name, nil, for: graph, context)
    let wanted = receipt["engine"]?["precision"]?.string.flatMap(Precision.init)
    // In bytes the same labels come out everywhere.
    if wanted == .int8, engine.byteArithmetic != .none, try calibration(receipt) != nil {
      return (engine, .int8)
    }
    let precision =
      wanted.flatMap { engine.precisions.contains($0) ? $0 : nil } ?? engine.precisions.first
      ?? .f32
    if engine.name != receipt["engine"]?["name"]?.string || precision != wanted {
      context.console.note(
        "computed with \(receipt["engine"]?["words"]?.string ?? "?"), "
          + "\(wanted?.rawValue ?? "?"); here with \(engine.words), \(precision.rawValue)")
    }
    return (engine, precision)
  }

  private func tilingOptions(
    _ receipt: JSONValue, _ region: Region
  ) throws(Explanation) -> TilingOptions {
    guard let tile = Shape3(receipt["tiling"]?["tile"]) else { throw damaged("it has no tile") }
    var options = TilingOptions()
    options.tile = .shape(tile)
    options.region = region
    if let text = receipt["tiling"]?["within"]?.string {
      options.within = try explained { () throws(UsageError) in
        try OptionText(option: "region", text: text)
          .region(in: Shape3(receipt["scan"]?["shape"]) ?? region.shape)
      }
    }
    options.halo = receipt["tiling"]?["halo_given"]?.integer
    return options
  }

  /// The blocks below the sampled tiles whose voxels are not what was labelled.
  private func inputMismatches(
    _ check: SampleCheck, _ receipt: JSONValue, _ scan: any VolumeReader,
    _ labels: any VolumeReader, _ region: Region, _ stores: any StoreChecking
  ) throws(Explanation) -> [InputCheck.Mismatch] {
    guard let block = Shape3(receipt["tiling"]?["block"]) else { throw damaged("it has no block") }
    let path = path
    let inputs = InputCheck(
      scan, grid: ChunkGrid(volume: region.shape, chunk: block), origin: region.origin,
      labels: labels
    ) { block throws(Explanation) in
      InputFacts(try stores.facts(of: block, in: path)?["input"])
    }
    var found: [InputCheck.Mismatch] = []
    for tile in check.tiles {
      try context.checkForStop(remedy: "give the command again: nothing was changed")
      let seen = Region(z: tile.input.z, y: tile.core.y, x: tile.core.x)
      found += try inputs.mismatches(in: seen)
    }
    return found
  }
}
