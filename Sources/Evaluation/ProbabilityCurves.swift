import VolumeCore
import VolumePasses

/// How often each probability was given to voxels that are of a class and to those that are not: what
/// the class's ROC and precision-recall curves and its calibration follow from, exactly, since
/// probabilities are kept in 256 steps.
public struct ProbabilityCounts: Hashable, Sendable {
  /// The class's value.
  public var value: Int
  /// Voxels of the class at each step from 0 to 255, 255 being 1.
  public var positives: [Int]
  /// All others.
  public var negatives: [Int]

  /// Nothing counted yet.
  public init(value: Int) {
    self.value = value
    positives = Array(repeating: 0, count: 256)
    negatives = positives
  }

  /// One point of both curves: all voxels of at least a threshold are called the class.
  public struct Point: Hashable, Sendable {
    /// The threshold as a step, 256 for none called so.
    public var step: Int
    /// Of the class, called so.
    public var truePositives: Int
    /// Of others, called so.
    public var falsePositives: Int
  }

  /// Points from the highest threshold down; the first calls nothing the class.
  public var points: [Point] {
    var points = [Point(step: 256, truePositives: 0, falsePositives: 0)]
    var (right, wrong) = (0, 0)
    for step in stride(from: 255, through: 0, by: -1) {
      right += positives[step]
      wrong += negatives[step]
      points.append(Point(step: step, truePositives: right, falsePositives: wrong))
    }
    return points
  }

  /// Voxels of the class.
  public var support: Int { positives.reduce(0, +) }
  /// The others.
  public var others: Int { negatives.reduce(0, +) }

  /// The area under the ROC curve: the chance that a voxel of the class has the greater probability,
  /// equal ones counting half; `nil` where there are none of either.
  public var rocArea: Double? {
    guard support > 0, others > 0 else { return nil }
    var (below, sum) = (0, 0.0)
    for step in 0..<256 {
      sum += Double(positives[step]) * (Double(below) + Double(negatives[step]) / 2)
      below += negatives[step]
    }
    return sum / (Double(support) * Double(others))
  }

  /// The average precision: the mean of the precision over the recall gained at each threshold;
  /// `nil` where there are none of the class.
  public var averagePrecision: Double? {
    guard support > 0 else { return nil }
    var before = 0
    return points.dropFirst().reduce(0.0) { sum, point in
      let gained = point.truePositives - before
      before = point.truePositives
      guard gained > 0 else { return sum }
      let called = point.truePositives + point.falsePositives
      return sum + Double(gained) / Double(support) * Double(point.truePositives) / Double(called)
    }
  }

  /// Ten equal ranges of probability: what was said in the mean, and what was true.
  public struct Calibration: Hashable, Sendable {
    /// The probabilities.
    public var range: Range<Double>
    /// Voxels of such a probability.
    public var voxels: Int
    /// Their mean probability.
    public var said: Double?
    /// The part of them that is of the class.
    public var found: Double?
  }

  /// The calibration by tenths.
  public var calibration: [Calibration] {
    (0..<10).map { tenth in
      // A step lies in the tenth of its probability, 1 in the last.
      let steps = (0..<256).filter { min($0 * 10 / 255, 9) == tenth }
      let counts = steps.map { positives[$0] + negatives[$0] }
      let sum = counts.reduce(0, +)
      let said = zip(steps, counts).reduce(0.0) { $0 + Double($1.0) / 255 * Double($1.1) }
      return Calibration(
        range: (Double(tenth) / 10)..<(Double(tenth + 1) / 10), voxels: sum,
        said: sum == 0 ? nil : said / Double(sum),
        found: ratio(steps.reduce(0) { $0 + positives[$1] }, sum))
    }
  }

  /// The mean distance of what was said from what was true, by tenths weighed by their voxels.
  public var calibrationError: Double? {
    let tenths = calibration
    let sum = tenths.reduce(0) { $0 + $1.voxels }
    guard sum > 0 else { return nil }
    return tenths.reduce(0.0) {
      guard let said = $1.said, let found = $1.found else { return $0 }
      return $0 + abs(said - found) * Double($1.voxels)
    } / Double(sum)
  }

  mutating func add(_ other: ProbabilityCounts) {
    for step in 0..<256 {
      positives[step] += other.positives[step]
      negatives[step] += other.negatives[step]
    }
  }
}

extension LabelPairing {
  /// Counts the probabilities of one class, which `probabilities` holds as 0 to 255.
  public func probabilityCounts(
    of value: Int, _ probabilities: any VolumeReader, _ control: WalkControl
  ) throws(Explanation) -> ProbabilityCounts {
    let readers = [probabilities, truth] + (mask.map { [$0] } ?? [])
    let pass = BlockPass(readers.map { PassInput($0, as: .labels) }, region: region)
    let prepared = try pass.prepared(memory: control.memory, threads: control.threads)
    let masked = mask != nil
    let parts = try prepared.run(
      isStopped: control.isStopped, progress: control.progress,
      gather: { ProbabilityCounts(value: value) }
    ) { counts, block in
      var own = counts
      counts = ProbabilityCounts(value: value)
      block.withVoxels(of: 0) { steps in
        block.withVoxels(of: 1) { truth in
          block.withVoxels(of: masked ? 2 : 1) { mask in
            unsafe steps.withUnsafeBytes { steps in
              unsafe truth.withUnsafeBytes { truth in
                unsafe mask.withUnsafeBytes { mask in
                  for i in 0..<truth.count {
                    let label = unsafe truth[i]
                    if label == UInt8(LabelClass.unannotatedValue) { continue }
                    if masked, unsafe mask[i] == 0 { continue }
                    let step = unsafe Int(steps[i])
                    if Int(label) == value {
                      own.positives[step] += 1
                    } else {
                      own.negatives[step] += 1
                    }
                  }
                }
              }
            }
          }
        }
      }
      counts = own
    }
    var counts = ProbabilityCounts(value: value)
    for part in parts { counts.add(part) }
    return counts
  }
}
