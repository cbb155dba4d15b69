import Pipelines
import SystemIO
import VolumeCore

/// A table that several threads write in parts, in the order of the parts' numbers, whoever is first.
///
/// It lies under a temporary name until it is finished.
final class OrderedRows: @unchecked Sendable {
  private let path: String
  private let file: FileHandle
  private let monitor = Monitor()
  private var next = 0
  private var waiting: [Int: [UInt8]] = [:]
  private var failure: SystemError?
  /// Parts that may wait for an earlier one.
  private let most = 64

  /// A table at `path` that begins with the line `header`.
  init(_ path: String, header: String) throws(Explanation) {
    self.path = path
    do throws(SystemError) {
      file = try FileHandle(creating: path + ".part")
      let line = Array((header + "\n").utf8)
      try file.append(unsafe line.span.bytes)
    } catch {
      throw error.explanation
    }
  }

  /// Writes part `number`, once it is its turn.
  func add(_ number: Int, _ text: String) throws(Explanation) {
    monitor.lock()
    while number != next, waiting.count >= most, failure == nil { monitor.wait() }
    waiting[number] = Array(text.utf8)
    while failure == nil, let bytes = waiting.removeValue(forKey: next) {
      do throws(SystemError) {
        try file.append(unsafe bytes.span.bytes)
      } catch {
        failure = error
      }
      next += 1
    }
    monitor.wakeAll()
    let failure = failure
    monitor.unlock()
    if let failure { throw failure.explanation }
  }

  /// Gives the table its name.
  func finish() throws(Explanation) {
    precondition(waiting.isEmpty, "every part was written")
    try explained { () throws(SystemError) in
      try file.synchronise()
      try rename(path + ".part", to: path)
    }
  }
}
