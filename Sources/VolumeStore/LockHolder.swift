import Glibc
import SystemIO
import VolumeCore

/// Who holds a store's lock, as the lock's file names it.
///
/// A number of a process is used again, so the tick at which the process started goes with it; and
/// after a restart of the machine all begins anew, so the boot's name goes with that.
struct LockHolder: Hashable, Sendable {
  /// The machine's name.
  var host: String
  /// The name of the boot of the machine, where the system says one.
  var boot: String
  /// The process.
  var process: Int
  /// The tick since the boot at which it started; 0 where the system does not say.
  var tick: Int
  /// When the lock was taken, for people.
  var start: String

  /// This process, now.
  static var ofThisProcess: LockHolder {
    LockHolder(
      host: hostName, boot: firstLine("/proc/sys/kernel/random/boot_id") ?? "",
      process: Int(getpid()), tick: startTick(ofProcess: Int(getpid())) ?? 0, start: timeNow)
  }

  /// What lies in the lock's file.
  func encoded() -> [UInt8] {
    let json: JSONValue = [
      "host": .string(host), "boot": .string(boot), "process": .integer(process),
      "start_tick": .integer(tick), "start": .string(start),
    ]
    return Array(json.text().utf8) + [0x0A]
  }

  /// Reads what a run left; `nil` where it is nothing, or was torn.
  init?(decoding bytes: [UInt8]) {
    guard bytes.count < 4096, let json = JSONValue(parsing: bytes),
      let host = json["host"]?.string, let boot = json["boot"]?.string,
      case .integer(let process)? = json["process"], case .integer(let tick)? = json["start_tick"],
      let start = json["start"]?.string, process > 0
    else { return nil }
    self.init(host: host, boot: boot, process: process, tick: tick, start: start)
  }

  init(host: String, boot: String, process: Int, tick: Int, start: String) {
    self.host = host
    self.boot = boot
    self.process = process
    self.tick = tick
    self.start = start
  }

  /// Whether the two run, or ran, on one running system: there a lock of the file tells all.
  func sharesSystem(with other: LockHolder) -> Bool {
    boot.isEmpty || other.boot.isEmpty ? host == other.host : boot == other.boot
  }

  /// Whether it is still there, as far as `observer` can tell.
  func state(seenBy observer: LockHolder) -> StoreRun.State {
    // The same machine after a restart: whoever ran before is gone.
    if host == observer.host, !sharesSystem(with: observer) { return .gone }
    guard host == observer.host else { return .elsewhere }
    guard let tick = startTick(ofProcess: process) else { return .gone }
    return self.tick == 0 || tick == self.tick ? .running : .gone
  }

  /// For reports.
  func run(seenBy observer: LockHolder) -> StoreRun {
    StoreRun(host: host, process: process, start: start, state: state(seenBy: observer))
  }

  /// "process 4711 on node7, started 2026-03-01T12:00:00Z".
  var words: String { "process \(process) on \(host), started \(start)" }
}

/// The tick since the boot at which `process` started; `nil` where there is none.
private func startTick(ofProcess process: Int) -> Int? {
  guard let line = firstLine("/proc/\(process)/stat") else {
    // Without /proc a process can still be asked for: no signal is sent.
    return kind(ofPath: "/proc/self") == .missing
      && kill(pid_t(truncatingIfNeeded: process), 0) == 0
      ? 0 : nil
  }
  // The name, in brackets, may hold anything; the 22nd field is the 20th behind it.
  guard let bracket = line.lastIndex(of: ")") else { return nil }
  let fields = line[line.index(after: bracket)...].split(separator: " ")
  // One that has ended and was not waited for is gone.
  guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
  return Int(fields[19])
}

/// The first line of a small file of the system, whose length is not known before.
private func firstLine(_ path: String) -> String? {
  guard let file = try? FileHandle(readingFrom: path) else { return nil }
  var bytes = [UInt8](repeating: 0, count: 4096)
  var span = bytes.mutableSpan
  var raw = unsafe span.mutableBytes
  guard let count = try? file.read(at: 0, into: &raw), count > 0 else { return nil }
  return String(decoding: bytes.prefix(count).prefix { $0 != 0x0A }, as: UTF8.self)
}

private var hostName: String {
  var name = [CChar](repeating: 0, count: 256)
  guard unsafe gethostname(&name, name.count - 1) == 0 else { return "this machine" }
  return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Now, as 2026-03-01T12:00:00Z.
private var timeNow: String {
  let now = time(nil)
  let (day, second) = (now / 86_400, now % 86_400)
  // Days since 1 March of the year 0: there leap days end a year, and so disturb no month.
  let days = day + 719_468
  let (era, dayOfEra) = (days / 146_097, days % 146_097)
  let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let monthFromMarch = (5 * dayOfYear + 2) / 153
  let dayOfMonth = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
  let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  let year = yearOfEra + 400 * era + (month <= 2 ? 1 : 0)
  func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  return "\(year)-\(two(month))-\(two(dayOfMonth))"
    + "T\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))Z"
}
