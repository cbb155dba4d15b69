/// Counts that add up over blocks in any order.
final class Counts: @unchecked Sendable {
  var values: [Int64]

  init(_ count: Int) { values = [Int64](repeating: 0, count: count) }

  /// The sum of all.
  static func sum(_ all: [Counts], _ count: Int) -> [Int] {
    var sum = [Int](repeating: 0, count: count)
    for one in all { for (i, value) in one.values.enumerated() { sum[i] += Int(value) } }
    return sum
  }
}
