/// What went wrong, in words for the person at the keyboard.
///
/// Errors are typed enums inside a module. At a seam they become an explanation, because the
/// command line, which alone prints, knows no format and so none of their types.
public struct Explanation: Error, Hashable, Sendable {
  /// Whose matter it is; decides the exit code.
  public enum Kind: Hashable, Sendable {
    /// Wrong usage, options or input: exit code 2.
    case input
    /// Data that were whole once and are damaged now: exit code 3.
    case damaged
    /// The work failed on the way: exit code 1.
    case failed
    /// Stopped by a signal, whose number is given: exit code 130 or 75.
    case stopped(signal: Int32)
  }

  /// Whose matter it is.
  public var kind: Kind
  /// What is wrong and where, with the numbers.
  public var what: String
  /// What to do next.
  public var remedy: String

  /// Something of `kind` went wrong: `what`; the way out is `remedy`.
  public init(_ kind: Kind, _ what: String, remedy: String) {
    self.kind = kind
    self.what = what
    self.remedy = remedy
  }
}

/// An error that can say itself in words; every error that leaves a module is one.
public protocol ExplainedError: Error, Sendable {
  /// The error in words.
  var explanation: Explanation { get }
}

extension Explanation: ExplainedError {
  /// Itself.
  public var explanation: Explanation { self }
}
