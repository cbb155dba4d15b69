import Evaluation
import VolumeCore

/// The tables of an evaluation for other programs.
struct EvaluationTables {
  let report: EvaluationReport

  private func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }

  /// A name that needs no quotes in a table.
  private func plain(_ name: String) -> String {
    name.contains(where: { ",\"\n".contains($0) })
      ? "\""
        + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
        + "\"" : name
  }

  /// One row for each class, then the means.
  var scores: String {
    let scores = report.scores
    var lines = [
      "value,class,support,predicted,true_positives,false_positives,false_negatives,true_negatives,"
        + "accuracy,precision,recall,f1,jaccard,hausdorff_95_voxels,boundary_distance_voxels,"
        + "roc_area,average_precision"
    ]
    for score in scores.classes {
      let boundary = report.boundary(of: score.value)
      let curve = report.probabilities.first { $0.value == score.value }
      let counts = [
        score.support, score.predicted, score.truePositives, score.falsePositives,
        score.falseNegatives, score.trueNegatives,
      ]
      let values = [
        score.accuracy, score.precision, score.recall, score.f1, score.jaccard,
        boundary?.hausdorff95, boundary?.mean, curve?.rocArea, curve?.averagePrecision,
      ]
      lines.append(
        (["\(score.value)", plain(report.name(of: score.value))] + counts.map { "\($0)" }
          + values.map(text)).joined(separator: ","))
    }
    func add(_ name: String, _ values: [Double?]) {
      lines.append("," + name + ",,,,,,," + values.map(text).joined(separator: ",") + ",,,,")
    }
    for (name, mean) in [("macro", scores.macro), ("weighted", scores.weighted)] {
      add(name, [mean.accuracy, mean.precision, mean.recall, mean.f1, mean.jaccard])
    }
    let micro = scores.micro
    add("micro", [micro.accuracy, micro.precision, micro.recall, micro.f1, micro.jaccard])
    return lines.joined(separator: "\n") + "\n"
  }

  /// The scores as a table that stands in a LaTeX document without packages.
  var latex: String {
    func escaped(_ name: String) -> String {
      name.map { "_&%#$".contains($0) ? "\\\($0)" : String($0) }.joined()
    }
    func cell(_ value: Double?) -> String { value.map { Words.fixed($0, 4) } ?? "--" }
    var lines = [
      "\\begin{tabular}{lrrrrr}", "\\hline",
      "class & Jaccard & precision & recall & $F_1$ & voxels \\\\", "\\hline",
    ]
    for score in report.scores.classes {
      let values = [score.jaccard, score.precision, score.recall, score.f1].map(cell)
      lines.append(
        ([escaped(report.name(of: score.value))] + values + [Words.grouped(score.support)])
          .joined(separator: " & ") + " \\\\")
    }
    lines.append("\\hline")
    for (name, mean) in [("mean", report.scores.macro), ("weighted mean", report.scores.weighted)] {
      lines.append(
        ([name] + [mean.jaccard, mean.precision, mean.recall, mean.f1].map(cell)
          + [Words.grouped(report.matrix.total)]).joined(separator: " & ") + " \\\\")
    }
    return (lines + ["\\hline", "\\end{tabular}"]).joined(separator: "\n") + "\n"
  }

  /// One row for each layer across `axis`.
  func layers(_ curves: LayerCurves, _ axis: LayerCurves.Axis) -> String {
    let names = curves.classes.map { plain(report.name(of: $0)) }
    var header = [axis.rawValue, "voxels", "wrong"]
    for name in names { header += ["truth \(name)", "predicted \(name)", "jaccard \(name)"] }
    header += ["truth equal next", "prediction equal next"]
    for name in names {
      header += ["truth \(name) jaccard next", "prediction \(name) jaccard next"]
    }
    var lines = [header.joined(separator: ",")]
    for position in axis.range(of: curves.region) {
      let errors = curves.errors(axis, position)
      var row = ["\(position)", "\(errors.voxels)", "\(errors.wrong)"]
      for score in curves.scores(axis, position) {
        row += ["\(score.support)", "\(score.predicted)", text(score.jaccard)]
      }
      let agreement = curves.agreement(axis, position)
      row += [text(agreement.truth.equal), text(agreement.prediction.equal)]
      for number in names.indices {
        row += [
          text(agreement.truth.counts[number].jaccard),
          text(agreement.prediction.counts[number].jaccard),
        ]
      }
      lines.append(row.joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Distances between boundaries: how many boundary voxels have the other boundary so far away.
  var boundaries: String? {
    guard let found = report.boundaries else { return nil }
    var lines = ["value,class,of,distance_voxels,count"]
    for (value, item) in zip(report.boundaryClasses, found.classes) {
      for (side, histogram) in [("truth", item.ofTruth), ("prediction", item.ofPrediction)] {
        let start = "\(value),\(plain(report.name(of: value))),\(side),"
        for (square, count) in histogram.counts.enumerated() where count > 0 {
          lines.append(start + "\(Double(square).squareRoot()),\(count)")
        }
        if histogram.beyond > 0 { lines.append(start + "beyond,\(histogram.beyond)") }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Voxels, and errors among them, by their distance to the nearest boundary of the truth.
  var errors: String? {
    guard let found = report.boundaries else { return nil }
    var lines = ["distance_voxels,voxels,wrong"]
    for (square, count) in found.voxels.counts.enumerated() where count > 0 {
      lines.append("\(Double(square).squareRoot()),\(count),\(found.errors.counts[square])")
    }
    lines.append("beyond,\(found.voxels.beyond),\(found.errors.beyond)")
    return lines.joined(separator: "\n") + "\n"
  }

  /// Both curves of each class, a row for each threshold.
  var probabilityCurves: String? {
    guard !report.probabilities.isEmpty else { return nil }
    var lines = [
      "value,class,threshold,true_positive_rate,false_positive_rate,precision,true_positives,"
        + "false_positives"
    ]
    for item in report.probabilities {
      for point in item.points {
        let called = point.truePositives + point.falsePositives
        let values: [Double?] = [
          item.support == 0 ? nil : Double(point.truePositives) / Double(item.support),
          item.others == 0 ? nil : Double(point.falsePositives) / Double(item.others),
          called == 0 ? nil : Double(point.truePositives) / Double(called),
        ]
        lines.append(
          "\(item.value),\(plain(report.name(of: item.value))),\(Double(point.step) / 255),"
            + values.map(text).joined(separator: ",")
            + ",\(point.truePositives),\(point.falsePositives)")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What was said and what was true, by tenths of probability.
  var calibration: String? {
    guard !report.probabilities.isEmpty else { return nil }
    var lines = ["value,class,from,to,voxels,mean_probability,part_of_class"]
    for item in report.probabilities {
      for tenth in item.calibration {
        lines.append(
          "\(item.value),\(plain(report.name(of: item.value))),\(tenth.range.lowerBound),"
            + "\(tenth.range.upperBound),\(tenth.voxels),\(text(tenth.said)),\(text(tenth.found))")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
