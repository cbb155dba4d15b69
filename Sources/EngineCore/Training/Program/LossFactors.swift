/// What a loss follows from, of one class: sums over annotated voxels.
package struct ClassSums: Hashable, Sendable {
  /// Of y p, and of p squared, and how many voxels are of the class.
  package var intersection: Double
  package var squares: Double
  package var count: Double
  /// Of -(1 - p)^gamma log p of the voxels of the class, for each focal term.
  package var focal: [Double]

  /// These sums.
  package init(intersection: Double, squares: Double, count: Double, focal: [Double]) {
    self.intersection = intersection
    self.squares = squares
    self.count = count
    self.focal = focal
  }
}

/// A loss as kernels compute it: what to sum over voxels, and the gradient that follows.
package struct LossFactors: Sendable {
  /// Of the focal terms; 0 is the cross-entropy. Terms of one gamma are summed as one.
  package let gammas: [Float]
  private let loss: LossOptions

  /// Focal terms that kernels sum at once.
  package static let mostGammas = 4

  /// Throws where there are more focal terms than the kernels of `engine` sum at once.
  package init(_ loss: LossOptions, engine: String) throws(EngineError) {
    self.loss = loss
    var gammas: [Float] = []
    for term in loss.terms {
      if let gamma = term.kind.gamma, !gammas.contains(gamma) { gammas.append(gamma) }
    }
    guard gammas.count <= Self.mostGammas else {
      throw .planUnsupported(
        engine: engine,
        why: "a loss of \(gammas.count) focal terms, and \(Self.mostGammas) are the most")
    }
    self.gammas = gammas
  }

  /// The loss, and the factors of its gradient: (a y + b p) for each class, and the focal
  /// weights, term after term.
  package func evaluate(
    _ sums: [ClassSums], weight: Float
  ) -> (loss: Double, a: [Float], b: [Float], focal: [Float]) {
    let classes = sums.count
    var (a, b) = ([Double](repeating: 0, count: classes), [Double](repeating: 0, count: classes))
    var focal = [Double](repeating: 0, count: gammas.count * classes)
    var total = 0.0
    guard sums.contains(where: { $0.count > 0 }) else {
      return (0, a.map { Float($0) }, b.map { Float($0) }, focal.map { Float($0) })
    }
    for term in loss.terms {
      let factor = Double(term.factor)
      let weights = (0..<classes).map { Double(term.classWeight($0)) }
      func jaccard(_ group: Range<Int>, share: Double, epsilon: Float) {
        let of = sums[group]
        let intersection = of.reduce(0) { $0 + $1.intersection }
        let union = of.reduce(0) { $0 + $1.count + $1.squares } - intersection
        let below = max(union + Double(epsilon), Double(Float.leastNormalMagnitude))
        let index = (intersection + Double(epsilon)) / below
        total += factor * share * (1 - index)
        for c in group {
          a[c] -= factor * share * (1 + index) / below
          b[c] += 2 * factor * share * index / below
        }
      }
      switch term.kind {
      case .flatJaccard(let epsilon): jaccard(0..<classes, share: 1, epsilon: epsilon)
      case .macroJaccard(let epsilon):
        let all = weights.reduce(0, +)
        for c in 0..<classes { jaccard(c..<(c + 1), share: weights[c] / all, epsilon: epsilon) }
      case .crossEntropy, .focal:
        let all = (0..<classes).reduce(0) { $0 + weights[$1] * sums[$1].count }
        guard all > 0, let gamma = term.kind.gamma, let t = gammas.firstIndex(of: gamma) else {
          continue
        }
        for c in 0..<classes {
          let share = factor * weights[c] / all
          total += share * sums[c].focal[t]
          focal[t * classes + c] += share
        }
      }
    }
    let w = Double(weight)
    return (total, a.map { Float(w * $0) }, b.map { Float(w * $0) }, focal.map { Float(w * $0) })
  }
}

extension LossOptions.Kind {
  /// The power of a focal term.
  fileprivate var gamma: Float? {
    switch self {
    case .crossEntropy: 0
    case .focal(let gamma): gamma
    case .flatJaccard, .macroJaccard: nil
    }
  }
}
