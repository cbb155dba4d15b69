import HDF5Child
import HDF5Library
import VolumeCore
import VoxelFiles

/// Finds the volume of a file: the one that is named, else the one that a known layout means, else the
/// only one that there is.
struct VolumeSearch {
  let contents: HDF5Contents
  let hints: OpeningHints

  init(_ contents: HDF5Contents, _ hints: OpeningHints) {
    self.contents = contents
    self.hints = hints
  }

  /// The volume at `path`, or the file's own where none is named.
  func volume(_ path: String?) throws(HDF5FormatError) -> FoundVolume {
    let layouts = try Layouts(contents, hints)
    if let path {
      guard let dataset = try contents.dataset(path) else {
        throw try missing(path, layouts)
      }
      try layouts.refuseProjections(dataset)
      if hints.level != nil { throw levelWithPath(path) }
      return try layouts.described(dataset)
    }
    if let found = try layouts.chosen() { return found }
    guard hints.level == nil else {
      throw .levelIsMissing(file: contents.file, level: hints.level ?? "", levels: [])
    }
    return try layouts.described(try onlyOne(layouts))
  }

  private func levelWithPath(_ path: String) -> HDF5FormatError {
    .optionDisagrees(
      OptionDisagreement(
        file: contents.file, option: "--level", said: hints.level ?? "",
        found: "that \(path) is one level"))
  }

  /// A group that holds only one volume stands for it.
  private func missing(
    _ path: String, _ layouts: Layouts
  ) throws(HDF5FormatError) -> HDF5FormatError {
    .noSuchDataset(
      file: contents.file, dataset: path, datasets: try candidates(layouts).map(\.words))
  }

  /// All volumes that are no projections.
  private func candidates(_ layouts: Layouts) throws(HDF5FormatError) -> [HDF5Dataset] {
    var found: [HDF5Dataset] = []
    for dataset in contents.datasets where dataset.isVolume {
      if try layouts.projections(dataset) == nil { found.append(dataset) }
    }
    return found
  }

  private func onlyOne(_ layouts: Layouts) throws(HDF5FormatError) -> HDF5Dataset {
    let found = try candidates(layouts)
    if found.count == 1 { return found[0] }
    if found.count > 1 {
      throw .severalVolumes(file: contents.file, datasets: found.map(\.words))
    }
    // Nothing is a volume: what is nearest to one says why.
    for dataset in contents.datasets {
      if let sign = try layouts.projections(dataset), dataset.isVolume {
        throw .isProjections(file: contents.file, dataset: dataset.path, sign: sign)
      }
    }
    let many = contents.datasets.filter { $0.extents.count >= 3 }
    if many.count == 1 { return many[0] }
    let obstacles = contents.entries.compactMap { entry in
      entry.obstacle.map { "\(entry.path) (\($0))" }
    }
    throw .noVolume(file: contents.file, datasets: contents.datasets.map(\.words) + obstacles)
  }
}
