import VolumeCore

/// The small volume that every format's fixtures hold: whoever reads it bit-equal has neither
/// swapped an axis, nor bytes, nor lost a sign.
///
/// Voxel i in C order is the lowest bytes of SplitMix64's i-th value; floating-point voxels are
/// (its lowest 24 bits - 2^23) / 64, which is exact. `Tools/fixtures/phantom.py` makes the same.
public enum CasePhantom {
  /// 5 layers of 7 rows by 11 columns: no axis can be taken for another.
  public static let shape = Shape3(z: 5, y: 7, x: 11)

  /// The voxels in C order and the machine's byte order.
  public static func bytes(_ type: VoxelType, shape: Shape3 = shape) -> [UInt8] {
    var random = SeededRandom(seed: 1)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(shape.voxelCount * type.byteCount)
    for _ in 0..<shape.voxelCount {
      let word = random.next()
      let value = Double(Int(word & 0xFF_FFFF) - 0x80_0000) / 64
      let bits: UInt64 =
        switch type {
        case .float32: UInt64(Float(value).bitPattern)
        case .float64: value.bitPattern
        default: word
        }
      for byte in 0..<type.byteCount { bytes.append(UInt8(truncatingIfNeeded: bits >> (8 * byte))) }
    }
    return bytes
  }

  /// Labels 0 to 3, for formats with classes.
  public static func labels(shape: Shape3 = shape) -> [UInt8] {
    bytes(.uint8, shape: shape).map { $0 & 3 }
  }
}
