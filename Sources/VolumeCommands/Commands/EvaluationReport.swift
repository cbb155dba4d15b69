import Evaluation
import VolumeCore

/// Scores as a page for people and as JSON.
struct EvaluationReport: Hashable, Sendable {
  var scores: Scores
  var matrix: ConfusionMatrix
  var classes: [LabelClass]

  func name(of value: Int) -> String {
    if let known = classes.first(where: { $0.value == value }) { return known.name }
    if value == LabelClass.outsideValue { return "outside the specimen" }
    if value == LabelClass.unannotatedValue { return "not annotated" }
    return "class \(value)"
  }

  /// A table of scores, the confusion counts and the means.
  var page: [String] {
    func digits(_ value: Double?) -> String { value.map { Words.fixed($0, 4) } ?? "-" }
    var table = TextTable(["class", "Jaccard", "precision", "recall", "F1", "voxels of it"])
    for score in scores.classes {
      table.add([
        "\(score.value) \(name(of: score.value))", digits(score.jaccard), digits(score.precision),
        digits(score.recall), digits(score.f1),
        Words.grouped(score.truePositives + score.falseNegatives),
      ])
    }
    var counts = TextTable(["truth \\ predicted"] + scores.classes.map { name(of: $0.value) })
    for truth in scores.classes {
      counts.add(
        [name(of: truth.value)]
          + scores.classes.map {
            Words.grouped(matrix.count(truth: truth.value, prediction: $0.value))
          })
    }
    var lines = table.lines() + [""] + counts.lines() + [""]
    if matrix.skipped > 0 {
      lines.append("not annotated, skipped: \(Words.grouped(matrix.skipped))")
    }
    let (called, specimen) = (scores.specimenCalledOutside, scores.specimenVoxels)
    if knowsOutside {
      lines.append(
        "specimen called outside: \(Words.grouped(called)) of \(Words.grouped(specimen)) voxels, "
          + Words.percent(specimen == 0 ? nil : Double(called) / Double(specimen), 4))
    }
    lines.append("accuracy: \(digits(scores.accuracy))")
    lines.append(
      "mean Jaccard: \(digits(scores.meanJaccard))" + (knowsOutside ? " (without outside)" : ""))
    return lines
  }

  /// Whether something is outside, in the truth or in the prediction.
  private var knowsOutside: Bool {
    scores.classes.contains { $0.value == LabelClass.outsideValue && $0.jaccard != nil }
  }

  /// What `--json` prints; what cannot be computed is null, never NaN.
  var json: [String: JSONValue] {
    func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
    let classes = scores.classes.map { score -> JSONValue in
      [
        "value": .integer(score.value), "name": .string(name(of: score.value)),
        "jaccard": number(score.jaccard), "precision": number(score.precision),
        "recall": number(score.recall), "f1": number(score.f1),
        "true_positives": .integer(score.truePositives),
        "false_positives": .integer(score.falsePositives),
        "false_negatives": .integer(score.falseNegatives),
      ]
    }
    let values = scores.classes.map(\.value)
    let confusion = values.map { truth -> JSONValue in
      .array(values.map { .integer(matrix.count(truth: truth, prediction: $0)) })
    }
    return [
      "classes": .array(classes), "mean_jaccard": number(scores.meanJaccard),
      "accuracy": number(scores.accuracy), "confusion": .array(confusion),
      "confusion_values": .array(values.map { .integer($0) }), "voxels": .integer(matrix.total),
      "skipped": .integer(matrix.skipped),
      "specimen_called_outside": .integer(scores.specimenCalledOutside),
      "specimen_voxels": .integer(scores.specimenVoxels),
    ]
  }
}
