import Glibc
import VolumeCore

/// A system call that failed: which, on what, and why.
public struct SystemError: ExplainedError, Hashable {
  /// The call: "open", "pwrite", "fsync".
  public var call: String
  /// The file or folder.
  public var path: String
  /// The `errno`.
  public var code: Int32

  /// `call` on `path` failed with `code`.
  public init(call: String, path: String, code: Int32) {
    self.call = call
    self.path = path
    self.code = code
  }

  /// `call` on `path` was answered with `answer`, minus its `errno`.
  init(_ call: String, _ path: String, _ answer: Int) {
    self.init(call: call, path: path, code: Int32(clamping: -answer))
  }

  /// "No space left on device".
  public var message: String { unsafe String(cString: strerror(code)) }

  /// The error in words, with what helps against it.
  public var explanation: Explanation {
    let remedy =
      switch code {
      case ENOENT: "check the path"
      case EACCES, EPERM: "give yourself permission, or choose another place"
      case ENOSPC, EDQUOT: "make room or choose another disk, then give the same command again"
      case EIO: "the disk reports an error: check it before you trust it"
      case EMFILE, ENFILE: "raise the limit of open files (ulimit -n)"
      default: "see the system's message"
      }
    let kind: Explanation.Kind =
      [ENOENT, EACCES, EPERM, EISDIR, ENOTDIR].contains(code) ? .input : .failed
    return Explanation(kind, "\(call) \(path): \(message)", remedy: remedy)
  }
}

/// Calls, again where that was interrupted, and throws what the system complains about.
func checked(
  _ call: String, _ path: String, _ body: () -> Int
) throws(SystemError) -> Int {
  let answer = uninterrupted(body)
  guard answer >= 0 else { throw SystemError(call, path, answer) }
  return answer
}
