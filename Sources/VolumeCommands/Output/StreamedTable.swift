import Glibc
import SystemIO
import VolumeCore

/// A table that is written row by row, so that it may be larger than memory; it has its name once it is
/// whole. Several threads may write to it, one at a time.
final class StreamedTable: @unchecked Sendable {
  private let file: FileHandle
  private let temporary: String
  private let path: String
  private let columns: Int
  private var waiting: [UInt8] = []
  private var written = 0
  private var isFinished = false
  /// Rows so far, without the header.
  private(set) var rows = 0

  /// A table with these columns at `path`.
  init(_ path: String, columns: [String]) throws(Explanation) {
    self.path = path
    self.columns = columns.count
    let folder = folder(ofPath: path)
    temporary = "\(folder)/.\(fileName(ofPath: path)).tmp.\(getpid())"
    do throws(SystemError) {
      file = try FileHandle(creating: temporary)
    } catch {
      throw SystemError(call: error.call, path: path, code: error.code).explanation
    }
    waiting = Array((columns.joined(separator: ",") + "\n").utf8)
  }

  deinit { if !isFinished { try? removeFile(temporary) } }

  /// Adds a row.
  func add(_ cells: [String]) throws(Explanation) {
    precondition(cells.count == columns, "as many cells as columns")
    for (index, cell) in cells.enumerated() {
      if index > 0 { waiting.append(44) }
      waiting.append(contentsOf: cell.utf8)
    }
    waiting.append(10)
    rows += 1
    if waiting.count > 1 << 20 { try flush() }
  }

  private func flush() throws(Explanation) {
    let bytes = waiting
    do throws(SystemError) {
      try file.write(unsafe bytes.span.bytes, at: written)
    } catch {
      throw SystemError(call: error.call, path: path, code: error.code).explanation
    }
    written += bytes.count
    waiting.removeAll(keepingCapacity: true)
  }

  /// Gives the table its name.
  func finish() throws(Explanation) {
    try flush()
    try explained { () throws(SystemError) in
      try file.synchronise()
      try rename(temporary, to: path)
    }
    isFinished = true
  }
}

/// A table of few rows, at once.
func writeTable(_ path: String, columns: [String], _ rows: [[String]]) throws(Explanation) {
  let table = try StreamedTable(path, columns: columns)
  for row in rows { try table.add(row) }
  try table.finish()
}
