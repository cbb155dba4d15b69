import Glibc

/// The memory of this machine and of this process.
public enum MachineMemory {
  /// Bytes that can be had without pushing others out; the smaller of the machine's and the
  /// control group's figure.
  public static var available: Int {
    var free = field("MemAvailable:", of: "/proc/meminfo").map { $0 << 10 } ?? (1 << 30)
    if let limit = number("/sys/fs/cgroup/memory.max"),
      let used = number("/sys/fs/cgroup/memory.current"), limit > used
    {
      free = min(free, limit - used)
    }
    return free
  }

  /// The most that this process ever had resident, in bytes.
  public static var peakOfProcess: Int {
    field("VmHWM:", of: "/proc/self/status").map { $0 << 10 } ?? 0
  }

  private static func text(_ path: String) -> String? {
    guard let file = try? FileHandle(readingFrom: path) else { return nil }
    var bytes = [UInt8](repeating: 0, count: 8192)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    guard let count = try? file.read(at: 0, into: &raw) else { return nil }
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }

  private static func field(_ name: String, of path: String) -> Int? {
    for line in text(path)?.split(separator: "\n") ?? [] where line.hasPrefix(name) {
      return line.split(whereSeparator: { " \t".contains($0) }).dropFirst().first.flatMap { Int($0) }
    }
    return nil
  }

  private static func number(_ path: String) -> Int? {
    text(path)?.split(separator: "\n").first.flatMap { Int($0) }
  }
}
