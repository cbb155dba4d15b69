import SystemIO
import VolumeCore
import VoxelFiles

/// Why a MetaImage is not opened.
public enum MetaImageError: Error, Hashable, Sendable {
  /// A system call failed.
  case system(SystemError)
  /// The header ends without `ElementDataFile`.
  case endsInHeader(file: String)
  /// A line is not `Key = value`.
  case lineIsMalformed(file: String, line: String)
  /// A key has two values.
  case isSaidTwice(file: String, key: String, values: [String])
  /// A value makes no sense.
  case valueIsMalformed(file: String, key: String, value: String)
  /// A key that must be there is not.
  case isNotSaid(file: String, key: String)
  /// An object that is no image.
  case isNoImage(file: String, kind: String)
  /// A type of elements that is not read.
  case typeIsNotRead(file: String, type: String)
  /// Elements are written as text.
  case isText(file: String)
  /// Elements have several bytes and nobody says their order.
  case byteOrderIsUnknown(file: String, type: VoxelType)
  /// One axis, or more than four.
  case hasOtherAxes(file: String, extents: [Int])
  /// An extent is not positive, or the product is beyond counting or what is compressed.
  case extentIsImpossible(file: String, extents: [Int], channels: Int)
  /// A name of a data file that is not in the header's folder.
  case leadsOutside(file: String, name: String)
  /// Not as many files as there are layers.
  case filesAreTooFewOrMany(file: String, found: Int, wanted: Int)
  /// Compressed voxels in several files, or counted from the end.
  case compressionIsAmbiguous(file: String)
  /// A data file is not as long as the header makes it.
  case flat(FlatFileError)
  /// An option contradicts the file.
  case hint(HintError)
}

extension MetaImageError: ExplainedError {
  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .system(let error): return error.explanation
    case .flat(let error): return error.explanation
    case .hint(let error): return error.explanation
    case .endsInHeader(let file):
      return Explanation(
        .input, "the header of \(file) ends without the line ElementDataFile",
        remedy: "copy the file again from where it is whole, or add the line")
    case .lineIsMalformed(let file, let line):
      return Explanation(
        .input, "\(file) has the line \"\(line)\" in its header, which is not Key = value",
        remedy: "correct the line, or check that it is a MetaImage")
    case .isSaidTwice(let file, let key, let values):
      return Explanation(
        .input, "\(file) says \(key) twice: \(values.joined(separator: ", and "))",
        remedy: "remove the line that is wrong")
    case .valueIsMalformed(let file, let key, let value):
      return Explanation(
        .input, "\(file) says \(key) = \(value.prefix(100)), which makes no sense",
        remedy: "correct the line")
    case .isNotSaid(let file, let key):
      return Explanation(.input, "\(file) does not say \(key)", remedy: "add the line \(key) = ...")
    case .isNoImage(let file, let kind):
      return Explanation(
        .input, "\(file) holds an object of type \(kind), and no image",
        remedy: "give a file with ObjectType = Image")
    case .typeIsNotRead(let file, let type):
      return Explanation(
        .input, "\(file) holds elements of type \(type), which are not read",
        remedy: "save it with elements of MET_UCHAR to MET_DOUBLE")
    case .isText(let file):
      return Explanation(
        .input,
        "\(file) says BinaryData = False: its voxels are written as text, which is not read",
        remedy: "save it as binary")
    case .byteOrderIsUnknown(let file, let type):
      return Explanation(
        .input,
        "\(file) holds \(type.rawValue) voxels of \(type.byteCount) bytes and does not say their "
          + "order",
        remedy: "add BinaryDataByteOrderMSB = False (most PCs) or True, or give --byte-order")
    case .hasOtherAxes(let file, let extents):
      return Explanation(
        .input, "\(file) has \(extents.count) axes (\(extents)); a volume has three",
        remedy: "save the volume alone")
    case .extentIsImpossible(let file, let extents, let channels):
      return Explanation(
        .input,
        "\(file) claims extents of \(extents) with \(channels) values a voxel, which its data "
          + "cannot hold",
        remedy: "correct DimSize, or copy the file again from where it is whole")
    case .leadsOutside(let file, let name):
      return Explanation(
        .input, "\(file) names the data file \(name), which is not in the header's own folder",
        remedy: "put the data beside the header, and its name alone into the header")
    case .filesAreTooFewOrMany(let file, let found, let wanted):
      return Explanation(
        .input,
        "\(file) names \(found) data \(found == 1 ? "file" : "files") where its extents "
          + "make it \(wanted)",
        remedy: "correct DimSize or the list of files")
    case .compressionIsAmbiguous(let file):
      return Explanation(
        .input,
        "\(file) is compressed and in several files, or has HeaderSize = -1, of which programs make "
          + "different things",
        remedy: "save it uncompressed, or in one file")
    }
  }
}
