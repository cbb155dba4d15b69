import EngineCore
import Exterior
import VolumeCore

/// What lies outside the specimen, as it was found, and how that is said.
struct RequestedExterior: Sendable {
  var exterior: Exterior
  /// Where it is from and how much it is.
  var words: String
  /// The same in the plan, by which a run that is gone on with is known: what it covers is in it as a
  /// checksum.
  var json: JSONValue
  /// The most memory that the process had held when it was found.
  var peakByteCount: Int
  /// What it holds since: the exterior, and pages of what was freed that the allocator keeps all the same.
  var heldByteCount: Int
}

/// Finds what lies outside the specimen in `scan`, or reads it from a mask; `nil` where it is not to be
/// left out.
func requestedExterior(
  of scan: any VolumeReader, _ choices: SegmentChoices, _ context: CommandContext
) throws(Explanation) -> RequestedExterior? {
  var options = ExteriorOptions()
  options.below = choices.outside.below
  options.closing = choices.outside.closing ?? options.closing
  options.threads = choices.threads
  options.readingByteCount = max(8 << 20, min(options.readingByteCount, choices.memory / 8))
  let whole = scan.volume.shape
  let residentBefore = residentBytes() ?? 0
  let isStopped: @Sendable () -> Bool = { context.stopSignal() != nil }
  var json: [String: JSONValue]
  let exterior: Exterior
  let source: String
  do throws(ExteriorError) {
    switch choices.outside.kind {
    case .none: return nil
    case .automatic:
      let search = ExteriorSearch(
        scan, half: halfSize(of: scan, choices, context), options, isStopped: isStopped)
      context.console.note(
        "looking for the air around the specimen: \(Words.bytes(search.byteCountRead)) to read")
      let found = try search.run()
      exterior = found.exterior
      json = [
        "kind": "auto", "below": .number(found.below), "closing": .integer(options.closing),
        "edge": found.hasFineEdge ? "by voxels" : "by cells",
      ]
      let greys = found.air.flatMap { air in
        found.material.map { (Words.short(air), Words.short($0)) }
      }
      source =
        "air is darker than \(Words.short(found.below))"
        + (greys.map { " (air \($0.0), matrix \($0.1))" } ?? "")
        + (found.hasFineEdge
          ? "" : ", its edge too ragged to be drawn finer than \(exterior.edge) voxels")
    case .mask(let path):
      let mask: any VolumeReader
      do throws(Explanation) { mask = try context.openInput(path, hints: OpeningHints()) } catch {
        throw .reading(error)
      }
      exterior = try Exterior(mask: mask, of: whole, options, isStopped: isStopped)
      json = ["kind": "mask", "mask": .string(mask.fingerprint)]
      source = "the mask \(path)"
    }
  } catch {
    try context.checkForStop(remedy: "give the same command again")
    throw error.explanation
  }
  let voxels = exterior.voxelCount
  json["checksum"] = .string(exterior.fingerprint)
  json["voxels"] = .integer(voxels)
  let share = Words.percent(Double(voxels) / Double(max(whole.voxelCount, 1)), 1)
  let words = "\(share) of the scan: \(source)"
  context.console.note("outside the specimen: \(words)")
  returnFreedMemory()
  return RequestedExterior(
    exterior: exterior, words: words, json: .object(json),
    peakByteCount: peakResidentBytes() ?? 0,
    heldByteCount: max(
      0, min((residentBytes() ?? 0) - residentBefore, options.readingByteCount)))
}

/// The level of a store of ours at half the scan's size: its voxels are means, which those of other
/// stores need not be.
private func halfSize(
  of scan: any VolumeReader, _ choices: SegmentChoices, _ context: CommandContext
) -> (any VolumeReader)? {
  guard scan.volume.format == "OME-Zarr", choices.hints.level == nil else { return nil }
  var hints = choices.hints
  hints.level = "1"
  hints.spacing = nil
  guard let level = try? context.catalogue.open(choices.input, hints: hints) else { return nil }
  return try? computable(level, at: choices.input)
}

/// What came of it in a run.
struct OutsideFigures: Hashable, Sendable {
  /// Voxels of the output that are outside.
  var voxels: Int
  /// Tiles that this run did not compute for it.
  var tiles: Int
  /// Where it is from.
  var words: String

  /// The report's line.
  var line: String { "\(words); \(Words.grouped(tiles)) tiles not computed" }

  /// The same for machines.
  func json(specimen: Int) -> JSONValue {
    let all = specimen + voxels
    return [
      "value": .integer(Int(Exterior.label)), "voxels": .integer(voxels),
      "specimen_voxels": .integer(specimen), "all_voxels": .integer(all),
      "fraction_of_volume": all == 0 ? .null : .number(Double(voxels) / Double(all)),
      "tiles_skipped": .integer(tiles), "found": .string(words),
    ]
  }
}
