import SystemIO
import VolumeCore
import VoxelFiles

/// Why a VGStudio volume cannot be opened.
public enum VGStudioError: Error, Hashable, Sendable {
  /// A system call failed.
  case system(SystemError)
  /// There is no file, or not a plain one, at the path.
  case isNoFile(path: String)
  /// The header is longer than headers are.
  case headerIsTooLong(file: String, limit: Int)
  /// There is no `{volume1}`.
  case hasNoVolume(file: String)
  /// There are several volumes, and nobody says which is meant.
  case holdsSeveral(file: String, names: [String])
  /// There is no such volume.
  case volumeIsMissing(file: String, channel: Int, count: Int)
  /// Two values of one key.
  case saysTwice(file: String, key: String, one: String, other: String)
  /// Something that must be said is not.
  case leavesOut(file: String, key: String, section: String)
  /// A number that is none, is negative, or is one of too few.
  case numberIsWrong(file: String, key: String, text: String)
  /// Neither header nor options say what a voxel is.
  case typeIsNotSaid(file: String, bits: Int?)
  /// A type of voxel that is not read.
  case typeIsNotRead(file: String, type: String, bits: Int?)
  /// Voxels that do not lie plainly.
  case formatIsNotRead(file: String, format: String)
  /// An extent that is not positive, or a product beyond counting.
  case extentIsImpossible(file: String, shape: Shape3)
  /// A region of interest (x, y, z) that the file does not have.
  case partIsOutside(file: String, first: [Int], last: [Int], size: [Int])
  /// Files that do not lie on each other.
  case filesDiffer(file: String, one: String, other: String)
  /// VGStudio makes another extent of the files when it loads them.
  case representationDiffers(file: String, representation: Shape3, files: Shape3)
  /// The file of voxels is not there.
  case dataIsMissing(file: String, name: String)
  /// The file of voxels lies outside the header's folder.
  case leadsOutside(file: String, name: String)
  /// The file of voxels is longer or shorter than the header makes it.
  case sizeDisagrees(path: String, needed: Int, found: Int)
  /// The header beside a `.vol` file is about another.
  case headerIsOfOthers(file: String, header: String, names: [String])
  /// An option contradicts the file.
  case hint(HintError)
}

extension VGStudioError: ExplainedError {
  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .system(let error): return error.explanation
    case .hint(let error): return error.explanation
    case .isNoFile(let path):
      return Explanation(.input, "\(path) is not a file", remedy: "check the path")
    default:
      let (what, remedy) = words
      return Explanation(.input, what, remedy: remedy)
    }
  }
}
