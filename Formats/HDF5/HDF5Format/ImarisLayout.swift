import HDF5Child
import HDF5Library
import VolumeCore

/// Imaris: `/DataSet/ResolutionLevel 0/TimePoint 0/Channel 0/Data`, padded to whole chunks; the true
/// size and the extent in space are attributes, each a list of single characters.
struct ImarisLayout {
  let contents: HDF5Contents
  private static let root = "/DataSet"

  init(_ contents: HDF5Contents) { self.contents = contents }

  private func numbers(in group: String, _ word: String) -> [Int] {
    contents.names(in: group).compactMap { number(of: $0, behind: word) }.sorted()
  }

  /// The dataset that level and channel choose; `nil` where the file is no Imaris file.
  func chosen(_ hints: OpeningHints) throws(HDF5FormatError) -> String? {
    let levels = numbers(in: Self.root, "ResolutionLevel ")
    guard levels.contains(0) else { return nil }
    var level = 0
    if let said = hints.level {
      guard let found = levels.first(where: { said == "\($0)" || said == "ResolutionLevel \($0)" })
      else {
        throw .levelIsMissing(
          file: contents.file, level: said, levels: levels.map(String.init))
      }
      level = found
    }
    let levelGroup = "\(Self.root)/ResolutionLevel \(level)"
    let times = numbers(in: levelGroup, "TimePoint ")
    guard let time = times.first else { return nil }
    let channels = numbers(in: "\(levelGroup)/TimePoint \(time)", "Channel ")
    guard times.count == 1 else {
      throw .severalTimes(
        file: contents.file,
        datasets: times.map { "\(levelGroup)/TimePoint \($0)/Channel \(channels.first ?? 0)/Data" })
    }
    guard let first = channels.first else { return nil }
    guard let channel = hints.channel ?? (channels.count == 1 ? first : nil) else {
      throw .channelNotChosen(file: contents.file, channels: channels.count)
    }
    guard channels.contains(channel) else {
      throw .channelIsMissing(file: contents.file, channel: channel, channels: channels.count)
    }
    return "\(levelGroup)/TimePoint \(time)/Channel \(channel)/Data"
  }

  /// What the file says of the dataset; `nil` where it is none of Imaris's.
  func described(_ dataset: HDF5Dataset) throws(HDF5FormatError) -> FoundVolume? {
    guard dataset.path.hasPrefix(Self.root + "/ResolutionLevel "), dataset.extents.count == 3 else {
      return nil
    }
    var found = FoundVolume(dataset)
    found.format = "HDF5 (Imaris)"
    let group = HDF5Contents.parent(dataset.path)
    var sizes: [Int] = []
    for (axis, name) in ["ImageSizeZ", "ImageSizeY", "ImageSizeX"].enumerated() {
      let said = try text(name, of: group).flatMap { Int($0) }
      let size = said ?? dataset.extents[axis]
      guard size > 0, size <= dataset.extents[axis] else {
        throw .layoutDisagrees(
          file: contents.file, dataset: dataset.path,
          what: "\(name) is \(size), and the dataset has \(dataset.extents[axis])")
      }
      sizes.append(size)
    }
    if sizes != dataset.extents {
      found.extents = sizes
      found.about.remarks.append(
        "Imaris has padded it to \(HDF5FormatError.extents(dataset.extents)), which is left out")
    }
    try describeSpace(&found.about, sizes)
    return found
  }

  private func describeSpace(
    _ about: inout AboutVolume, _ sizes: [Int]
  ) throws(HDF5FormatError) {
    let image = "/DataSetInfo/Image"
    var edges: [Double] = []
    var corners: [Double] = []
    // Imaris counts the axes x, y, z.
    for axis in [2, 1, 0] {
      guard let least = try text("ExtMin\(axis)", of: image).flatMap({ Double($0) }),
        let greatest = try text("ExtMax\(axis)", of: image).flatMap({ Double($0) })
      else { return }
      let edge = (greatest - least) / Double(sizes[2 - axis])
      edges.append(edge)
      corners.append(least + edge / 2)
    }
    guard let unit = try text("Unit", of: image), let factor = LengthUnit.micrometres(in: unit)
    else {
      about.remarks.append("the unit of its extent is not known, so that a voxel has no size")
      return
    }
    let spacing = VoxelSpacing(
      z: edges[0] * factor, y: edges[1] * factor, x: edges[2] * factor)
    guard spacing.isPossible else { return }
    about.spacing = spacing
    about.position = PhysicalPosition(
      z: corners[0] * factor, y: corners[1] * factor, x: corners[2] * factor)
  }

  private func text(_ name: String, of object: String) throws(HDF5FormatError) -> String? {
    try contents.attribute(name, of: object)?.text
  }
}
