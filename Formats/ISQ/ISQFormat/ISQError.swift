import SystemIO
import VolumeCore
import VoxelFiles

/// Why an ISQ file cannot be opened.
public enum ISQError: Error, Hashable, Sendable {
  /// A system call failed.
  case system(SystemError)
  /// There is no file, or not a plain one, at the path.
  case isNoFile(path: String)
  /// It does not begin with `CTDATA-HEADER_V1`.
  case hasNoSignature(file: String)
  /// It ends inside its first block.
  case headerIsCut(file: String, byteCount: Int)
  /// An RSQ file: projections that are not reconstructed.
  case holdsProjections(file: String)
  /// A RAD file: the scout view by which a scan is planned.
  case isScoutView(file: String)
  /// An extent that is not positive, or a product beyond counting.
  case extentIsImpossible(file: String, shape: Shape3)
  /// The header's own length is negative.
  case offsetIsImpossible(file: String, blocks: Int)
  /// The file is longer or shorter than the header makes it.
  case sizeDisagrees(file: String, shape: Shape3, needed: Int, found: Int)
  /// An option contradicts the file.
  case option(OptionDisagreement)
}

extension ISQError: ExplainedError {
  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .system(let error): return error.explanation
    case .option(let error): return error.explanation
    case .isNoFile(let path):
      return Explanation(.input, "\(path) is not a file", remedy: "check the path")
    case .hasNoSignature(let file):
      return Explanation(
        .input, "\(file) does not begin with \(ISQHeader.signature), as a Scanco ISQ file does",
        remedy: "check the file; an AIM file must be exported as ISQ first")
    case .headerIsCut(let file, let byteCount):
      return Explanation(
        .input, "\(file) has \(byteCount) bytes; an ISQ header alone has \(ISQHeader.byteCount)",
        remedy: "copy the file again from where it is whole, as binary")
    case .holdsProjections(let file):
      return Explanation(
        .input, "\(file) is an RSQ file: raw projections, not a volume",
        remedy: "reconstruct it on the scanner's workstation and give the .ISQ file")
    case .isScoutView(let file):
      return Explanation(
        .input, "\(file) is a scout view: one projection to plan a scan by, not a volume",
        remedy: "give the .ISQ file of the measurement")
    case .extentIsImpossible(let file, let shape):
      return Explanation(
        .input, "\(file): no volume has the header's extent of \(shape) (z, y, x)",
        remedy: "copy the file again from where it is whole, as binary")
    case .offsetIsImpossible(let file, let blocks):
      return Explanation(
        .input, "\(file): its voxels would begin behind \(blocks) further blocks of header",
        remedy: "copy the file again from where it is whole, as binary")
    case .sizeDisagrees(let file, let shape, let needed, let found):
      return Explanation(
        .input,
        "\(file) has \(found) bytes; its header and \(shape.words) of int16 make it \(needed)",
        remedy: found < needed
          ? "copy the file again from where it is whole, as binary"
          : "check the file: nothing is left out silently")
    }
  }
}
