import VolumeCore

extension TrainingProgress {
  /// All of it; numbers come back bit for bit, since they are written with all the digits they need.
  var json: JSONValue {
    [
      "step": .integer(step), "seconds": .number(seconds), "rate_factor": .number(rateFactor),
      "loss_sum": .number(lossSum), "confusion": .array(confusion.map { .integer($0) }),
      "gradient_norm": optional(gradientNorm), "best_score": optional(bestScore),
      "factors": .array(factors.map { .number(Double($0)) }),
      "history": .array(history.map(\.json)), "frames": .array(frames.map(\.json)),
    ]
  }

  /// Reads what `json` wrote; `nil` where it is something else.
  init?(_ value: JSONValue) {
    guard let step = value["step"]?.integer, let seconds = value["seconds"]?.number,
      let rateFactor = value["rate_factor"]?.number, let lossSum = value["loss_sum"]?.number,
      let confusion = value["confusion"]?.array?.compactMap(\.integer)
    else { return nil }
    self.init()
    self.step = step
    self.seconds = seconds
    self.rateFactor = rateFactor
    self.lossSum = lossSum
    self.confusion = confusion
    gradientNorm = value["gradient_norm"]?.number ?? .nan
    bestScore = value["best_score"]?.number
    factors = (value["factors"]?.array ?? []).compactMap { $0.number.map(Float.init) }
    history = (value["history"]?.array ?? []).compactMap(HistoryRow.init)
    frames = (value["frames"]?.array ?? []).compactMap(StripFrame.init)
  }
}

extension HistoryRow {
  /// The row.
  public var json: JSONValue {
    [
      "epoch": .integer(epoch), "step": .integer(step), "voxels": .integer(voxels),
      "seconds": .number(seconds), "rate": .number(rate), "loss": optional(loss),
      "jaccard": .array(jaccard.map(optional)), "validation_loss": optional(validationLoss),
      "validation_jaccard": validationJaccard.map { .array($0.map(optional)) } ?? .null,
      "gradient_norm": optional(gradientNorm), "best": .bool(isBest),
    ]
  }

  /// Reads what `json` wrote.
  init?(_ value: JSONValue) {
    guard let epoch = value["epoch"]?.integer, let step = value["step"]?.integer,
      let voxels = value["voxels"]?.integer, let seconds = value["seconds"]?.number,
      let rate = value["rate"]?.number, let jaccard = value["jaccard"]?.array
    else { return nil }
    self.init(
      epoch: epoch, step: step, voxels: voxels, seconds: seconds, rate: rate,
      loss: value["loss"]?.number ?? .nan, jaccard: jaccard.map(\.number),
      validationLoss: value["validation_loss"]?.number,
      validationJaccard: value["validation_jaccard"]?.array?.map(\.number),
      gradientNorm: value["gradient_norm"]?.number ?? .nan, isBest: value["best"]?.bool ?? false)
  }
}

extension StripFrame {
  /// The epoch, the score and the runs.
  public var json: JSONValue {
    [
      "epoch": .integer(epoch), "score": .number(score), "runs": .array(runs.map { .integer($0) }),
    ]
  }

  /// Reads what `json` wrote.
  public init?(_ value: JSONValue) {
    guard let epoch = value["epoch"]?.integer, let score = value["score"]?.number,
      let runs = value["runs"]?.array?.compactMap(\.integer), runs.count % 2 == 0,
      runs.allSatisfy({ (0...(1 << 24)).contains($0) })
    else { return nil }
    self.epoch = epoch
    self.score = score
    self.runs = runs
  }
}

/// A number that JSON can hold, else null.
private func optional(_ value: Double?) -> JSONValue {
  guard let value, value.isFinite else { return .null }
  return .number(value)
}
