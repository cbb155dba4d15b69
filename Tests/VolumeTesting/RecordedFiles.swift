import Glibc
import Synchronization
import SystemIO

/// A call that changed something, as it was made.
package enum FileStep: Hashable, Sendable {
  /// A file was created or, where it was there, perhaps emptied; `descriptor` tells it from others.
  case opened(path: String, empties: Bool)
  /// Bytes were written at an offset of the file that was opened at `path`.
  case wrote(path: String, offset: Int, bytes: [UInt8])
  /// The length was set.
  case resized(path: String, byteCount: Int)
  /// The file's bytes and length are on the disk.
  case synchronisedFile(path: String)
  /// The names in the folder are on the disk.
  case synchronisedFolder(path: String)
  case madeFolder(path: String)
  case removedFolder(path: String)
  case removedFile(path: String)
  case renamed(path: String, to: String)
}

/// The system's operations, with a record of what they changed below a folder, in order.
package final class RecordedFiles: FileOperations {
  private struct State {
    var steps: [FileStep] = []
    var paths: [Int32: String] = [:]
    /// Where files that are open to append to end.
    var ends: [Int32: Int] = [:]
  }

  private let system = SystemFileOperations()
  private let root: String
  private let state = Mutex(State())

  /// Records what happens below `root`; paths in the record are counted from there.
  package init(below root: String) { self.root = root }

  /// What happened.
  package var steps: [FileStep] { state.withLock { $0.steps } }

  private func inside(_ path: String) -> String {
    path == root ? "" : String(path.dropFirst(root.count + 1))
  }

  /// Does and notes it in one, so that the record has the order of what happened.
  private func noting(_ body: (inout State) -> Int, _ step: (inout State, Int) -> FileStep?) -> Int
  {
    state.withLock { state in
      let answer = body(&state)
      if answer >= 0, let step = step(&state, answer) { state.steps.append(step) }
      return answer
    }
  }

  package func open(_ path: String, flags: Int32, mode: UInt32) -> Int {
    noting({ _ in system.open(path, flags: flags, mode: mode) }) { state, descriptor in
      state.paths[Int32(descriptor)] = inside(path)
      guard flags & O_CREAT != 0 else { return nil }
      return .opened(path: inside(path), empties: flags & O_TRUNC != 0)
    }
  }
  package func close(_ descriptor: Int32) {
    state.withLock { state in
      state.paths[descriptor] = nil
      system.close(descriptor)
    }
  }
  package func read(
    _ descriptor: Int32, into destination: UnsafeMutableRawBufferPointer, at offset: Int
  ) -> Int { unsafe system.read(descriptor, into: destination, at: offset) }
  package func write(_ descriptor: Int32, _ source: UnsafeRawBufferPointer, at offset: Int) -> Int {
    noting({ _ in unsafe system.write(descriptor, source, at: offset) }) { state, count in
      .wrote(
        path: state.paths[descriptor] ?? "?", offset: offset,
        bytes: unsafe Array(source.prefix(count)))
    }
  }
  package func append(_ descriptor: Int32, _ source: UnsafeRawBufferPointer) -> Int {
    let end = system.byteCount(descriptor)
    return noting({ _ in unsafe system.append(descriptor, source) }) { state, count in
      .wrote(
        path: state.paths[descriptor] ?? "?", offset: end, bytes: unsafe Array(source.prefix(count))
      )
    }
  }
  package func synchronise(_ descriptor: Int32) -> Int {
    // Only a record: the disk itself is not to crash.
    noting({ _ in 0 }) { state, _ in
      let path = state.paths[descriptor] ?? "?"
      let whole = path.isEmpty ? root : root + "/" + path
      return system.kind(ofPath: whole, followsLinks: true) == .success(.folder)
        ? .synchronisedFolder(path: path) : .synchronisedFile(path: path)
    }
  }
  package func resize(_ descriptor: Int32, to byteCount: Int) -> Int {
    noting({ _ in system.resize(descriptor, to: byteCount) }) { state, _ in
      .resized(path: state.paths[descriptor] ?? "?", byteCount: byteCount)
    }
  }
  package func byteCount(_ descriptor: Int32) -> Int { system.byteCount(descriptor) }
  package func lock(_ descriptor: Int32) -> Int { system.lock(descriptor) }
  package func map(_ descriptor: Int32, byteCount: Int) -> Int {
    system.map(descriptor, byteCount: byteCount)
  }
  package func unmap(_ address: Int, byteCount: Int) { system.unmap(address, byteCount: byteCount) }
  package func kind(ofPath path: String, followsLinks: Bool) -> Result<PathKind, SystemCode> {
    system.kind(ofPath: path, followsLinks: followsLinks)
  }
  package func names(inFolder path: String) -> Result<[String], SystemCode> {
    system.names(inFolder: path)
  }
  package func makeFolder(_ path: String) -> Int {
    noting({ _ in system.makeFolder(path) }) { _, _ in .madeFolder(path: inside(path)) }
  }
  package func removeFolder(_ path: String) -> Int {
    noting({ _ in system.removeFolder(path) }) { _, _ in .removedFolder(path: inside(path)) }
  }
  package func removeFile(_ path: String) -> Int {
    noting({ _ in system.removeFile(path) }) { _, _ in .removedFile(path: inside(path)) }
  }
  package func rename(_ path: String, to final: String) -> Int {
    noting({ _ in system.rename(path, to: final) }) { state, _ in
      // Whoever has the file open knows it by its new name from now on.
      for (descriptor, name) in state.paths where name == inside(path) {
        state.paths[descriptor] = inside(final)
      }
      return .renamed(path: inside(path), to: inside(final))
    }
  }
}
