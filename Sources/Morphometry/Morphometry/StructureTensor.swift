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
  /// unit vectors of the upper half space, zero where nothing varies.
  package func directions(_ grey: [Float], _ shape: Shape3, at places: [Int]) -> [SIMD3<Double>] {
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
      func product(_ i: Int) -> Double { Double(products[i][place]) }
      return isLayered
        ? Self.flat(yy: product(0), yx: product(1), xx: product(2))
        : Self.least(
          SymmetricEigen(
            zz: product(0), yy: product(3), xx: product(5), zy: product(1), zx: product(2),
            yx: product(4)))
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

  private static func flat(yy: Double, yx: Double, xx: Double) -> SIMD3<Double> {
    let half = (yy - xx) / 2
    guard half * half + yx * yx > 0 else { return .zero }
    // The greatest variation is at this angle from y; the direction is across it.
    let angle = atan2(yx, half) / 2
    let (y, x) = (-sin(angle), cos(angle))
    return x < 0 ? SIMD3(0, -y, -x) : SIMD3(0, y, x)
  }

  private static func least(_ eigen: SymmetricEigen) -> SIMD3<Double> {
    let values = eigen.eigenvalues
    guard values[0] > 0, values[1] > values[2] else { return .zero }
    let v = eigen.third
    let isBelow = v[0] != 0 ? v[0] < 0 : v[1] != 0 ? v[1] < 0 : v[2] < 0
    return isBelow ? -v : v
  }
}
