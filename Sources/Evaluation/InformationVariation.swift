import Glibc

/// How much the truth and the prediction say that the other does not, in bits a voxel (Meila, 2007).
///
/// It asks for no names: a prediction that swaps two classes throughout has 0.
public struct InformationVariation: Hashable, Sendable {
  /// What the prediction splits: the entropy of the prediction where the truth is known.
  public var splits: Double
  /// What the prediction merges: the entropy of the truth where the prediction is known.
  public var merges: Double
  /// Both.
  public var sum: Double { splits + merges }

  /// Follows from the counts; `nil` where nothing was compared.
  public init?(_ matrix: ConfusionMatrix) {
    let values = matrix.values
    let total = Double(matrix.total)
    guard total > 0 else { return nil }
    let counts = values.map { truth in
      values.map { Double(matrix.count(truth: truth, prediction: $0)) }
    }
    let truths = counts.map { $0.reduce(0, +) }
    let predictions = values.indices.map { column in counts.reduce(0) { $0 + $1[column] } }
    splits = 0
    merges = 0
    for (row, truth) in truths.enumerated() {
      for (column, prediction) in predictions.enumerated() where counts[row][column] > 0 {
        let count = counts[row][column]
        splits += count / total * log2(truth / count)
        merges += count / total * log2(prediction / count)
      }
    }
  }
}
