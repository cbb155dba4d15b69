import VolumeCore

/// The label of a voxel that nobody annotated.
package let unannotated: UInt8 = 255

extension LossOptions {
  /// The loss of class scores (before the softmax), its gradient by them, and how the voxels were
  /// predicted, in plain loops.
  package func evaluate<Scalar: TrainingScalar>(
    _ scores: TrainingValue<Scalar>, _ labels: [UInt8]
  ) -> (loss: Scalar, gradient: TrainingValue<Scalar>, counts: BatchResult) {
    let classes = scores.channels
    let p = Voxelwise.softmax(scores)
    var counts = BatchResult(
      loss: 0, confusion: [Int](repeating: 0, count: classes * classes), ignored: 0)
    for (voxel, label) in labels.enumerated() {
      guard label != unannotated else {
        counts.ignored += 1
        continue
      }
      var best = 0
      for c in 1..<max(classes, 1)
      where scores.values[voxel * classes + c] > scores.values[voxel * classes + best] {
        best = c
      }
      counts.confusion[Int(label) * classes + best] += 1
    }
    var loss = Scalar(0)
    var gradient = scores.zeros
    if counts.ignored < labels.count {
      for term in terms {
        let (value, part) = term.evaluate(p, labels)
        loss += Scalar(term.factor) * value
        for place in part.values.indices {
          gradient.values[place] += Scalar(term.factor) * part.values[place]
        }
      }
    }
    counts.loss = Double(loss)
    return (loss, gradient, counts)
  }
}

extension LossOptions.Term {
  /// How much class `c` counts.
  package func classWeight(_ c: Int) -> Float { classWeights.isEmpty ? 1 : classWeights[c] }

  /// This term and its gradient by the scores, of which `p` is the softmax.
  fileprivate func evaluate<Scalar: TrainingScalar>(
    _ p: TrainingValue<Scalar>, _ labels: [UInt8]
  ) -> (Scalar, TrainingValue<Scalar>) {
    switch kind {
    case .flatJaccard(let epsilon):
      jaccard(p, labels, groups: 1, epsilon: Scalar(epsilon))
    case .macroJaccard(let epsilon):
      jaccard(p, labels, groups: p.channels, epsilon: Scalar(epsilon))
    case .crossEntropy: focal(p, labels, gamma: 0)
    case .focal(let gamma): focal(p, labels, gamma: Scalar(gamma))
    }
  }

  /// Jaccard's index of the squares, of all classes together (one group) or of each.
  private func jaccard<Scalar: TrainingScalar>(
    _ p: TrainingValue<Scalar>, _ labels: [UInt8], groups: Int, epsilon: Scalar
  ) -> (Scalar, TrainingValue<Scalar>) {
    let classes = p.channels
    // Sums in double precision: a batch has a hundred thousand voxels.
    var intersections = [Double](repeating: 0, count: groups)
    var unions = intersections
    for (voxel, label) in labels.enumerated() where label != unannotated {
      for c in 0..<classes {
        let (value, y) = (Double(p.values[voxel * classes + c]), c == Int(label) ? 1.0 : 0.0)
        intersections[c % groups] += y * value
        unions[c % groups] += y + value * value - y * value
      }
    }
    // Without an epsilon, a class that neither is there nor is predicted has no index: it counts as 1.
    let total = (0..<groups).reduce(Scalar(0)) {
      $0 + (groups == 1 ? 1 : Scalar(classWeight($1)))
    }
    var loss = Scalar(0)
    var above: [Scalar] = []
    var below: [Scalar] = []
    for group in 0..<groups {
      above.append(Scalar(intersections[group]) + epsilon)
      below.append(max(Scalar(unions[group]) + epsilon, Scalar.leastNormalMagnitude))
      let share = (groups == 1 ? 1 : Scalar(classWeight(group))) / total
      loss += share * (1 - above[group] / below[group])
    }
    var byProbability = p.zeros
    for (voxel, label) in labels.enumerated() where label != unannotated {
      for c in 0..<classes {
        let g = c % groups
        let share = (groups == 1 ? 1 : Scalar(classWeight(g))) / total
        let y: Scalar = c == Int(label) ? 1 : 0
        let value = p.values[voxel * classes + c]
        let index = above[g] / below[g]
        byProbability.values[voxel * classes + c] =
          -share * (y - index * (2 * value - y)) / below[g]
      }
    }
    return (loss, Voxelwise.softmaxBackward(p, byProbability))
  }

  /// The weighted mean of -(1 - p)^gamma log p; the cross-entropy for a gamma of 0.
  private func focal<Scalar: TrainingScalar>(
    _ p: TrainingValue<Scalar>, _ labels: [UInt8], gamma: Scalar
  ) -> (Scalar, TrainingValue<Scalar>) {
    let classes = p.channels
    var total = Scalar(0)
    for label in labels where label != unannotated { total += Scalar(classWeight(Int(label))) }
    guard total > 0 else { return (0, p.zeros) }
    var loss = 0.0
    var gradient = p.zeros
    for (voxel, label) in labels.enumerated() where label != unannotated {
      let right = max(p.values[voxel * classes + Int(label)], Scalar.leastNormalMagnitude)
      let wrong = max(1 - right, Scalar.leastNormalMagnitude)
      let share = Scalar(classWeight(Int(label))) / total
      let power = gamma == 0 ? 1 : Scalar.power(wrong, gamma)
      let logarithm = Scalar.logarithm(right)
      loss -= Double(share * power * logarithm)
      // The derivative by the probability, times the probability.
      let slope =
        gamma == 0
        ? -share : share * (gamma * right * power / wrong * logarithm - power)
      for c in 0..<classes {
        let y: Scalar = c == Int(label) ? 1 : 0
        gradient.values[voxel * classes + c] = slope * (y - p.values[voxel * classes + c])
      }
    }
    return (Scalar(loss), gradient)
  }
}
