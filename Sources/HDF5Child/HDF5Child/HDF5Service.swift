import Glibc
import HDF5Library
import Synchronization
import VolumeCore

/// The child's side: the tool itself, started again to do nothing but call HDF5's library.
public enum HDF5Service {
  /// The first argument that makes the tool the child; not for people.
  static let argument = "--hdf5-service"
  /// Where the child finds its socket and the shared memory.
  static let socketDescriptor: Int32 = 3
  static let memoryDescriptor: Int32 = 4

  /// Whether the running program is one that can be started again as the child.
  static let isThisProgram = Atomic<Bool>(false)

  /// To be called first by the program: serves and never returns where that is asked for, else notes
  /// that this program can.
  public static func serveIfAsked(_ arguments: [String]) {
    guard arguments.count == 3, arguments[1] == argument, let capacity = Int(arguments[2]) else {
      isThisProgram.store(true, ordering: .relaxed)
      return
    }
    exit(serve(capacity: capacity))
  }

  private static func serve(capacity: Int) -> Int32 {
    let channel = MessageChannel(descriptor: socketDescriptor)
    guard
      let memory = SharedMemory(
        mapping: memoryDescriptor, byteCount: capacity, isWritable: true)
    else { return 71 }
    ChildLimits.set()
    var server = HDF5Server(memory: memory)
    while let bytes = channel.receive(seconds: nil) {
      guard let request = try? ChildRequest(bytes) else { return 76 }
      ChildLimits.allow(processorSeconds: request.processorSeconds)
      guard channel.send(server.answer(request)) else { return 0 }
    }
    return 0
  }
}

/// What the child may take.
enum ChildLimits {
  /// Memory beyond what the program has when it starts.
  static let memoryByteCount = 1 << 30

  static func set() {
    var words = [CChar](repeating: 0, count: 256)
    // The first number of this file is the size of the address space, in pages.
    let file = unsafe open("/proc/self/statm", O_RDONLY)
    let count = unsafe read(file, &words, 255)
    close(file)
    let text = String(
      decoding: words.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let pages = text.split(separator: " ").first.flatMap { Int($0) } ?? 0
    limit(RLIMIT_AS, to: pages * Int(getpagesize()) + memoryByteCount)
    // It writes nothing, and its end is told by us: no files, no core dumps.
    limit(RLIMIT_FSIZE, to: 0)
    limit(RLIMIT_CORE, to: 0)
  }

  /// Allows so much processor time from now on; the system ends the child that takes more.
  static func allow(processorSeconds: Int) {
    var used = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used)
    limit(RLIMIT_CPU, to: used.tv_sec + processorSeconds)
  }

  private static func limit(_ what: __rlimit_resource, to value: Int) {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(what.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = min(UInt(value), limit.rlim_max)
    unsafe setrlimit(__rlimit_resource_t(what.rawValue), &limit)
  }
}
