import Glibc

/// What must be added to the scores of a network in bytes so that, where two classes are close, each wins
/// as often as in single precision: rounding moves scores a little, and always the same way, which a
/// volume fraction would show.
///
/// For every voxel with classes a and b at the top and a margin below `closest`, the offsets should make
/// up for how much the margin moved; all voxels together, by least squares.
package struct ScoreOffsets {
  /// Margins, in logarithms of probabilities, that count as close.
  static let closest: Float = 2

  private let classes: Int
  /// For each pair (a, b): how many voxels, and the sum of what a's margin over b lost.
  private var count: [Int]
  private var loss: [Double]

  package init(classes: Int) {
    self.classes = classes
    count = Array(repeating: 0, count: classes * classes)
    loss = Array(repeating: 0, count: classes * classes)
  }

  /// Adds voxels with their probabilities of each class, in single precision and in bytes.
  package mutating func add(_ single: [Float], _ bytes: [Float]) {
    func logarithm(_ value: Float) -> Float { logf(max(value, 1e-7)) }
    for voxel in stride(from: 0, to: single.count, by: classes) {
      var (first, second) = (0, -1)
      for k in 1..<classes {
        if single[voxel + k] > single[voxel + first] {
          (first, second) = (k, first)
        } else if second < 0 || single[voxel + k] > single[voxel + second] {
          second = k
        }
      }
      let margin = logarithm(single[voxel + first]) - logarithm(single[voxel + second])
      guard margin < Self.closest else { continue }
      let now = logarithm(bytes[voxel + first]) - logarithm(bytes[voxel + second])
      count[first * classes + second] += 1
      loss[first * classes + second] += Double(margin - now)
    }
  }

  /// The offsets; those of classes that are never close are 0.
  package var offsets: [Float] {
    var result = [Double](repeating: 0, count: classes)
    for _ in 0..<200 {
      for a in 0..<classes {
        var (sum, weight) = (0.0, 0)
        for b in 0..<classes where b != a {
          let (ab, ba) = (a * classes + b, b * classes + a)
          sum += loss[ab] - loss[ba] + Double(count[ab] + count[ba]) * result[b]
          weight += count[ab] + count[ba]
        }
        if weight > 0 { result[a] = sum / Double(weight) }
      }
      // Only differences count.
      let mean = result.reduce(0, +) / Double(classes)
      for a in 0..<classes { result[a] -= mean }
    }
    return result.map(Float.init)
  }
}
