import VolumeCore

/// A training cannot go on.
public enum TrainingFailure: Error, Hashable, Sendable {
  /// A loss, a gradient or a weight is not finite.
  case notFinite(step: Int, rate: Double, what: String, loss: Double, gradientNorm: Double)
  /// The same after as many restarts as make sense.
  case keepsFailing(step: Int, rate: Double, restarts: Int)
  /// The folder of a run is of another data set, network or recipe.
  case checkpointDiffers(path: String, what: String)
  /// A checkpoint is damaged.
  case checkpointIsDamaged(path: String, why: String)
}

extension TrainingFailure: ExplainedError {
  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .notFinite(let step, let rate, let what, let loss, let norm):
      Explanation(
        .failed,
        "the training has gone astray: at step \(step), with a rate of \(rate), \(what) is not a "
          + "finite number (loss \(loss), length of the gradient before \(norm))",
        remedy:
          "--on-nan restart goes back to the last checkpoint with half the rate; a smaller rate "
          + "or clip in the recipe prevents it")
    case .keepsFailing(let step, let rate, let restarts):
      Explanation(
        .failed,
        "the training goes astray at step \(step) even with a rate of \(rate), after \(restarts) "
          + "restarts",
        remedy: "look at the data (is a voxel not a number?), or choose another loss or network")
    case .checkpointDiffers(let path, let what):
      Explanation(
        .input, "\(path) belongs to another training: \(what)",
        remedy: "go on with the options that it was begun with, or give another --output")
    case .checkpointIsDamaged(let path, let why):
      Explanation(
        .damaged, "the checkpoint \(path) is damaged: \(why)",
        remedy: "begin again, or go on from its last.h5 with --from")
    }
  }
}
