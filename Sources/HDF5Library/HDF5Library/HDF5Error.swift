import VolumeCore

/// An HDF5 file, or something in it, cannot be read.
public enum HDF5Error: ExplainedError, Hashable {
  /// The file does not begin as HDF5 files do.
  case notHDF5(path: String)
  /// It begins so, but the library cannot open it: cut short, or damaged.
  case cannotOpen(path: String)
  /// A call of the library failed.
  case callFailed(call: String, object: String)
  /// A group or dataset is not there.
  case missing(object: String)
  /// A group or dataset lies in another file, where we do not follow.
  case leadsOutside(object: String)
  /// It leads to a file outside of the folder of the file.
  case outsideFolder(object: String, file: String)
  /// It leads to a file that is not there, or is no HDF5 file.
  case fileMissing(object: String, file: String)
  /// A dataset holds something else than numbers.
  case notNumbers(dataset: String)
  /// An attribute is not text.
  case notText(attribute: String, object: String)
  /// A dataset is not of floating-point numbers.
  case notFloatingPoint(dataset: String)
  /// Something is larger than anything that is expected here.
  case tooLarge(object: String, count: Int, limit: Int)
  /// A dataset was declared, but its values were never written.
  case notWritten(dataset: String)

  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .notHDF5(let path):
      Explanation(
        .input, "\(path) is not an HDF5 file",
        remedy: "give a file that was saved as HDF5 (.h5), not as .keras or a folder")
    case .cannotOpen(let path):
      Explanation(
        .input, "\(path) begins as an HDF5 file, but cannot be opened: it was cut short or damaged",
        remedy: "copy it again from where it came")
    case .callFailed(let call, let object):
      Explanation(.input, "\(object) cannot be read (\(call) failed)", remedy: copyAgain)
    case .missing(let object):
      Explanation(.input, "\(object) is missing", remedy: copyAgain)
    case .leadsOutside(let object):
      Explanation(
        .input, "\(object) lies in another file", remedy: "save everything in one file")
    case .outsideFolder(let object, let file):
      Explanation(
        .input, "\(object) leads to \(file), outside of the folder of the file",
        remedy: "copy that file into the folder (and let the link name it there), or copy the "
          + "dataset into one file")
    case .fileMissing(let object, let file):
      Explanation(
        .input, "\(object) leads to \(file), which is not there or is no HDF5 file",
        remedy: "copy that file along, to where the link says")
    case .notNumbers(let dataset):
      Explanation(
        .input, "\(dataset) does not hold numbers", remedy: "choose a dataset of numbers")
    case .notText(let attribute, let object):
      Explanation(.input, "attribute '\(attribute)' of \(object) is not text", remedy: copyAgain)
    case .notFloatingPoint(let dataset):
      Explanation(
        .input, "\(dataset) does not hold floating-point numbers", remedy: copyAgain)
    case .tooLarge(let object, let count, let limit):
      Explanation(
        .input, "\(object) has \(count) elements; at most \(limit) can be", remedy: copyAgain)
    case .notWritten(let dataset):
      Explanation(.input, "\(dataset) was declared but never written", remedy: copyAgain)
    }
  }

  private var copyAgain: String { "copy the file again from where it came, or save it again" }
}
