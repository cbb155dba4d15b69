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

/// The processor cores that this process may use.
package func availableCores() -> Int {
  let count = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  return max(count, 1)
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

/// A number of one of the system's tables.
private func linuxNumber(_ path: String, _ key: String) -> Int? {
  // Such files have no size, so they are read to their end and not by their length.
  guard let file = try? FileHandle(readingFrom: path) else { return nil }
  var bytes = [UInt8](repeating: 0, count: 16384)
  var span = bytes.mutableSpan
  var raw = unsafe span.mutableBytes
  guard let count = try? file.read(at: 0, into: &raw) else { return nil }
  for line in String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: "\n") {
    let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
    if words.count >= 2, words[0] == key { return Int(words[1]) }
  }
  return nil
}

/// Whether a file is at `path`.
func isFile(_ path: String) -> Bool {
  if case .file = kind(ofPath: path) { true } else { false }
}
