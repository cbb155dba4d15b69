import VolumeCore

/// Where crops are taken.
public struct SamplingOptions: Hashable, Sendable {
  /// The rule.
  public enum Rule: Hashable, Sendable {
    /// Every position alike.
    case uniform
    /// Positions weighted by the share of the rarest class in their crop: 1 for the poorest fifth, up to
    /// 1 + `strength` for the richest, rising with the square (the original's proposal, with 11).
    case balanced(strength: Double)
    /// For each class, the share of crops that hold a voxel of it for sure, whatever else they hold;
    /// what is left of 1 is uniform.
    case quota([Double])
  }

  /// The rule.
  public var rule = Rule.uniform
  /// The share of the crops that each scan gives, in the scans' order; empty: as many as it has places.
  public var scanShares: [Double] = []

  /// Uniform.
  public init() {}

  /// The rule `rule`.
  public init(_ rule: Rule, scanShares: [Double] = []) {
    self.rule = rule
    self.scanShares = scanShares
  }
}
