import Evaluation
import Quantification
import VolumeCore

/// Scores as a page for people and as JSON.
struct EvaluationReport: Sendable {
  var scores: Scores
  var matrix: ConfusionMatrix
  var classes: [LabelClass]
  /// The voxel's edges, where they are known.
  var spacing: VoxelSpacing?
  var baselines: Baselines?
  var probabilities: [ProbabilityCounts] = []
  var fractions: FractionPair?
  var boundaries: BoundaryDistances?
  /// The classes of `boundaries`, in their order.
  var boundaryClasses: [Int] = []

  /// Layers that are worth looking at.
  var worst: [(axis: LayerCurves.Axis, position: Int, reason: NotableReason)] = []

  /// A report of these.
  init(scores: Scores, matrix: ConfusionMatrix, classes: [LabelClass]) {
    self.scores = scores
    self.matrix = matrix
    self.classes = classes
  }

  func name(of value: Int) -> String {
    if let known = classes.first(where: { $0.value == value }) { return known.name }
    if value == LabelClass.outsideValue { return "outside the specimen" }
    if value == LabelClass.unannotatedValue { return "not annotated" }
    return "class \(value)"
  }

  /// Red, green and blue of a class.
  func colour(of value: Int) -> [Int] {
    let known = classes.first { $0.value == value }?.colour
    return Array((known ?? LabelClass.palette[value % LabelClass.palette.count]).prefix(3))
  }

  /// The boundary distances of a class, where they were measured.
  func boundary(of value: Int) -> BoundaryDistance? {
    guard let number = boundaryClasses.firstIndex(of: value) else { return nil }
    return boundaries?.classes[number]
  }

  /// The edge of a voxel in micrometres, where all are equal.
  var edge: Double? {
    guard let spacing, spacing.z == spacing.y, spacing.y == spacing.x else { return nil }
    return spacing.x
  }

  /// "1.4 voxels (1.8 µm)"; "beyond 10 voxels".
  func length(_ voxels: Double?, reach: Double) -> String {
    guard let voxels else { return "-" }
    guard voxels.isFinite else { return "beyond \(Words.short(reach)) voxels" }
    return "\(Words.fixed(voxels, 2))" + (edge.map { " (\(Words.fixed(voxels * $0, 2)) µm)" } ?? "")
  }

  private func digits(_ value: Double?) -> String { value.map { Words.fixed($0, 4) } ?? "-" }

  /// A table of scores, the confusion counts and the means.
  var page: [String] {
    var table = TextTable([
      "class", "Jaccard", "precision", "recall", "F1", "accuracy", "voxels of it", "called it",
    ])
    for score in scores.classes {
      table.add([
        "\(score.value) \(name(of: score.value))", digits(score.jaccard), digits(score.precision),
        digits(score.recall), digits(score.f1), digits(score.accuracy),
        Words.grouped(score.support), Words.grouped(score.predicted),
      ])
    }
    for (name, mean) in [("mean (macro)", scores.macro), ("weighted by voxels", scores.weighted)] {
      table.add([
        name, digits(mean.jaccard), digits(mean.precision), digits(mean.recall), digits(mean.f1),
        digits(mean.accuracy),
      ])
    }
    let micro = scores.micro
    table.add([
      "all voxels (micro)", digits(micro.jaccard), digits(micro.precision), digits(micro.recall),
      digits(micro.f1), digits(micro.accuracy),
    ])
    var counts = TextTable(["truth \\ predicted"] + scores.classes.map { name(of: $0.value) })
    for truth in scores.classes {
      counts.add(
        [name(of: truth.value)]
          + scores.classes.map {
            Words.grouped(matrix.count(truth: truth.value, prediction: $0.value))
          })
    }
    var lines = table.lines() + [""] + counts.lines() + [""] + remarks
    lines.append("accuracy: \(digits(scores.accuracy))")
    lines.append(
      "mean Jaccard: \(digits(scores.meanJaccard))" + (knowsOutside ? " (without outside)" : ""))
    if let variation = InformationVariation(matrix) {
      lines.append(
        "variation of information: \(digits(variation.sum)) bits a voxel "
          + "(splits \(digits(variation.splits)), merges \(digits(variation.merges)))")
    }
    return lines + baselineLines + probabilityLines + fractionLines + boundaryLines + worstLines
  }

  private var remarks: [String] {
    var lines: [String] = []
    if matrix.skipped > 0 {
      lines.append("not annotated, skipped: \(Words.grouped(matrix.skipped))")
    }
    for (value, score) in scores.undefined {
      lines.append(
        "\(name(of: value)) has no \(score) "
          + (score == "precision" ? "(it was never predicted)" : "(the truth has none of it)")
          + ": 0 in the means")
    }
    let (called, specimen) = (scores.specimenCalledOutside, scores.specimenVoxels)
    if knowsOutside {
      lines.append(
        "specimen called outside: \(Words.grouped(called)) of \(Words.grouped(specimen)) voxels, "
          + Words.percent(specimen == 0 ? nil : Double(called) / Double(specimen), 4))
    }
    return lines
  }

  private var baselineLines: [String] {
    guard let baselines else { return [] }
    var table = TextTable(
      ["what has learned no shapes"] + baselines.classes.map { name(of: $0) }
        + ["mean Jaccard", "Jaccard loss"])
    for model in baselines.models {
      table.add(
        [model.name] + model.jaccard.map(digits) + [digits(model.mean), digits(model.loss)])
    }
    return [""] + table.lines()
  }

  private var probabilityLines: [String] {
    guard !probabilities.isEmpty else { return [] }
    var table = TextTable([
      "probabilities of", "ROC area", "average precision", "calibration error",
    ])
    for item in probabilities {
      table.add([
        name(of: item.value), digits(item.rocArea), digits(item.averagePrecision),
        digits(item.calibrationError),
      ])
    }
    return [""] + table.lines()
  }

  private var fractionLines: [String] {
    guard let fractions else { return [] }
    var table = TextTable([
      "volume fraction of", "truth", "95 %, the material", "prediction", "95 %, the material",
      "difference",
    ])
    func bounds(_ estimate: FractionEstimate?) -> String {
      estimate?.material.map(FractionTable.bounds) ?? "-"
    }
    for item in fractions.truth.classes {
      let other = fractions.prediction.classes.first { $0.value == item.value }
      table.add([
        name(of: item.value), Words.percent(item.fraction, 3), bounds(item),
        Words.percent(other?.fraction, 3), bounds(other),
        other.map { Words.percent($0.fraction - item.fraction, 3) } ?? "-",
      ])
    }
    return [""] + table.lines()
  }

  private var boundaryLines: [String] {
    guard let boundaries else { return [] }
    let reach = boundaries.errors.reach
    let unit = edge == nil ? "voxels" : "voxels (µm)"
    var table = TextTable(["boundaries of", "95 % within, \(unit)", "mean, \(unit)"])
    for value in boundaryClasses {
      let item = boundary(of: value)
      table.add([
        name(of: value), length(item?.hausdorff95, reach: reach), length(item?.mean, reach: reach),
      ])
    }
    var lines = [""] + table.lines()
    let errors = boundaries.errors
    if errors.total > 0 {
      func share(_ distance: Double) -> String {
        Words.percent(Double(errors.within(distance)) / Double(errors.total), 1)
      }
      lines.append(
        "of \(Words.grouped(errors.total)) errors \(share(1)) are right at a boundary of the truth, "
          + "\(share(2)) within 2 voxels of one, \(share(reach)) within \(Words.short(reach))")
    }
    return lines
  }

  private var worstLines: [String] {
    var lines: [String] = []
    for axis in LayerCurves.Axis.allCases {
      var reasons: [(position: Int, words: [String])] = []
      for item in worst where item.axis == axis {
        if let known = reasons.firstIndex(where: { $0.position == item.position }) {
          reasons[known].words.append(item.reason.rawValue)
        } else {
          reasons.append((item.position, [item.reason.rawValue]))
        }
      }
      for item in reasons {
        lines.append(
          "worth a look: \(axis.rawValue) = \(item.position) (\(item.words.joined(separator: ", ")))"
        )
      }
    }
    return lines.isEmpty ? [] : [""] + lines
  }

  /// Whether something is outside, in the truth or in the prediction.
  private var knowsOutside: Bool {
    scores.classes.contains { $0.value == LabelClass.outsideValue && $0.jaccard != nil }
  }
}
