import Glibc
import VolumeCore

/// How far the mean of a correlated field may be off, told from the field itself.
///
/// The variance of the mean is the field's power at wave number 0, which one field does not show;
/// but it shows the powers of its longest waves, and those go smoothly towards it. So the powers of
/// the lowest cosine modes are fitted by
///
///     log power = a - b_z k_z^1.5 - b_y k_y^1.5 - b_x k_x^1.5,  b >= 0
///
/// as what they are, chi-squared numbers of one degree of freedom, and the fit is read at 0: the
/// method of Heidelberger and Welch (Communications of the ACM 24, 1981) for one axis, here for
/// three. Blocks would have to be larger than the correlation length and many at once, which fibres
/// half as long as the volume do not allow.
public struct MeanVariance: Hashable, Sendable {
  /// The variance of the mean.
  public let variance: Double
  /// How well it is known: that of a sum of so many squares.
  public let freedom: Double

  init(variance: Double, freedom: Double) {
    self.variance = variance
    self.freedom = freedom
  }

  /// The highest wave number, in half waves over the volume's edge.
  static let highest = 4
  /// How powers fall with the wave number.
  private static let exponent = 1.5
  /// Fewer powers than this tell nothing.
  private static let fewest = 4

  /// The variance of the mean of `fields`, which are independent and count alike; each is given by
  /// its cells, in C order: `value` sums the field's deviations from the mean of all, and `weight`
  /// its voxels. `nil` where there are too few cells.
  static func of(_ fields: [[Cell]], count: Shape3) -> MeanVariance? {
    let modes = Self.modes(count)
    var powers: [Double] = []
    var rows: [[Double]] = []
    let whole = fields.reduce(0) { $0 + $1.reduce(0) { $0 + $1.weight } }
    var means: [(mean: Double, weight: Double)] = []
    for field in fields {
      let weight = field.reduce(0) { $0 + $1.weight }
      guard weight > 0 else { continue }
      let mean = field.reduce(0) { $0 + $1.value } / weight
      means.append((mean, weight))
      for mode in modes {
        guard let power = Self.power(of: mode, in: field, count, mean, weight) else { continue }
        powers.append(power)
        rows.append(
          [1] + [mode.z, mode.y, mode.x].map { -pow(Double($0), exponent) })
      }
    }
    guard let first = means.first else { return nil }
    // What sets fields apart is power at wave number 0.
    let centre = means.reduce(0) { $0 + $1.mean * $1.weight } / whole
    let between = means.dropFirst().count
    if between > 0 {
      let spread = means.reduce(0) { sum, field in
        sum + field.weight / whole * (field.mean - centre) * (field.mean - centre)
      }
      let power = spread * Double(means.count) / Double(between)
      for _ in 0..<between {
        powers.append(power)
        rows.append([1, 0, 0, 0])
      }
    }
    guard powers.count >= fewest else { return nil }
    let scale = powers.reduce(0, +) / Double(powers.count)
    guard scale > 0, first.weight > 0 else {
      return MeanVariance(variance: 0, freedom: Double(powers.count))
    }
    let used = [true] + [count.z > 1, count.y > 1, count.x > 1]
    let fit = PowerFit(powers: powers.map { $0 / scale }, rows: rows, used: used)
    // Fields of unequal weight tell as much as fewer equal ones.
    let share = means.reduce(0) { $0 + ($1.weight / whole) * ($1.weight / whole) }
    return MeanVariance(
      variance: exp(fit.coefficients[0]) * scale * share,
      freedom: max(1, 2 / fit.varianceOfFirst))
  }

  /// A cell of a field.
  struct Cell: Hashable, Sendable {
    /// The sum over its voxels.
    var value: Double
    /// The voxels that count.
    var weight: Double
  }

  /// The wave numbers that are looked at: within a ball, without 0.
  private static func modes(_ count: Shape3) -> [Index3] {
    func numbers(_ cells: Int) -> Range<Int> { 0..<(min(highest, cells - 1) + 1) }
    return Region(z: numbers(count.z), y: numbers(count.y), x: numbers(count.x)).indices.filter {
      let square = $0.z * $0.z + $0.y * $0.y + $0.x * $0.x
      return square > 0 && square <= highest * highest
    }
  }

  /// What `mode` would make the mean's variance, were all modes like it.
  private static func power(
    of mode: Index3, in field: [Cell], _ count: Shape3, _ mean: Double, _ weight: Double
  ) -> Double? {
    let waves = [
      wave(mode.z, count.z), wave(mode.y, count.y), wave(mode.x, count.x),
    ]
    var place = 0
    var (sum, weightedWave, weightedSquare) = (0.0, 0.0, 0.0)
    for z in 0..<count.z {
      for y in 0..<count.y {
        let outer = waves[0][z] * waves[1][y]
        for x in 0..<count.x {
          let value = outer * waves[2][x]
          let cell = field[place]
          sum += (cell.value - mean * cell.weight) * value
          weightedWave += cell.weight * value
          weightedSquare += cell.weight * value * value
          place += 1
        }
      }
    }
    // Cells that are cut off or empty make a wave's mean other than 0.
    let norm = weightedSquare / weight - (weightedWave / weight) * (weightedWave / weight)
    guard norm > 1e-6 else { return nil }
    return sum * sum / (weight * weight * norm)
  }

  private static func wave(_ number: Int, _ cells: Int) -> [Double] {
    (0..<cells).map { cos(Double.pi * Double(number) * (Double($0) + 0.5) / Double(cells)) }
  }
}
