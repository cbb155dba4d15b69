import Glibc

/// Eigenvalues, falling, and unit eigenvectors of a symmetric 3 x 3 matrix, by Jacobi's rotations.
public struct SymmetricEigen: Hashable, Sendable {
  /// The eigenvalues, the greatest first.
  public private(set) var values = [0.0, 0, 0]
  /// Their vectors (z, y, x where the matrix is of z, y, x).
  public private(set) var vectors: [[Double]] = []

  /// Of the matrix with these entries.
  public init(
    zz: Double, yy: Double, xx: Double, zy: Double, zx: Double, yx: Double
  ) {
    var a = [[zz, zy, zx], [zy, yy, yx], [zx, yx, xx]]
    var v = [[1.0, 0, 0], [0, 1, 0], [0, 0, 1]]
    let size = abs(zz) + abs(yy) + abs(xx)
    for _ in 0..<50 {
      let rest = abs(a[0][1]) + abs(a[0][2]) + abs(a[1][2])
      if rest <= size * 1e-17 { break }
      for (p, q) in [(0, 1), (0, 2), (1, 2)] where a[p][q] != 0 {
        let theta = (a[q][q] - a[p][p]) / (2 * a[p][q])
        let t = (theta >= 0 ? 1.0 : -1) / (abs(theta) + (theta * theta + 1).squareRoot())
        let c = 1 / (t * t + 1).squareRoot()
        let s = t * c
        for k in 0..<3 {
          let (kp, kq) = (a[k][p], a[k][q])
          a[k][p] = c * kp - s * kq
          a[k][q] = s * kp + c * kq
        }
        for k in 0..<3 {
          let (pk, qk) = (a[p][k], a[q][k])
          a[p][k] = c * pk - s * qk
          a[q][k] = s * pk + c * qk
          let (vp, vq) = (v[k][p], v[k][q])
          v[k][p] = c * vp - s * vq
          v[k][q] = s * vp + c * vq
        }
      }
    }
    let order = [0, 1, 2].sorted { a[$0][$0] > a[$1][$1] }
    values = order.map { a[$0][$0] }
    vectors = order.map { i in (0..<3).map { v[$0][i] } }
  }
}
