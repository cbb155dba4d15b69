import Glibc

/// The commonest grey of a scan, which is the matrix's: where it lies, how wide it is, and how many
/// voxels are at zero, as air and cut-off values are.
///
/// All in the unit that the network sees, 0 to 1.
public struct GreyPeak: Hashable, Sendable {
  /// The middle of the part of the peak above half its height.
  public var mode: Double
  /// Its width at half its height, as the standard deviation of a normal peak.
  public var spread: Double
  /// The share of values at 0 or below.
  public var zeros: Double

  /// A peak with these figures.
  public init(mode: Double, spread: Double, zeros: Double) {
    self.mode = mode
    self.spread = spread
    self.zeros = zeros
  }

  /// The peak of `values`, smallest first, whose steps are `step` where they are whole numbers of
  /// something; `nil` where there is none.
  public init?(ofSorted values: [Float], step: Float? = nil) {
    guard !values.isEmpty else { return nil }
    let first = values.firstIndex { $0 > 0 } ?? values.count
    let there = values[first...]
    guard let low = there.first else { return nil }
    let high = there[there.startIndex + (there.count - 1) * 999 / 1000]
    guard high > low else {
      self.init(mode: Double(low), spread: 0, zeros: Double(first) / Double(values.count))
      return
    }
    var width = (high - low) / 200
    var begin = low
    if let step, step > 0 {
      // Bins of whole steps, or every some bin would hold one more than its neighbours.
      width = max(1, (width / step).rounded(.up)) * step
      begin = low - step / 2
    }
    var bins = [Int](repeating: 0, count: Int((high - begin) / width) + 1)
    for value in there where value <= high { bins[Int((value - begin) / width)] += 1 }
    self.init(bins, low: Double(begin), width: Double(width))
    zeros = Double(first) / Double(values.count)
  }

  /// The peak of a histogram over 0 to 1, whose first bin holds what is at 0.
  public init?(ofHistogram counts: [Int]) {
    let total = counts.reduce(0, +)
    guard counts.count > 8, total > (counts.first ?? 0) else { return nil }
    var bins = counts
    bins[0] = 0
    self.init(bins, low: 0, width: 1 / Double(counts.count))
    zeros = Double(counts[0]) / Double(total)
  }

  private init?(_ counts: [Int], low: Double, width: Double) {
    // The mean of five bins: noise makes no peaks of its own.
    let smooth = counts.indices.map { i -> Double in
      let near = max(0, i - 2)..<min(counts.count, i + 3)
      return Double(counts[near].reduce(0, +)) / Double(near.count)
    }
    guard let top = smooth.indices.max(by: { smooth[$0] < smooth[$1] }), smooth[top] > 0 else {
      return nil
    }
    let half = smooth[top] / 2
    var first = top
    while first > 0, smooth[first - 1] >= half { first -= 1 }
    var last = top
    while last + 1 < smooth.count, smooth[last + 1] >= half { last += 1 }
    func crossing(_ inside: Int, _ outside: Int) -> Double {
      guard smooth.indices.contains(outside) else { return 0.5 }
      return (smooth[inside] - half) / max(smooth[inside] - smooth[outside], 1e-12)
    }
    let left = Double(first) - crossing(first, first - 1)
    let right = Double(last) + crossing(last, last + 1)
    var (sum, moment) = (0.0, 0.0)
    for i in first...last {
      sum += smooth[i]
      moment += smooth[i] * Double(i)
    }
    mode = low + (moment / sum + 0.5) * width
    let seen = (right - left) / (2 * (2 * log(2.0)).squareRoot())
    // The mean of five bins has made it wider.
    spread = max(seen * seen - 25.0 / 12, seen * seen / 4).squareRoot() * width
    zeros = 0
  }
}

/// How far one scan's grey lies from another's.
public struct GreyDrift: Hashable, Sendable {
  /// What may differ without a warning.
  public struct Limits: Hashable, Sendable {
    /// How far the mode may lie off, in the unit that the network sees.
    public var shift: Double
    /// The smallest and the largest factor on the spread.
    public var spread: ClosedRange<Double>
    /// How far the share of zeros may lie off.
    public var zeros: Double

    /// The limits.
    public init(shift: Double, spread: ClosedRange<Double>, zeros: Double) {
      self.shift = shift
      self.spread = spread
      self.zeros = zeros
    }

    /// Of the steps of one test: what the default model's training covered, where greys were moved
    /// by up to 10 of 255 and stretched by up to 12 %, less a fifth, since peaks are not known to the
    /// last.
    public static let betweenSteps = Limits(
      shift: 8.0 / 255, spread: 0.9...1.1, zeros: 0.02)
    /// Of a scan against training data: noise and blur were changed too.
    public static let fromTraining = Limits(
      shift: 10.0 / 255, spread: 0.6...1.6, zeros: 0.02)
  }

  /// The mode's distance.
  public var shift: Double
  /// The factor on the spread.
  public var stretch: Double
  /// The difference in the share of zeros.
  public var zeros: Double

  /// From `reference` to `peak`.
  public init(of peak: GreyPeak, from reference: GreyPeak) {
    shift = peak.mode - reference.mode
    stretch = reference.spread > 0 ? peak.spread / reference.spread : 1
    zeros = peak.zeros - reference.zeros
  }

  /// Whether any figure is beyond `limits`.
  public func isBeyond(_ limits: Limits) -> Bool {
    abs(shift) > limits.shift || !limits.spread.contains(stretch) || abs(zeros) > limits.zeros
  }
}

/// A linear map of grey values: `scale * grey + offset`, in the unit that the network sees.
public struct GreyMap: Hashable, Sendable {
  /// The factor.
  public var scale: Double
  /// What is added.
  public var offset: Double

  /// The map that lays `peak` over `reference`; `nil` where one of them has no width.
  public init?(from peak: GreyPeak, to reference: GreyPeak) {
    guard peak.spread > 0, reference.spread > 0 else { return nil }
    scale = reference.spread / peak.spread
    offset = reference.mode - scale * peak.mode
  }
}
