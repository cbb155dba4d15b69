import Glibc
import HDF5Library
import SystemIO

/// The process that the library runs in; ended when its owner goes.
struct ChildProcess: ~Copyable {
  /// How it ended.
  enum Ending: Hashable, Sendable {
    case exited(Int32)
    case signalled(Int32)
  }

  /// Bytes of the shared memory.
  static let memoryByteCount = 64 << 20

  private var identifier: pid_t
  let channel: MessageChannel
  let memory: SharedMemory

  init() throws(HDF5ChildError) {
    let program = try Self.program()
    var sockets: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard unsafe socketpair(AF_UNIX, kind, 0, &sockets) == 0 else {
      throw Self.refused("socketpair", program)
    }
    let shared = SharedMemory.make(byteCount: Self.memoryByteCount)
    defer {
      close(sockets[1])
      if shared >= 0 { close(shared) }
    }
    guard shared >= 0,
      let memory = SharedMemory(
        mapping: shared, byteCount: Self.memoryByteCount, isWritable: false)
    else {
      close(sockets[0])
      throw Self.refused("memfd_create", program)
    }
    let (status, pid) = Self.start(program, socket: sockets[1], memory: shared)
    guard status == 0 else {
      close(sockets[0])
      throw .notStarted(SystemError(call: "start", path: program, code: status))
    }
    identifier = pid
    channel = MessageChannel(descriptor: sockets[0])
    self.memory = memory
  }

  deinit {
    close(channel.descriptor)
    if identifier > 0 {
      kill(identifier, SIGKILL)
      var status: Int32 = 0
      while unsafe waitpid(identifier, &status, 0) < 0, errno == EINTR {}
    }
  }

  /// Waits for its end, which has come or is brought about, and says what it was.
  mutating func end(killing: Bool) -> Ending {
    guard identifier > 0 else { return .exited(0) }
    if killing { kill(identifier, SIGKILL) }
    var status: Int32 = 0
    while unsafe waitpid(identifier, &status, 0) < 0, errno == EINTR {}
    identifier = 0
    let signal = status & 0x7F
    return signal == 0 ? .exited(status >> 8 & 0xFF) : .signalled(signal)
  }

  private static func refused(_ call: String, _ program: String) -> HDF5ChildError {
    .notStarted(SystemError(call: call, path: program, code: errno))
  }

  /// This program where it can serve, else the tool that was built beside it: tests run in a program
  /// of their own.
  private static func program() throws(HDF5ChildError) -> String {
    let own = "/proc/self/exe"
    if HDF5Service.isThisProgram.load(ordering: .relaxed) { return own }
    guard let real = unsafe realpath(own, nil) else { throw refused("realpath", own) }
    defer { unsafe free(real) }
    let beside = folder(ofPath: unsafe String(cString: real)) + "/t2s-volume"
    guard case .file = kind(ofPath: beside) else {
      throw .notStarted(SystemError(call: "find", path: beside, code: ENOENT))
    }
    return beside
  }

  /// Starts the child with nothing but its socket and the memory, in a process group of its own, so
  /// that a key meant for the tool does not end it first.
  private static func start(
    _ program: String, socket: Int32, memory: Int32
  ) -> (status: Int32, pid: pid_t) {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    // Above the two that they become, so that neither is overwritten before it is copied.
    let (high, higher): (Int32, Int32) = (
      fcntl(socket, F_DUPFD_CLOEXEC, 10), fcntl(memory, F_DUPFD_CLOEXEC, 10)
    )
    defer {
      close(high)
      close(higher)
    }
    for descriptor: Int32 in 0...2 {
      unsafe posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
    }
    unsafe posix_spawn_file_actions_adddup2(&actions, high, HDF5Service.socketDescriptor)
    unsafe posix_spawn_file_actions_adddup2(&actions, higher, HDF5Service.memoryDescriptor)
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var all = sigset_t()
    unsafe sigemptyset(&none)
    unsafe sigfillset(&all)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setsigdefault(&attributes, &all)
    unsafe posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    let words = ["t2s-volume", HDF5Service.argument, String(memoryByteCount)]
    var pid: pid_t = 0
    let status = unsafe withCStrings(words) { arguments in
      unsafe withCStrings(environment()) { variables in
        unsafe posix_spawn(&pid, program, &actions, &attributes, arguments, variables)
      }
    }
    return (status, pid)
  }

  /// The tool's own variables, without those that would send the library elsewhere.
  private static func environment() -> [String] {
    var variables: [String] = []
    var place = unsafe environ
    while let text = unsafe place.pointee {
      let variable = unsafe String(cString: text)
      unsafe place += 1
      let isForLibrary = variable.hasPrefix("HDF5_") && !variable.hasPrefix("HDF5_PLUGIN_PATH=")
      if !isForLibrary, !variable.hasPrefix("SWIFT_BACKTRACE=") { variables.append(variable) }
    }
    return variables + ["SWIFT_BACKTRACE=enable=no"]
  }

  private static func withCStrings<Value>(
    _ words: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Value
  ) -> Value {
    var pointers = unsafe words.map { unsafe strdup($0) }
    defer { unsafe pointers.forEach { unsafe free($0) } }
    unsafe pointers.append(nil)
    return unsafe pointers.withUnsafeMutableBufferPointer { buffer in
      guard let first = buffer.baseAddress else { preconditionFailure("there is a last nil") }
      return unsafe body(first)
    }
  }
}
