import Glibc
import VolumeCore

/// Probabilities of annotated voxels, from which the factors are chosen that a model decides by.
package struct DecisionSample {
  /// Voxels kept at most.
  static let limit = 1 << 21
  private let classes: Int
  private var probabilities: [Float] = []
  private var truths: [UInt8] = []

  /// Of `classes`.
  package init(classes: Int) { self.classes = classes }

  /// Bytes that a sample takes at most.
  static func largestByteCount(classes: Int) -> Int { limit * (4 * classes + 1 + 2) }

  /// Takes every `step`-th annotated voxel of a batch.
  package mutating func add(_ predicted: [Float], labels: [UInt8], every step: Int) {
    for place in stride(from: 0, to: labels.count, by: max(step, 1)) {
      guard labels[place] < classes, truths.count < Self.limit else { continue }
      truths.append(labels[place])
      probabilities += predicted[(place * classes)..<((place + 1) * classes)]
    }
  }

  /// The mean Jaccard index of the classes that occur, when decided by `factors`.
  package func meanJaccard(_ factors: [Float]) -> Double {
    var confusion = [Int](repeating: 0, count: classes * classes)
    for (place, truth) in truths.enumerated() {
      var best = 0
      var most = -Float.infinity
      for kind in 0..<classes {
        let score = probabilities[place * classes + kind] * factors[kind]
        if score > most { (best, most) = (kind, score) }
      }
      confusion[Int(truth) * classes + best] += 1
    }
    return mean(jaccards(confusion, classes: classes)) ?? 0
  }

  /// Factors for the classes, 1 for the commonest: those with the largest mean Jaccard index, and of
  /// those that are as good within `tolerance` the nearest to 1.
  ///
  /// One class after the other, three times round. A voxel goes to a class once its factor is larger
  /// than the best other score over the class's probability; so one pass over the voxels counts what
  /// each of all factors would give.
  package func factors(tolerance: Double = 0.001) -> [Float] {
    var factors = [Float](repeating: 1, count: classes)
    guard classes > 1, !truths.isEmpty else { return factors }
    let steps = (-16...16).map { Float(exp2(Double($0) / 4)) }
    var counts = [Int](repeating: 0, count: classes)
    for truth in truths { counts[Int(truth)] += 1 }
    let commonest = counts.indices.max { counts[$0] < counts[$1] } ?? 0
    for _ in 0..<3 {
      let before = factors
      for kind in 0..<classes where kind != commonest && counts[kind] > 0 {
        let scores = meanJaccards(of: kind, steps, factors)
        let best = scores.max() ?? 0
        let near = steps.indices.filter { scores[$0] >= best - tolerance }
        if let choice = near.min(by: { abs($0 - 16) < abs($1 - 16) }) {
          factors[kind] = steps[choice]
        }
      }
      if factors == before { break }
    }
    return factors
  }

  /// The mean Jaccard index for each of `steps` as the factor of class `kind`.
  private func meanJaccards(of kind: Int, _ steps: [Float], _ factors: [Float]) -> [Double] {
    // For each step, what goes to `kind` from there on: [truth][class that had it].
    var gained = [Int](repeating: 0, count: (steps.count + 1) * classes * classes)
    for (place, truth) in truths.enumerated() {
      var other = 0
      var most = -Float.infinity
      for rival in 0..<classes where rival != kind {
        let score = probabilities[place * classes + rival] * factors[rival]
        if score > most { (other, most) = (rival, score) }
      }
      let own = probabilities[place * classes + kind]
      // The first step at which the class wins; of equal scores the first class does.
      let step = steps.firstIndex { own * $0 > most || (own * $0 == most && kind < other) }
      gained[((step ?? steps.count) * classes + Int(truth)) * classes + other] += 1
    }
    var confusion = [Int](repeating: 0, count: classes * classes)
    for step in 0...steps.count {
      for cell in 0..<(classes * classes) {
        confusion[cell] += gained[step * classes * classes + cell]
      }
    }
    var results: [Double] = []
    for step in steps.indices {
      for truth in 0..<classes {
        for other in 0..<classes {
          let count = gained[(step * classes + truth) * classes + other]
          confusion[truth * classes + other] -= count
          confusion[truth * classes + kind] += count
        }
      }
      results.append(mean(jaccards(confusion, classes: classes)) ?? 0)
    }
    return results
  }
}

/// The Jaccard index of each class of a confusion matrix (rows are the truth); `nil` for one that
/// occurs in neither.
func jaccards(_ confusion: [Int], classes: Int) -> [Double?] {
  (0..<classes).map { kind in
    var (truth, called) = (0, 0)
    for other in 0..<classes {
      truth += confusion[kind * classes + other]
      called += confusion[other * classes + kind]
    }
    let both = confusion[kind * classes + kind]
    let either = truth + called - both
    return either > 0 ? Double(both) / Double(either) : nil
  }
}

/// The mean of those that are known.
func mean(_ values: [Double?]) -> Double? {
  let known = values.compactMap(\.self)
  return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
}
