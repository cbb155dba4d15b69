/// A curve given by points, straight between them and level outside.
struct Table: Hashable, Sendable {
  private let x: [Double]
  private let y: [Double]

  /// The curve through `points`, whose first coordinates rise.
  init(_ points: [(x: Double, y: Double)]) {
    x = points.map(\.x)
    y = points.map(\.y)
    precondition(zip(x, x.dropFirst()).allSatisfy { $0 < $1 }, "points in order")
  }

  /// The value at `position`.
  func callAsFunction(_ position: Double) -> Double {
    guard let after = x.firstIndex(where: { position < $0 }) else { return y[y.count - 1] }
    guard after > 0 else { return y[0] }
    let share = (position - x[after - 1]) / (x[after] - x[after - 1])
    return y[after - 1] + share * (y[after] - y[after - 1])
  }
}

/// A `Table` sampled finely, for the inner loops.
struct SampledTable: Hashable, Sendable {
  private static let perUnit: Float = 16
  private let low: Float
  private let values: [Float]

  /// Samples `table` over `range`; outside, the ends go on.
  init(_ table: Table, over range: ClosedRange<Int>) {
    low = Float(range.lowerBound)
    let count = (range.upperBound - range.lowerBound) * Int(Self.perUnit) + 1
    values = (0..<count).map {
      Float(table(Double(range.lowerBound) + Double($0) / Double(Self.perUnit)))
    }
  }

  /// The value at `position`.
  @inline(__always)
  func callAsFunction(_ position: Float) -> Float {
    let place = max(0, min((position - low) * Self.perUnit, Float(values.count - 1)))
    let index = min(Int(place), values.count - 2)
    let share = place - Float(index)
    return values[index] + share * (values[index + 1] - values[index])
  }
}
