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
  func add(_ cells: [String]) throws(Explanation) { try add([], cells) }

  /// Adds a row of `cells`, then `more`.
  func add(_ cells: [TableCell], _ more: [String]) throws(Explanation) {
    precondition(cells.count + more.count == columns, "as many cells as columns")
    // Taken out of the object meanwhile: each access to it is checked.
    var bytes: [UInt8] = []
    swap(&bytes, &waiting)
    for cell in cells {
      cell.append(to: &bytes)
      bytes.append(44)
    }
    for cell in more {
      bytes.append(contentsOf: cell.utf8)
      bytes.append(44)
    }
    if columns > 0 { bytes.removeLast() }
    bytes.append(10)
    swap(&bytes, &waiting)
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

extension TableCell {
  /// Adds `description` to `text`: without a string on the way where the number is whole, as most are in
  /// a table of a hundred million rows.
  func append(to text: inout [UInt8]) {
    switch self {
    case .integer(let value):
      Self.append(value, to: &text)
    case .number(let value):
      let isNegativeZero = value == 0 && value.sign == .minus
      guard !isNegativeZero, abs(value) < 1e15, value == value.rounded(.towardZero) else {
        return text.append(contentsOf: "\(value)".utf8)
      }
      Self.append(Int(value), to: &text)
      text.append(UInt8(ascii: "."))
      text.append(UInt8(ascii: "0"))
    case .missing: break
    }
  }

  private static func append(_ value: Int, to text: inout [UInt8]) {
    if value < 0 { text.append(UInt8(ascii: "-")) }
    let first = text.count
    var rest = value.magnitude
    repeat {
      text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    } while rest > 0
    text[first...].reverse()
  }
}

/// A table of few rows, at once.
func writeTable(_ path: String, columns: [String], _ rows: [[String]]) throws(Explanation) {
  let table = try StreamedTable(path, columns: columns)
  for row in rows { try table.add(row) }
  try table.finish()
}
