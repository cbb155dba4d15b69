import VolumeCore

/// One epoch of a training, as its history keeps it.
public struct HistoryRow: Hashable, Sendable {
  /// The epoch, from 1.
  public var epoch: Int
  /// Steps made.
  public var step: Int
  /// Voxels trained on.
  public var voxels: Int
  /// Seconds spent so far.
  public var seconds: Double
  /// The rate of the epoch's last step.
  public var rate: Double
  /// The mean loss of its batches.
  public var loss: Double
  /// Each class's Jaccard index in its batches, as the network was while it was trained.
  public var jaccard: [Double?]
  /// The loss of the validation parts, where there are any.
  public var validationLoss: Double?
  /// Each class's Jaccard index in the validation parts.
  public var validationJaccard: [Double?]?
  /// The length of the last gradient.
  public var gradientNorm: Double
  /// Whether it was the best so far.
  public var isBest: Bool

  /// The mean Jaccard index of the validation, else of the training.
  public var score: Double? { mean(validationJaccard ?? jaccard) }
}

/// How far a training is: all that it needs to go on, beside the engine's own state.
public struct TrainingProgress: Hashable, Sendable {
  /// Steps made.
  public var step = 0
  /// Seconds spent before this start.
  public var seconds = 0.0
  /// What a restart has made of the rate: 1, then 0.5 ...
  public var rateFactor = 1.0
  /// Sum of the losses of the epoch's steps so far.
  var lossSum = 0.0
  /// The epoch's confusion matrix so far.
  var confusion: [Int] = []
  /// The length of the last gradient.
  var gradientNorm = 0.0
  /// The epochs so far.
  public var history: [HistoryRow] = []
  /// The best epoch's score.
  public var bestScore: Double?
  /// The factors that the best model decides by.
  public var factors: [Float] = []
  /// The labels of the strip's crop at each best so far, in base 64 of runs.
  var frames: [StripFrame] = []

  /// Nothing done yet.
  public init() {}
}

/// The strip's crop as one of the models labelled it.
public struct StripFrame: Hashable, Sendable {
  /// The epoch.
  public var epoch: Int
  /// Its score.
  public var score: Double
  /// Lengths of runs and their labels, one after the other.
  var runs: [Int]

  /// The labels of an epoch.
  public init(epoch: Int, score: Double, labels: [UInt8]) {
    self.epoch = epoch
    self.score = score
    runs = []
    for label in labels {
      if runs.last == Int(label) {
        runs[runs.count - 2] += 1
      } else {
        runs += [1, Int(label)]
      }
    }
  }

  /// The labels, row by row.
  public var labels: [UInt8] {
    var labels: [UInt8] = []
    for place in stride(from: 0, to: runs.count - 1, by: 2) {
      labels += [UInt8](repeating: UInt8(clamping: runs[place + 1]), count: runs[place])
    }
    return labels
  }
}
