import CComponents
import Synchronization
import SystemIO
import VolumeCore

/// A file of labelled layers, written or read piece by piece, one after the other; of one thread at a
/// time.
final class LayersFile: Sendable {
  private static let mark = 0x3153_4C32_5354
  private static let headerWords = 6

  private struct State {
    var place = 0
    var fingerprint = Fingerprint()
  }

  private let file: FileHandle
  private let state = Mutex(State())

  /// The pieces of `file` from its beginning on.
  init(_ file: consuming FileHandle) { self.file = file }

  static func damage(_ path: String, _ what: String) -> Explanation {
    Explanation(
      .damaged, "\(path) is not what was written: \(what)",
      remedy: "remove it and run its part again")
  }

  // MARK: - Writing

  private func add(_ bytes: RawSpan) throws(Explanation) {
    let place = state.withLock { state in
      state.fingerprint.update(bytes)
      defer { state.place += bytes.byteCount }
      return state.place
    }
    try scratch { () throws(SystemError) in try file.write(bytes, at: place) }
  }

  private func add(_ words: [Int]) throws(Explanation) {
    try add(unsafe words.span.bytes)
  }

  /// Writes `part`, which is numbered and, where sums are wanted, measured.
  func write(
    _ part: Part, firstLayer: Int, height: Int, measures: Bool
  ) throws(Explanation) {
    let count = part.runCount
    guard let runs = unsafe part.part.pointee.runs, let rows = unsafe part.part.pointee.rows else {
      return
    }
    try add([
      Self.mark, firstLayer, part.layers, count, part.count,
      measures ? MemoryLayout<t2s_record>.stride : 0,
    ])
    try add(
      unsafe UnsafeRawBufferPointer(
        UnsafeBufferPointer(start: rows, count: part.layers * height + 1)
      ).bytes)
    try add(unsafe UnsafeRawBufferPointer(UnsafeBufferPointer(start: runs, count: count)).bytes)
    if measures, let records = unsafe part.records {
      try add(
        unsafe UnsafeRawBufferPointer(UnsafeBufferPointer(start: records, count: part.count)).bytes)
    }
    try sign()
  }

  /// Writes the checksum of the piece.
  private func sign() throws(Explanation) {
    try add([state.withLock { $0.fingerprint.word }])
    state.withLock { $0.fingerprint = Fingerprint() }
  }

  /// Writes the end, and waits until all is on the disk.
  func end() throws(Explanation) {
    try add([Self.mark, 0, 0, 0, 0, 0])
    try sign()
    try scratch { () throws(SystemError) in try file.synchronise() }
  }

  // MARK: - Reading

  private func fill(_ span: inout MutableRawSpan) throws(Explanation) {
    let place = state.withLock { $0.place }
    let wanted = span.byteCount
    let count: Int
    do throws(SystemError) { count = try file.read(at: place, into: &span) } catch {
      throw error.explanation
    }
    guard count == wanted else { throw Self.damage(file.path, "it is too short") }
    let bytes = span.bytes
    var fingerprint = state.withLock { $0.fingerprint }
    fingerprint.update(bytes)
    state.withLock { $0 = State(place: place + count, fingerprint: fingerprint) }
  }

  private func fill<Value>(
    _ values: UnsafeMutablePointer<Value>, count: Int
  ) throws(Explanation) {
    var span = unsafe UnsafeMutableRawBufferPointer(
      UnsafeMutableBufferPointer(start: values, count: count)
    ).mutableBytes
    try fill(&span)
  }

  private func words(_ count: Int) throws(Explanation) -> [Int] {
    var words = [Int](repeating: 0, count: count)
    var span = words.mutableSpan
    var raw = unsafe span.mutableBytes
    try fill(&raw)
    return words
  }

  /// Reads the next piece into `part`; returns its first layer, or `nil` at the end.
  func read(into part: Part, height: Int, measures: Bool) throws(Explanation) -> Int? {
    part.clear()
    let header = try words(Self.headerWords)
    let (layers, runs, count) = (header[2], header[3], header[4])
    let stride = measures ? MemoryLayout<t2s_record>.stride : 0
    guard header[0] == Self.mark, header.allSatisfy({ $0 >= 0 }), header[1] < 1 << 24,
      layers < 1 << 24, count <= runs
    else { throw Self.damage(file.path, "a piece has no header") }
    guard layers > 0 else {
      try check()
      return nil
    }
    guard header[5] == stride else {
      throw Self.damage(
        file.path, measures ? "it has no sums for a table" : "it has sums of another version")
    }
    // Nothing is made room for that the file does not hold.
    let size = try scratch { () throws(SystemError) in try file.byteCount }
    guard runs <= size / 12, count <= size, layers * height <= size / 8 else {
      throw Self.damage(file.path, "it is too short")
    }
    guard part.reserve(layers: layers, runs: runs, components: count, measures: measures) else {
      throw noMemory
    }
    guard let rows = unsafe part.part.pointee.rows, let memory = unsafe part.part.pointee.runs
    else { throw noMemory }
    try unsafe fill(rows, count: layers * height + 1)
    try unsafe fill(memory, count: runs)
    if measures, let records = unsafe part.records { try unsafe fill(records, count: count) }
    try check()
    return header[1]
  }

  /// Throws where the piece is not what was signed.
  private func check() throws(Explanation) {
    let found = state.withLock { $0.fingerprint.word }
    let signed = try words(1)[0]
    guard signed == found else { throw Self.damage(file.path, "a checksum differs") }
    state.withLock { $0.fingerprint = Fingerprint() }
  }
}
