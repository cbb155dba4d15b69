/// Eigenvalues, falling, and unit eigenvectors of a symmetric 3 x 3 matrix, by Jacobi's rotations.
///
/// Nothing of it is on the heap: it is computed for each voxel of a volume.
public struct SymmetricEigen: Hashable, Sendable {
  /// The eigenvalues, the greatest first.
  public let eigenvalues: SIMD3<Double>
  /// The vector (z, y, x where the matrix is of z, y, x) of the greatest eigenvalue.
  public let first: SIMD3<Double>
  /// That of the one between.
  public let second: SIMD3<Double>
  /// That of the least.
  public let third: SIMD3<Double>

  /// The eigenvalues, the greatest first, as a table has them.
  public var values: [Double] { [eigenvalues[0], eigenvalues[1], eigenvalues[2]] }
  /// Their vectors.
  public var vectors: [[Double]] {
    [first, second, third].map { [$0[0], $0[1], $0[2]] }
  }

  /// Of the matrix with these entries.
  public init(
    zz: Double, yy: Double, xx: Double, zy: Double, zx: Double, yx: Double
  ) {
    // A rotation takes the entry between two axes away, and mixes the two others of their rows.
    var d = SIMD3(zz, yy, xx)
    var (zy, zx, yx) = (zy, zx, yx)
    var (vz, vy, vx) = (SIMD3(1.0, 0, 0), SIMD3(0.0, 1, 0), SIMD3(0.0, 0, 1))
    let size = abs(zz) + abs(yy) + abs(xx)
    for _ in 0..<50 {
      if abs(zy) + abs(zx) + abs(yx) <= size * 1e-17 { break }
      Self.rotate(&d, 0, 1, &zy, &zx, &yx, &vz, &vy)
      Self.rotate(&d, 0, 2, &zx, &zy, &yx, &vz, &vx)
      Self.rotate(&d, 1, 2, &yx, &zy, &zx, &vy, &vx)
    }
    var (a, b, c) = ((d[0], vz), (d[1], vy), (d[2], vx))
    if b.0 > a.0 { swap(&a, &b) }
    if c.0 > b.0 { swap(&b, &c) }
    if b.0 > a.0 { swap(&a, &b) }
    eigenvalues = SIMD3(a.0, b.0, c.0)
    (first, second, third) = (a.1, b.1, c.1)
  }

  /// Takes the entry `off` of the axes `p` and `q` away; `offP` and `offQ` are theirs with the third.
  @inline(__always)
  private static func rotate(
    _ d: inout SIMD3<Double>, _ p: Int, _ q: Int, _ off: inout Double, _ offP: inout Double,
    _ offQ: inout Double, _ vp: inout SIMD3<Double>, _ vq: inout SIMD3<Double>
  ) {
    guard off != 0 else { return }
    let theta = (d[q] - d[p]) / (2 * off)
    let t = (theta >= 0 ? 1.0 : -1) / (abs(theta) + (theta * theta + 1).squareRoot())
    let c = 1 / (t * t + 1).squareRoot()
    let s = t * c
    d[p] -= t * off
    d[q] += t * off
    off = 0
    (offP, offQ) = (c * offP - s * offQ, s * offP + c * offQ)
    (vp, vq) = (c * vp - s * vq, s * vp + c * vq)
  }
}
