import Glibc
import SystemIO

/// A folder of its own for one test, removed when the test is done.
public final class TemporaryFolder: Sendable {
  /// Where it is.
  public let path: String

  /// Makes an empty folder.
  public init() throws {
    let base = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    path = "\(base)/t2s-test-\(getpid())-\(UInt64.random(in: .min ... .max))"
    try makeFolder(path)
  }

  deinit { try? removeFolder(path) }

  /// The path of `name` in the folder.
  public func file(_ name: String) -> String { path + "/" + name }
}
