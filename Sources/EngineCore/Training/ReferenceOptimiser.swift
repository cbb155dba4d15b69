import VolumeCore

/// The factors of one step, the same for all weights.
package struct OptimiserStep: Hashable, Sendable {
  /// What the corrected first moment is multiplied by.
  package var rate: Double
  /// 1 - beta1^n and 1 - beta2^n: what the moments lack since they began with zeros.
  package var correction1: Double
  package var correction2: Double
  /// Whether the second moment divides; not in the first steps of a rectified optimiser.
  package var usesSecondMoment = true
  /// How much of the averaged weights stays.
  package var averaging: Double

  /// The factors of step number `count`, from 1 on, at the learning rate `rate`.
  package init(_ options: OptimiserOptions, count: Int, rate: Double) {
    self.rate = rate
    let (beta1, beta2) = (Double(options.beta1), Double(options.beta2))
    correction1 = 1 - beta1.raised(to: count)
    correction2 = 1 - beta2.raised(to: count)
    let n = Double(count)
    averaging = min(Double(options.averaging ?? 0), (1 + n) / (10 + n))
    guard options.kind == .adaBelief, options.isRectified else { return }
    // The length of the simple average that the exponential one resembles (Liu et al., 2020).
    let longest = 2 / (1 - beta2) - 1
    let length = longest - 2 * n * beta2.raised(to: count) / correction2
    guard length >= 5 else {
      usesSecondMoment = false
      return
    }
    let above = (length - 4) * (length - 2) * longest
    let below = (longest - 4) * (longest - 2) * length
    self.rate *= (above / below).squareRoot()
  }
}

extension Double {
  /// This number times itself, `count` times.
  fileprivate func raised(to count: Int) -> Double {
    var (result, square, rest) = (1.0, self, count)
    while rest > 0 {
      if rest % 2 == 1 { result *= square }
      square *= square
      rest /= 2
    }
    return result
  }
}

extension OptimiserOptions {
  /// Whether there is a second moment.
  package var hasSecondMoment: Bool { kind != .sgd }

  /// Changes `weights` and the moments by `gradient`, in plain loops.
  ///
  /// - Parameter decays: whether they are a kernel, of which weight decay takes its share.
  package func apply<Scalar: TrainingScalar>(
    _ step: OptimiserStep, _ gradient: [Scalar], decays: Bool, learningRate: Float,
    _ weights: inout [Scalar], _ first: inout [Scalar], _ second: inout [Scalar]
  ) {
    let (beta1, beta2) = (Scalar(beta1), Scalar(beta2))
    let (rate, epsilon) = (Scalar(step.rate), Scalar(epsilon))
    let (correction1, root2) = (Scalar(step.correction1), Scalar(step.correction2.squareRoot()))
    let decay = decays && kind != .adam ? Scalar(learningRate * weightDecay) : 0
    for i in weights.indices {
      let g = gradient[i]
      weights[i] -= decay * weights[i]
      switch kind {
      case .sgd:
        first[i] = beta1 * first[i] + g
        weights[i] -= rate * first[i]
      case .adam, .adamW:
        first[i] = beta1 * first[i] + (1 - beta1) * g
        second[i] = beta2 * second[i] + (1 - beta2) * g * g
        weights[i] -=
          rate * (first[i] / correction1) / (second[i].squareRoot() / root2 + epsilon)
      case .adaBelief:
        first[i] = beta1 * first[i] + (1 - beta1) * g
        let surprise = g - first[i]
        second[i] = beta2 * second[i] + (1 - beta2) * surprise * surprise + epsilon
        let direction = first[i] / correction1
        weights[i] -=
          step.usesSecondMoment
          ? rate * direction / (second[i].squareRoot() / root2 + epsilon) : rate * direction
      }
    }
  }
}
