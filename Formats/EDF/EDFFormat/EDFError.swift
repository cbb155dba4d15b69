import SystemIO
import VolumeCore
import VoxelFiles

/// Why an EDF file or a folder of them cannot be opened.
public enum EDFError: Error, Hashable, Sendable {
  /// What all layers of a volume have alike.
  public struct Form: Hashable, Sendable {
    /// Rows of a layer.
    public var rows: Int
    /// Columns of a layer.
    public var columns: Int
    /// What a voxel is.
    public var voxelType: VoxelType
    /// The order of its bytes.
    public var byteOrder: ByteOrder

    /// Layers of `rows` by `columns` voxels.
    public init(rows: Int, columns: Int, voxelType: VoxelType, byteOrder: ByteOrder) {
      self.rows = rows
      self.columns = columns
      self.voxelType = voxelType
      self.byteOrder = byteOrder
    }
  }

  /// A system call failed.
  case system(SystemError)
  /// The folder is no stack of slices.
  case folder(SliceError)
  /// There is neither a file nor a folder at the path.
  case isNothing(path: String)
  /// The whole file is compressed.
  case isPacked(file: String)
  /// It does not begin with a header in braces.
  case isNoEDF(file: String)
  /// A header without an end.
  case headerHasNoEnd(file: String, block: Int, limit: Int)
  /// Nothing in it holds voxels.
  case hasNoBlocks(file: String)
  /// More blocks than any scan has.
  case hasTooManyBlocks(file: String, limit: Int)
  /// Bytes behind a block that are no further block.
  case hasRest(file: String, block: Int, offset: Int, byteCount: Int)
  /// The file ends before a block does.
  case isCut(file: String, block: Int, needed: Int, found: Int)
  /// A value of the header makes no sense.
  case valueIsMalformed(file: String, block: Int, key: String, value: String)
  /// `EDF_BinarySize` and `Size` contradict each other.
  case sizesDisagree(file: String, block: Int, binary: Int, size: Int)
  /// The data are said to be shorter than the extent makes them.
  case sizeIsSmall(file: String, block: Int, size: Int, needed: Int)
  /// There is no `Dim_1`.
  case lacksExtent(file: String, block: Int)
  /// An extent that is not positive, or a product beyond counting.
  case extentIsImpossible(file: String, block: Int, extent: Shape3)
  /// More than three axes.
  case hasFurtherAxes(file: String, block: Int, axis: Int, extent: Int)
  /// There is no `DataType`.
  case typeIsUnknown(file: String, block: Int)
  /// A type that is not read.
  case typeIsNotRead(file: String, block: Int, type: String)
  /// There is no `ByteOrder`, and voxels have several bytes.
  case byteOrderIsUnknown(file: String, block: Int)
  /// The voxels are compressed.
  case isCompressed(file: String, block: Int, kind: String)
  /// Several three-dimensional blocks.
  case hasSeveralVolumes(file: String, extents: [Shape3])
  /// Blocks that do not make one stack.
  case blockDiffers(file: String, block: Int, is: Form, first: Form)
  /// The voxels would lie outside the header's folder.
  case dataIsOutside(file: String, block: Int, data: String)
  /// The file that holds the voxels is not there.
  case dataIsMissing(file: String, block: Int, data: String)
  /// The file that holds the voxels is too short.
  case dataIsShort(file: String, block: Int, data: String, needed: Int, found: Int)
  /// A slice with more than one layer.
  case sliceHasLayers(folder: String, slice: String, layers: Int)
  /// Slices that do not make one stack.
  case sliceDiffers(folder: String, slice: String, is: Form, first: String, was: Form)
  /// A folder of projections.
  case holdsProjections(folder: String, reference: String)
  /// An option contradicts the file.
  case option(OptionDisagreement)
}

extension EDFError.Form: CustomStringConvertible {
  /// "7 rows x 11 columns of uint16".
  public var description: String {
    "\(rows) rows x \(columns) columns of \(voxelType.rawValue)"
      + (voxelType.byteCount > 1 ? ", \(byteOrder.rawValue)-endian" : "")
  }
}
