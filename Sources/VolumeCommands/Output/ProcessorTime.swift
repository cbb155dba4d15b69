import Glibc
import VolumeCore

/// The processor time that this process has taken so far, all its threads together, in seconds.
struct ProcessorTime: Hashable, Sendable {
  /// In the program itself.
  var user: Double
  /// In the system, for the program.
  var system: Double

  var total: Double { user + system }

  /// That of this process, since it began.
  static func now() -> ProcessorTime {
    var usage = rusage()
    _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return ProcessorTime(user: seconds(usage.ru_utime), system: seconds(usage.ru_stime))
  }

  /// "41.2 s user, 1.1 s system: 0.66 s for each layer of 2048 x 2048, 1.95 cores busy".
  ///
  /// - Parameters:
  ///   - voxels: what was made in it.
  ///   - seconds: of the clock.
  func line(voxels: Int, seconds: Double) -> String {
    let times = "\(Words.duration(user)) user, \(Words.duration(system)) system"
    guard voxels > 0, seconds > 0 else { return times }
    let layer = total / (Double(voxels) / (2048 * 2048))
    return times + ": \(Words.duration(layer)) for each layer of 2048 x 2048, "
      + "\(Words.fixed(total / seconds, 2)) cores busy"
  }

  /// For receipts and `--json`.
  var json: [String: JSONValue] {
    ["user_seconds": .number(user), "system_seconds": .number(system)]
  }
}
