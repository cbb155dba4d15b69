import Glibc
import SystemIO
import VolumeCore

/// Sizes and times of change of the files of an input: where they are as they were, nobody has
/// written to them in the usual way since, and nothing need be read to see it.
struct InputStamp: Hashable, Sendable {
  /// The number of files.
  var files: Int
  /// Their bytes.
  var byteCount: Int
  /// The last one that was changed.
  var newest: String
  /// When that was, as 2026-03-01T12:00:00Z.
  var changed: String
  /// Of all names, sizes and times.
  var hash: String

  /// Looks at the input at `path` and at what else `reader` reads.
  init(_ path: String, _ reader: any VolumeReader) {
    var paths = Set(reader.filesRead)
    if kind(ofPath: path) == .folder {
      // One level: slices, or the documents of a store, which tell of all its voxels.
      for name in (try? names(inFolder: path)) ?? [] { paths.insert("\(path)/\(name)") }
    } else {
      paths.insert(path)
    }
    files = 0
    byteCount = 0
    newest = ""
    var last = (second: 0, nanosecond: 0)
    var fingerprint = Fingerprint()
    for path in paths.sorted() {
      var status = stat()
      guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
      files += 1
      byteCount += Int(status.st_size)
      let time = (second: status.st_mtim.tv_sec, nanosecond: status.st_mtim.tv_nsec)
      if time > last || newest.isEmpty { (last, newest) = (time, path) }
      let words = "\(fileName(of: path)) \(status.st_size) \(time.second).\(time.nanosecond)\n"
      fingerprint.update(unsafe Array(words.utf8).span.bytes)
    }
    changed = utc(last.second)
    hash = fingerprint.text
  }

  /// What a receipt says; `nil` where it says something else.
  init?(_ json: JSONValue?) {
    guard let files = json?["files"]?.integer, let byteCount = json?["bytes"]?.integer,
      let newest = json?["newest"]?.string, let changed = json?["changed"]?.string,
      let hash = json?["hash"]?.string
    else { return nil }
    (self.files, self.byteCount, self.newest) = (files, byteCount, newest)
    (self.changed, self.hash) = (changed, hash)
  }

  /// For a receipt.
  var json: JSONValue {
    [
      "files": .integer(files), "bytes": .integer(byteCount), "newest": .string(newest),
      "changed": .string(changed), "hash": .string(hash),
    ]
  }
}

/// Seconds since 1970 as 2026-03-01T12:00:00Z.
func utc(_ seconds: Int) -> String {
  let second = (seconds % 86_400 + 86_400) % 86_400
  // Days since 1 March of the year 0: there leap days end a year, and so disturb no month.
  let days = (seconds - second) / 86_400 + 719_468
  let (era, dayOfEra) = (days / 146_097, days % 146_097)
  let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let monthFromMarch = (5 * dayOfYear + 2) / 153
  let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
  let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  let year = yearOfEra + 400 * era + (month <= 2 ? 1 : 0)
  func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  return "\(year)-\(two(month))-\(two(day))"
    + "T\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))Z"
}

/// Now, as 2026-03-01T12:00:00Z.
func utcNow() -> String { utc(time(nil)) }

/// This machine's name.
func hostName() -> String {
  var name = [CChar](repeating: 0, count: 256)
  guard unsafe gethostname(&name, name.count - 1) == 0 else { return "this machine" }
  return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
