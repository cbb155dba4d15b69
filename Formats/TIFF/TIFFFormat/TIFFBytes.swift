import Synchronization
import SystemIO
import VolumeCore

/// A TIFF file as bytes in its own order.
final class TIFFBytes: Sendable {
  let handle: FileHandle
  let path: String
  let byteCount: Int
  /// The order of the file's numbers.
  let order: ByteOrder
  /// Whether offsets have 64 bits (BigTIFF).
  let isBig: Bool
  /// Where the first directory lies.
  let firstDirectory: Int
  let costs: ReadCosts
  private let window = Mutex(Window())

  /// Bytes read ahead: a directory is some hundred bytes, and is asked for in pieces.
  private struct Window {
    var offset = 0
    var bytes: [UInt8] = []
    var reach = shortest

    var end: Int { offset + bytes.count }
    /// Longer than most directories.
    static let shortest = 512
    /// What is read at once where directories follow each other, as ImageJ's do.
    static let longest = 64 << 10
  }

  var name: String { fileName(ofPath: path) }

  /// Opens `path` and reads its header.
  init(_ path: String, costs: ReadCosts) throws(TIFFError) {
    do {
      handle = try FileHandle(readingFrom: path)
      byteCount = try handle.byteCount
    } catch {
      throw .system(error)
    }
    self.path = path
    self.costs = costs
    var head = [UInt8](repeating: 0, count: 16)
    var span = head.mutableSpan
    var raw = unsafe span.mutableBytes
    let read: Int
    do {
      read = try handle.read(at: 0, into: &raw)
    } catch {
      throw .system(error)
    }
    costs.noteRead(read)
    let file = fileName(ofPath: path)
    switch (head[0], head[1]) {
    case (0x49, 0x49): order = .little
    case (0x4D, 0x4D): order = .big
    default: throw .isNoTIFF(file: file, byteCount: byteCount)
    }
    let magic = unsigned(head, at: 2, 2, order)
    switch magic {
    case 42 where read >= 8:
      isBig = false
      firstDirectory = unsigned(head, at: 4, 4, order) ?? 0
    case 43 where read == 16 && unsigned(head, at: 4, 2, order) == 8:
      isBig = true
      guard let offset = unsigned(head, at: 8, 8, order) else {
        throw .isNoTIFF(file: file, byteCount: byteCount)
      }
      firstDirectory = offset
    default: throw .isNoTIFF(file: file, byteCount: byteCount)
    }
  }

  /// `count` bytes from `offset`, or `nil` where the file ends before.
  func bytes(at offset: Int, count: Int) throws(TIFFError) -> [UInt8]? {
    let (end, overflowed) = offset.addingReportingOverflow(count)
    guard !overflowed, offset >= 0, count >= 0, end <= byteCount else { return nil }
    guard count <= Window.longest else { return try readBytes(at: offset, count: count) }
    return try window.withLock { (window) throws(TIFFError) in
      if offset < window.offset || end > window.end {
        let goesOn = offset >= window.offset && offset <= window.end
        window.reach = goesOn ? min(2 * window.reach, Window.longest) : Window.shortest
        window.bytes = []
        guard
          let bytes = try readBytes(
            at: offset, count: min(max(count, window.reach), byteCount - offset))
        else { return nil }
        window.offset = offset
        window.bytes = bytes
      }
      let start = offset - window.offset
      return Array(window.bytes[start..<(start + count)])
    }
  }

  private func readBytes(at offset: Int, count: Int) throws(TIFFError) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    let read = try self.read(at: offset, into: &raw)
    return read == count ? bytes : nil
  }

  /// Fills `destination` from `offset`; returns the bytes read, fewer only at the end of the file.
  func read(at offset: Int, into destination: inout MutableRawSpan) throws(TIFFError) -> Int {
    do {
      let read = try handle.read(at: offset, into: &destination)
      costs.noteRead(read)
      return read
    } catch {
      throw .system(error)
    }
  }

  /// A table of numbers that a directory points to.
  struct Table: Hashable, Sendable {
    var offset: Int
    /// Bytes of a number.
    var width: Int
    var count: Int
  }

  /// The numbers in `range` of `table`, or `nil` where the file ends before or a number is none that
  /// can be counted with.
  func numbers(_ table: Table, _ range: Range<Int>) throws(TIFFError) -> [Int]? {
    let (skipped, first) = range.lowerBound.multipliedReportingOverflow(by: table.width)
    let (start, second) = table.offset.addingReportingOverflow(skipped)
    guard !first, !second, range.upperBound <= table.count,
      let bytes = try bytes(at: start, count: range.count * table.width)
    else { return nil }
    var numbers: [Int] = []
    numbers.reserveCapacity(range.count)
    for place in stride(from: 0, to: bytes.count, by: table.width) {
      guard let number = unsigned(bytes, at: place, table.width, order) else { return nil }
      numbers.append(number)
    }
    return numbers
  }
}

/// The unsigned number in `count` of `bytes` from `place` on, or `nil` where an `Int` does not hold
/// it.
func unsigned(_ bytes: [UInt8], at place: Int, _ count: Int, _ order: ByteOrder) -> Int? {
  var value: UInt64 = 0
  for step in 0..<count {
    let at = order == .big ? place + step : place + count - 1 - step
    value = value << 8 | UInt64(bytes[at])
  }
  return Int(exactly: value)
}
