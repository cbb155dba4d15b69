import Evaluation
import VolumeCore

/// Curves along the three axes.
struct LayerCharts {
  let curves: LayerCurves
  let report: EvaluationReport

  /// A column for each axis: the part that is wrong, the Jaccard index of each class, and how alike a
  /// layer is to the next in the truth and in the prediction.
  var chart: Chart {
    var panels: [Chart.Panel] = []
    for axis in LayerCurves.Axis.allCases {
      let positions = axis.range(of: curves.region)
      panels.append(
        Chart.Panel(
          "wrong voxels, %", xLabel: axis.rawValue,
          [
            Chart.Series(
              "wrong", colour: [213, 94, 0],
              positions.map { position in
                let found = curves.errors(axis, position)
                return (
                  Double(position),
                  found.voxels == 0 ? .nan : 100 * Double(found.wrong) / Double(found.voxels)
                )
              })
          ]))
      panels.append(
        Chart.Panel(
          "Jaccard", xLabel: axis.rawValue,
          curves.classes.indices.map { number in
            let value = curves.classes[number]
            return Chart.Series(
              report.name(of: value), colour: report.colour(of: value),
              positions.map {
                (Double($0), curves.scores(axis, $0)[number].jaccard ?? .nan)
              })
          }))
      panels.append(
        Chart.Panel(
          "equal to the next layer", xLabel: axis.rawValue,
          [true, false].map { isTruth in
            Chart.Series(
              isTruth ? "truth" : "prediction", colour: isTruth ? [0, 0, 0] : [0, 114, 178],
              positions.dropLast().map {
                let agreement = curves.agreement(axis, $0)
                return (
                  Double($0), (isTruth ? agreement.truth : agreement.prediction).equal ?? .nan
                )
              })
          }))
    }
    // Column by column: three panels to an axis.
    var chart = Chart(panels)
    chart.columns = 3
    return chart
  }
}

/// Curves that follow from probabilities.
struct ProbabilityCharts {
  let report: EvaluationReport

  /// ROC, precision and recall, calibration.
  var chart: Chart {
    let items = report.probabilities
    func series(_ points: (ProbabilityCounts) -> [(Double, Double)]) -> [Chart.Series] {
      items.map {
        Chart.Series(report.name(of: $0.value), colour: report.colour(of: $0.value), points($0))
      }
    }
    let roc = series { item in
      guard item.support > 0, item.others > 0 else { return [] }
      return item.points.map {
        (
          Double($0.falsePositives) / Double(item.others),
          Double($0.truePositives) / Double(item.support)
        )
      }
    }
    let precision = series { item in
      guard item.support > 0 else { return [] }
      return item.points.dropFirst().compactMap {
        let called = $0.truePositives + $0.falsePositives
        guard called > 0 else { return nil }
        return (
          Double($0.truePositives) / Double(item.support), Double($0.truePositives) / Double(called)
        )
      }
    }
    let calibration = series { item in
      item.calibration.compactMap {
        guard let said = $0.said, let found = $0.found else { return nil }
        return (said, found)
      }
    }
    return Chart([
      Chart.Panel("true positive rate", xLabel: "false positive rate", roc),
      Chart.Panel("precision", xLabel: "recall", precision),
      Chart.Panel("part that is of the class", xLabel: "probability", calibration),
    ])
  }
}
