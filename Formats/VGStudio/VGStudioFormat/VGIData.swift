import SystemIO
import VolumeCore
import VoxelFiles

/// The files of a volume, found on this computer and checked.
struct VGIData: Hashable {
  /// Where they are, in the order of the volume's.
  let paths: [String]
  /// What was noticed that is no error.
  let remarks: [String]

  /// Finds the files of `volume` beside the header at `header`.
  init(_ volume: VGIVolume, besideHeader header: String) throws(VGStudioError) {
    var paths: [String] = []
    var renamed: [String] = []
    // Listed once, and only where a file is not where the header says.
    var listed: [String]?
    for file in volume.files {
      let path = try Self.find(file.name, besideHeader: header, &listed)
      let name = fileName(ofPath: path)
      if name != Self.lastPart(of: file.name) || Self.isElsewhere(file.name) {
        renamed.append("the header names \(file.name); \(name) beside it is read")
      }
      guard case .file(let found) = kind(ofPath: path) else { throw .isNoFile(path: path) }
      guard found == file.byteCount else {
        throw .sizeDisagrees(path: path, needed: file.byteCount, found: found)
      }
      paths.append(path)
    }
    self.paths = paths
    remarks = renamed.prefix(1).map {
      renamed.count == 1 ? $0 : "\($0), and so on for \(renamed.count - 1) more"
    }
  }

  /// Where the voxels of `volume` lie.
  func layout(_ volume: VGIVolume, byteOrder: ByteOrder) -> FlatLayout {
    let first = volume.files[0]
    let width = first.voxelType.byteCount
    let strides = FlatLayout.Strides(
      z: first.size.y * first.size.x * width, y: first.size.x * width, x: width)
    let segments = zip(volume.files, paths).map { file, path in
      FlatLayout.Segment(
        path: path,
        offset: file.skipped + file.part.z.lowerBound * strides.z
          + file.part.y.lowerBound * strides.y + file.part.x.lowerBound * strides.x,
        layers: file.part.z.count)
    }
    var layout = FlatLayout(
      shape: volume.shape, voxelType: first.voxelType, byteOrder: byteOrder, segments: segments)
    layout.strides = strides
    return layout
  }

  /// `scan.vol` of `D:\data\scan.vol`.
  static func lastPart(of name: String) -> String {
    guard let slash = name.lastIndex(where: { $0 == "/" || $0 == "\\" }) else { return name }
    return String(name[name.index(after: slash)...])
  }

  /// Whether `name` is a place on the computer that wrote it, not one beside the header.
  private static func isElsewhere(_ name: String) -> Bool {
    let parts = name.replacing("\\", with: "/").split(separator: "/")
    return name.hasPrefix("/") || name.hasPrefix("\\") || parts.contains("..")
      || parts.first?.hasSuffix(":") == true
  }

  private static func find(
    _ name: String, besideHeader header: String, _ listed: inout [String]?
  ) throws(VGStudioError) -> String {
    let file = fileName(ofPath: header)
    if let path = insidePath(name, besideHeader: header), case .file = kind(ofPath: path) {
      return path
    }
    // The computer that wrote the header had other folders, and did not mind the case of names.
    let last = lastPart(of: name)
    let here = folder(ofPath: header)
    if listed == nil {
      listed = try asVGStudioError { () throws(SystemError) in try names(inFolder: here) }
    }
    let alike = (listed ?? []).filter { $0.lowercased() == last.lowercased() }
    guard let found = alike.first(where: { $0 == last }) ?? (alike.count == 1 ? alike[0] : nil)
    else { throw .dataIsMissing(file: file, name: name) }
    guard let path = insidePath(found, besideHeader: header) else {
      throw .leadsOutside(file: file, name: name)
    }
    guard case .file = kind(ofPath: path) else { throw .dataIsMissing(file: file, name: name) }
    return path
  }
}
