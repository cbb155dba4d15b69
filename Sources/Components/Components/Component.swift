import CComponents
import Glibc
import VolumeCore

/// One connected set of voxels, by exact sums over them.
///
/// Positions are in the volume's voxels. What is asked for with a `spacing` is in its unit
/// (micrometres); without one, in voxels.
public struct Component: Sendable {
  /// Its number, from 1, in the order of first voxels.
  public let number: Int
  /// Its first voxel in the order z, y, x.
  public let first: Index3
  /// Voxels.
  public let voxels: Int
  /// The smallest box that holds it.
  public let box: Region
  /// The mean position (z, y, x).
  public let centroid: (z: Double, y: Double, x: Double)
  /// Whether it meets a face of what was looked at, and so may go on beyond.
  public let touchesBorder: Bool
  /// The mean grey value, where a scan was given.
  public let meanGrey: Double?
  /// Covariances of the positions zz, yy, xx, zy, zx, yx, in voxels.
  public let covariance: [Double]
  private let isLayered: Bool
  private let surfaceThousandths: UInt64
  private let spans: [Int]

  init(_ record: t2s_record, number: Int, region: Region, hasGrey: Bool, isLayered: Bool) {
    self.number = number
    self.isLayered = isLayered
    let (n, origin, shape) = (Int(record.voxels), region.origin, region.shape)
    voxels = n
    let place = Int(record.first)
    first = Index3(
      z: place / (shape.y * shape.x) + origin.z, y: place / shape.x % shape.y + origin.y,
      x: place % shape.x + origin.x)
    func range(_ least: UInt32, _ most: UInt32, _ from: Int) -> Range<Int> {
      (Int(least) + from)..<(Int(most) + 1 + from)
    }
    box = Region(
      z: range(record.least.0, record.most.0, origin.z),
      y: range(record.least.1, record.most.1, origin.y),
      x: range(record.least.2, record.most.2, origin.x))
    let whole = region
    let (z, y, x) = (box.z, box.y, box.x)
    let meetsLayerEnds = z.lowerBound == whole.z.lowerBound || z.upperBound == whole.z.upperBound
    touchesBorder =
      (meetsLayerEnds && !isLayered) || y.lowerBound == whole.y.lowerBound
      || y.upperBound == whole.y.upperBound || x.lowerBound == whole.x.lowerBound
      || x.upperBound == whole.x.upperBound
    let sums = [record.sum.0, record.sum.1, record.sum.2]
    func mean(_ axis: Int, _ from: Int) -> Double {
      let (whole, rest) = sums[axis].quotientAndRemainder(dividingBy: UInt64(n))
      return Double(Int(whole) + from) + Double(rest) / Double(n)
    }
    centroid = (mean(0, origin.z), mean(1, origin.y), mean(2, origin.x))
    meanGrey = hasGrey ? Double(record.grey) / 65536 / Double(n) : nil
    surfaceThousandths = record.surface
    // n Σab - Σa Σb fits into 128 bits, so that nothing is lost where a large volume's corner is far
    // from its origin.
    func spread(_ square: (UInt64, UInt64), _ a: UInt64, _ b: UInt64) -> Double {
      let products = UInt128(square.0) | UInt128(square.1) << 64
      return Self.number(
        Int128(truncatingIfNeeded: products) * Int128(n) - Int128(a) * Int128(b)) / Double(n)
        / Double(n)
    }
    let square = record.square
    covariance = [
      spread(square.0, sums[0], sums[0]), spread(square.1, sums[1], sums[1]),
      spread(square.2, sums[2], sums[2]), spread(square.3, sums[0], sums[1]),
      spread(square.4, sums[0], sums[2]), spread(square.5, sums[1], sums[2]),
    ]
    let low = record.low
    let high = record.high
    let ends = [
      (low.0, high.0), (low.1, high.1), (low.2, high.2), (low.3, high.3), (low.4, high.4),
      (low.5, high.5), (low.6, high.6), (low.7, high.7), (low.8, high.8), (low.9, high.9),
      (low.10, high.10), (low.11, high.11), (low.12, high.12),
    ]
    spans = ends.map { Int($0.1) - Int($0.0) }
  }

  /// The same as a floating-point number: the standard library's way is one for all types, and slow.
  private static func number(_ value: Int128) -> Double {
    let size = value.magnitude
    let whole =
      Double(UInt64(truncatingIfNeeded: size >> 64)) * 0x1p64
      + Double(UInt64(truncatingIfNeeded: size))
    return value < 0 ? -whole : whole
  }

  /// The volume; of a component of one layer its area.
  public func volume(_ spacing: VoxelSpacing?) -> Double {
    let spacing = spacing ?? VoxelSpacing(cube: 1)
    return Double(voxels) * spacing.y * spacing.x * (isLayered ? 1 : spacing.z)
  }

  /// The diameter of the ball, or the disc, of the same volume.
  public func equivalentDiameter(_ spacing: VoxelSpacing?) -> Double {
    let volume = volume(spacing)
    return isLayered ? 2 * (volume / .pi).squareRoot() : cbrt(6 * volume / .pi)
  }

  /// The axes of the ellipsoid (or ellipse) with the same second moments, the longest first, and the
  /// direction (z, y, x) of the longest: scikit-image's `axis_major_length` and the like.
  public func axes(_ spacing: VoxelSpacing?) -> (lengths: [Double], direction: [Double]) {
    let eigen = moments(spacing)
    // A ball's variance along an axis is a fifth of its radius squared; a disc's a quarter.
    let factor = isLayered ? 16.0 : 20
    let lengths = eigen.values.prefix(isLayered ? 2 : 3).map { (factor * max(0, $0)).squareRoot() }
    return (lengths, Self.upward(eigen.vectors[0]))
  }

  /// The direction (z, y, x) of the shortest axis: across what is flat.
  public var normal: [Double] { Self.upward(moments(nil).vectors[2]) }

  private func moments(_ spacing: VoxelSpacing?) -> SymmetricEigen {
    let s = spacing ?? VoxelSpacing(cube: 1)
    let c = covariance
    return SymmetricEigen(
      zz: c[0] * s.z * s.z, yy: c[1] * s.y * s.y, xx: c[2] * s.x * s.x, zy: c[3] * s.z * s.y,
      zx: c[4] * s.z * s.x, yx: c[5] * s.y * s.x)
  }

  /// Of the two signs the one whose first part that is not zero is positive.
  private static func upward(_ direction: [Double]) -> [Double] {
    let sign = direction.first { abs($0) > 1e-12 } ?? 1
    return sign < 0 ? direction.map { -$0 } : direction
  }

  /// The surface by Lindblad's weights (Image and Vision Computing 23, 2005); `nil` for a component
  /// of one layer, and where voxels are not cubes.
  public func surface(_ spacing: VoxelSpacing?) -> Double? {
    guard !isLayered else { return nil }
    let edge = spacing?.x ?? 1
    if let spacing, abs(spacing.y - edge) > edge * 1e-6 || abs(spacing.z - edge) > edge * 1e-6 {
      return nil
    }
    return Double(surfaceThousandths) / 1000 * edge * edge
  }

  /// The surface of the ball of the same volume over its own: 1 for a ball. The estimate of the surface is
  /// a little short for round things of few voxels, which come out at up to 1.03.
  public func sphericity(_ spacing: VoxelSpacing?) -> Double? {
    surface(spacing).map { cbrt(.pi) * pow(6 * volume(spacing), 2.0 / 3) / $0 }
  }

  /// The greatest distance between parallel planes that touch its outermost voxels' centres, and one
  /// voxel more, over 13 directions: axes, diagonals of faces, diagonals of the cube (4 of them for a
  /// component of one layer). Up to a ninth short for what is long, thin and points between them.
  public func feretDiameter(_ spacing: VoxelSpacing?) -> Double {
    let s = spacing ?? VoxelSpacing(cube: 1)
    let edges = SIMD3(s.z, s.y, s.x)
    var longest = 0.0
    for (index, d) in Self.directions.enumerated() where !isLayered || d[0] == 0 {
      let normal = d / edges
      let length = (normal * normal).sum().squareRoot()
      let across = normal / length * edges
      let voxel = (across * across).sum().squareRoot()
      longest = max(longest, Double(spans[index]) / length + voxel)
    }
    return longest
  }

  /// As in the C loops.
  private static let directions: [SIMD3<Double>] = [
    [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, -1, 0], [1, 0, 1], [1, 0, -1], [0, 1, 1],
    [0, 1, -1], [1, 1, 1], [1, 1, -1], [1, -1, 1], [1, -1, -1],
  ]
}
