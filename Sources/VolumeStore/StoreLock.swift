import SystemIO
import VolumeCore

/// The right to write a store, held by one process at a time and given up with its owner.
///
/// The system's lock of the file ends with the process, however it ends; what is written in the file
/// says who has it, and tells a run that was killed from one that came to its end. Where a file
/// system has no locks, or where they may not reach another machine, what is written decides.
final class StoreLock: Sendable {
  /// What was noticed when it was taken.
  let remark: String?
  private let file: FileHandle

  /// Takes the lock at `path` for `me`, or says who has it.
  init(
    _ path: String, of store: String, for me: LockHolder = .ofThisProcess
  ) throws(StoreError) {
    let file = try system { () throws(SystemError) in try FileHandle(appendingTo: path) }
    let answer = try system { () throws(SystemError) in try file.lock() }
    let bytes = try system { () throws(SystemError) in try contents(ofFile: path) }
    let holder = LockHolder(decoding: bytes)
    if answer == .isHeld {
      throw .isLocked(path: store, holder: holder?.words ?? "another process")
    }
    if let holder {
      let isMine =
        holder.process == me.process && holder.tick == me.tick && holder.sharesSystem(with: me)
      switch holder.state(seenBy: me) {
      case .gone: break
      case .running where isMine: break
      case .running: throw .isLocked(path: store, holder: holder.words)
      // Another name of the same running system, such as a container's: its locks are ours too.
      case .elsewhere where answer == .taken && holder.sharesSystem(with: me): break
      case .elsewhere:
        throw .isLockedElsewhere(path: store, holder: holder.words, lock: path)
      }
      remark =
        isMine
        ? nil
        : "taking over from \(holder.words), which is gone without having finished"
    } else {
      remark = nil
    }
    try system { () throws(SystemError) in
      try file.resize(to: 0)
      let words = me.encoded()
      try file.append(unsafe words.span.bytes)
      // Where nothing but these words keeps two apart that begin at once, the last word counts.
      if answer == .isNotPossible, try contents(ofFile: path) != words {
        throw SystemError(call: "lock", path: path, code: 11)
      }
    }
    self.file = file
  }

  /// A lock that was given up names nobody.
  deinit { try? file.resize(to: 0) }

  /// The run that holds the lock at `path`, or that left it there.
  static func run(at path: String) throws(SystemError) -> StoreRun? {
    guard try certainKind(ofPath: path) != .missing else { return nil }
    return LockHolder(decoding: try contents(ofFile: path))?.run(seenBy: .ofThisProcess)
  }
}
