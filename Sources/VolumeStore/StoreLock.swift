import Glibc
import SystemIO

/// The right to write a store, held by one process at a time and given up with its owner.
final class StoreLock: Sendable {
  private let file: FileHandle

  /// Takes the lock at `path`, or says who has it.
  init(_ path: String, of store: String) throws(StoreError) {
    file = try system { () throws(SystemError) in try FileHandle(appendingTo: path) }
    guard file.tryLock() else {
      let text = try? contents(ofFile: path)
      let holder = text.map { String(decoding: $0, as: UTF8.self) } ?? ""
      throw .isLocked(
        path: store, holder: holder.isEmpty ? "another process" : holder)
    }
    let holder = Array("process \(getpid()) on \(Self.hostName)".utf8)
    try system { () throws(SystemError) in
      try file.resize(to: 0)
      try file.append(unsafe holder.span.bytes)
    }
  }

  private static var hostName: String {
    var name = [CChar](repeating: 0, count: 256)
    guard unsafe gethostname(&name, name.count - 1) == 0 else { return "this machine" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
