import Glibc
import VolumeCore

/// Where in a scan each voxel of a crop comes from: turned, scaled, bent.
struct Warp: Sendable {
  private let shape: Shape3
  private let matrix: Matrix3
  /// Displacements along z, y and x of each voxel of the crop; empty where nothing is bent.
  private let displacements: [[Float]]
  private let isPlanar: Bool

  /// A warp for crops of `shape`, drawn by `random`; in the plane alone where `isPlanar`.
  init(
    _ options: AugmentationOptions, shape: Shape3, isPlanar: Bool, orientation: CropOrientation,
    _ random: inout SeededRandom
  ) {
    self.shape = shape
    self.isPlanar = isPlanar
    let degree = Double.pi / 180
    let turn = Matrix3(
      rotation: random.around(options.rotation) * degree, from: 2, to: 1)
    let size = exp(random.around(options.scale))
    let stretch = exp(random.around(options.stretch))
    let along = random.unit() * Double.pi
    // Stretched along a direction of its own, not along an axis of the crop.
    let turned = Matrix3(rotation: along, from: 2, to: 1)
    let back = Matrix3(rotation: -along, from: 2, to: 1)
    var matrix =
      turned
      * Matrix3(diagonal: [isPlanar ? 1 : size, size * stretch, size / stretch]) * back
      * turn
    if !isPlanar {
      matrix =
        Matrix3(rotation: random.around(options.tilt) * degree, from: 0, to: 1)
        * Matrix3(rotation: random.around(options.tilt) * degree, from: 0, to: 2) * matrix
    }
    self.matrix = matrix * orientation.matrix
    if options.elastic > 0 {
      displacements = (isPlanar ? 1..<3 : 0..<3).map { _ in
        smoothField(shape, isPlanar, options.elasticSpacing, options.elastic, &random)
      }
    } else {
      displacements = []
    }
  }

  /// Where voxel (z, y, x) of the crop comes from, from the middle of the crop.
  private func source(_ z: Int, _ y: Int, _ x: Int) -> (Double, Double, Double) {
    let p = (
      Double(z) - Double(shape.z - 1) / 2, Double(y) - Double(shape.y - 1) / 2,
      Double(x) - Double(shape.x - 1) / 2
    )
    var q = (
      matrix[0, 0] * p.0 + matrix[0, 1] * p.1 + matrix[0, 2] * p.2,
      matrix[1, 0] * p.0 + matrix[1, 1] * p.1 + matrix[1, 2] * p.2,
      matrix[2, 0] * p.0 + matrix[2, 1] * p.1 + matrix[2, 2] * p.2
    )
    guard !displacements.isEmpty else { return q }
    let place = (z * shape.y + y) * shape.x + x
    if isPlanar {
      q.1 += Double(displacements[0][y * shape.x + x])
      q.2 += Double(displacements[1][y * shape.x + x])
    } else {
      q.0 += Double(displacements[0][place])
      q.1 += Double(displacements[1][place])
      q.2 += Double(displacements[2][place])
    }
    return q
  }

  /// The box, from the voxel before the crop's middle, that all of the crop comes from.
  var reach: Region {
    var low = (0.0, 0.0, 0.0)
    var high = (0.0, 0.0, 0.0)
    // A linear map takes the extremes to the corners; what is bent adds its own largest.
    for z in [0, shape.z - 1] {
      for y in [0, shape.y - 1] {
        for x in [0, shape.x - 1] {
          let p = (
            Double(z) - Double(shape.z - 1) / 2, Double(y) - Double(shape.y - 1) / 2,
            Double(x) - Double(shape.x - 1) / 2
          )
          for axis in 0..<3 {
            let q = matrix[axis, 0] * p.0 + matrix[axis, 1] * p.1 + matrix[axis, 2] * p.2
            switch axis {
            case 0: (low.0, high.0) = (min(low.0, q), max(high.0, q))
            case 1: (low.1, high.1) = (min(low.1, q), max(high.1, q))
            default: (low.2, high.2) = (min(low.2, q), max(high.2, q))
            }
          }
        }
      }
    }
    let bend = displacements.map { field in Double(field.map { abs($0) }.max() ?? 0) }
    let (bendZ, bendY, bendX) =
      bend.isEmpty
      ? (0, 0, 0) : isPlanar ? (0, bend[0], bend[1]) : (bend[0], bend[1], bend[2])
    func range(_ low: Double, _ high: Double, _ bend: Double, _ extent: Int) -> Range<Int> {
      // Half a voxel where the middle of the crop lies between two.
      let middle = Double(extent - 1) / 2 - Double((extent - 1) / 2)
      return Int(
        (low - bend + middle).rounded(.down))..<(Int(
          (high + bend + middle).rounded(.down)) + 2)
    }
    return Region(
      z: isPlanar
        ? -((shape.z - 1) / 2)..<(shape.z - (shape.z - 1) / 2)
        : range(low.0, high.0, bendZ, shape.z),
      y: range(low.1, high.1, bendY, shape.y), x: range(low.2, high.2, bendX, shape.x))
  }

  /// The crop's grey values, interpolated between those of `window`, which covers `reach`.
  func greys(_ values: [Float], of window: Region) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(shape.voxelCount)
    let (rows, columns) = (window.y.count, window.x.count)
    let layer = rows * columns
    each { z, y, x in
      let (k, fz) = split(z, window.z, isPlanar)
      let (j, fy) = split(y, window.y, false)
      let (i, fx) = split(x, window.x, false)
      let first = k * layer + j * columns + i
      func plane(_ at: Int) -> Float {
        let top = values[at] + (values[at + 1] - values[at]) * fx
        let below = at + columns
        let bottom = values[below] + (values[below + 1] - values[below]) * fx
        return top + (bottom - top) * fy
      }
      let near = plane(first)
      result.append(fz > 0 ? near + (plane(first + layer) - near) * fz : near)
    }
    return result
  }

  /// The crop's labels: those of the nearest voxels of `window`.
  func labels(_ values: [UInt8], of window: Region) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(shape.voxelCount)
    each { z, y, x in
      let k = nearest(z, window.z)
      let j = nearest(y, window.y)
      let i = nearest(x, window.x)
      result.append(values[(k * window.y.count + j) * window.x.count + i])
    }
    return result
  }

  private func each(_ body: (Double, Double, Double) -> Void) {
    let middle = (
      half(shape.z), half(shape.y), half(shape.x)
    )
    for z in 0..<shape.z {
      for y in 0..<shape.y {
        for x in 0..<shape.x {
          let q = source(z, y, x)
          body(q.0 + middle.0, q.1 + middle.1, q.2 + middle.2)
        }
      }
    }
  }

  private func half(_ extent: Int) -> Double { Double(extent - 1) / 2 - Double((extent - 1) / 2) }

  private func split(_ place: Double, _ range: Range<Int>, _ isWhole: Bool) -> (Int, Float) {
    let low = place.rounded(.down)
    let index = Int(low) - range.lowerBound
    if isWhole { return (min(max(index, 0), range.count - 1), 0) }
    return (min(max(index, 0), max(range.count - 2, 0)), Float(place - low))
  }

  private func nearest(_ place: Double, _ range: Range<Int>) -> Int {
    min(max(Int((place + 0.5).rounded(.down)) - range.lowerBound, 0), range.count - 1)
  }
}

/// A smooth random field of deviation `deviation`: cubic B-splines between control points.
private func smoothField(
  _ shape: Shape3, _ isPlanar: Bool, _ spacing: Double, _ deviation: Double,
  _ random: inout SeededRandom
) -> [Float] {
  let extents = [isPlanar ? 1 : shape.z, shape.y, shape.x]
  let points = extents.map { $0 == 1 ? 1 : Int(Double($0 - 1) / spacing) + 4 }
  var field = random.normals(count: points.reduce(1, *)).map { $0 * Float(deviation) }
  var size = points
  // One axis after the other; a B-spline's weights add up to 1, and make a deviation a little smaller.
  for axis in 0..<3 where extents[axis] > 1 {
    let before = size[..<axis].reduce(1, *)
    let after = size[(axis + 1)...].reduce(1, *)
    var next = [Float](repeating: 0, count: before * extents[axis] * after)
    for i in 0..<extents[axis] {
      let place = Double(i) / spacing
      let first = Int(place)
      let weights = splineWeights(place - Double(first))
      for b in 0..<before {
        for a in 0..<after {
          var sum: Float = 0
          for k in 0..<4 {
            sum += weights[k] * field[(b * size[axis] + first + k) * after + a]
          }
          next[(b * extents[axis] + i) * after + a] = sum
        }
      }
    }
    field = next
    size[axis] = extents[axis]
  }
  return field
}

/// The weights of four control points `t` of the way from the second to the third.
private func splineWeights(_ t: Double) -> [Float] {
  let s = 1 - t
  return [
    s * s * s / 6, (3 * t * t * t - 6 * t * t + 4) / 6, (3 * s * s * s - 6 * s * s + 4) / 6,
    t * t * t / 6,
  ].map { Float($0) }
}

/// Sine and cosine.
func sinCos(_ angle: Double) -> (Double, Double) { (sin(angle), cos(angle)) }
