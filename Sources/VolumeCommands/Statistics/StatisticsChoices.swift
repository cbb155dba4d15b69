import SystemIO
import VolumeCore

/// What the user wants of the counts of a run.
struct StatisticsChoices: Hashable, Sendable {
  /// Layers whose truth is known.
  var truthLayers: TruthLayers?
  /// Where all counts go as a table.
  var csv: String?

  static let options = [
    OptionDeclaration(
      "truth-layers", "FILE@z,z",
      "annotated layers of the scan: volume fractions are corrected by how labels there meet the "
        + "truth, and their intervals hold the labels' errors. The file has these layers alone, or "
        + "the scan's extent; 255 is not annotated"),
    OptionDeclaration(
      "csv", "FILE",
      "voxels of each class in all, per layer, row and column, and per grey value, as a table"),
  ]

  init(_ arguments: Arguments) throws(UsageError) {
    truthLayers = try arguments.value("truth-layers") { text throws(UsageError) in
      try TruthLayers(text)
    }
    csv = arguments.values["csv"]
  }

  /// Says now what would keep the table from being written in an hour.
  func check(overwrites: Bool) throws(Explanation) {
    try Self.check(csv: csv, overwrites: overwrites)
  }

  /// The same for a table alone.
  static func check(csv: String?, overwrites: Bool) throws(Explanation) {
    guard let csv else { return }
    let folder = csv.lastIndex(of: "/").map { String(csv[..<$0]) } ?? "."
    guard folder.isEmpty || kind(ofPath: folder) == .folder else {
      throw Explanation(
        .input, "--csv \(csv): there is no folder \(folder)", remedy: "make the folder first")
    }
    switch kind(ofPath: csv) {
    case .missing: return
    case .file where overwrites: return
    case .file:
      throw Explanation(
        .input, "--csv \(csv): there is such a file",
        remedy: "name another, or give --overwrite")
    default:
      throw Explanation(
        .input, "--csv \(csv): this is no file", remedy: "name a file, as in counts.csv")
    }
  }
}
