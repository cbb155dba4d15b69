import Synchronization
import SystemIO

/// An open file that several threads read.
final class OpenFile: Sendable {
  let handle: FileHandle

  init(_ path: String) throws(SystemError) { handle = try FileHandle(readingFrom: path) }
}

/// The files used last, kept open; a folder of thousands of slices needs no thousands of them.
final class OpenFiles: Sendable {
  private static let most = 32

  private struct State {
    var files: [String: OpenFile] = [:]
    var uses: [String] = []
  }

  private let state = Mutex(State())

  /// The open file at `path`.
  func file(_ path: String) throws(SystemError) -> OpenFile {
    if let file = state.withLock({ $0.files[path] }) { return file }
    let file = try OpenFile(path)
    state.withLock { state in
      state.files[path] = file
      state.uses.append(path)
      if state.uses.count > Self.most { state.files[state.uses.removeFirst()] = nil }
    }
    return file
  }
}
