/// How sure a network was of a voxel, as one number: 0 where one class has all of the probability.
public enum UncertaintyMeasure: String, Hashable, Sendable, Codable, CaseIterable {
  /// The entropy of the probabilities, divided by its largest, that of classes equally likely.
  case entropy
  /// What the best class is ahead of the second by, taken from 1.
  case margin
}

/// One number that is kept of each voxel.
public enum ResultPlane: Hashable, Sendable {
  /// The class with the highest probability, one byte; of equal ones the first.
  case label
  /// The probability of a class, one byte: 255 is 1.
  case probability(channel: Int)
  /// One byte: 255 is 1.
  case uncertainty(UncertaintyMeasure)
  /// What the passes up to this one give a class, two bytes: `ScoreReduction.unitsPerPass` for each
  /// pass that is sure of it. The last class has the rest.
  case sum(channel: Int)

  /// Bytes of one voxel.
  public var byteCount: Int { if case .sum = self { 2 } else { 1 } }
}

extension [ResultPlane] {
  /// Bytes of one voxel in all planes.
  public var byteCount: Int { reduce(0) { $0 + $1.byteCount } }
}
