import Glibc
import Synchronization
import SystemIO

/// A kind of call to the system.
package enum FileCall: String, CaseIterable, Hashable, Sendable {
  case open, read, write, append, synchronise, resize, byteCount, lock, map
  case kind, names, makeFolder, removeFolder, removeFile, rename

  /// Whether it changes what is on the disk: a disk that is full fails in these alone.
  package var changes: Bool {
    switch self {
    case .open, .write, .append, .synchronise, .resize, .makeFolder, .rename: true
    default: false
    }
  }
}

/// How a call fails.
package enum FileFault: Hashable, Sendable {
  /// With this `errno`, without having done anything.
  case error(Int32)
  /// It does less than it was asked for: half of the bytes.
  case short
}

/// The system's operations, of which chosen ones fail; counts all of them.
///
/// Calls are counted over all threads, so that tests that want the same call every time use one.
package final class FailingFiles: FileOperations {
  private struct State {
    var counts: [FileCall: Int] = [:]
    var failures = 0
  }

  private let system = SystemFileOperations()
  private let call: FileCall?
  private let number: Int
  private let fault: FileFault
  private let staysBroken: Bool
  private let state = Mutex(State())

  /// Lets the `number`-th call (from 0) of kind `call` fail with `fault`, and all after it where it
  /// `staysBroken`, as a full disk does.
  package init(_ call: FileCall?, _ number: Int, _ fault: FileFault, staysBroken: Bool = false) {
    self.call = call
    self.number = number
    self.fault = fault
    self.staysBroken = staysBroken
  }

  /// Nothing fails; calls are counted.
  package convenience init() { self.init(nil, 0, .short) }

  /// How many calls of each kind there were.
  package var counts: [FileCall: Int] { state.withLock { $0.counts } }

  /// How many calls failed or did less.
  package var failureCount: Int { state.withLock { $0.failures } }

  /// The fault for this call, where it is to have one.
  private func fault(in call: FileCall) -> FileFault? {
    state.withLock { state in
      let number = state.counts[call, default: 0]
      state.counts[call] = number + 1
      guard call == self.call, number == self.number || staysBroken && number > self.number
      else { return nil }
      state.failures += 1
      return fault
    }
  }

  private func attempt(_ call: FileCall, _ body: () -> Int) -> Int {
    guard case .error(let code)? = fault(in: call) else { return body() }
    return -Int(code)
  }

  private func attempt(_ call: FileCall, count: Int, _ body: (Int) -> Int) -> Int {
    switch fault(in: call) {
    case nil: body(count)
    case .error(let code): -Int(code)
    case .short: body(max(1, count / 2))
    }
  }

  private func attempt<Value>(
    _ call: FileCall, _ body: () -> Result<Value, SystemCode>
  ) -> Result<Value, SystemCode> {
    guard case .error(let code)? = fault(in: call) else { return body() }
    return .failure(SystemCode(code))
  }

  package func open(_ path: String, flags: Int32, mode: UInt32) -> Int {
    attempt(.open) { system.open(path, flags: flags, mode: mode) }
  }
  package func close(_ descriptor: Int32) { system.close(descriptor) }
  package func read(
    _ descriptor: Int32, into destination: UnsafeMutableRawBufferPointer, at offset: Int
  ) -> Int {
    attempt(.read, count: destination.count) { count in
      unsafe system.read(
        descriptor, into: UnsafeMutableRawBufferPointer(rebasing: destination.prefix(count)),
        at: offset)
    }
  }
  package func write(_ descriptor: Int32, _ source: UnsafeRawBufferPointer, at offset: Int) -> Int {
    attempt(.write, count: source.count) { count in
      unsafe system.write(
        descriptor, UnsafeRawBufferPointer(rebasing: source.prefix(count)), at: offset)
    }
  }
  package func append(_ descriptor: Int32, _ source: UnsafeRawBufferPointer) -> Int {
    attempt(.append, count: source.count) { count in
      unsafe system.append(descriptor, UnsafeRawBufferPointer(rebasing: source.prefix(count)))
    }
  }
  package func synchronise(_ descriptor: Int32) -> Int {
    // Nothing crashes in these tests, and waiting for the disk would be most of their time.
    attempt(.synchronise) { 0 }
  }
  package func resize(_ descriptor: Int32, to byteCount: Int) -> Int {
    attempt(.resize) { system.resize(descriptor, to: byteCount) }
  }
  package func byteCount(_ descriptor: Int32) -> Int {
    attempt(.byteCount) { system.byteCount(descriptor) }
  }
  package func lock(_ descriptor: Int32) -> Int { attempt(.lock) { system.lock(descriptor) } }
  package func map(_ descriptor: Int32, byteCount: Int) -> Int {
    attempt(.map) { system.map(descriptor, byteCount: byteCount) }
  }
  package func unmap(_ address: Int, byteCount: Int) { system.unmap(address, byteCount: byteCount) }
  package func kind(ofPath path: String, followsLinks: Bool) -> Result<PathKind, SystemCode> {
    attempt(.kind) { system.kind(ofPath: path, followsLinks: followsLinks) }
  }
  package func names(inFolder path: String) -> Result<[String], SystemCode> {
    attempt(.names) { system.names(inFolder: path) }
  }
  package func makeFolder(_ path: String) -> Int {
    attempt(.makeFolder) { system.makeFolder(path) }
  }
  package func removeFolder(_ path: String) -> Int {
    attempt(.removeFolder) { system.removeFolder(path) }
  }
  package func removeFile(_ path: String) -> Int {
    attempt(.removeFile) { system.removeFile(path) }
  }
  package func rename(_ path: String, to final: String) -> Int {
    attempt(.rename) { system.rename(path, to: final) }
  }
}
