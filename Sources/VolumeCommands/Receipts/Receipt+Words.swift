import VolumeCore

/// A receipt as people read it.
struct ReceiptPage {
  let path: String
  let document: JSONValue

  /// The lines.
  var lines: [String] {
    var lines = [
      "\(path): \(text("command")) by t2s-volume \(text("tool_version")), \(text("state"))"
    ]
    func add(_ name: String, _ words: String?) {
      guard let words, !words.isEmpty else { return }
      let padding = String(repeating: " ", count: max(0, 11 - name.count))
      for (number, line) in HelpText.wrapped(words, to: 84).enumerated() {
        lines.append((number == 0 ? "  \(name)\(padding) " : "              ") + line)
      }
    }
    let scan = document["scan"]
    add("scan", scan?["path"]?.string)
    add("", scan?["fingerprint"]?.string)
    add(
      "region",
      document["region"]?.string.map { "\($0) of \(shape(scan?["shape"])), axes z, y, x" })
    add(
      "model",
      [document["model"]?["name"]?.string, document["model"]?["path"]?.string]
        .compactMap { $0 }.joined(separator: ", "))
    add("", document["model"]?["hash"]?.string)
    if let rule = document["normalisation"], let low = rule["low"]?.number,
      let high = rule["high"]?.number
    {
      add("grey", "\(Words.short(low)) to \(Words.short(high)) becomes 0 to 1")
    }
    add(
      "engine",
      [document["engine"]?["words"]?.string, document["engine"]?["precision"]?.string]
        .compactMap { $0 }.joined(separator: ", "))
    if let gate = document["engine"]?["calibration"]?["gate"].flatMap(CalibrationGate.init) {
      add("bytes", gate.words)
    }
    let tiling = document["tiling"]
    let isExact = tiling?["halo_exact"]?.bool == true
    add(
      "tiles",
      "\(tiling?["tiles"]?.integer.map(Words.grouped) ?? "?") of \(shape(tiling?["tile"])), halo "
        + "\(shape(tiling?["halo"])) (\(isExact ? "exact" : "NOT exact"))")
    for part in ["input", "output"] {
      guard let hash = document[part]?["hash"]?.string else { continue }
      let blocks = document[part]?["blocks"]?.object?.count ?? 0
      add(part, "hash \(hash) of \(Words.grouped(blocks)) blocks")
    }
    if document["input_changed"] != nil { add("warning", "the scan changed while the run went on") }
    add("verified", document["verification"].map(TileVerification.line))
    add("seams", document["seams"].map(Self.seams))
    for (number, run) in (document["runs"]?.array ?? []).enumerated() {
      add("run \(number + 1)", Self.run(run))
    }
    return lines
  }

  private func text(_ key: String) -> String { document[key]?.string ?? "?" }

  private func shape(_ json: JSONValue?) -> String {
    (json?.array ?? []).compactMap(\.integer).map(String.init).joined(separator: "x")
  }

  private static func run(_ run: JSONValue) -> String {
    var words = "\(run["started"]?.string ?? "?") on \(run["host"]?.string ?? "?")"
    if let part = run["part"]?.string {
      words += ", part \(part) by \(run["engine_words"]?.string ?? "?")"
    }
    if let before = run["voxels_before"]?.integer, before > 0 {
      words += ", \(Words.grouped(before)) voxels were there"
    }
    guard let ending = run["ending"]?.string else { return words + ": did not come to its end" }
    guard ending == "finished" else { return words + ": \(ending)" }
    return words
      + ": \(Words.grouped(run["tiles"]?.integer ?? 0)) tiles in "
      + Words.duration(run["seconds"]?.number ?? .nan)
  }

  /// A seam check in a line.
  static func seams(_ seams: JSONValue) -> String {
    if let why = seams["why"]?.string { return "not checked: \(why)" }
    let boxes = seams["boxes"]?.array?.count ?? 0
    let voxels = seams["voxels"]?.integer ?? 0
    let differing = seams["differing"]?.integer ?? 0
    let words =
      "\(boxes) \(boxes == 1 ? "box" : "boxes") across borders of tiles computed again as one piece: "
    if differing == 0 { return words + "all \(Words.grouped(voxels)) voxels are the same" }
    return words
      + "\(Words.grouped(differing)) of \(Words.grouped(voxels)) voxels differ, by up to "
      + Words.fixed(seams["largest_distance"]?.number ?? .nan, 4)
      + (seams["beyond_ties"]?.integer == 0 ? ", which is rounding" : ": tiles SHOW")
  }
}

extension Shape3 {
  /// The shape in a document.
  init?(_ json: JSONValue?) {
    let extents = (json?.array ?? []).compactMap(\.integer)
    guard extents.count == 3, extents.allSatisfy({ $0 > 0 && $0 < 1 << 40 }) else { return nil }
    self.init(z: extents[0], y: extents[1], x: extents[2])
  }
}
