import Glibc
import Synchronization
import SystemIO

/// A shared file system as NFS shows it to its machines: what one of them makes, the others see late, in
/// folders and by name; what they have seen, they see as it is when they open it (close-to-open).
///
/// Time is counted in calls; `machine` says which of them makes the calls from now on.
package final class LateFiles: FileOperations {
  private struct State {
    var machine = 0
    var now = 0
    /// Who made what, and when.
    var made: [String: (machine: Int, time: Int)] = [:]
    /// What was removed or replaced is known as little.
    var hidden = 0
  }

  private let system = SystemFileOperations()
  private let delay: Int
  private let state = Mutex(State())

  /// What is made is seen by others `delay` calls later.
  package init(delay: Int) { self.delay = delay }

  /// Which machine makes the calls.
  package var machine: Int {
    get { state.withLock { $0.machine } }
    set { state.withLock { $0.machine = newValue } }
  }

  /// How often something was there that was not shown.
  package var hiddenCount: Int { state.withLock { $0.hidden } }

  /// Lets `count` calls' time pass.
  package func pass(_ count: Int) { state.withLock { $0.now += count } }

  private func isHidden(_ path: String) -> Bool {
    state.withLock { state in
      state.now += 1
      guard let made = state.made[path], made.machine != state.machine,
        state.now - made.time < delay
      else { return false }
      state.hidden += 1
      return true
    }
  }

  private func note(_ path: String) {
    state.withLock { state in
      guard state.made[path] == nil else { return }
      state.made[path] = (state.machine, state.now)
    }
  }

  private func forget(_ path: String) { state.withLock { $0.made[path] = nil } }

  package func open(_ path: String, flags: Int32, mode: UInt32) -> Int {
    // Whoever creates asks the server.
    if flags & O_CREAT == 0, isHidden(path) { return -Int(ENOENT) }
    let isNew = flags & O_CREAT != 0 && kindNow(path) == .success(.missing)
    let answer = system.open(path, flags: flags, mode: mode)
    if answer >= 0, isNew { note(path) }
    return answer
  }

  private func kindNow(_ path: String) -> Result<PathKind, SystemCode> {
    system.kind(ofPath: path, followsLinks: true)
  }

  package func kind(ofPath path: String, followsLinks: Bool) -> Result<PathKind, SystemCode> {
    isHidden(path) ? .success(.missing) : system.kind(ofPath: path, followsLinks: followsLinks)
  }

  package func names(inFolder path: String) -> Result<[String], SystemCode> {
    if isHidden(path) { return .failure(SystemCode(ENOENT)) }
    return system.names(inFolder: path).map { names in
      names.filter { $0 == "." || $0 == ".." || !isHidden("\(path)/\($0)") }
    }
  }

  package func makeFolder(_ path: String) -> Int {
    let answer = system.makeFolder(path)
    if answer >= 0 { note(path) }
    return answer
  }

  package func rename(_ path: String, to final: String) -> Int {
    let isNew = kindNow(final) == .success(.missing)
    let answer = system.rename(path, to: final)
    if answer >= 0 {
      forget(path)
      if isNew { note(final) }
    }
    return answer
  }

  package func link(_ path: String, to other: String) -> Int {
    let answer = system.link(path, to: other)
    if answer >= 0 { note(other) }
    return answer
  }

  package func removeFile(_ path: String) -> Int {
    forget(path)
    return system.removeFile(path)
  }

  package func removeFolder(_ path: String) -> Int {
    forget(path)
    return system.removeFolder(path)
  }

  package func close(_ descriptor: Int32) { system.close(descriptor) }
  package func read(
    _ descriptor: Int32, into destination: UnsafeMutableRawBufferPointer, at offset: Int
  ) -> Int { unsafe system.read(descriptor, into: destination, at: offset) }
  package func write(_ descriptor: Int32, _ source: UnsafeRawBufferPointer, at offset: Int) -> Int {
    unsafe system.write(descriptor, source, at: offset)
  }
  package func append(_ descriptor: Int32, _ source: UnsafeRawBufferPointer) -> Int {
    unsafe system.append(descriptor, source)
  }
  package func synchronise(_ descriptor: Int32) -> Int { 0 }
  package func resize(_ descriptor: Int32, to byteCount: Int) -> Int {
    system.resize(descriptor, to: byteCount)
  }
  package func byteCount(_ descriptor: Int32) -> Int { system.byteCount(descriptor) }
  package func lock(_ descriptor: Int32) -> Int { -Int(ENOLCK) }
  package func map(_ descriptor: Int32, byteCount: Int) -> Int {
    system.map(descriptor, byteCount: byteCount)
  }
  package func unmap(_ address: Int, byteCount: Int) {
    system.unmap(address, byteCount: byteCount)
  }
}
