import SystemIO
import VolumeCore

/// What a text header says of the files its voxels lie in: whole layers in one file after another,
/// and in each voxel one value or several.
public struct PlainFiles: Hashable, Sendable {
  /// Where the voxels of a file begin.
  public enum Start: Hashable, Sendable {
    /// At this byte.
    case at(Int)
    /// So far before the end that they end with the file.
    case fromEnd
  }

  /// One file.
  public struct File: Hashable, Sendable {
    /// Where it is.
    public var path: String
    /// Where its voxels begin.
    public var start: Start

    /// The file at `path`, whose voxels begin at `start`.
    public init(path: String, start: Start) {
      self.path = path
      self.start = start
    }
  }

  /// Rows and columns, and the layers of all files together: of channels that lie behind each other
  /// all of them.
  public var shape: Shape3
  /// What a value is.
  public var voxelType: VoxelType
  /// The order of a value's bytes.
  public var byteOrder: ByteOrder
  /// Values of a voxel that lie beside each other.
  public var valuesPerVoxel = 1
  /// The files, each with as many layers.
  public var files: [File]

  /// Voxels of one value in `files`.
  public init(shape: Shape3, voxelType: VoxelType, byteOrder: ByteOrder, files: [File]) {
    self.shape = shape
    self.voxelType = voxelType
    self.byteOrder = byteOrder
    self.files = files
  }

  /// Bytes of all values; `nil` where an extent is not positive or the product does not fit.
  public var checkedByteCount: Int? {
    guard valuesPerVoxel > 0, let bytes = FlatLayout.checkedByteCount(shape, voxelType) else {
      return nil
    }
    let (all, overflows) = bytes.multipliedReportingOverflow(by: valuesPerVoxel)
    return overflows || all >= 1 << 60 ? nil : all
  }

  /// Checks that each file is exactly as long as it must be, and says where the value number `value` of
  /// the voxels in `layers` lies.
  ///
  /// The bytes must be ones that can be counted, and the layers ones that the files can share evenly.
  public func layout(_ layers: Range<Int>, value: Int) throws(FlatFileError) -> FlatLayout {
    precondition(checkedByteCount != nil && shape.z % files.count == 0)
    precondition((0..<shape.z).contains(layers.lowerBound) && layers.upperBound <= shape.z)
    let width = voxelType.byteCount
    let strides = FlatLayout.Strides(
      z: shape.y * shape.x * valuesPerVoxel * width, y: shape.x * valuesPerVoxel * width,
      x: valuesPerVoxel * width)
    let layersPerFile = shape.z / files.count
    let byteCount = layersPerFile * strides.z
    var segments: [FlatLayout.Segment] = []
    for (index, file) in files.enumerated() {
      guard case .file(let found) = kind(ofPath: file.path) else {
        throw .isMissing(path: file.path)
      }
      let start: Int
      switch file.start {
      case .fromEnd:
        start = found - byteCount
        guard start >= 0 else {
          throw .sizeDisagrees(path: file.path, needed: byteCount, found: found)
        }
      case .at(let offset):
        start = offset
        let (needed, overflows) = offset.addingReportingOverflow(byteCount)
        guard offset >= 0, !overflows, needed == found else {
          throw .sizeDisagrees(
            path: file.path, needed: overflows ? .max : needed, found: found)
        }
      }
      let part = layers.clamped(to: (index * layersPerFile)..<((index + 1) * layersPerFile))
      guard !part.isEmpty else { continue }
      segments.append(
        .init(
          path: file.path,
          offset: start + (part.lowerBound - index * layersPerFile) * strides.z + value * width,
          layers: part.count))
    }
    var layout = FlatLayout(
      shape: Shape3(z: layers.count, y: shape.y, x: shape.x), voxelType: voxelType,
      byteOrder: byteOrder, segments: segments)
    layout.strides = strides
    return layout
  }
}
