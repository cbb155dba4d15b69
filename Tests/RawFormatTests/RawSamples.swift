import RawFormat
import SystemIO
import VolumeCore
import VolumeTesting

/// Bytes of raw files that tests write for themselves.
enum RawSamples {
  /// Where the real scans lie beside a working copy, or `nil` where there are none.
  static let realScans: String? = {
    let root = "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/")
    let folder = "/\(root)/../shared/data"
    return kind(ofPath: folder) == .folder ? folder : nil
  }()

  /// A volume of blobs that are smooth in all three directions, with a little noise.
  static func blobs(_ shape: Shape3, seed: UInt64 = 1) -> [UInt8] {
    var random = SeededRandom(seed: seed)
    let centres = (0..<40).map { _ in
      (
        Double.random(in: 0..<Double(shape.z), using: &random),
        Double.random(in: 0..<Double(shape.y), using: &random),
        Double.random(in: 0..<Double(shape.x), using: &random)
      )
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(shape.voxelCount)
    for z in 0..<shape.z {
      for y in 0..<shape.y {
        for x in 0..<shape.x {
          let inside = centres.contains { centre in
            let (a, b, c) = (centre.0 - Double(z), centre.1 - Double(y), centre.2 - Double(x))
            return a * a + b * b + c * c < 60
          }
          bytes.append((inside ? 170 : 70) + UInt8.random(in: 0..<30, using: &random))
        }
      }
    }
    return bytes
  }

  /// Bytes that count up, so that each voxel is told apart from its neighbours.
  static func counting(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
  }
}

/// Writes `bytes` to `path`.
func write(_ bytes: [UInt8], to path: String) throws {
  // Some file systems write a file that is emptied out to the disk at once, and a new one later.
  try removeFile(path)
  let file = try FileHandle(creating: path)
  try file.write(unsafe bytes.span.bytes, at: 0)
}

/// Options of a command.
func hints(
  shape: Shape3? = nil, type: VoxelType? = nil, order: ByteOrder? = nil, offset: Int? = nil
) -> OpeningHints {
  var hints = OpeningHints()
  hints.shape = shape
  hints.voxelType = type
  hints.byteOrder = order
  hints.offset = offset
  return hints
}
