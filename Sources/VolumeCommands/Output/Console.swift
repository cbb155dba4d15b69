import Glibc
import Synchronization

/// Where a command speaks: results on standard output, progress and errors on standard error.
///
/// With `--json`, what is for people stays away from standard output.
public final class Console: Sendable {
  private let output: @Sendable (String) -> Bool
  private let error: @Sendable (String) -> Bool
  private struct State {
    var isQuiet = false
    var isBroken = false
    var hasOpenLine = false
  }
  private let state = Mutex(State())
  /// Whether standard error is a terminal, on which a line can be written over.
  public let isTerminal: Bool

  /// A console that writes with these; each says whether somebody still listens.
  public init(
    isTerminal: Bool = false, output: @escaping @Sendable (String) -> Bool,
    error: @escaping @Sendable (String) -> Bool
  ) {
    self.isTerminal = isTerminal
    self.output = output
    self.error = error
  }

  /// The process's own standard output and standard error.
  public static func ofProcess() -> Console {
    Console(
      isTerminal: isatty(STDERR_FILENO) == 1, output: { write($0, to: STDOUT_FILENO) },
      error: { write($0, to: STDERR_FILENO) })
  }

  /// The same, but what it says as results goes to standard error: for work that is a part of other
  /// work.
  func ofParts() -> Console { Console(isTerminal: isTerminal, output: error, error: error) }

  /// Keeps standard output for one JSON object from now on.
  func beQuiet() { state.withLock { $0.isQuiet = true } }

  /// Whether standard output is kept for one JSON object.
  public var isQuiet: Bool { state.withLock { $0.isQuiet } }

  /// Whether nobody reads standard output any more.
  public var isBroken: Bool { state.withLock { $0.isBroken } }

  /// A line of the result, for people; with `--json` it is not said.
  public func say(_ line: String) {
    guard !isQuiet else { return }
    closeLine()
    result(line)
  }

  /// A line of the result, whoever reads it: the JSON object, and the help.
  func result(_ line: String) {
    if !output(line + "\n") { state.withLock { $0.isBroken = true } }
  }

  /// A line on standard error: what is going on, what is worth a second look.
  public func note(_ line: String) {
    closeLine()
    _ = error(line + "\n")
  }

  /// A line that the next one replaces, on a terminal.
  func update(_ line: String) {
    state.withLock { $0.hasOpenLine = true }
    _ = error("\r\u{1B}[K" + line)
  }

  /// Ends a line that was to be replaced.
  func closeLine() {
    let wasOpen = state.withLock { state in
      defer { state.hasOpenLine = false }
      return state.hasOpenLine
    }
    if wasOpen { _ = error("\n") }
  }
}

/// Writes all of `text`; `false` where the other side is gone or the disk is full.
private func write(_ text: String, to descriptor: Int32) -> Bool {
  var bytes = Array(text.utf8)[...]
  while !bytes.isEmpty {
    let count = unsafe bytes.withUnsafeBytes {
      unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
    }
    if count < 0 {
      if errno == EINTR { continue }
      return false
    }
    bytes = bytes.dropFirst(count)
  }
  return true
}
