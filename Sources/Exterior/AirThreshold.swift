import VolumeCore

/// The grey value below which a voxel is as dark as air.
///
/// Two histograms of the same layers decide. In the coarse one a value is the mean of many voxels, in
/// which fibres and matrix are one material: it has two peaks where there is air, and its valley tells
/// which places are material. In the fine one, of those places alone, the most frequent value is the
/// matrix; the threshold lies halfway from the air's to it.
package struct AirThreshold: Hashable, Sendable {
  /// The grey below which it is dark.
  package var value: Double
  /// The most frequent grey of places that are air.
  package var air: Double
  /// The most frequent grey of places that are material.
  package var material: Double

  /// Steps of a histogram.
  static let steps = 256
  /// Air that takes a smaller part of the layers looked at is not found.
  static let smallestShare = 0.01

  /// Half-size voxels of some boxes, and the mean of each coarse place.
  struct Sample {
    /// The half-size voxels.
    var fine: [Float] = []
    /// The coarse place that each belongs to.
    var places: [Int32] = []
    /// The mean of each place.
    var means: [Float] = []
  }

  /// Why there is none.
  package enum Absence: Error, Hashable {
    /// No finite value was seen, or one alone.
    case flat
    /// The coarse histogram has no two parts that stand apart.
    case onePart(low: Double, high: Double)
  }

  init(_ sample: Sample) throws(Absence) {
    let means = sample.means.filter(\.isFinite)
    guard let low = means.min(), let high = means.max(), low < high else { throw .flat }
    let coarse = Histogram(means, low: Double(low), high: Double(high), steps: 64)
    let cut = coarse.otsu
    let isAir = sample.means.map { Double($0) < cut }
    let share = Double(isAir.count { $0 }) / Double(isAir.count)
    guard share >= Self.smallestShare, share <= 1 - Self.smallestShare, coarse.isValley(at: cut)
    else { throw .onePart(low: Double(low), high: Double(high)) }
    func mode(_ wanted: Bool) -> Double? {
      let values = zip(sample.fine, sample.places).filter {
        $0.0.isFinite && isAir[Int($0.1)] == wanted
      }.map(\.0)
      guard let low = values.min(), let high = values.max() else { return nil }
      return low == high
        ? Double(low)
        : Histogram(values, low: Double(low), high: Double(high), steps: Self.steps).mode
    }
    guard let air = mode(true), let material = mode(false), air < material else { throw .flat }
    self.air = air
    self.material = material
    value = (air + material) / 2
  }
}

/// How often values occur, in equal steps.
struct Histogram {
  let low: Double
  let width: Double
  let counts: [Double]

  init(_ values: [Float], low: Double, high: Double, steps: Int) {
    self.low = low
    width = (high - low) / Double(steps)
    var counts = [Double](repeating: 0, count: steps)
    for value in values {
      counts[max(0, min(steps - 1, Int((Double(value) - low) / width)))] += 1
    }
    self.counts = counts
  }

  /// The middle of the most frequent step, the neighbours counted with it.
  var mode: Double { centre(peak(counts.indices)) }

  private func centre(_ step: Int) -> Double { low + (Double(step) + 0.5) * width }

  /// The step that is highest with its two neighbours.
  private func peak(_ range: Range<Int>) -> Int {
    range.max { smooth($0) < smooth($1) } ?? range.lowerBound
  }

  private func smooth(_ step: Int) -> Double {
    counts[step] * 2 + (step > 0 ? counts[step - 1] : counts[step])
      + (step + 1 < counts.count ? counts[step + 1] : counts[step])
  }

  /// The value that parts the two classes whose means lie farthest apart for their sizes (Otsu,
  /// 1979, IEEE Trans. Syst. Man Cybern. 9:62).
  var otsu: Double {
    let total = counts.reduce(0, +)
    let sum = counts.indices.reduce(0.0) { $0 + Double($1) * counts[$1] }
    var (below, sumBelow) = (0.0, 0.0)
    // Of equally good places, as between two peaks, the middle.
    var (best, first, last) = (-1.0, 0, 0)
    for step in counts.indices.dropLast() {
      below += counts[step]
      sumBelow += Double(step) * counts[step]
      guard below > 0, below < total else { continue }
      let difference = sumBelow / below - (sum - sumBelow) / (total - below)
      let between = below * (total - below) * difference * difference
      if between > best * (1 + 1e-12) {
        (best, first, last) = (between, step, step)
      } else if between >= best * (1 - 1e-12) {
        last = step
      }
    }
    return low + (Double(first + last) / 2 + 1) * width
  }

  /// Whether the histogram sinks to below a third of the lower of its two peaks between them.
  func isValley(at cut: Double) -> Bool {
    let step = max(1, min(counts.count - 1, Int((cut - low) / width)))
    let (left, right) = (peak(0..<step), peak(step..<counts.count))
    guard left + 1 < right else { return false }
    let floor = ((left + 1)..<right).map(smooth).min() ?? 0
    return 3 * floor < min(smooth(left), smooth(right))
  }
}
