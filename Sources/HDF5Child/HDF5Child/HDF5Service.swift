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
    var time = LookingTime()
    while let bytes = channel.receive(seconds: nil) {
      guard let request = try? ChildRequest(bytes) else { return 76 }
      ChildLimits.allow(processorSeconds: time.allowance(for: request))
      let before = ChildLimits.processorSeconds
      let answer = server.answer(request)
      time.note(request, seconds: ChildLimits.processorSeconds - before)
      guard channel.send(answer) else { return 0 }
    }
    return 0
  }
}

/// The processor time of all looking at a file together: a damaged file may make every look at it slow,
/// and a description takes many.
struct LookingTime {
  private var spent = 0.0
  private var granted = 2.0

  /// What `request` may take. Reading voxels has its own measure, by their bytes.
  mutating func allowance(for request: ChildRequest) -> Double {
    guard request.isLook else { return Double(request.processorSeconds) }
    if case .inventory = request { granted += Double(request.processorSeconds) }
    return min(Double(request.processorSeconds), max(granted - spent, 0.25))
  }

  /// Counts what it took.
  mutating func note(_ request: ChildRequest, seconds: Double) {
    if request.isLook { spent += seconds }
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

  /// Allows so much processor time from now on, up to the next whole second; the system ends the
  /// child that takes more.
  static func allow(processorSeconds: Double) {
    limit(RLIMIT_CPU, to: Int((self.processorSeconds + processorSeconds).rounded(.up)))
  }

  /// The processor time that this process has taken.
  static var processorSeconds: Double {
    var used = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used)
    return Double(used.tv_sec) + Double(used.tv_nsec) / 1e9
  }

  private static func limit(_ what: __rlimit_resource, to value: Int) {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(what.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = min(UInt(value), limit.rlim_max)
    unsafe setrlimit(__rlimit_resource_t(what.rawValue), &limit)
  }
}
