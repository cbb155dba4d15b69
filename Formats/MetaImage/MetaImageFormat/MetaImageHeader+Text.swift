import VolumeCore
import VoxelFiles

extension MetaImageHeader {
  /// The header of `volume`, whose voxels lie in `dataFile`: `LOCAL`, or a name.
  ///
  /// Lengths are written in millimetres, which most programs take them for.
  static func text(of volume: VolumeDescription, dataFile: String) -> String {
    var lines = [
      "ObjectType = Image", "NDims = 3", "BinaryData = True", "BinaryDataByteOrderMSB = False",
      "CompressedData = False",
    ]
    if let spacing = volume.spacing {
      let millimetres = [spacing.x, spacing.y, spacing.z].map { scaledLength($0, by: 1e-3) }
      if let place = volume.positionToWrite {
        let offset = [place.x, place.y, place.z].map { scaledLength($0, by: 1e-3) }
        lines.append("TransformMatrix = 1 0 0 0 1 0 0 0 1")
        lines.append("Offset = \(offset.map { "\($0)" }.joined(separator: " "))")
      }
      lines.append("DistanceUnits = mm")
      lines.append("ElementSpacing = \(millimetres.map { "\($0)" }.joined(separator: " "))")
    }
    let shape = volume.shape
    lines += [
      "DimSize = \(shape.x) \(shape.y) \(shape.z)", "ElementType = \(volume.voxelType.metaName)",
      "ElementDataFile = \(dataFile)",
    ]
    return lines.joined(separator: "\n") + "\n"
  }
}
