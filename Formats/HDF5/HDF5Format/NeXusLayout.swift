import HDF5Child
import HDF5Library
import VolumeCore

/// NeXus: groups have classes, entries have definitions, and `default` and `signal` name what is to be
/// shown. NXtomo entries hold projections; what nabu and tomoscan reconstruct lies beside the
/// configuration that made it.
struct NeXusLayout {
  let contents: HDF5Contents
  private var projectionEntries: [String] = []
  private var entries: [String] = []

  /// The most entries whose definition is looked at.
  private static let mostEntries = 1000
  /// Coordinates may differ from even steps by this part of a step.
  private static let unevenness = 1e-3

  init(_ contents: HDF5Contents) throws(HDF5FormatError) {
    self.contents = contents
    for name in contents.names(in: "/").prefix(Self.mostEntries) {
      let group = "/" + name
      guard contents.listed(group) == nil,
        try contents.attribute("NX_class", of: group)?.text == "NXentry"
      else { continue }
      entries.append(group)
      if try contents.value(group + "/definition")?.text?.lowercased() == "nxtomo" {
        projectionEntries.append(group)
      }
    }
  }

  /// Whether the dataset lies in an entry of projections, and is no reconstruction in it.
  func isProjections(_ path: String) -> Bool {
    projectionEntries.contains { path.hasPrefix($0 + "/") }
      && !path.contains("/reconstruction/")
  }

  /// The dataset that the file itself says is to be shown.
  func chosen() throws(HDF5FormatError) -> String? {
    guard !entries.isEmpty else { return nil }
    var group = "/"
    if let name = try contents.attribute("default", of: "/")?.text {
      group = HDF5Contents.join("/", name)
    } else if entries.count == 1 {
      group = entries[0]
    }
    // Each default leads one group further down.
    for _ in 0..<8 {
      if let signal = try contents.attribute("signal", of: group)?.text, !signal.isEmpty {
        return HDF5Contents.join(group, signal)
      }
      guard let next = try contents.attribute("default", of: group)?.text, !next.isEmpty else {
        return nil
      }
      group = next.hasPrefix("/") ? next : HDF5Contents.join(group, next)
    }
    return nil
  }

  /// Adds what the groups around the dataset say.
  func describe(_ found: inout FoundVolume) throws(HDF5FormatError) {
    let path = found.dataset.path
    let group = HDF5Contents.parent(path)
    if HDF5Contents.name(group) == "results" {
      found.format = "HDF5 (nabu)"
      try describeReconstruction(&found, HDF5Contents.parent(group))
    } else if entries.contains(where: { path.hasPrefix($0 + "/") }) {
      found.format = "HDF5 (NeXus)"
    } else if path.hasPrefix("/exchange/") {
      found.format = "HDF5 (DataExchange)"
    }
    if found.about.spacing == nil { try describeAxes(&found, group) }
  }

  /// nabu keeps the size of a voxel, in centimetres, with its options.
  private func describeReconstruction(
    _ found: inout FoundVolume, _ group: String
  ) throws(HDF5FormatError) {
    let place = group + "/configuration/processing_options/reconstruction/voxel_size_cm"
    guard let sizes = try contents.value(place)?.numbers else { return }
    let edge = sizes.first ?? 0
    guard sizes.allSatisfy({ $0 == edge }), VoxelSpacing(cube: edge).isPossible else {
      if sizes.count > 1 {
        found.about.remarks.append(
          "its voxel is no cube (\(sizes) cm in an order that is not told), and so has no size here"
        )
      }
      return
    }
    found.about.spacing = VoxelSpacing(cube: edge * 1e4)
  }

  /// The coordinates of the axes are datasets beside the signal.
  private func describeAxes(
    _ found: inout FoundVolume, _ group: String
  ) throws(HDF5FormatError) {
    let extents = found.dataset.extents
    guard extents.count == 3 else { return }
    var names = ["z", "y", "x"]
    if case .texts(let texts) = try contents.attribute("axes", of: group) {
      names = texts.count == 1 ? texts[0].split { ":,".contains($0) }.map(String.init) : texts
    }
    guard names.count == 3 else { return }
    var steps: [Double] = []
    var starts: [Double] = []
    for (name, extent) in zip(names, extents) {
      let axis = HDF5Contents.join(group, name)
      guard let coordinates = contents.listed(axis), coordinates.extents == [extent], extent > 1,
        let unit = try contents.attribute("units", of: axis)?.text,
        let factor = LengthUnit.micrometres(in: unit),
        let values = try contents.value(axis)?.numbers, values.count == extent
      else { return }
      let step = (values[extent - 1] - values[0]) / Double(extent - 1)
      let isEven = values.indices.allSatisfy {
        abs(values[$0] - values[0] - Double($0) * step) <= abs(step) * Self.unevenness
      }
      guard isEven, step > 0 else {
        found.about.remarks.append("the coordinates of axis '\(name)' are not in even steps")
        return
      }
      steps.append(step * factor)
      starts.append(values[0] * factor)
    }
    let spacing = VoxelSpacing(z: steps[0], y: steps[1], x: steps[2])
    guard spacing.isPossible else { return }
    found.about.spacing = spacing
    found.about.position = PhysicalPosition(z: starts[0], y: starts[1], x: starts[2])
  }
}
