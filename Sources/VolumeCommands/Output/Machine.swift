import Glibc
import SystemIO

/// `path` without links and dots; `nil` where nothing is there.
func resolved(_ path: String) -> String? {
  guard let real = unsafe realpath(path, nil) else { return nil }
  defer { unsafe free(real) }
  return unsafe String(cString: real)
}

/// The last part of a path.
func fileName(of path: String) -> String {
  path.split(separator: "/").last.map(String.init) ?? path
}

/// The processor cores that this process may use: those that the system lets it run on, and no more
/// than Slurm gave it or the control group's quota allows.
package func availableCores() -> Int {
  let count = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  let limits = [allowedCores(), slurmNumber("SLURM_CPUS_PER_TASK"), ControlGroup().cores]
  return max(limits.compactMap(\.self).reduce(count) { min($0, $1) }, 1)
}

/// How many cores the system lets this process run on: "0-3,8" are five.
private func allowedCores() -> Int? {
  let key = "Cpus_allowed_list:"
  guard let line = systemLines("/proc/self/status")?.first(where: { $0.hasPrefix(key) }) else {
    return nil
  }
  var count = 0
  for range in line.dropFirst(key.count).split(separator: ",") {
    let ends = range.split(whereSeparator: { $0 == "-" || $0 == " " || $0 == "\t" }).map { Int($0) }
    guard let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last else {
      return nil
    }
    count += last - first + 1
  }
  return count > 0 ? count : nil
}

/// A number that Slurm says to its jobs.
func slurmNumber(_ name: String) -> Int? {
  guard let text = unsafe getenv(name).map({ unsafe String(cString: $0) }) else { return nil }
  return Int(text).flatMap { $0 > 0 ? $0 : nil }
}

/// The folder for what nobody needs afterwards: `TMPDIR`, which clusters point to a node's own disk.
func scratchFolder() -> String {
  let given = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? ""
  return given.isEmpty || kind(ofPath: given) != .folder ? "/tmp" : given
}

/// Limits of the control group that the process runs in, or of one above it: version 2, and what
/// clusters that have not moved yet use of version 1 (Linux, admin-guide/cgroup-v1/memory.rst and
/// scheduler/sched-bwc.rst).
package struct ControlGroup {
  /// Where the system shows the groups.
  let root: String
  /// Where it says which groups the process is in.
  let membership: String

  package init(root: String = "/sys/fs/cgroup", membership: String = "/proc/self/cgroup") {
    (self.root, self.membership) = (root, membership)
  }

  /// Cores, rounded up; `nil`: no quota.
  package var cores: Int? {
    let second = limits("cpu.max", of: "").compactMap { line -> Int? in
      let words = line.split(separator: " ")
      guard words.count == 2 else { return nil }
      return Self.cores(quota: Int(words[0]), period: Int(words[1]))
    }
    let first = zip(
      limits("cpu.cfs_quota_us", of: "cpu"), limits("cpu.cfs_period_us", of: "cpu")
    ).compactMap { Self.cores(quota: Int($0), period: Int($1)) }
    return (second + first).min()
  }

  /// Bytes that its processes may hold; `nil`: no limit.
  package var memory: Int? {
    // Version 1 says "no limit" by a number near the largest.
    (limits("memory.max", of: "") + limits("memory.limit_in_bytes", of: "memory"))
      .compactMap { Int($0) }.filter { $0 < 1 << 60 }.min()
  }

  private static func cores(quota: Int?, period: Int?) -> Int? {
    guard let quota, let period, quota > 0, period > 0 else { return nil }
    return (quota + period - 1) / period
  }

  /// The first line of `file` in the process's group of a controller ("" for version 2) and in
  /// each group above it that has such a file.
  private func limits(_ file: String, of controller: String) -> [Substring] {
    guard var path = group(of: controller) else { return [] }
    var found: [Substring] = []
    let top = controller.isEmpty ? root : "\(root)/\(controller)"
    while true {
      if let line = systemLines("\(top)\(path)/\(file)")?.first { found.append(line) }
      guard let slash = path.lastIndex(of: "/") else { return found }
      path = String(path[..<slash])
    }
  }

  /// "/a/b" of the line "4:memory:/a/b", or of "0::/a/b"; "" where it is the topmost.
  private func group(of controller: String) -> String? {
    for line in systemLines(membership) ?? [] {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3,
        parts[1].split(separator: ",").contains(Substring(controller))
          || (controller.isEmpty && parts[1].isEmpty)
      else { continue }
      return parts[2] == "/" ? "" : String(parts[2])
    }
    return nil
  }
}

/// The most memory that this process has held: its own high-water mark, not that of who started it.
package func peakResidentBytes() -> Int? {
  linuxFigure("/proc/self/status", "VmHWM:")
}

/// The memory that this process holds now.
func residentBytes() -> Int? { linuxFigure("/proc/self/status", "VmRSS:") }

/// Gives back to the system what was freed and is kept for allocations to come, where one part of the
/// work is over and the next one's memory was planned.
func returnFreedMemory() {
  // Swift's module of the C library lacks this function, and other systems do.
  guard let trim = unsafe dlsym(nil, "malloc_trim") else { return }
  typealias Trim = @convention(c) (Int) -> Int32
  _ = unsafe unsafeBitCast(trim, to: Trim.self)(0)
}

/// Bytes that this process has read from files so far, through whatever call but mapping; `nil`
/// where the system does not tell.
package func fileBytesRead() -> Int? { linuxNumber("/proc/self/io", "rchar:") }

/// A figure in kB of one of the system's tables, in bytes.
func linuxFigure(_ path: String, _ key: String) -> Int? {
  linuxNumber(path, key).map { $0 << 10 }
}

/// The first lines of a file of the system.
func systemLines(_ path: String) -> [Substring]? {
  // Such files have no size, so they are read to their end and not by their length.
  guard let file = try? FileHandle(readingFrom: path) else { return nil }
  var bytes = [UInt8](repeating: 0, count: 16384)
  var span = bytes.mutableSpan
  var raw = unsafe span.mutableBytes
  guard let count = try? file.read(at: 0, into: &raw) else { return nil }
  return String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: "\n")
}

/// A number of one of the system's tables.
private func linuxNumber(_ path: String, _ key: String) -> Int? {
  for line in systemLines(path) ?? [] {
    let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
    if words.count >= 2, words[0] == key { return Int(words[1]) }
  }
  return nil
}

/// Whether a file is at `path`.
func isFile(_ path: String) -> Bool {
  if case .file = kind(ofPath: path) { true } else { false }
}
