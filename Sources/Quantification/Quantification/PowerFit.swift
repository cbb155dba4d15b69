import Glibc

/// The most likely logarithms of the means of chi-squared numbers of one degree of freedom, as sums
/// of given rows with coefficients of which all but the first are at least 0.
///
/// Fisher's scoring; a coefficient that would fall below 0 is held there.
struct PowerFit {
  /// The first, and one for each other column.
  let coefficients: [Double]
  /// The variance of the first.
  let varianceOfFirst: Double

  private static let steps = 60
  private static let steepest = 3.0

  init(powers: [Double], rows: [[Double]], used: [Bool]) {
    let width = rows[0].count
    let mean = powers.reduce(0, +) / Double(powers.count)
    var b = (0..<width).map { $0 == 0 ? log(mean) : used[$0] ? 0.1 : 0 }
    // What Fisher tells of all coefficients does not change with them.
    var information = [[Double]](repeating: Array(repeating: 0, count: width), count: width)
    for row in rows {
      for i in 0..<width { for j in 0..<width { information[i][j] += 0.5 * row[i] * row[j] } }
    }
    var free = used
    for _ in 0..<Self.steps {
      var slope = [Double](repeating: 0, count: width)
      for (power, row) in zip(powers, rows) {
        let level = zip(b, row).reduce(0) { $0 + $1.0 * $1.1 }
        let excess = 0.5 * (power * exp(-level) - 1)
        for i in 0..<width { slope[i] += excess * row[i] }
      }
      free = (0..<width).map { used[$0] && ($0 == 0 || b[$0] > 0 || slope[$0] > 0) }
      var step = Self.solve(information, slope, free)
      let largest = step.map { abs($0) }.max() ?? 0
      if largest > 1 { step = step.map { $0 / largest } }
      for i in 0..<width { b[i] += step[i] }
      for i in 1..<width { b[i] = min(max(b[i], 0), Self.steepest) }
      if largest < 1e-7 { break }
    }
    coefficients = b
    let unit = (0..<width).map { $0 == 0 ? 1.0 : 0 }
    varianceOfFirst = Self.solve(information, unit, free)[0]
  }

  /// Solves for the `free` unknowns, the others being 0, by elimination with a small ridge, so that
  /// columns that tell the same do no harm.
  private static func solve(
    _ matrix: [[Double]], _ right: [Double], _ free: [Bool]
  ) -> [Double] {
    let places = free.indices.filter { free[$0] }
    var a = places.map { i in places.map { matrix[i][$0] } }
    var b = places.map { right[$0] }
    for i in a.indices { a[i][i] *= 1 + 1e-9 }
    for i in a.indices {
      guard a[i][i] > 1e-12 else { continue }
      for j in (i + 1)..<max(a.count, i + 1) {
        let factor = a[j][i] / a[i][i]
        for k in i..<a.count { a[j][k] -= factor * a[i][k] }
        b[j] -= factor * b[i]
      }
    }
    var x = [Double](repeating: 0, count: a.count)
    for i in a.indices.reversed() where a[i][i] > 1e-12 {
      var sum = b[i]
      for k in (i + 1)..<max(a.count, i + 1) { sum -= a[i][k] * x[k] }
      x[i] = sum / a[i][i]
    }
    var result = [Double](repeating: 0, count: free.count)
    for (place, value) in zip(places, x) { result[place] = value }
    return result
  }
}
