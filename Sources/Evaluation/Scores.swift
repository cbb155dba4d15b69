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
  /// Voxels that are of other classes and were called by others' names.
  public var trueNegatives: Int

  /// The class of `value`, with its counts.
  public init(
    value: Int, truePositives: Int, falsePositives: Int, falseNegatives: Int, trueNegatives: Int = 0
  ) {
    self.value = value
    self.truePositives = truePositives
    self.falsePositives = falsePositives
    self.falseNegatives = falseNegatives
    self.trueNegatives = trueNegatives
  }

  /// Voxels of the class in the truth.
  public var support: Int { truePositives + falseNegatives }
  /// Voxels of the class in the prediction.
  public var predicted: Int { truePositives + falsePositives }
  /// Whether the class occurs in the truth or in the prediction.
  public var occurs: Bool { truePositives + falsePositives + falseNegatives > 0 }

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
  /// The part of all voxels on which truth and prediction agree whether they are of the class.
  public var accuracy: Double? {
    ratio(
      truePositives + trueNegatives,
      truePositives + trueNegatives + falsePositives + falseNegatives)
  }

  /// All counts of both, as if of one class.
  func adding(_ other: ClassScore) -> ClassScore {
    ClassScore(
      value: value, truePositives: truePositives + other.truePositives,
      falsePositives: falsePositives + other.falsePositives,
      falseNegatives: falseNegatives + other.falseNegatives,
      trueNegatives: trueNegatives + other.trueNegatives)
  }
}

/// Means over classes.
public struct MeanScores: Hashable, Sendable {
  /// Of the classes' accuracies.
  public var accuracy: Double?
  /// Of their precisions.
  public var precision: Double?
  /// Of their recalls.
  public var recall: Double?
  /// Of their F1 scores.
  public var f1: Double?
  /// Of their Jaccard indices.
  public var jaccard: Double?

  /// Each score's mean over `classes`, weighed.
  ///
  /// All are classes that occur. What such a class lacks, as the precision of one that was never
  /// predicted, counts as 0, as in scikit-learn's report: leaving it out would reward it.
  init(_ classes: [ClassScore], weight: (ClassScore) -> Int) {
    let sum = classes.reduce(0) { $0 + weight($1) }
    func mean(_ score: (ClassScore) -> Double?) -> Double? {
      guard sum > 0 else { return nil }
      return classes.reduce(0.0) { $0 + (score($1) ?? 0) * Double(weight($1)) } / Double(sum)
    }
    accuracy = mean(\.accuracy)
    precision = mean(\.precision)
    recall = mean(\.recall)
    f1 = mean(\.f1)
    jaccard = mean(\.jaccard)
  }
}

/// All scores of a prediction against a truth.
public struct Scores: Hashable, Sendable {
  /// One for each class, in the order of their values.
  public var classes: [ClassScore]
  /// The part of the voxels that were called right; `nil` where none was compared.
  public var accuracy: Double?
  /// Plain means over the classes of the specimen that occur in the truth or in the prediction. What
  /// is outside the specimen (254) is no class of it, and not counted.
  public var macro: MeanScores
  /// Scores of the sums of the same classes' counts; its value means nothing.
  public var micro: ClassScore
  /// Means over the same classes, each weighed by its voxels in the truth.
  public var weighted: MeanScores
  /// The mean of the Jaccard indices, as in `macro`.
  public var meanJaccard: Double? { macro.jaccard }
  /// Voxels of the specimen: all that the truth does not call outside.
  public var specimenVoxels: Int
  /// Those of them that were called outside.
  public var specimenCalledOutside: Int

  /// The scores of `matrix`, for the values that occur and those of `expected`, which may not.
  public init(_ matrix: ConfusionMatrix, expected: [Int] = []) {
    let values = Set(matrix.values).union(expected).sorted()
    let total = matrix.total
    let classes = values.map { value in
      var score = ClassScore(
        value: value, truePositives: matrix.count(truth: value, prediction: value),
        falsePositives: 0, falseNegatives: 0)
      for other in 0..<256 where other != value {
        score.falsePositives += matrix.count(truth: other, prediction: value)
        score.falseNegatives += matrix.count(truth: value, prediction: other)
      }
      score.trueNegatives =
        total - score.truePositives - score.falsePositives - score.falseNegatives
      return score
    }
    let outside = LabelClass.outsideValue
    var (voxels, called) = (0, 0)
    for value in values where value != outside {
      called += matrix.count(truth: value, prediction: outside)
      for other in 0..<256 { voxels += matrix.count(truth: value, prediction: other) }
    }
    self.init(classes, total: total, specimen: (voxels, called))
  }

  /// The scores that follow from each class's counts, of `total` voxels.
  init(_ classes: [ClassScore], total: Int, specimen: (voxels: Int, calledOutside: Int)) {
    self.classes = classes
    (specimenVoxels, specimenCalledOutside) = specimen
    accuracy = ratio(classes.reduce(0) { $0 + $1.truePositives }, total)
    let present = classes.filter { $0.value != LabelClass.outsideValue && $0.occurs }
    macro = MeanScores(present) { _ in 1 }
    weighted = MeanScores(present, weight: \.support)
    let none = ClassScore(value: 0, truePositives: 0, falsePositives: 0, falseNegatives: 0)
    micro = present.reduce(none) { $0.adding($1) }
  }

  /// Classes that occur and yet lack a score, with its name: what counts as 0 in the means.
  public var undefined: [(value: Int, score: String)] {
    classes.filter { $0.value != LabelClass.outsideValue && $0.occurs }.flatMap { score in
      (score.precision == nil ? [(score.value, "precision")] : [])
        + (score.recall == nil ? [(score.value, "recall")] : [])
    }
  }
}

/// `part / whole`, or `nil` where there is no whole.
func ratio(_ part: Int, _ whole: Int) -> Double? {
  whole == 0 ? nil : Double(part) / Double(whole)
}
