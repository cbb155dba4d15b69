import EngineCore
import SystemIO
import VolumeCore

/// All that a training goes on from, in one file: a header in JSON, the engine's numbers, a checksum.
///
///     8 bytes   "T2SCKPT1"
///     8 bytes   length of the header, little endian
///     header    {"arrays": [[name, count] ...], "progress": ..., "identity": ..., "steps": n}
///     arrays    float32, little endian, one after the other
///     16 bytes  FNV-1a of all before, in hexadecimal digits
///
/// It is written beside the former one and takes its place when it is whole, so that a disk that fills
/// leaves the former one.
public struct Checkpoint: Sendable {
  /// What must be the same for a training to go on: recipe, data, network.
  public var identity: JSONValue
  /// How far it is.
  public var progress: TrainingProgress
  /// The engine's state.
  public var state: TrainingState

  /// A checkpoint of these.
  public init(identity: JSONValue, progress: TrainingProgress, state: TrainingState) {
    self.identity = identity
    self.progress = progress
    self.state = state
  }

  private static let magic = Array("T2SCKPT1".utf8)
  /// No header is longer: what says so is no checkpoint.
  private static let longestHeader = 64 << 20
}

extension Checkpoint {
  /// Writes it to `path`.
  public func write(to path: String) throws(SystemError) {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[..<$0]) } ?? "."
    let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    let temporary = "\(folder)/.\(name).new"
    do {
      try writeAll(to: temporary)
      try rename(temporary, to: path)
    } catch {
      try? removeFile(temporary)
      // The user knows the file's name, not that of what was to become it.
      throw SystemError(call: error.call, path: path, code: error.code)
    }
    try synchroniseFolder(folder.isEmpty ? "/" : folder)
  }

  private func writeAll(to path: String) throws(SystemError) {
    let names = state.arrays.keys.sorted()
    let header: JSONValue = [
      "arrays": .array(
        names.map { [.string($0), .integer(state.arrays[$0]?.count ?? 0)] }),
      "identity": identity, "steps": .integer(state.steps),
      "progress": progress.json,
    ]
    let text = Array(header.text().utf8)
    let length = UInt64(text.count)
    var start = Self.magic
    for byte in 0..<8 { start.append(UInt8(truncatingIfNeeded: length >> (8 * byte))) }
    start += text
    let file = try FileHandle(creating: path)
    var sum = Fingerprint()
    var offset = 0
    func add(_ bytes: RawSpan) throws(SystemError) {
      try file.write(bytes, at: offset)
      sum.update(bytes)
      offset += bytes.byteCount
    }
    try add(unsafe start.span.bytes)
    for name in names {
      guard let array = state.arrays[name], !array.isEmpty else { continue }
      try add(unsafe array.span.bytes)
    }
    let digits = Array(sum.text.utf8)
    try file.write(unsafe digits.span.bytes, at: offset)
    try file.synchronise()
  }

  /// Reads the one at `path`.
  public init(reading path: String) throws(Explanation) {
    func damaged(_ why: String) -> Explanation {
      TrainingFailure.checkpointIsDamaged(path: path, why: why).explanation
    }
    let bytes = try explained { () throws(SystemError) in
      try contents(ofFile: path, limit: 1 << 40)
    }
    guard bytes.count >= 32, Array(bytes.prefix(8)) == Self.magic else {
      throw damaged("it does not begin as one")
    }
    var sum = Fingerprint()
    sum.update(unsafe bytes.span.bytes.extracting(0..<(bytes.count - 16)))
    guard Array(sum.text.utf8) == Array(bytes.suffix(16)) else {
      throw damaged("its checksum is another")
    }
    var length: UInt64 = 0
    for byte in (0..<8).reversed() { length = length << 8 | UInt64(bytes[8 + byte]) }
    guard length <= UInt64(Self.longestHeader), 16 + Int(length) + 16 <= bytes.count,
      let header = JSONValue(parsing: Array(bytes[16..<(16 + Int(length))])),
      let progress = header["progress"].flatMap(TrainingProgress.init),
      let identity = header["identity"], let steps = header["steps"]?.integer
    else { throw damaged("its header cannot be read") }
    var arrays: [String: [Float]] = [:]
    var offset = 16 + Int(length)
    for entry in header["arrays"]?.array ?? [] {
      guard let name = entry.array?.first?.string, let count = entry.array?.last?.integer,
        count >= 0, count <= (bytes.count - 16 - offset) / 4
      else { throw damaged("an array reaches beyond its end") }
      arrays[name] = unsafe [Float](unsafeUninitializedCapacity: count) { buffer, filled in
        unsafe bytes.withUnsafeBytes { source in
          unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: source[offset..<(offset + 4 * count)]))
        }
        filled = count
      }
      offset += 4 * count
    }
    guard offset == bytes.count - 16 else { throw damaged("it is longer than it says") }
    self.init(
      identity: identity, progress: progress, state: TrainingState(steps: steps, arrays: arrays))
  }
}
