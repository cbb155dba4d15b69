import VolumeCore

/// How gradients change the weights.
public struct OptimiserOptions: Hashable, Sendable {
  /// A kind of optimiser.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// Adam (Kingma and Ba, 2015).
    case adam
    /// Adam with weight decay apart from the gradient (Loshchilov and Hutter, 2019).
    case adamW = "adamw"
    /// AdaBelief (Zhuang et al., 2020): the second moment is of the gradient's surprise.
    case adaBelief = "adabelief"
    /// Stochastic gradient descent with momentum.
    case sgd
  }

  /// The kind.
  public var kind = Kind.adam
  /// How much of the first moment a step keeps; the momentum of `sgd` too.
  public var beta1: Float = 0.9
  /// How much of the second moment a step keeps.
  public var beta2: Float = 0.999
  /// Added to the root of the second moment; AdaBelief adds it to the moment as well.
  public var epsilon: Float = 1e-7
  /// The share of a kernel that a step of the rate 1 takes away; biases, scales and shifts do not
  /// decay. Not for Adam.
  public var weightDecay: Float = 0
  /// Whether AdaBelief waits with the second moment until enough steps have made it (Liu et al.,
  /// 2020).
  public var isRectified = false
  /// The gradient is shortened to this length where it is longer; `nil`: never.
  public var largestNorm: Float?
  /// How much of the averaged weights a step keeps, at most; `nil`: no averaging. In the first steps
  /// it keeps (1 + n) / (10 + n), so that the weights to begin with are soon forgotten.
  public var averaging: Float?

  /// Adam with Keras's numbers, to be changed field by field.
  public init() {}

  /// A kind with its usual numbers.
  public init(_ kind: Kind) {
    self.kind = kind
    if kind == .adaBelief {
      epsilon = 1e-14
      isRectified = true
    }
  }
}
