import VolumeCore

/// The grey value below which a voxel is as dark as air.
///
/// Means of many voxels, in which fibres and matrix are one material, fall into two kinds where there is
/// air, and tell which places are material. Of those places alone the most frequent grey is the matrix;
/// the threshold lies halfway from the air's to it.
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
  /// How far apart the two kinds of places lie, in units of their deviations together: the halves of
  /// one peak are 1.3 apart, those of values that are all as frequent 1.7.
  static let leastDistance = 2.0

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
    let cut = Histogram(means, low: Double(low), high: Double(high), steps: 64).otsu
    let dark = Spread(means.filter { Double($0) < cut })
    let bright = Spread(means.filter { Double($0) >= cut })
    let share = Double(dark.count) / Double(dark.count + bright.count)
    guard share >= Self.smallestShare, share <= 1 - Self.smallestShare,
      bright.mean - dark.mean > Self.leastDistance * (dark.deviation + bright.deviation)
    else { throw .onePart(low: Double(low), high: Double(high)) }
    // Places at the edge are of both: those beyond the mean of their kind are of one alone.
    func mode(_ isWanted: (Double) -> Bool) -> Double? {
      let values = zip(sample.fine, sample.places).filter {
        $0.0.isFinite && isWanted(Double(sample.means[Int($0.1)]))
      }.map(\.0)
      guard let low = values.min(), let high = values.max() else { return nil }
      return low == high
        ? Double(low)
        : Histogram(values, low: Double(low), high: Double(high), steps: Self.steps).mode
    }
    guard let air = mode({ $0 <= dark.mean }), let material = mode({ $0 >= bright.mean }),
      air < material
    else { throw .flat }
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
}

/// How many values there are, and where.
struct Spread {
  let count: Int
  let mean: Double
  let deviation: Double

  init(_ values: [Float]) {
    count = values.count
    mean = values.reduce(0) { $0 + Double($1) } / Double(max(count, 1))
    let mean = mean
    let squares = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    deviation = (squares / Double(max(count, 1))).squareRoot()
  }
}
