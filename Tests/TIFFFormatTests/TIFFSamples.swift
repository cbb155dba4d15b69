import SystemIO
import TIFFFormat
import VolumeCore
import VolumeTesting

/// The fixtures: files of other writers that all hold the same 5 layers of 37 rows x 53 columns.
enum TIFFSamples {
  static let shape = Shape3(z: 5, y: 37, x: 53)

  /// The path of a fixture.
  static func path(_ name: String) -> String {
    let folder = "\(#filePath)".split(separator: "/").dropLast().joined(separator: "/")
    return "/\(folder)/Fixtures/\(name)"
  }

  /// Where the real scans lie beside a working copy, or `nil` where there are none.
  static let realScans: String? = {
    let root = "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/")
    let folder = "/\(root)/../shared/data"
    return kind(ofPath: folder) == .folder ? folder : nil
  }()

  /// The voxels that every fixture of `type` holds.
  static func voxels(_ type: VoxelType) throws -> [UInt8] {
    try contents(ofFile: path(type == .uint8 ? "volume8.raw" : "volume16.raw"))
  }

  /// The part of `voxels` (of `shape`) that lies in `region`.
  static func part(
    _ voxels: [UInt8], of shape: Shape3, _ region: Region, width: Int
  ) -> [UInt8] {
    var part: [UInt8] = []
    for z in region.z {
      for y in region.y {
        let row = (z * shape.y + y) * shape.x
        part +=
          voxels[((row + region.x.lowerBound) * width)..<((row + region.x.upperBound) * width)]
      }
    }
    return part
  }

  static func open(_ path: String) throws -> TIFFReader {
    try TIFFFormat().reader(path, hints: OpeningHints())
  }
}

/// Writes `bytes` to `path`.
func write(_ bytes: [UInt8], to path: String) throws {
  let file = try FileHandle(creating: path)
  try file.write(unsafe bytes.span.bytes, at: 0)
}
