import Evaluation
import Quantification
import VolumeCore

extension EvaluationReport {
  private func number(_ value: Double?) -> JSONValue {
    value.map { $0.isFinite ? .number($0) : .null } ?? .null
  }

  private func json(_ mean: MeanScores) -> JSONValue {
    [
      "accuracy": number(mean.accuracy), "precision": number(mean.precision),
      "recall": number(mean.recall), "f1": number(mean.f1), "jaccard": number(mean.jaccard),
    ]
  }

  /// What `--json` prints; what cannot be computed is null, never NaN.
  var json: [String: JSONValue] {
    let values = scores.classes.map(\.value)
    let confusion = values.map { truth -> JSONValue in
      .array(values.map { .integer(matrix.count(truth: truth, prediction: $0)) })
    }
    let micro = scores.micro
    var json: [String: JSONValue] = [
      "classes": .array(scores.classes.map(classJSON)),
      "mean_jaccard": number(scores.meanJaccard), "accuracy": number(scores.accuracy),
      "macro": self.json(scores.macro), "weighted": self.json(scores.weighted),
      "micro": [
        "accuracy": number(micro.accuracy), "precision": number(micro.precision),
        "recall": number(micro.recall), "f1": number(micro.f1), "jaccard": number(micro.jaccard),
      ],
      "undefined": .array(
        scores.undefined.map { ["value": .integer($0.value), "score": .string($0.score)] }),
      "confusion": .array(confusion), "confusion_values": .array(values.map { .integer($0) }),
      "voxels": .integer(matrix.total), "skipped": .integer(matrix.skipped),
      "specimen_called_outside": .integer(scores.specimenCalledOutside),
      "specimen_voxels": .integer(scores.specimenVoxels),
    ]
    if let variation = InformationVariation(matrix) {
      json["variation_of_information_bits"] = [
        "splits": .number(variation.splits), "merges": .number(variation.merges),
        "sum": .number(variation.sum),
      ]
    }
    if let baselines {
      json["baselines"] = .array(
        baselines.models.map {
          [
            "name": .string($0.name), "loss": .number($0.loss),
            "jaccard": .array($0.jaccard.map(number)), "mean_jaccard": number($0.mean),
          ]
        })
    }
    if let boundaries {
      let errors = boundaries.errors
      json["errors_by_distance"] = [
        "errors": .integer(errors.total), "at_boundary": .integer(errors.within(1)),
        "within_2": .integer(errors.within(2)), "beyond_reach": .integer(errors.beyond),
        "reach_voxels": .number(errors.reach),
      ]
    }
    return json
  }

  private func classJSON(_ score: ClassScore) -> JSONValue {
    var json: [String: JSONValue] = [
      "value": .integer(score.value), "name": .string(name(of: score.value)),
      "jaccard": number(score.jaccard), "precision": number(score.precision),
      "recall": number(score.recall), "f1": number(score.f1), "accuracy": number(score.accuracy),
      "support": .integer(score.support), "predicted": .integer(score.predicted),
      "true_positives": .integer(score.truePositives),
      "false_positives": .integer(score.falsePositives),
      "false_negatives": .integer(score.falseNegatives),
      "true_negatives": .integer(score.trueNegatives),
    ]
    if let item = probabilities.first(where: { $0.value == score.value }) {
      json["roc_area"] = number(item.rocArea)
      json["average_precision"] = number(item.averagePrecision)
      json["calibration_error"] = number(item.calibrationError)
    }
    if let item = boundary(of: score.value) {
      json["hausdorff_95_voxels"] = number(item.hausdorff95)
      json["boundary_distance_voxels"] = number(item.mean)
      json["boundary_beyond_reach"] = .integer(item.ofTruth.beyond + item.ofPrediction.beyond)
    }
    func fraction(_ estimate: FractionEstimate?) -> JSONValue {
      guard let estimate else { return .null }
      return [
        "fraction": .number(estimate.fraction),
        "material_95": estimate.material.map { [.number($0.low), .number($0.high)] } ?? .null,
      ]
    }
    if let fractions {
      json["fraction_truth"] = fraction(
        fractions.truth.classes.first { $0.value == score.value })
      json["fraction_prediction"] = fraction(
        fractions.prediction.classes.first { $0.value == score.value })
    }
    return .object(json)
  }
}
