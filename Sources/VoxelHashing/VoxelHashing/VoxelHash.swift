import VolumeCore

/// A hash of voxels at their places in a volume, 64 bits: equal for equal voxels, whatever the cuts
/// and the order in which they are looked at, and whatever file they come from.
///
///     H = Σ (bits(z, y, x) + 1) · row(z, y) · column(x)   modulo 2^64
///
/// `bits` are those of the voxel in its own type as a number without a sign; `column` is an odd
/// number of 32 bits and `row` one of 64 bits, drawn from their place (see `PlaceNumbers`). Since it is
/// a sum, the hash of a box is the sum of those of its parts. A voxel that changes always changes it;
/// voxels that trade places do, but for one chance in 2^60 or so. It is no proof against forgery.
public struct VoxelHash: Hashable, Sendable {
  /// The sum.
  public var value: UInt64

  /// The hash of no voxels, or one that is known.
  public init(_ value: UInt64 = 0) { self.value = value }

  /// Sixteen hexadecimal digits.
  public var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// The hash that `text` stands for.
  public init?(_ text: String) {
    guard text.count == 16, let value = UInt64(text, radix: 16) else { return nil }
    self.value = value
  }

  /// The hash of two parts that have no voxel in common.
  public static func + (a: VoxelHash, b: VoxelHash) -> VoxelHash { VoxelHash(a.value &+ b.value) }
  /// Adds another part.
  public static func += (a: inout VoxelHash, b: VoxelHash) { a.value &+= b.value }
}

/// The numbers that places are told apart by.
public enum PlaceNumbers {
  /// That of column `x`: 32 bits, odd.
  public static func column(_ x: Int) -> UInt32 {
    UInt32(truncatingIfNeeded: mixed(UInt64(truncatingIfNeeded: x)) >> 32) | 1
  }

  /// That of row `y` of layer `z`: 64 bits, odd.
  public static func row(_ z: Int, _ y: Int) -> UInt64 {
    mixed(mixed(UInt64(truncatingIfNeeded: z) &+ 0x5851_F42D_4C95_7F2D) ^ UInt64(y)) | 1
  }

  /// A bijection that leaves no pattern (SplitMix64's).
  private static func mixed(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
