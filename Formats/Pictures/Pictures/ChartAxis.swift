import Glibc

/// One axis of a chart: where a value lies on it, and which values are written beside it.
struct ChartAxis: Hashable, Sendable {
  private let low: Double
  private let high: Double
  private let isLog: Bool

  /// An axis that holds `values`.
  init(_ values: [Double], isLog: Bool) {
    self.isLog = isLog
    var low = values.min() ?? (isLog ? 1 : 0)
    var high = values.max() ?? (isLog ? 10 : 1)
    if isLog {
      if high <= low * 1.001 { (low, high) = (low / 2, high * 2) }
      (self.low, self.high) = (log10(low), log10(high))
    } else {
      if high - low < 1e-12 { (low, high) = (low - 0.5, high + 0.5) }
      let margin = (high - low) * 0.04
      // An axis that begins near 0 begins there.
      self.low = low >= 0 && low < high * 0.3 ? 0 : low - margin
      self.high = high + margin
    }
  }

  /// How far along it `value` lies: from 0 to 1.
  func place(_ value: Double) -> Double {
    ((isLog ? log10(value) : value) - low) / (high - low)
  }

  /// About `count` round values.
  func ticks(_ count: Int) -> [Double] {
    if isLog, high - low > 1 {
      let step = max(1, Int(((high - low) / Double(count)).rounded(.up)))
      return stride(from: Int(low.rounded(.up)), through: Int(high.rounded(.down)), by: step).map {
        pow(10, Double($0))
      }
    }
    let (bottom, top) = isLog ? (pow(10, low), pow(10, high)) : (low, high)
    let rough = (top - bottom) / Double(count)
    let power = pow(10, floor(log10(rough)))
    let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough } ?? rough
    return stride(from: (bottom / step).rounded(.up) * step, through: top, by: step).map {
      abs($0) < step / 1e6 ? 0 : $0
    }
  }

  /// A value as short as it may be.
  static func words(_ value: Double) -> String {
    if value == 0 { return "0" }
    let magnitude = abs(value)
    if magnitude >= 1e5 || magnitude < 1e-3 {
      let exponent = Int(floor(log10(magnitude) + 1e-9))
      let digits = value / pow(10, Double(exponent))
      return "\(short(digits))e\(exponent)"
    }
    return short(value)
  }

  private static func short(_ value: Double) -> String {
    let rounded = (value * 1e4).rounded() / 1e4
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }
}
