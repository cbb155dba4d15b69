/// A position or a direction in voxels; the centre of voxel (z, y, x) is at its index.
struct Vector: Hashable, Sendable {
  /// Along the layers' normal.
  var z: Double
  /// Along the columns.
  var y: Double
  /// Along the rows.
  var x: Double

  static func + (a: Vector, b: Vector) -> Vector {
    Vector(z: a.z + b.z, y: a.y + b.y, x: a.x + b.x)
  }
  static func - (a: Vector, b: Vector) -> Vector {
    Vector(z: a.z - b.z, y: a.y - b.y, x: a.x - b.x)
  }
  static func * (a: Vector, factor: Double) -> Vector {
    Vector(z: a.z * factor, y: a.y * factor, x: a.x * factor)
  }

  /// The scalar product.
  func dot(_ other: Vector) -> Double { z * other.z + y * other.y + x * other.x }

  /// The length.
  var length: Double { dot(self).squareRoot() }

  /// The same direction with length 1.
  var unit: Vector { self * (1 / length) }

  /// A direction at right angles to this one and to `other`.
  func cross(_ other: Vector) -> Vector {
    Vector(
      z: x * other.y - y * other.x, y: z * other.x - x * other.z, x: y * other.z - z * other.y)
  }
}

/// A box of positions.
struct Box: Hashable, Sendable {
  var low: Vector
  var high: Vector

  /// The box grown by `margin` on every side.
  func grown(by margin: Double) -> Box {
    let step = Vector(z: margin, y: margin, x: margin)
    return Box(low: low - step, high: high + step)
  }

  /// A position of the box, its coordinates given as shares of the edges.
  func position(_ share: Vector) -> Vector {
    Vector(
      z: low.z + share.z * (high.z - low.z), y: low.y + share.y * (high.y - low.y),
      x: low.x + share.x * (high.x - low.x))
  }

  /// The volume.
  var volume: Double { (high.z - low.z) * (high.y - low.y) * (high.x - low.x) }

  /// The part of the line from `start` along `direction` that lies inside, as distances, where
  /// there is one.
  func clip(from start: Vector, along direction: Vector, _ range: ClosedRange<Double>)
    -> ClosedRange<Double>?
  {
    var first = range.lowerBound
    var last = range.upperBound
    for (from, step, low, high) in [
      (start.z, direction.z, low.z, high.z), (start.y, direction.y, low.y, high.y),
      (start.x, direction.x, low.x, high.x),
    ] {
      guard step != 0 else {
        guard low <= from, from <= high else { return nil }
        continue
      }
      let (a, b) = ((low - from) / step, (high - from) / step)
      first = max(first, min(a, b))
      last = min(last, max(a, b))
    }
    return first < last ? first...last : nil
  }
}
