import Synchronization
import SystemIO
import VolumeCore

/// The ledger on disk, to which a writer adds; safe to use from several threads.
final class LedgerFile: Sendable {
  private struct State {
    var ledger: Ledger
    var byteCount: Int
    /// Whether a line that could not be taken back stands at the end.
    var isBroken = false
  }

  private let file: FileHandle
  private let state: Mutex<State>

  /// Goes on with `ledger`, which was read from `path`, behind its last whole line.
  init(goingOnWith ledger: Ledger, at path: String) throws(SystemError) {
    let file = try FileHandle(appendingTo: path)
    try file.resize(to: ledger.wholeByteCount)
    try file.synchronise()
    self.file = file
    state = Mutex(State(ledger: ledger, byteCount: ledger.wholeByteCount))
  }

  /// A ledger of its own at `path`, of somebody who knows already what `ledger` says.
  init(newAt path: String, knowing ledger: Ledger) throws(SystemError) {
    file = try FileHandle(appendingTo: path)
    state = Mutex(State(ledger: ledger, byteCount: 0))
  }

  /// What is noted of `shard`.
  func state(of shard: Index3) -> ShardState? { state.withLock { $0.ledger.shards[shard] } }

  /// The shards that are safe on disk.
  var committed: Set<Index3> { state.withLock { Set($0.ledger.shards.keys) } }

  /// The number of shards that are safe on disk.
  var count: Int { state.withLock { $0.ledger.shards.count } }

  /// Puts the lines in the order of the shards, so that equal stores are equal bytes in this too;
  /// nothing is appended afterwards. Returns the bytes.
  @discardableResult
  func seal() throws(SystemError) -> [UInt8] {
    let bytes = state.withLock { state in
      state.isBroken = true
      return state.ledger.encoded()
    }
    try writeFileAtomically(file.path, bytes)
    return bytes
  }

  /// Notes `shard`, and returns when the note is on the disk.
  ///
  /// When it cannot be noted, the ledger is as it was before.
  func append(_ shard: Index3, _ entry: ShardState) throws(SystemError) {
    let line = Ledger.line(shard, entry)
    try state.withLock { (state: inout State) throws(SystemError) in
      guard !state.isBroken else {
        throw SystemError(call: "append", path: file.path, code: 5)
      }
      do throws(SystemError) {
        try file.append(unsafe line.span.bytes)
        try file.synchronise()
      } catch {
        state.isBroken = (try? file.resize(to: state.byteCount)) == nil
        throw error
      }
      state.byteCount += line.count
      state.ledger.note(shard, entry)
    }
  }
}
