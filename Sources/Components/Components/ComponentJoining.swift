import SystemIO
import VolumeCore

/// Joins labelled layers in their order, wherever they were labelled.
final class ComponentJoining: Sendable {
  private let search: ComponentSearch
  private let records: ScratchFile?
  private let runs: RunFile?
  private let joined: Joined

  init(_ search: ComponentSearch) throws(Explanation) {
    self.search = search
    let (shape, options) = (search.region.shape, search.options)
    records = try scratch { () throws(SystemError) in
      options.measures ? try ScratchFile(inFolder: options.scratchFolder) : nil
    }
    runs = options.keepsVoxels ? try RunFile(rows: shape.z * shape.y, options) : nil
    joined = try Joined(height: shape.y, options, records: records)
  }

  /// Takes a numbered part, which begins at `firstLayer` of the region; one at a time.
  func take(_ part: Part, firstLayer: Int) throws(Explanation) {
    let (numbers, firstRun) = try joined.take(part)
    try runs?.write(
      part, numbers: numbers, firstRun: firstRun, firstRow: firstLayer * search.region.shape.y)
  }

  /// Nothing more comes.
  func end() throws(Explanation) -> FoundComponents {
    try joined.end()
    return FoundComponents(
      joined, region: search.region, volume: search.labels.volume, search.options,
      records: records, runs: runs, hasGreys: search.hasGreys)
  }
}
