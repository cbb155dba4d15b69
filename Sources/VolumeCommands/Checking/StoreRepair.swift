import VolumeCore

/// Writes again what a store lacks, by the plan that it keeps.
package struct StoreRepair {
  var path: String
  var hints: OpeningHints
  var limits: CopyLimits
  /// Whether the scan may have another name than it had.
  var isRenamed = false

  /// Mends what `report` names with voxels of `scan`; `nil` where only the command that made the store
  /// has them, and what is damaged was forgotten.
  func run(
    _ report: StoreReport, from scan: String?, _ context: CommandContext
  ) throws(Explanation) -> CopyReport? {
    let stores = try StoreChecker(context: context).stores(path)
    guard let plan = report.plan else {
      throw Explanation(
        .damaged, "\(path): what it was made of and how cannot be read any more",
        remedy: "make it anew with --overwrite")
    }
    let command = plan["command"]?.string ?? "something else"
    guard command == "convert" else {
      guard scan == nil else {
        throw Explanation(
          .input, "\(path) was made by `\(command)`: no scan holds what is lacking",
          remedy: "leave --from out: what is damaged is forgotten, and that command goes on")
      }
      try forget(report, plan, madeBy: command, stores, context)
      return nil
    }
    guard let scan else {
      throw Explanation(
        .input, "\(path) was converted: what is lacking is written again from the scan",
        remedy:
          "give it, as in --from \(plan["input"]?.string?.split(separator: " ").first ?? "scan.raw")"
      )
    }
    try checkApart(path, from: [scan])
    let opened = try context.openInput(scan, hints: hints)
    try check(plan, "input", of: scan, is: opened.fingerprint)
    let reader = try converted(opened, scan, plan, report)
    let region = try region(plan, opened.volume.shape)
    var writing = OutputWriting(
      reader, region: region, to: path, plan: [:], overwrites: false, limits: limits)
    // The version that made it stays in it.
    writing.output.plan = plan
    let writer = try stores.mend(path, writing.output, report)
    return try writing.copy(to: writer, "repairing", context)
  }

  /// Makes a finished store one that lacks what is damaged in it.
  private func forget(
    _ report: StoreReport, _ plan: [String: JSONValue], madeBy command: String,
    _ stores: any StoreChecking, _ context: CommandContext
  ) throws(Explanation) {
    guard report.isFinished else {
      throw Explanation(
        .input, "\(path) was begun by `\(command)` and is not finished",
        remedy: report.allDamages.isEmpty
          ? "give that command again: it goes on"
          : "remove the files that are called damaged, and give that command again: it goes on")
    }
    let described: any VolumeReader
    do throws(Explanation) {
      described = try context.catalogue.open(path, hints: OpeningHints())
    } catch {
      throw Explanation(
        .damaged,
        "\(path) was made by `\(command)`, and its own documents are damaged: \(error.what)",
        remedy: "give that command again with --overwrite")
    }
    _ = try stores.mend(
      path, OutputDescription(volume: described.volume, plan: plan, overwrites: false), report)
  }

  private func check(
    _ plan: [String: JSONValue], _ key: String, of scan: String, is found: String
  ) throws(Explanation) {
    let was = plan[key]?.string
    let differsByName = was.map { Self.differByName($0, found) } ?? false
    guard was == found || isRenamed && differsByName else {
      throw Explanation(
        .input, "\(path) was made of \(was ?? "something unknown"); \(scan) is \(found)",
        remedy: differsByName
          ? "size and first bytes are the same: where it is that scan under another name, give "
            + "--renamed"
          : "give the scan that it was converted from")
    }
  }

  /// Whether two fingerprints are those of one file under two names, as far as size and checksum of the
  /// first bytes tell.
  package static func differByName(_ a: String, _ b: String) -> Bool {
    // A name may have spaces; what comes behind it has none.
    func parts(_ text: String) -> [Substring] { text.split(separator: " ").suffix(2) }
    guard a != b, parts(a) == parts(b), let size = parts(a).first, let sum = parts(a).last
    else { return false }
    return Int(size) != nil && sum.hasPrefix("fnv1a:")
  }

  private func region(
    _ plan: [String: JSONValue], _ shape: Shape3
  ) throws(Explanation) -> Region? {
    guard let text = plan["region"]?.string else { return nil }
    return try explained { () throws(UsageError) in
      try OptionText(option: "region", text: text).region(in: shape)
    }
  }

  /// The scan in the store's type, drawn through the window that it was drawn through.
  private func converted(
    _ opened: any VolumeReader, _ scan: String, _ plan: [String: JSONValue], _ report: StoreReport
  ) throws(Explanation) -> any VolumeReader {
    guard let type = plan["input_type"]?.string, let array = report.arrays.first else {
      return opened
    }
    guard type == opened.volume.voxelType.rawValue else {
      throw Explanation(
        .input, "\(path) was made of \(type); \(scan) has \(opened.volume.voxelType.rawValue)",
        remedy: "give the same --type, --channel and --level as to `convert`")
    }
    let window = try explained { () throws(UsageError) -> ValueWindow? in
      guard let text = plan["window"]?.string else { return nil }
      return try OptionText(option: "window", text: text).valueWindow()
    }
    do throws(ConversionError) {
      return ConvertedVolume(
        opened, try TypeConversion(opened.volume, to: array.voxelType, window: window))
    } catch {
      throw error.explanation(of: scan, seen: nil)
    }
  }
}
