import Glibc
import Synchronization

/// Set when the work is to stop; stages look at it between tiles.
public final class CancellationFlag: Sendable {
  private let value = Atomic<Int32>(0)

  /// Not set.
  public init() {}

  /// The signal that set it, or 0.
  public var signal: Int32 { value.load(ordering: .relaxed) }

  /// Whether the work is to stop.
  public var isSet: Bool { signal != 0 }

  /// Asks the work to stop, as `signal` would.
  public func set(signal: Int32) { value.store(signal, ordering: .relaxed) }

  /// The flag that SIGINT and SIGTERM set once `installSignalHandlers` was called.
  public static let ofProcess = CancellationFlag()

  /// Lets the first SIGINT or SIGTERM set `ofProcess`; a second one ends the process at once,
  /// with exit code 130 or 75. SIGPIPE is ignored, so that writing reports it.
  public static func installSignalHandlers() {
    _ = ofProcess
    for number in [SIGINT, SIGTERM] {
      var action = sigaction()
      unsafe action.__sigaction_handler.sa_handler = { number in
        if CancellationFlag.ofProcess.isSet { _exit(number == SIGINT ? 130 : 75) }
        CancellationFlag.ofProcess.set(signal: number)
      }
      unsafe sigaction(number, &action, nil)
    }
    // Who started us may have blocked them for its own threads, and a block is inherited.
    var wanted = sigset_t()
    unsafe sigemptyset(&wanted)
    for number in [SIGINT, SIGTERM] { unsafe sigaddset(&wanted, number) }
    unsafe pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
    var ignored = sigaction()
    unsafe ignored.__sigaction_handler.sa_handler = SIG_IGN
    unsafe sigaction(SIGPIPE, &ignored, nil)
  }
}
