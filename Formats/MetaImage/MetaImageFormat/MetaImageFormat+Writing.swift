import SystemIO
import VolumeCore
import VoxelFiles

extension MetaImageFormat {
  /// Whether `path` names a MetaImage output.
  public func writes(_ path: String) -> Bool {
    let name = path.lowercased()
    return name.hasSuffix(".mha") || name.hasSuffix(".mhd")
  }

  /// `X.mhd` has its voxels in `X.raw`.
  public func filesWritten(_ path: String) -> [String] {
    path.lowercased().hasSuffix(".mhd") ? [path, path.dropLast(4) + ".raw"] : [path]
  }

  /// Begins the output at `path`: one file, or, for `X.mhd`, the header and its voxels in `X.raw`.
  public func create(
    _ path: String, _ output: OutputDescription
  ) throws(Explanation) -> any VolumeWriter {
    let classes = ClassTable.companions(beside: path, of: output.volume.classes)
    guard path.lowercased().hasSuffix(".mhd") else {
      var parts = FlatVolumeWriter.Parts(
        header: Array(MetaImageHeader.text(of: output.volume, dataFile: "LOCAL").utf8))
      parts.companions = classes
      return try FlatVolumeWriter(path, output, parts)
    }
    let data = path.dropLast(4) + ".raw"
    let text = MetaImageHeader.text(of: output.volume, dataFile: fileName(ofPath: String(data)))
    return try FlatVolumeWriter.detached(
      header: path, Array(text.utf8), data: String(data), output, companions: classes)
  }
}
