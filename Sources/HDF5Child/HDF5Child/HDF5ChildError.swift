import HDF5Library
import SystemIO
import VolumeCore

/// Reading HDF5 failed: in the library, or with the process that it runs in.
public enum HDF5ChildError: ExplainedError, Hashable {
  /// The library says no.
  case library(HDF5Error)
  /// A signal ended the process that the library runs in: a crash, or too much of memory or time.
  case ended(bySignal: Int32, path: String, doing: String)
  /// The process ended by itself.
  case exited(code: Int32, path: String, doing: String)
  /// The process took more processor time than it may.
  case tookTooLong(processorSeconds: Int, path: String, doing: String)
  /// The process did not answer in time.
  case silent(seconds: Int, path: String, doing: String)
  /// The process answered something that makes no sense.
  case senseless(path: String, doing: String)
  /// The process could not be started.
  case notStarted(SystemError)

  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .library(let error): error.explanation
    case .ended(let signal, let path, let doing):
      Explanation(
        .input,
        "\(path): the HDF5 library ended by signal \(signal) while \(doing)", remedy: copyAgain)
    case .exited(let code, let path, let doing):
      Explanation(
        .input, "\(path): the HDF5 library ended with code \(code) while \(doing)",
        remedy: copyAgain)
    case .tookTooLong(let seconds, let path, let doing):
      Explanation(
        .input,
        "\(path): the HDF5 library was stopped after \(seconds) s of processor time while \(doing)",
        remedy: copyAgain)
    case .silent(let seconds, let path, let doing):
      Explanation(
        .failed, "\(path): the HDF5 library did not answer for \(seconds) s while \(doing)",
        remedy: "check the disk that the file is on, then give the command again")
    case .senseless(let path, let doing):
      Explanation(
        .input, "\(path): the HDF5 library gave an answer without sense while \(doing)",
        remedy: copyAgain)
    case .notStarted(let error):
      Explanation(
        .failed, "the process that reads HDF5 cannot be started: \(error.explanation.what)",
        remedy: "see that the tool's own file is where it was installed, and may be run")
    }
  }

  private var copyAgain: String {
    "the file is damaged, or of a kind that the library cannot take: copy it again from where it "
      + "came, or rewrite it with h5repack"
  }
}
