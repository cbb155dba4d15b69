import SystemIO
import VolumeCore
import VoxelFiles

/// Why an NRRD file is not opened.
public enum NRRDError: Error, Hashable, Sendable {
  /// A system call failed.
  case system(SystemError)
  /// The first bytes are not those of an NRRD file.
  case isNoNRRD(file: String)
  /// A version that this reader does not know.
  case versionIsUnknown(file: String, magic: String)
  /// The file ends before an empty line ends its header.
  case endsInHeader(file: String)
  /// A line is not `field: value`.
  case lineIsMalformed(file: String, line: String)
  /// A field is there twice, which the specification forbids.
  case isSaidTwice(file: String, field: String)
  /// A value makes no sense.
  case valueIsMalformed(file: String, field: String, value: String)
  /// A field that must be there is not.
  case isNotSaid(file: String, field: String)
  /// A type that is not read.
  case typeIsNotRead(file: String, type: String)
  /// An encoding that is not read.
  case encodingIsNotRead(file: String, encoding: String)
  /// The axes are not those of a volume.
  case hasOtherAxes(file: String, sizes: [Int], kinds: [String])
  /// The axis that counts a voxel's values is neither the fastest nor the slowest.
  case channelsLieBetween(file: String, sizes: [Int], axis: Int)
  /// An extent is not positive, or the product is beyond counting.
  case extentIsImpossible(file: String, sizes: [Int])
  /// A name of a data file that is not in the header's folder.
  case leadsOutside(file: String, name: String)
  /// Not as many files as the extents make it.
  case filesAreTooFewOrMany(file: String, found: Int, wanted: Int)
  /// Fewer lines than are to be skipped.
  case linesAreMissing(file: String, wanted: Int, found: Int)
  /// So few compressed bytes cannot hold what the header claims.
  case compressedDataAreTooFew(file: String, found: Int, wanted: Int)
  /// A data file is not as long as the header makes it.
  case flat(FlatFileError)
  /// An option contradicts the file.
  case hint(HintError)
}

extension NRRDError: ExplainedError {
  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .system(let error): return error.explanation
    case .flat(let error): return error.explanation
    case .hint(let error): return error.explanation
    case .isNoNRRD(let file):
      return Explanation(
        .input, "\(file) does not begin with NRRD, as every NRRD file does",
        remedy: "check what made it")
    case .versionIsUnknown(let file, let magic):
      return Explanation(
        .input, "\(file) begins with \"\(magic)\"; NRRD0001 to NRRD0005 are read",
        remedy: "save it again in one of these versions")
    case .endsInHeader(let file):
      return Explanation(
        .input, "\(file) ends within its header",
        remedy: "copy the file again from where it is whole")
    case .lineIsMalformed(let file, let line):
      return Explanation(
        .input, "\(file) has the line \"\(line)\" in its header, which is not field: value",
        remedy: "correct the line")
    case .isSaidTwice(let file, let field):
      return Explanation(
        .input, "\(file) says \"\(field)\" twice", remedy: "remove the line that is wrong")
    case .valueIsMalformed(let file, let field, let value):
      return Explanation(
        .input, "\(file) says \"\(field): \(value.prefix(100))\", which makes no sense here",
        remedy: "correct the line")
    case .isNotSaid(let file, let field):
      return Explanation(
        .input, "\(file) does not say \"\(field)\"", remedy: "add the line \(field): ...")
    case .typeIsNotRead(let file, let type):
      return Explanation(
        .input, "\(file) holds values of type \"\(type)\", which are not read",
        remedy: "save it with whole numbers of 8 to 64 bits, float or double")
    case .encodingIsNotRead(let file, let encoding):
      return Explanation(
        .input, "\(file) is encoded as \"\(encoding)\"; raw, gzip and bzip2 are read",
        remedy: "save it as raw: unu save -f nrrd -e raw -i FILE -o NEW")
    case .hasOtherAxes(let file, let sizes, let kinds):
      return Explanation(
        .input,
        "\(file) has the axes \(sizes)" + (kinds.isEmpty ? "" : " of the kinds \(kinds)")
          + ", and a volume has three; which one counts channels is not said",
        remedy:
          "add the line kinds: list domain domain domain (fastest axis first) so that --channel "
          + "can choose, or save one volume alone")
    case .channelsLieBetween(let file, let sizes, let axis):
      return Explanation(
        .input,
        "\(file) has the axes \(sizes), of which number \(axis) counts values and lies between "
          + "the others",
        remedy: "make it the fastest or the slowest: unu permute -p ...; then choose with --channel"
      )
    case .extentIsImpossible(let file, let sizes):
      return Explanation(
        .input, "\(file) claims the extents \(sizes), which no volume has",
        remedy: "correct sizes, or copy the file again from where it is whole")
    case .leadsOutside(let file, let name):
      return Explanation(
        .input, "\(file) names the data file \(name), which is not in the header's own folder",
        remedy: "put the data beside the header, and its name alone into the header")
    case .filesAreTooFewOrMany(let file, let found, let wanted):
      return Explanation(
        .input,
        "\(file) names \(found) data \(found == 1 ? "file" : "files") where its sizes make "
          + "it \(wanted)",
        remedy: "correct sizes or the list of files")
    case .linesAreMissing(let file, let wanted, let found):
      return Explanation(
        .input, "\(file) has \(found) lines before its voxels; \(wanted) are to be skipped",
        remedy: "correct line skip")
    case .compressedDataAreTooFew(let file, let found, let wanted):
      return Explanation(
        .input,
        "\(file) has \(found) compressed bytes, which cannot hold the \(wanted) of its header",
        remedy: "copy the file again from where it is whole, or correct sizes")
    }
  }
}
