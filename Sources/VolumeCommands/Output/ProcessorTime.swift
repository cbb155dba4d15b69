import Glibc
import VolumeCore

/// The processor time that this process has taken so far, all its threads together, in seconds.
struct ProcessorTime: Hashable, Sendable {
  /// In the program itself.
  var user: Double
  /// In the system, for the program.
  var system: Double
  /// How long the process has been there; `nil` where the system does not say.
  var wall: Double?

  var total: Double { user + system }

  /// That of this process, since it began.
  static func now() -> ProcessorTime {
    var usage = rusage()
    _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return ProcessorTime(
      user: seconds(usage.ru_utime), system: seconds(usage.ru_stime), wall: secondsSinceStart())
  }

  /// Since the process began, in whose life the tool may have executed itself anew: by Linux's proc(5),
  /// "starttime", the 22nd field of `stat`, counted from behind the name, which may have blanks.
  private static func secondsSinceStart() -> Double? {
    guard let text = systemLines("/proc/self/stat")?.first, let name = text.lastIndex(of: ")")
    else {
      return nil
    }
    let fields = text[text.index(after: name)...].split(separator: " ")
    guard fields.count > 19, let start = Double(fields[19]) else { return nil }
    var time = timespec()
    unsafe clock_gettime(CLOCK_BOOTTIME, &time)
    let now = Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    return max(0, now - start / Double(sysconf(Int32(_SC_CLK_TCK))))
  }

  /// "41.2 s user, 1.1 s system: 0.66 s for each layer of 2048 x 2048, 1.95 cores busy".
  ///
  /// - Parameter voxels: what was made in it.
  func line(voxels: Int) -> String {
    let times = "\(Words.duration(user)) user, \(Words.duration(system)) system"
    guard voxels > 0, let wall, wall > 0 else { return times }
    let layer = total / (Double(voxels) / (2048 * 2048))
    return times + ": \(Words.duration(layer)) for each layer of 2048 x 2048, "
      + "\(Words.fixed(total / wall, 2)) cores busy"
  }

  /// For receipts and `--json`.
  var json: [String: JSONValue] {
    ["user_seconds": .number(user), "system_seconds": .number(system)]
  }
}
