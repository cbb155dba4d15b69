import EDFFormat
import SystemIO
import VolumeCore
import VolumeTesting
import VoxelFiles

/// The fixtures, and blocks made by hand.
enum EDFSamples {
  /// The path of a fixture.
  static func path(_ name: String) -> String {
    let folder = "\(#filePath)".split(separator: "/").dropLast().joined(separator: "/")
    return "/\(folder)/Fixtures/\(name)"
  }

  /// A header of `lines`, padded to 512 bytes, and `count` bytes behind it.
  static func block(_ lines: String, data count: Int = 385) -> [UInt8] {
    let text = "{\n" + lines.split(separator: "\n").map { "\($0) ;\n" }.joined()
    let padding = String(repeating: " ", count: 510 - text.utf8.count)
    return Array((text + padding + "}\n").utf8) + (0..<count).map { UInt8(truncatingIfNeeded: $0) }
  }

  /// A volume of bytes, but for what `lines` says otherwise.
  static let volume = "ByteOrder = LowByteFirst\nDataType = UnsignedByte\nDim_1 = 11\nDim_2 = 7"

  static func open(_ path: String, _ hints: OpeningHints = OpeningHints()) throws
    -> FlatVolumeReader
  {
    try EDFFormat().reader(path, hints: hints)
  }
}

/// Writes `bytes` to `path`.
func write(_ bytes: [UInt8], to path: String) throws {
  let file = try FileHandle(creating: path)
  try file.write(unsafe bytes.span.bytes, at: 0)
}
