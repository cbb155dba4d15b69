import Glibc
import VolumeCore

/// What another program said, and how it ended.
public struct ProgramAnswer: Hashable, Sendable {
  /// Its exit code; 128 and the signal where one ended it.
  public var code: Int32
  /// What it wrote to its standard output and to its error output.
  public var output: String

  /// This end, after these words.
  public init(code: Int32, output: String) {
    self.code = code
    self.output = output
  }
}

/// Runs the program `words[0]`, which is looked for as a shell would, and waits for its end.
///
/// Throws where there is no such program.
public func runProgram(_ words: [String]) throws(SystemError) -> ProgramAnswer {
  var ends: [Int32] = [0, 0]
  guard unsafe pipe(&ends) == 0 else {
    throw SystemError(call: "pipe", path: words.first ?? "", code: errno)
  }
  var actions = unsafe posix_spawn_file_actions_t()
  unsafe posix_spawn_file_actions_init(&actions)
  defer { unsafe posix_spawn_file_actions_destroy(&actions) }
  unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
  unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
  unsafe posix_spawn_file_actions_addclose(&actions, ends[0])
  unsafe posix_spawn_file_actions_addclose(&actions, ends[1])
  // Threads of ours may keep signals away from themselves, which a program must not inherit.
  var attributes = posix_spawnattr_t()
  var none = sigset_t()
  unsafe posix_spawnattr_init(&attributes)
  defer { unsafe posix_spawnattr_destroy(&attributes) }
  unsafe sigemptyset(&none)
  unsafe posix_spawnattr_setsigmask(&attributes, &none)
  unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
  var process = pid_t()
  var arguments: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0) }
  unsafe arguments.append(nil)
  defer { unsafe arguments.forEach { unsafe free($0) } }
  let code = unsafe posix_spawnp(
    &process, words.first ?? "", &actions, &attributes, &arguments, environ)
  close(ends[1])
  defer { close(ends[0]) }
  guard code == 0 else { throw SystemError(call: "run", path: words.first ?? "", code: code) }
  var output: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: 4096)
  while true {
    let count = unsafe read(ends[0], &piece, piece.count)
    if count > 0 { output += piece.prefix(count) }
    if count == 0 || count < 0 && errno != EINTR { break }
  }
  var status: Int32 = 0
  while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
  let ended = status & 0x7F
  return ProgramAnswer(
    code: ended == 0 ? (status >> 8) & 0xFF : 128 + ended,
    output: String(decoding: output, as: UTF8.self))
}
