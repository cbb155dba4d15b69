import AvizoFormat
import SystemIO
import VolumeCore
import VolumeTesting
import VoxelFiles

/// The fixtures, and files made by hand.
enum AvizoSamples {
  /// The path of a fixture.
  static func path(_ name: String) -> String {
    let folder = "\(#filePath)".split(separator: "/").dropLast().joined(separator: "/")
    return "/\(folder)/Fixtures/\(name)"
  }

  static func open(_ path: String, _ hints: OpeningHints = OpeningHints()) throws
    -> any VolumeReader
  {
    try AvizoFormat().reader(path, hints: hints)
  }

  /// The header of the phantom in uint16, little-endian.
  static let header = """
    # AmiraMesh BINARY-LITTLE-ENDIAN 2.1

    define Lattice 11 7 5
    Parameters {
        Units { Coordinates "mm" }
        BoundingBox 1 2 0 3 -1 7,
        CoordType "uniform"
    }
    Lattice { ushort Data } @1

    # Data section follows

    """

  /// A file of `header`, changed, and the phantom in uint16.
  static func file(_ changes: [(String, String)] = [], data: [UInt8]? = nil) -> [UInt8] {
    var text = header
    for (old, new) in changes { text = text.replacing(old, with: new) }
    return Array(text.utf8) + Array("@1\n".utf8) + (data ?? CasePhantom.bytes(.uint16)) + [0x0A]
  }

  /// Writes `bytes` to `path`.
  static func write(_ bytes: [UInt8], to path: String) throws {
    let file = try FileHandle(creating: path)
    try file.write(unsafe bytes.span.bytes, at: 0)
  }
}
