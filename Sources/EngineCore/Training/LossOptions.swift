import VolumeCore

/// What training makes small: a sum of terms, each with a factor.
///
/// All are of the class probabilities p of the annotated voxels of one batch, with y = 1 for the class
/// that is right and 0 for the others.
public struct LossOptions: Hashable, Sendable {
  /// One term of a loss.
  public struct Term: Hashable, Sendable {
    /// What is computed.
    public var kind: Kind
    /// What it is multiplied by.
    public var factor: Float
    /// How much each class counts; empty: all alike. Not for the flat Jaccard.
    public var classWeights: [Float]

    /// A term of `kind`.
    public init(_ kind: Kind, factor: Float = 1, classWeights: [Float] = []) {
      self.kind = kind
      self.factor = factor
      self.classWeights = classWeights
    }
  }

  /// A kind of term.
  public enum Kind: Hashable, Sendable {
    /// 1 - (I + epsilon) / (U + epsilon) with I = sum of y p and U = sum of y + p² - y p over all
    /// voxels and classes: the original's, with an epsilon of 1.
    case flatJaccard(epsilon: Float)
    /// The same for each class by itself, then the mean: a rare class counts as much as a common one.
    case macroJaccard(epsilon: Float)
    /// The mean of -log p of the class that is right.
    case crossEntropy
    /// The mean of -(1 - p)^gamma log p: voxels that are right already count less.
    case focal(gamma: Float)
  }

  /// The terms.
  public var terms: [Term]

  /// The sum of `terms`; by default the original's flat Jaccard.
  public init(_ terms: [Term] = [Term(.flatJaccard(epsilon: 1))]) { self.terms = terms }
}
