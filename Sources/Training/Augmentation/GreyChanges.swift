import Glibc
import VolumeCore

/// Changes of a crop's grey values that leave its labels right.
struct GreyChanges: Sendable {
  let options: AugmentationOptions
  /// A grey level of the scan's type, normalised.
  let level: Float
  /// How alike the noise of neighbours is.
  let correlation: Double
  /// Whether the scan's normalisation clips: then what was changed is clipped again.
  let clips: Bool

  /// Changes `greys`, layers of a crop of `shape`.
  func apply(to greys: inout [Float], shape: Shape3, _ random: inout SeededRandom) {
    // Every number is drawn whatever is on, so that one switch does not change all others' draws.
    let shift = Float(random.around(options.valueShift)) * level
    let factor = Float(exp(random.around(options.greyScale)))
    let offset = Float(random.around(options.greyOffset))
    let power = Float(exp(random.around(options.gamma)))
    let noise = Float(random.unit() * options.noise)
    let blur = random.unit() < options.share ? random.unit() * options.blur : 0
    let streaks = random.unit() < options.share ? Float(random.unit() * options.rings) : 0
    if options.blur > 0, blur > 0.1 { smooth(&greys, shape, deviation: blur) }
    if options.gamma > 0 {
      for i in greys.indices where greys[i] > 0 { greys[i] = powf(greys[i], power) }
    }
    if factor != 1 || offset != 0 || shift != 0 {
      for i in greys.indices { greys[i] = greys[i] * factor + offset + shift }
    }
    if noise > 0 {
      let field = texture(shape, &random)
      for i in greys.indices { greys[i] += noise * field[i] }
    }
    if options.rings > 0, streaks > 0 { add(streaks, to: &greys, shape, &random) }
    if clips { for i in greys.indices { greys[i] = min(max(greys[i], 0), 1) } }
  }

  /// Noise of deviation 1 whose neighbours are alike as the scan's: white noise under a Gaussian of the
  /// width for which exp(-1 / (4 width²)) is that number.
  private func texture(_ shape: Shape3, _ random: inout SeededRandom) -> [Float] {
    var field = random.normals(count: shape.voxelCount)
    guard correlation > 0.05 else { return field }
    let width = 0.5 / (-log(correlation)).squareRoot()
    smooth(&field, shape, deviation: width)
    var squares: Float = 0
    for value in field { squares += value * value }
    let scale = 1 / max((squares / Float(field.count)).squareRoot(), 1e-6)
    for i in field.indices { field[i] *= scale }
    return field
  }

  /// Streaks along circles round a far centre, as a detector's uneven pixels leave them.
  private func add(
    _ amplitude: Float, to greys: inout [Float], _ shape: Shape3, _ random: inout SeededRandom
  ) {
    let angle = 2 * Double.pi * random.unit()
    let distance = Double(max(shape.y, shape.x)) * (0.5 + 5 * random.unit())
    let (sine, cosine) = sinCos(angle)
    let (cy, cx) = (
      Double(shape.y) / 2 + distance * sine, Double(shape.x) / 2 + distance * cosine
    )
    let farthest = Int(distance) + shape.y + shape.x
    var profile = random.normals(count: farthest + 2)
    // Few pixels are off, and those by much: a cube keeps the large and shrinks the small.
    for i in profile.indices { profile[i] = profile[i] * profile[i] * profile[i] / 3 }
    for y in 0..<shape.y {
      for x in 0..<shape.x {
        let (dy, dx) = (Double(y) - cy, Double(x) - cx)
        let radius = (dy * dy + dx * dx).squareRoot()
        let first = min(Int(radius), farthest)
        let part = Float(radius - radius.rounded(.down))
        let value = amplitude * (profile[first] * (1 - part) + profile[first + 1] * part)
        for z in 0..<shape.z { greys[(z * shape.y + y) * shape.x + x] += value }
      }
    }
  }
}

/// Each layer under a Gaussian of `deviation` voxels, mirrored at the edges.
func smooth(_ values: inout [Float], _ shape: Shape3, deviation: Double) {
  let reach = max(1, Int((3 * deviation).rounded(.up)))
  var weights = (-reach...reach).map { Float(exp(-Double($0 * $0) / (2 * deviation * deviation))) }
  let sum = weights.reduce(0, +)
  for i in weights.indices { weights[i] /= sum }
  let (rows, columns) = (shape.y, shape.x)
  var line = [Float](repeating: 0, count: max(rows, columns))
  for z in 0..<shape.z {
    let layer = z * rows * columns
    for (count, other, step, stride) in [
      (columns, rows, 1, columns), (rows, columns, columns, 1),
    ] where count > 1 {
      for k in 0..<other {
        let first = layer + k * stride
        for i in 0..<count {
          var total: Float = 0
          if i >= reach, i + reach < count {
            for (w, weight) in weights.enumerated() {
              total += weight * values[first + (i - reach + w) * step]
            }
          } else {
            for (w, weight) in weights.enumerated() {
              total += weight * values[first + mirror(i - reach + w, count) * step]
            }
          }
          line[i] = total
        }
        for i in 0..<count { values[first + i * step] = line[i] }
      }
    }
  }
}
