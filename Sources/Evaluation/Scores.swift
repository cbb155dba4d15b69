import VolumeCore

/// How well one class was found.
public struct ClassScore: Hashable, Sendable {
  /// The class's value.
  public var value: Int
  /// Voxels that are of the class and were called so.
  public var truePositives: Int
  /// Voxels that were called so and are not.
  public var falsePositives: Int
  /// Voxels that are of the class and were called otherwise.
  public var falseNegatives: Int

  /// The class of `value`, with its three counts.
  public init(value: Int, truePositives: Int, falsePositives: Int, falseNegatives: Int) {
    self.value = value
    self.truePositives = truePositives
    self.falsePositives = falsePositives
    self.falseNegatives = falseNegatives
  }

  /// Voxels of both over voxels of either; `nil` where there are none.
  public var jaccard: Double? {
    ratio(truePositives, truePositives + falsePositives + falseNegatives)
  }
  /// Of what was called so, the part that is; `nil` where nothing was called so.
  public var precision: Double? { ratio(truePositives, truePositives + falsePositives) }
  /// Of what is, the part that was called so; `nil` where the truth has none.
  public var recall: Double? { ratio(truePositives, truePositives + falseNegatives) }
  /// The harmonic mean of precision and recall, which is Dice's coefficient; `nil` where there are
  /// no voxels of either.
  public var f1: Double? {
    ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives)
  }
}

/// All scores of a prediction against a truth.
public struct Scores: Hashable, Sendable {
  /// One for each class, in the order of their values.
  public var classes: [ClassScore]
  /// The part of the voxels that were called right; `nil` where none was compared.
  public var accuracy: Double?
  /// The mean of the Jaccard indices of the classes that occur in the truth or in the prediction;
  /// `nil` where there are none. What is outside the specimen (254) is no class of it, and not counted.
  public var meanJaccard: Double?
  /// Voxels of the specimen: all that the truth does not call outside.
  public var specimenVoxels: Int
  /// Those of them that were called outside.
  public var specimenCalledOutside: Int

  /// The scores of `matrix`, for the values that occur and those of `expected`, which may not.
  public init(_ matrix: ConfusionMatrix, expected: [Int] = []) {
    let values = Set(matrix.values).union(expected).sorted()
    classes = values.map { value in
      var score = ClassScore(
        value: value, truePositives: matrix.count(truth: value, prediction: value),
        falsePositives: 0, falseNegatives: 0)
      for other in 0..<256 where other != value {
        score.falsePositives += matrix.count(truth: other, prediction: value)
        score.falseNegatives += matrix.count(truth: value, prediction: other)
      }
      return score
    }
    let outside = LabelClass.outsideValue
    specimenVoxels = 0
    specimenCalledOutside = 0
    for value in values where value != outside {
      specimenCalledOutside += matrix.count(truth: value, prediction: outside)
      for other in 0..<256 { specimenVoxels += matrix.count(truth: value, prediction: other) }
    }
    accuracy = ratio(classes.reduce(0) { $0 + $1.truePositives }, matrix.total)
    let present = classes.filter { $0.value != LabelClass.outsideValue }.compactMap(\.jaccard)
    meanJaccard = present.isEmpty ? nil : present.reduce(0, +) / Double(present.count)
  }
}

/// `part / whole`, or `nil` where there is no whole.
private func ratio(_ part: Int, _ whole: Int) -> Double? {
  whole == 0 ? nil : Double(part) / Double(whole)
}
