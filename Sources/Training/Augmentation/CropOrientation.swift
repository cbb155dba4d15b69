import VolumeCore

/// One of the ways to lay a square, or a cube, onto itself: axes swapped, then mirrored.
public struct CropOrientation: Hashable, Sendable {
  /// Which axis of the crop runs along each axis of the source: z, y, x by their numbers 0, 1, 2.
  let axes: [Int]
  /// Along which axes of the source it is mirrored.
  let flips: [Bool]

  /// As it lies.
  public static let identity = CropOrientation(axes: [0, 1, 2], flips: [false, false, false])

  /// The 8 ways of the plane: z stays.
  public static let plane: [CropOrientation] = all.filter { $0.axes[0] == 0 && !$0.flips[0] }

  /// The 48 ways of the cube.
  public static let all: [CropOrientation] = {
    var result: [CropOrientation] = []
    for axes in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
      for bits in 0..<8 {
        result.append(
          CropOrientation(axes: axes, flips: [bits & 4 > 0, bits & 2 > 0, bits & 1 > 0]))
      }
    }
    return result
  }()

  /// The extent of the source that becomes a crop of `shape`.
  func source(of shape: Shape3) -> Shape3 {
    let extents = [shape.z, shape.y, shape.x]
    return Shape3(z: extents[axes[0]], y: extents[axes[1]], x: extents[axes[2]])
  }

  /// `values` of `source(of: shape)`, laid as a crop of `shape`.
  public func apply<Value>(_ values: [Value], to shape: Shape3) -> [Value] {
    guard self != .identity else { return values }
    let source = source(of: shape)
    let extents = [source.z, source.y, source.x]
    let strides = [source.y * source.x, source.x, 1]
    // For each axis of the crop: where its first voxel lies in the source, and how far the next.
    var start = 0
    var steps = [0, 0, 0]
    for axis in 0..<3 {
      let step = flips[axis] ? -strides[axis] : strides[axis]
      if flips[axis] { start += (extents[axis] - 1) * strides[axis] }
      steps[axes[axis]] = step
    }
    var result: [Value] = []
    result.reserveCapacity(values.count)
    for z in 0..<shape.z {
      for y in 0..<shape.y {
        var place = start + z * steps[0] + y * steps[1]
        for _ in 0..<shape.x {
          result.append(values[place])
          place += steps[2]
        }
      }
    }
    return result
  }

  /// The same as a matrix: a step along each axis of the crop, in the source.
  var matrix: Matrix3 {
    var matrix = Matrix3()
    for axis in 0..<3 { matrix[axis, axes[axis]] = flips[axis] ? -1 : 1 }
    return matrix
  }
}

/// A matrix of three rows and columns, for (z, y, x).
struct Matrix3: Hashable, Sendable {
  private var numbers = [Double](repeating: 0, count: 9)

  /// Zeros.
  init() {}

  /// Nothing but `diagonal`.
  init(diagonal: [Double]) { for i in 0..<3 { self[i, i] = diagonal[i] } }

  /// A rotation by `angle` (in radians) that takes axis `from` towards axis `to`.
  init(rotation angle: Double, from: Int, to: Int) {
    self.init(diagonal: [1, 1, 1])
    let (sine, cosine) = sinCos(angle)
    (self[from, from], self[to, to]) = (cosine, cosine)
    (self[to, from], self[from, to]) = (sine, -sine)
  }

  subscript(row: Int, column: Int) -> Double {
    get { numbers[row * 3 + column] }
    set { numbers[row * 3 + column] = newValue }
  }

  static func * (a: Matrix3, b: Matrix3) -> Matrix3 {
    var result = Matrix3()
    for i in 0..<3 {
      for j in 0..<3 {
        for k in 0..<3 { result[i, j] += a[i, k] * b[k, j] }
      }
    }
    return result
  }
}
