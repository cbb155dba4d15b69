import ISQFormat
import SystemIO
import VolumeCore
import VolumeTesting
import VoxelFiles

/// The fixtures, and headers made by hand.
enum ISQSamples {
  /// The path of a fixture.
  static func path(_ name: String) -> String {
    let folder = "\(#filePath)".split(separator: "/").dropLast().joined(separator: "/")
    return "/\(folder)/Fixtures/\(name)"
  }

  /// The bytes of `blocks.isq` with `words` in place of those at their offsets.
  static func bytes(_ words: [Int: Int32] = [:]) throws -> [UInt8] {
    var bytes = try contents(ofFile: path("blocks.isq"))
    for (offset, word) in words {
      for byte in 0..<4 {
        bytes[offset + byte] = UInt8(truncatingIfNeeded: word >> (8 * Int32(byte)))
      }
    }
    return bytes
  }

  static func open(_ path: String, _ hints: OpeningHints = OpeningHints()) throws
    -> FlatVolumeReader
  {
    try ISQFormat().reader(path, hints: hints)
  }
}

/// Writes `bytes` to `path`.
func write(_ bytes: [UInt8], to path: String) throws {
  let file = try FileHandle(creating: path)
  try file.write(unsafe bytes.span.bytes, at: 0)
}
