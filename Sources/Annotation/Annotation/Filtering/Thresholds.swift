import VolumeCore

/// How thresholds are found in a histogram. A voxel above a threshold belongs to the next class.
public enum ThresholdMethod: String, Hashable, Sendable, CaseIterable {
  /// The greatest variance between classes (Otsu, IEEE Trans. Systems, Man and Cybernetics 9, 1979; for
  /// several thresholds Liao, Chen and Chung 2001), in at most 256 bins where there is more than one.
  case otsu
  /// Means that are moved until each value belongs to the nearest (Lloyd 1982), beginning at equal
  /// shares of the voxels.
  case kmeans

  /// The `count` thresholds of `histogram`, rising; throws where fewer values occur than classes.
  public func thresholds(
    of histogram: GreyHistogram, count: Int
  ) throws(Explanation) -> [Double] {
    let values = histogram.counts.count { $0 > 0 }
    guard values > count else {
      throw Explanation(
        .input, "\(count + 1) classes were asked for, and \(values) grey values occur",
        remedy: "ask for fewer classes")
    }
    switch self {
    case .otsu:
      let few = count == 1 ? histogram : histogram.narrowed(to: 256)
      let cuts = count == 1 ? [Self.otsu(few.counts)] : Self.severalOtsu(few.counts, count)
      // The upper edge of the last bin below, where bins hold several values.
      let half = few.step > histogram.step || few.step != 1 ? 0.5 : 0
      return cuts.map { few.value(Double($0) + half) }
    case .kmeans:
      return Self.means(histogram, count + 1)
    }
  }

  /// The last bin of the lower class.
  static func otsu(_ counts: [Int]) -> Int {
    let total = Double(counts.reduce(0, +))
    let sum = counts.enumerated().reduce(0.0) { $0 + Double($1.offset) * Double($1.element) }
    var (below, belowSum) = (0.0, 0.0)
    var (best, cut) = (-1.0, 0)
    for (bin, count) in counts.enumerated().dropLast() {
      below += Double(count)
      belowSum += Double(count) * Double(bin)
      guard below > 0, below < total else { continue }
      let difference = belowSum / below - (sum - belowSum) / (total - below)
      let variance = below * (total - below) * difference * difference
      if variance > best { (best, cut) = (variance, bin) }
    }
    return cut
  }

  /// The last bins of all classes but the uppermost, by dynamic programming.
  static func severalOtsu(_ counts: [Int], _ cuts: Int) -> [Int] {
    let n = counts.count
    var weight = [0.0]
    var moment = [0.0]
    for (bin, count) in counts.enumerated() {
      weight.append((weight.last ?? 0) + Double(count))
      moment.append((moment.last ?? 0) + Double(count) * Double(bin))
    }
    /// The weight of bins `a..<b` times the square of their mean.
    func gain(_ a: Int, _ b: Int) -> Double {
      let w = weight[b] - weight[a]
      let m = moment[b] - moment[a]
      return w > 0 ? m * m / w : 0
    }
    var best = (0...n).map { gain(0, $0) }
    var choices: [[Int]] = []
    for _ in 0..<cuts {
      var next = [Double](repeating: -1, count: n + 1)
      var choice = [Int](repeating: 0, count: n + 1)
      for end in 1...n {
        for cut in 0..<end {
          let value = best[cut] + gain(cut, end)
          if value > next[end] { (next[end], choice[end]) = (value, cut) }
        }
      }
      best = next
      choices.append(choice)
    }
    var result: [Int] = []
    var end = n
    for choice in choices.reversed() {
      end = choice[end]
      result.append(max(end - 1, 0))
    }
    return result.reversed()
  }

  /// Halfway between neighbouring means.
  static func means(_ histogram: GreyHistogram, _ classes: Int) -> [Double] {
    let bins = histogram.counts.indices.filter { histogram.counts[$0] > 0 }
    let total = bins.reduce(0) { $0 + histogram.counts[$1] }
    var means: [Double] = []
    var (seen, place) = (0, 0)
    for rank in 0..<classes {
      let wanted = (2 * rank + 1) * total / (2 * classes)
      while place < bins.count - 1, seen + histogram.counts[bins[place]] <= wanted {
        seen += histogram.counts[bins[place]]
        place += 1
      }
      means.append(Double(bins[place]))
    }
    // Equal beginnings would stay equal.
    for rank in means.indices.dropFirst() where means[rank] <= means[rank - 1] {
      means[rank] = means[rank - 1] + 1
    }
    for _ in 0..<1000 {
      let cuts = zip(means, means.dropFirst()).map { ($0 + $1) / 2 }
      var counts = [Int](repeating: 0, count: classes)
      var sums = [Int](repeating: 0, count: classes)
      var rank = 0
      for bin in bins {
        while rank < cuts.count, Double(bin) > cuts[rank] { rank += 1 }
        counts[rank] += histogram.counts[bin]
        sums[rank] += histogram.counts[bin] * bin
      }
      let moved = means.indices.map { rank in
        counts[rank] > 0 ? Double(sums[rank]) / Double(counts[rank]) : means[rank]
      }
      if moved == means { break }
      means = moved
    }
    return zip(means, means.dropFirst()).map { histogram.value(($0 + $1) / 2) }
  }
}
