import VolumeCore

/// A filter that makes a scan smoother before it is annotated.
public enum Smoothing: Hashable, Sendable {
  /// The median of a box of `2 radius + 1` voxels along each axis.
  case median(radius: Int)
  /// A Gaussian of standard deviation `sigma` voxels, cut off at four of them, as SciPy does.
  case gaussian(sigma: Double)
  /// Means of voxels around which it looks alike (non-local means: Buades, Coll and Morel, CVPR 2005):
  /// of all within `search` voxels, weighted by exp(-d / strength²), where d is the mean squared
  /// difference of the boxes of `2 patch + 1` voxels around the two.
  case nonLocal(patch: Int, search: Int, strength: Double)
  /// How fast values change: the magnitude of the gradient of what the Gaussian makes, in values a voxel,
  /// as SciPy's `gaussian_gradient_magnitude`. Of 8 bits it comes in 16, in 256ths.
  case gradient(sigma: Double)

  /// How far a voxel's new value depends on others.
  public var reach: Int {
    switch self {
    case .median(let radius): radius
    case .gaussian(let sigma), .gradient(let sigma): Int(4 * sigma + 0.5)
    case .nonLocal(let patch, let search, _): patch + search
    }
  }
}

/// A box of values with all that a filter needs around it.
struct FilterBox {
  /// The extent with what is around.
  var shape: Shape3
  var values: [Float]

  /// The box cut by `reach` on either side along z (where `inLayers` is false), y and x.
  func cropped(_ z: Int, _ y: Int, _ x: Int) -> FilterBox {
    let inner = Shape3(z: shape.z - 2 * z, y: shape.y - 2 * y, x: shape.x - 2 * x)
    var result: [Float] = []
    result.reserveCapacity(inner.voxelCount)
    for k in 0..<inner.z {
      for j in 0..<inner.y {
        let start = ((k + z) * shape.y + j + y) * shape.x + x
        result += values[start..<(start + inner.x)]
      }
    }
    return FilterBox(shape: inner, values: result)
  }

  /// Sums of neighbours along one axis with `weights`, whose middle is the voxel itself; the box loses
  /// as much at either end.
  func convolved(_ axis: Int, _ weights: [Float]) -> FilterBox {
    let reach = weights.count / 2
    let steps = [shape.y * shape.x, shape.x, 1]
    var inner = shape
    switch axis {
    case 0: inner.z -= 2 * reach
    case 1: inner.y -= 2 * reach
    default: inner.x -= 2 * reach
    }
    var result = [Float](repeating: 0, count: inner.voxelCount)
    let (width, step) = (inner.x, steps[axis])
    unsafe values.withUnsafeBufferPointer { source in
      unsafe result.withUnsafeMutableBufferPointer { target in
        for z in 0..<inner.z {
          for y in 0..<inner.y {
            let from = (z * shape.y + y) * shape.x
            let to = (z * inner.y + y) * inner.x
            // Always in this order, so that a sum does not depend on where boxes end.
            for (tap, weight) in weights.enumerated() {
              let first = from + tap * step
              for x in 0..<width { unsafe target[to + x] += weight * source[first + x] }
            }
          }
        }
      }
    }
    return FilterBox(shape: inner, values: result)
  }
}
