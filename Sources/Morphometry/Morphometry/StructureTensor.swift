import CMorphometry
import Components
import Glibc
import VolumeCore

/// The structure tensor of a box of grey values: which way they vary least (Bigun and Granlund, 1987;
/// for fibres Krause et al., NDT & E International 43, 2010).
///
/// Gradients are by derivatives of a Gaussian, their products are averaged with another. Both end at
/// 3.5 standard deviations, so that what a voxel gets depends on nothing farther than `halo`.
public struct StructureTensor: Hashable, Sendable {
  /// The standard deviation of the gradient's Gaussian, in voxels.
  public var gradient: Double
  /// The standard deviation of the window, in voxels.
  public var window: Double
  /// Whether layers are looked at one by one: directions then lie in them.
  public var isLayered: Bool

  /// A tensor with these scales.
  public init(gradient: Double, window: Double, isLayered: Bool = false) {
    self.gradient = gradient
    self.window = window
    self.isLayered = isLayered
  }

  private static func radius(_ sigma: Double) -> Int { Int((3.5 * sigma).rounded(.up)) }

  /// The voxels around one that decide about it.
  public var halo: Shape3 {
    let reach = Self.radius(gradient) + Self.radius(window)
    return Shape3(z: isLayered ? 0 : reach, y: reach, x: reach)
  }

  /// Bytes for each voxel of a box.
  public var bytesPerVoxel: Int { isLayered ? 4 * 7 : 4 * 11 }

  /// The direction (z, y, x) at each of `places` of a box of `shape` whose grey values are `grey`:
  /// unit vectors of the upper half space, `nil` where nothing varies.
  func directions(_ grey: [Float], _ shape: Shape3, at places: [Int]) -> [[Double]?] {
    let axes = isLayered ? [1, 2] : [0, 1, 2]
    let smooth = gaussian(gradient, derivative: false)
    let derive = gaussian(gradient, derivative: true)
    var gradients: [[Float]] = []
    for axis in axes {
      var image = grey
      for other in axes { image = convolved(image, shape, other, other == axis ? derive : smooth) }
      gradients.append(image)
    }
    let mean = gaussian(window, derivative: false)
    var products: [[Float]] = []
    for i in axes.indices {
      for j in i..<axes.count {
        var product = grey
        unsafe t2s_multiply(gradients[i], gradients[j], &product, product.count)
        for axis in axes { product = convolved(product, shape, axis, mean) }
        products.append(product)
      }
    }
    return places.map { place in
      isLayered
        ? Self.flat(products.map { Double($0[place]) })
        : Self.least(products.map { Double($0[place]) })
    }
  }

  private func gaussian(_ sigma: Double, derivative: Bool) -> [Float] {
    let radius = Self.radius(sigma)
    let weights = (-radius...radius).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
    let sum = weights.reduce(0, +)
    guard derivative else { return weights.map { Float($0 / sum) } }
    return zip(-radius...radius, weights).map { Float(Double($0.0) * $0.1 / sum / (sigma * sigma)) }
  }

  private func convolved(
    _ image: [Float], _ shape: Shape3, _ axis: Int, _ kernel: [Float]
  ) -> [Float] {
    var out = [Float](repeating: 0, count: image.count)
    let (outer, n, inner) =
      switch axis {
      case 0: (1, shape.z, shape.y * shape.x)
      case 1: (shape.z, shape.y, shape.x)
      default: (shape.z * shape.y, shape.x, 1)
      }
    unsafe t2s_convolve(image, &out, outer, n, inner, kernel, kernel.count / 2)
    return out
  }

  /// Of the tensor yy, yx, xx.
  private static func flat(_ t: [Double]) -> [Double]? {
    let (half, off) = ((t[0] - t[2]) / 2, t[1])
    guard half * half + off * off > 0 else { return nil }
    // The greatest variation is at this angle from y; the direction is across it.
    let angle = atan2(off, half) / 2
    let (y, x) = (-sin(angle), cos(angle))
    return x < 0 ? [0, -y, -x] : [0, y, x]
  }

  /// Of the tensor zz, zy, zx, yy, yx, xx.
  private static func least(_ t: [Double]) -> [Double]? {
    let eigen = SymmetricEigen(zz: t[0], yy: t[3], xx: t[5], zy: t[1], zx: t[2], yx: t[4])
    guard eigen.values[0] > 0, eigen.values[1] > eigen.values[2] else { return nil }
    let v = eigen.vectors[2]
    let isBelow = v[0] != 0 ? v[0] < 0 : v[1] != 0 ? v[1] < 0 : v[2] < 0
    return isBelow ? v.map { -$0 } : v
  }
}
