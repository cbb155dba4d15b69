import SystemIO
import VolumeCore

/// Files that people have and that are refused, each with what to export in its place.
public struct ClosedFormat: VolumeFormat {
  /// "closed formats".
  public let name = "closed formats"

  /// The format.
  public init() {}

  /// Whether the name has the suffix of a kind that is known to be refused.
  public func recognises(_ path: String) -> Bool {
    ClosedKind(fileName: fileName(ofPath: path)) != nil && kind(ofPath: path) != .folder
  }

  /// Refuses `path`, and says what to give instead.
  public func open(
    _ path: String, hints: OpeningHints
  ) throws(Explanation) -> any VolumeReader {
    throw refusal(of: path).explanation
  }

  /// Why `path` is not read; a value that tests and callers can compare.
  public func refusal(of path: String) -> ClosedError {
    let file = fileName(ofPath: path)
    guard case .file = kind(ofPath: path) else { return .isNoFile(path: path) }
    guard let kind = ClosedKind(fileName: file) else { return .isNotKnown(file: file) }
    return .isClosed(file: file, kind: kind)
  }
}

/// Why a file of a closed kind is not read.
public enum ClosedError: Error, Hashable, Sendable {
  /// There is no file, or not a plain one, at the path.
  case isNoFile(path: String)
  /// It is of no kind that is known.
  case isNotKnown(file: String)
  /// It is of a kind that only its maker's program reads, or that holds no volume.
  case isClosed(file: String, kind: ClosedKind)
}

extension ClosedError: ExplainedError {
  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .isNoFile(let path):
      Explanation(.input, "\(path) is not a file", remedy: "check the path")
    case .isNotKnown(let file):
      Explanation(
        .input, "\(file) is of no kind that is known",
        remedy: "export it as TIFF slices or raw data with the program that wrote it")
    case .isClosed(let file, let kind):
      Explanation(.input, "\(file) is \(kind.words)", remedy: kind.remedy)
    }
  }
}
