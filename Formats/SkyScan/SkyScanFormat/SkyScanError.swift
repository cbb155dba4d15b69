import SystemIO
import VolumeCore

/// Why a SkyScan folder cannot be read.
public enum SkyScanError: Error, Hashable, Sendable {
  /// A system call failed.
  case system(SystemError)
  /// There is no folder or log at the path.
  case isNothing(path: String)
  /// A folder without a log.
  case hasNoLog(folder: String)
  /// A folder with logs of several reconstructions.
  case hasSeveralLogs(folder: String, names: [String])
  /// A log longer than any is.
  case logIsTooLong(file: String, byteCount: Int, limit: Int)
  /// A text without a section [Reconstruction] or [Acquisition].
  case isNoLog(file: String)
  /// The log of a scan: its pictures are projections.
  case isOfProjections(file: String)
  /// What the log does not say and must.
  case lacks(file: String, key: String)
  /// A value that is no number, or none that can be.
  case valueIsUnclear(file: String, key: String, value: String)
  /// Sections that run backwards, or are too many.
  case sectionsAreUnclear(file: String, first: Int, last: Int, step: Int)
  /// Slices of a kind that is not read.
  case kindIsNotRead(file: String, type: String)
  /// No slice of the name and kind that the log says.
  case hasNoSlices(folder: String, names: [String])
  /// Two slices of the same number.
  case hasDuplicate(folder: String, one: String, other: String)
  /// Sections whose slices are not there.
  case hasGap(folder: String, file: String, missing: Int, first: Int, last: Int)
  /// Slices that lie outside the sections of the log.
  case hasOthers(folder: String, file: String, count: Int, name: String, first: Int, last: Int)
  /// Slices of another size than the log says.
  case sizeDisagrees(file: String, said: String, is: String)
  /// The slices themselves cannot be read.
  case slices(Explanation)
}

extension SkyScanError: ExplainedError {
  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .system(let error): return error.explanation
    case .slices(let error): return error
    case .isNothing(let path):
      return Explanation(.input, "there is nothing at \(path)", remedy: "check the path")
    case .hasNoLog(let folder):
      return Explanation(
        .input, "\(folder) holds no log of a reconstruction",
        remedy: "copy the _rec.log back into the folder of its slices")
    case .hasSeveralLogs(let folder, let names):
      let shown = names.prefix(10).joined(separator: ", ")
      return Explanation(
        .input, "\(folder) holds \(names.count) logs: \(shown)",
        remedy: "give the path of the log whose slices are wanted")
    case .logIsTooLong(let file, let byteCount, let limit):
      return Explanation(
        .input, "\(file) has \(byteCount) bytes, and no log is longer than \(limit)",
        remedy: "check what it is")
    case .isNoLog(let file):
      return Explanation(
        .input, "\(file) has neither a section [Reconstruction] nor one [Acquisition]",
        remedy: "give the folder of the slices, or the _rec.log in it")
    case .isOfProjections(let file):
      return Explanation(
        .input,
        "\(file) is the log of a scan: the pictures beside it are projections, and no volume",
        remedy: "reconstruct them (NRecon), and give the folder of the slices")
    case .lacks(let file, let key):
      return Explanation(
        .input, "\(file) does not say \(key)",
        remedy: "move the log out of the folder to read all slices in it by their numbers")
    case .valueIsUnclear(let file, let key, let value):
      return Explanation(
        .input, "\(file) says \(key)=\(value), which is no such number",
        remedy: "correct the log, or move it out of the folder")
    case .sectionsAreUnclear(let file, let first, let last, let step):
      return Explanation(
        .input, "\(file) says sections \(first) to \(last) by \(step)",
        remedy: "correct the log, or move it out of the folder")
    case .kindIsNotRead(let file, let type):
      let isLossy = type.hasPrefix("JP")
      return Explanation(
        .input,
        isLossy
          ? "\(file) says that the slices are \(type), which is not read: the exact values are lost"
          : "\(file) says that the slices are \(type), which is not read",
        remedy: "reconstruct them again as TIFF, BMP or PNG")
    case .hasNoSlices(let folder, let names):
      return Explanation(
        .input, "\(folder) holds no slice that is named \(names.joined(separator: " or "))",
        remedy: "put the log beside its slices; give renamed slices a folder without a log")
    case .hasDuplicate(let folder, let one, let other):
      return Explanation(
        .input, "\(folder): \(one) and \(other) have the same number",
        remedy: "keep one of them")
    case .hasGap(let folder, let file, let missing, let first, let last):
      return Explanation(
        .input,
        "\(folder): \(missing) \(missing == 1 ? "slice" : "slices") of \(file) "
          + "\(missing == 1 ? "is" : "are") missing, the first number \(first), the last \(last)",
        remedy: "copy the missing slices, or give --gaps fill to read them as zeros")
    case .hasOthers(let folder, let file, let count, let name, let first, let last):
      return Explanation(
        .input,
        "\(folder): \(file) says sections \(first) to \(last), and \(count) more "
          + "\(count == 1 ? "slice lies" : "slices lie") there, the first \(name)",
        remedy: "move them away, or move the log away to read all slices by their numbers")
    case .sizeDisagrees(let file, let said, let found):
      return Explanation(
        .input, "\(file) says slices of \(said), and they have \(found)",
        remedy: "see whether they were cropped; if so, move the log out of the folder")
    }
  }
}
