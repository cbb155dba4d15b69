import Glibc
import SystemIO
import VolumeCore

/// One parser that libFuzzer feeds: whatever the bytes are, it may throw, and must do nothing worse.
struct FuzzTarget: Sendable {
  /// What `Tools/fuzz` calls it.
  var name: String
  /// Where its first inputs lie, as patterns of paths from the repository's root.
  var seeds: String
  /// How long it runs unless told otherwise: the parsers that meet the most strangers run longest.
  var seconds = 120
  /// Feeds it.
  var feed: @Sendable ([UInt8]) throws -> Void

  init(
    _ name: String, seeds: String, seconds: Int = 120,
    feed: @escaping @Sendable ([UInt8]) throws -> Void
  ) {
    self.name = name
    self.seeds = seeds
    self.seconds = seconds
    self.feed = feed
  }

  /// A format whose files begin with, or are, what is fuzzed: the bytes are written to `file`, and
  /// opened and read through the same seam that the commands use.
  ///
  /// - Parameter companions: files beside it, by name.
  static func file(
    _ name: String, _ file: String, seeds: String, seconds: Int = 120,
    companions: [(name: String, bytes: [UInt8])] = [],
    format: @escaping @Sendable () -> any VolumeFormat,
    opening: (@Sendable (String) -> String)? = nil
  ) -> FuzzTarget {
    FuzzTarget(name, seeds: seeds, seconds: seconds) { bytes in
      let folder = FuzzFolder.of(name, companions)
      let path = "\(folder)/\(file)"
      try write(bytes, to: path)
      var hints = OpeningHints()
      // The last byte says what a user might have said.
      if let last = bytes.last, last & 1 == 1 { hints.channel = Int(last >> 4) }
      let reader = try format().open(opening?(folder) ?? path, hints: hints)
      try readParts(of: reader)
    }
  }
}

/// Reads a corner, the far corner, and all where that is little.
func readParts(of reader: any VolumeReader) throws {
  let shape = reader.volume.shape
  let near = Region(z: 0..<min(shape.z, 3), y: 0..<min(shape.y, 40), x: 0..<min(shape.x, 40))
  _ = try reader.bytes(of: near)
  let far = Region(
    z: max(0, shape.z - 2)..<shape.z, y: max(0, shape.y - 9)..<shape.y,
    x: max(0, shape.x - 9)..<shape.x)
  _ = try reader.bytes(of: far)
  if reader.volume.byteCount < 1 << 20 { _ = try reader.bytes(of: Region(shape)) }
}

/// A folder in memory for each target of this process.
enum FuzzFolder {
  private static let base = "/dev/shm/t2s-fuzz-\(getpid())"

  static func of(_ name: String, _ companions: [(name: String, bytes: [UInt8])]) -> String {
    let folder = "\(base)-\(name)"
    guard kind(ofPath: folder) == .missing else { return folder }
    do {
      try makeFolder(folder)
      for file in companions { try write(file.bytes, to: "\(folder)/\(file.name)") }
    } catch {
      fatalError("no folder to fuzz in: \(error)")
    }
    return folder
  }
}

/// Writes a file without any of the care that outputs get.
func write(_ bytes: [UInt8], to path: String) throws {
  let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  guard file >= 0 else { throw FuzzError.cannotWrite(path) }
  defer { close(file) }
  var done = 0
  while done < bytes.count {
    let count = unsafe bytes.withUnsafeBytes { buffer in
      unsafe Glibc.write(file, buffer.baseAddress.map { unsafe $0 + done }, bytes.count - done)
    }
    guard count > 0 else { throw FuzzError.cannotWrite(path) }
    done += count
  }
}

/// What the harness itself may fail at.
enum FuzzError: Error {
  case cannotWrite(String)
}
