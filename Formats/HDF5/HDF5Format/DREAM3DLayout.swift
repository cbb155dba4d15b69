import HDF5Child
import HDF5Library
import VolumeCore

/// DREAM3D: arrays of cells beside an image geometry that says extent, spacing and origin as x, y, z;
/// the last axis of an array is its components.
struct DREAM3DLayout {
  let contents: HDF5Contents

  init(_ contents: HDF5Contents) { self.contents = contents }

  private struct Geometry {
    var dimensions: [Double]
    var spacing: [Double]
    var origin: [Double]
  }

  /// What the geometry says of the dataset; `nil` where there is none that fits.
  func described(
    _ dataset: HDF5Dataset, _ hints: OpeningHints
  ) throws(HDF5FormatError) -> FoundVolume? {
    guard dataset.extents.count == 3 || dataset.extents.count == 4,
      let geometry = try geometry(of: dataset)
    else { return nil }
    let extents = geometry.dimensions.reversed().map { Int(exactly: $0) ?? -1 }
    guard Array(dataset.extents.prefix(3)) == extents else {
      throw .layoutDisagrees(
        file: contents.file, dataset: dataset.path,
        what: "its extents are \(HDF5FormatError.extents(dataset.extents)), and its geometry has "
          + "\(HDF5FormatError.extents(extents))")
    }
    var found = FoundVolume(dataset)
    found.format = "HDF5 (DREAM3D)"
    found.channel = hints.channel
    if dataset.extents.count == 4 { found.channelAxis = 3 }
    let spacing = VoxelSpacing(
      z: geometry.spacing[2], y: geometry.spacing[1], x: geometry.spacing[0])
    if spacing.isPossible {
      found.about.spacing = spacing
      found.about.remarks.append("DREAM3D names no unit of length: a micrometre is taken")
      if geometry.origin.count == 3, geometry.origin.allSatisfy(\.isFinite) {
        // The origin is the corner of the first cell.
        found.about.position = PhysicalPosition(
          z: geometry.origin[2] + spacing.z / 2, y: geometry.origin[1] + spacing.y / 2,
          x: geometry.origin[0] + spacing.x / 2)
      }
    }
    return found
  }

  private func geometry(of dataset: HDF5Dataset) throws(HDF5FormatError) -> Geometry? {
    // /DataContainers/IMAGE/CELLS/ARRAY beside /DataContainers/IMAGE/_SIMPL_GEOMETRY/...
    let cells = HDF5Contents.parent(dataset.path)
    let container = HDF5Contents.parent(cells)
    let group = container + "/_SIMPL_GEOMETRY"
    if contents.has(group + "/DIMENSIONS") {
      guard let dimensions = try contents.value(group + "/DIMENSIONS")?.numbers,
        let spacing = try contents.value(group + "/SPACING")?.numbers,
        dimensions.count == 3, spacing.count == 3
      else { return nil }
      let origin = try contents.value(group + "/ORIGIN")?.numbers ?? []
      return Geometry(dimensions: dimensions, spacing: spacing, origin: origin)
    }
    // DREAM3D-NX: /DataStructure/IMAGE/CELLS/ARRAY, the geometry in attributes of IMAGE.
    guard container.hasPrefix("/DataStructure"),
      let dimensions = try contents.attribute("_DIMENSIONS", of: container)?.numbers,
      let spacing = try contents.attribute("_SPACING", of: container)?.numbers,
      dimensions.count == 3, spacing.count == 3
    else { return nil }
    let origin = try contents.attribute("_ORIGIN", of: container)?.numbers ?? []
    return Geometry(dimensions: dimensions, spacing: spacing, origin: origin)
  }
}
