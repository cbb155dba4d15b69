import GPUEmulatorControl
import Glibc
import SystemIO
import VolumePipeline

/// A clock that stands still while a thread that it watches does something, and goes on to the next
/// moment at which one wakes when all of them sleep or wait.
///
/// So what a run takes by it is what its parts are said to take, in the order that the run's own threads,
/// queues and streams give them, and nothing of what they take here.
@safe final class VirtualClock: WorkObserver, @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private var now = 0
  /// Threads that neither sleep nor wait.
  private var awake = 1
  private var sleepers: [Sleeper] = []
  private var times = LaneTimes()
  private let host: HostRates

  private final class Sleeper {
    let time: Int
    var isAwake = false
    init(_ time: Int) { self.time = time }
  }

  init(_ host: HostRates) {
    self.host = host
    unsafe mutex = .allocate(capacity: 1)
    unsafe condition = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe condition.initialize(to: pthread_cond_t())
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(condition, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  private func locked<Value>(_ body: () -> Value) -> Value {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return body()
  }

  var nanoseconds: Int { locked { now } }
  var seconds: Double { Double(nanoseconds) / 1e9 }
  /// How long each lane worked.
  var lanes: LaneTimes { locked { times } }

  /// Lets the calling thread sleep until `time`, in nanoseconds.
  func sleep(until time: Int) {
    locked {
      guard time > now else { return }
      // Nobody else would wake before.
      if awake == 1, sleepers.allSatisfy({ $0.time > time }) {
        now = time
        return
      }
      let sleeper = Sleeper(time)
      sleepers.append(sleeper)
      awake -= 1
      advance()
      while !sleeper.isAwake { unsafe pthread_cond_wait(condition, mutex) }
    }
  }

  /// Lets the calling thread sleep for so many seconds.
  func sleep(seconds: Double) { sleep(until: nanoseconds + Int((seconds * 1e9).rounded())) }

  /// Goes on to the next waking, where nobody is awake.
  private func advance() {
    guard awake == 0, let next = sleepers.map(\.time).min() else { return }
    now = max(now, next)
    for sleeper in sleepers where sleeper.time <= now {
      sleeper.isAwake = true
      awake += 1
    }
    sleepers.removeAll { $0.isAwake }
    unsafe pthread_cond_broadcast(condition)
  }

  func lasts(_ name: String, byteCount: Int?) {
    guard let rate = host.bytesPerSecond(name), let byteCount else { return }
    sleep(seconds: Double(byteCount) / rate)
  }

  func note(_ span: WorkSpan, on lane: WorkLane) { locked { times.add(span, on: lane) } }

  func threadBegins() { locked { awake += 1 } }

  func threadEnds() {
    locked {
      awake -= 1
      advance()
    }
  }

  func threadWaits() {
    locked {
      awake -= 1
      advance()
    }
  }

  func threadWakes() { locked { awake += 1 } }
}

extension VirtualClock {
  /// Makes it the clock of an emulator that begins anew with `options`; it is kept by the caller.
  @unsafe func drive(_ options: inout t2s_emulator_options) {
    unsafe options.clock = Unmanaged.passUnretained(self).toOpaque()
    unsafe options.now = { clock in
      guard let clock = unsafe clock else { return 0 }
      return unsafe Unmanaged<VirtualClock>.fromOpaque(clock).takeUnretainedValue().seconds
    }
    unsafe options.sleepUntil = { clock, time in
      guard let clock = unsafe clock else { return }
      unsafe Unmanaged<VirtualClock>.fromOpaque(clock).takeUnretainedValue()
        .sleep(until: Int((time * 1e9).rounded(.up)))
    }
  }
}

/// What the host's cores do in a second.
struct HostRates: Sendable {
  /// Cores that decode, and that encode.
  var cores = 8
  /// Decoded bytes that a core makes in a second.
  var decoding = 0.5e9
  /// Bytes of labels that a core encodes in a second.
  var encoding = 0.3e9
  /// Bytes that one core copies in a second.
  var copying = 6e9
  /// Labels that one core counts in a second.
  var counting = 2e9

  /// Bytes in a second of what is called `name`; `nil` for what only holds others.
  func bytesPerSecond(_ name: String) -> Double? {
    switch name {
    case "decode": Double(cores) * decoding
    case "encode": Double(cores) * encoding
    case "copy on the host", "assemble": copying
    case "count": counting
    default: nil
    }
  }
}
