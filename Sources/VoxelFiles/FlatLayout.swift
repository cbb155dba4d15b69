import SystemIO
import VolumeCore

/// Where voxels lie that are stored plainly, uncompressed, in one file or in one after another.
///
/// Most formats of others are a header and this.
public struct FlatLayout: Hashable, Sendable {
  /// A run of whole layers in one file.
  public struct Segment: Hashable, Sendable {
    /// The file.
    public var path: String
    /// Bytes before its first voxel.
    public var offset: Int
    /// How many layers it holds.
    public var layers: Int
    /// Whether there is no such file, and its voxels are zeros.
    public var isMissing = false

    /// `layers` layers from byte `offset` of the file at `path`.
    public init(path: String, offset: Int, layers: Int) {
      self.path = path
      self.offset = offset
      self.layers = layers
    }

    /// `layers` layers of zeros, where a folder has a gap.
    public static func zeros(layers: Int) -> Segment {
      var segment = Segment(path: "", offset: 0, layers: layers)
      segment.isMissing = true
      return segment
    }
  }

  /// Bytes from one voxel to the next along each axis.
  public struct Strides: Hashable, Sendable {
    /// From layer to layer.
    public var z: Int
    /// From row to row.
    public var y: Int
    /// From column to column.
    public var x: Int

    /// The strides (z, y, x) in bytes.
    public init(z: Int, y: Int, x: Int) {
      self.z = z
      self.y = y
      self.x = x
    }
  }

  /// The extent.
  public var shape: Shape3
  /// What a voxel is.
  public var voxelType: VoxelType
  /// The order of a voxel's bytes.
  public var byteOrder: ByteOrder
  /// Where the next voxel lies; close together in C order unless a format says otherwise.
  public var strides: Strides
  /// The files, the first layers first.
  public var segments: [Segment]

  /// Voxels close together in C order.
  ///
  /// `shape` must be one whose bytes can be counted (`checkedByteCount`).
  public init(
    shape: Shape3, voxelType: VoxelType, byteOrder: ByteOrder, segments: [Segment]
  ) {
    self.shape = shape
    self.voxelType = voxelType
    self.byteOrder = byteOrder
    self.segments = segments
    let width = voxelType.byteCount
    strides = Strides(z: shape.y * shape.x * width, y: shape.x * width, x: width)
  }

  /// Voxels close together in the single file at `path`, from byte `offset` on.
  public init(
    shape: Shape3, voxelType: VoxelType, byteOrder: ByteOrder, path: String, offset: Int
  ) {
    self.init(
      shape: shape, voxelType: voxelType, byteOrder: byteOrder,
      segments: [Segment(path: path, offset: offset, layers: shape.z)])
  }

  /// Bytes of all voxels of a volume that a header claims; `nil` where an extent is not positive or
  /// the product does not fit: to be asked before anything else is done with hostile numbers.
  public static func checkedByteCount(_ shape: Shape3, _ type: VoxelType) -> Int? {
    guard shape.z > 0, shape.y > 0, shape.x > 0, let voxels = shape.checkedVoxelCount else {
      return nil
    }
    let (bytes, overflows) = voxels.multipliedReportingOverflow(by: type.byteCount)
    return overflows || bytes >= 1 << 60 ? nil : bytes
  }

  /// Bytes from a segment's first voxel to behind its last.
  public func byteCount(of segment: Segment) -> Int {
    (segment.layers - 1) * strides.z + (shape.y - 1) * strides.y + (shape.x - 1) * strides.x
      + voxelType.byteCount
  }

  /// Throws where a file is shorter than its segment, or, where `exactly`, longer.
  public func checkFiles(exactly: Bool) throws(FlatFileError) {
    for segment in segments where !segment.isMissing {
      let needed = segment.offset + byteCount(of: segment)
      guard case .file(let found) = kind(ofPath: segment.path) else {
        throw .isMissing(path: segment.path)
      }
      guard found >= needed, !exactly || found == needed else {
        throw .sizeDisagrees(path: segment.path, needed: needed, found: found)
      }
    }
  }
}

/// What is wrong with the files that a header describes.
public enum FlatFileError: Error, Hashable {
  /// A file that the header names is not there.
  case isMissing(path: String)
  /// A file's size is not what the header makes it.
  case sizeDisagrees(path: String, needed: Int, found: Int)
}

extension FlatFileError: ExplainedError {
  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .isMissing(let path):
      Explanation(
        .input, "\(path): there is no such file, though the header names it",
        remedy: "put the data file where the header says, or correct the header")
    case .sizeDisagrees(let path, let needed, let found):
      Explanation(
        .input,
        "\(path) has \(found) bytes; extent, type and offset of its header make it \(needed)",
        remedy: found < needed
          ? "copy the file again from where it is whole, or correct the header"
          : "check extent, type and offset in the header: nothing is left out silently")
    }
  }
}
