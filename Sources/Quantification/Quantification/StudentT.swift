import Glibc

/// Student's t distribution, for any number of degrees of freedom above 0.
package enum StudentT {
  /// The value that is exceeded with probability `(1 - confidence) / 2`: 1.96 for 95 % and many
  /// degrees of freedom, 12.7 for one.
  package static func factor(confidence: Double, freedom: Double) -> Double {
    var (low, high) = (0.0, 1.0)
    while outside(high, freedom) > 1 - confidence, high < 1e9 { (low, high) = (high, high * 2) }
    for _ in 0..<80 {
      let middle = (low + high) / 2
      if outside(middle, freedom) > 1 - confidence { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// The probability of a value beyond `t` on either side: the incomplete beta function of
  /// ν / (ν + t²).
  package static func outside(_ t: Double, _ freedom: Double) -> Double {
    beta(freedom / (freedom + t * t), freedom / 2, 0.5)
  }

  /// The regularised incomplete beta function, by its continued fraction (DLMF 8.17.22).
  private static func beta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    // The fraction converges fast below the mean; above it, the other tail is computed.
    guard x <= (a + 1) / (a + b + 2) else { return 1 - beta(1 - x, b, a) }
    let scale: Double = lgamma(a + b) - lgamma(a) - lgamma(b)
    let powers: Double = a * log(x) + b * log(1 - x)
    let front = exp(scale + powers)
    let least = 1e-300
    var c = 1.0
    var d = 1 / nonzero(1 - (a + b) * x / (a + 1), least)
    var value = d
    for step in 1..<400 {
      let m = Double(step)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / nonzero(1 + even * d, least)
      c = nonzero(1 + even / c, least)
      value *= d * c
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / nonzero(1 + odd * d, least)
      c = nonzero(1 + odd / c, least)
      value *= d * c
      if abs(d * c - 1) < 1e-14 { break }
    }
    return front * value / a
  }

  private static func nonzero(_ value: Double, _ least: Double) -> Double {
    abs(value) < least ? least : value
  }
}
