import SystemIO
import VolumeCore
import VolumePipeline

/// Whether a run that was begun may be gone on with: what would change a voxel must be as it was.
struct ResumeCheck {
  let request: SegmentRequest
  let context: CommandContext

  private var stores: (any StoreChecking)? { context.catalogue.stores }
  private var output: String { request.output }

  /// Throws where `--resume` finds nothing to go on with, or where what was begun is another run's.
  func check() throws(Explanation) {
    guard let stores else { return }
    guard !request.choices.overwrites else { return }
    guard let begun = try stores.begun(output) else {
      guard request.choices.resumes else { return }
      throw nothingToResume(stores)
    }
    let differences = Self.differences(begun, request.plan)
    guard !differences.isEmpty else { return }
    throw Explanation(
      .input,
      "\(output) was begun with other settings: \(differences.map(\.words).joined(separator: "; "))",
      remedy: "to go on: \(differences.map(\.remedy).joined(separator: "; ")). Or choose another "
        + "--output, or begin anew with --overwrite (in parts: by removing it)")
  }

  private func nothingToResume(_ stores: any StoreChecking) -> Explanation {
    if kind(ofPath: output + "/zarr.json") != .missing {
      return Explanation(
        .input, "--resume: \(output) is finished: nothing is left to go on with",
        remedy: "look at it with `status`; compute it anew with --overwrite")
    }
    if stores.isStore(output) {
      return Explanation(
        .input,
        "--resume: what was begun at \(output) cannot be told any more: its plan cannot be read",
        remedy: "see `status \(output)`; begin anew with --overwrite")
    }
    return Explanation(
      .input, "--resume: nothing was begun at \(output)",
      remedy: "leave --resume out to begin, or give the --output that the run had")
  }

  /// One setting that is not as it was.
  struct Difference: Hashable {
    var words: String
    var remedy: String
  }

  /// Where `new` is not `old`, by the options that decide it.
  static func differences(
    _ old: [String: JSONValue], _ new: [String: JSONValue]
  ) -> [Difference] {
    // Through their text, because 1.0 and 1 are one number there.
    let new = JSONValue(parsing: JSONValue.object(new).text())?.object ?? new
    return Set(old.keys).union(new.keys).sorted().filter { old[$0] != new[$0] }.map { key in
      difference(key, old[key], new[key])
    }
  }

  private static func difference(
    _ key: String, _ old: JSONValue?, _ new: JSONValue?
  ) -> Difference {
    func text(_ value: JSONValue?) -> String {
      guard let value else { return "not given" }
      if let low = value["low"]?.number, let high = value["high"]?.number {
        return "\(Words.short(low)):\(Words.short(high))"
      }
      return value.string ?? value.text()
    }
    let change = "was \(text(old)), is \(text(new))"
    switch key {
    case "input":
      return Difference(
        words: "the scan \(change)", remedy: "give the scan that it was begun with, unchanged")
    case "input_shape", "input_type":
      return Difference(
        words: "the scan's \(key == "input_shape" ? "shape" : "type") \(change)",
        remedy: "give --shape, --type, --channel and --level as they were")
    case "model", "model_name":
      return Difference(
        words: "the model's \(key == "model" ? "hash" : "name") \(change)",
        remedy: "give the --model that it was begun with")
    case "tool_version":
      return Difference(
        words: "the tool's version \(change)", remedy: "use t2s-volume \(text(old))")
    case "normalisation":
      return Difference(words: "--window \(change)", remedy: "give --window \(text(old))")
    case "command":
      return Difference(words: "the command \(change)", remedy: "use `\(text(old))`")
    default:
      let option = "--" + key.map { $0 == "_" ? "-" : String($0) }.joined()
      return Difference(
        words: "\(option) \(change)",
        remedy: old == nil ? "leave \(option) out" : "give \(option) \(text(old))")
    }
  }
}

extension ResumeCheck {
  /// Throws where voxels of the scan are not those that committed labels were made of.
  ///
  /// Where the files are as they were by size and time, a look at one layer of each block is enough, or
  /// of a few blocks where a layer is not read without its neighbours. Where they are not, all that
  /// was labelled is read again.
  func checkInput(_ writer: any FactKeepingWriter, _ receipt: RunReceipt) throws(Explanation) {
    let committed = writer.grid.indices.filter { writer.isOurs($0) && writer.isCommitted($0) }
    guard !committed.isEmpty else { return }
    let reader = request.reader
    let check = InputCheck(reader, grid: writer.grid, origin: request.region.origin) {
      block throws(Explanation) in InputFacts(writer.facts(of: block)?["input"])
    }
    let isUntouched = receipt.stampBefore == receipt.stamp
    var draw = SeededDraw(UInt64(receipt.resumes))
    var blocks = committed
    if isUntouched, !reader.readsPlainVoxels {
      blocks = draw.distinct(4, below: committed.count).map { committed[$0] }
    }
    if !isUntouched {
      context.console.note(
        "\(request.choices.input): changed or moved since the last run, so what was labelled is read "
          + "again")
    }
    var found: [InputCheck.Mismatch] = []
    for block in blocks {
      try context.checkForStop(remedy: "give the same command again to go on")
      let region = writer.grid.region(of: block).moved(by: request.region.origin)
      let layer = region.z.lowerBound + draw.below(region.z.count)
      let layers = isUntouched ? layer..<(layer + 1) : region.z
      if let one = try check.mismatch(block, layers: layers) { found.append(one) }
    }
    guard let first = found.first else { return }
    throw Explanation(
      .input,
      "\(request.choices.input) is not what the labels in \(output) were made of: it was edited since. "
        + "\(found.count) of \(blocks.count) blocks that were compared differ, the first at "
        + "\(first.region), in layer \(first.layer)",
      remedy: "put the scan back as it was to go on, choose another --output, or begin anew with "
        + "--overwrite")
  }
}
