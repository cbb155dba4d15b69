import VolumeCore

/// The history as a table that any program reads.
public enum History {
  /// The rows as CSV, with a header.
  public static func csv(_ rows: [HistoryRow], classes: [LabelClass]) -> String {
    let names = classes.map { field($0.name) }
    var lines = [
      (["epoch", "step", "voxels", "seconds", "rate", "loss"] + names.map { "jaccard_\($0)" }
        + ["validation_loss"] + names.map { "validation_jaccard_\($0)" }
        + ["validation_mean_jaccard", "gradient_norm", "best"]).joined(separator: ",")
    ]
    for row in rows {
      var cells = ["\(row.epoch)", "\(row.step)", "\(row.voxels)", number(row.seconds)]
      cells += [number(row.rate), number(row.loss)] + row.jaccard.map(number)
      cells.append(number(row.validationLoss))
      let none = [Double?](repeating: nil, count: classes.count)
      cells += (row.validationJaccard ?? none).map(number)
      cells.append(number(row.validationJaccard.flatMap(mean)))
      cells += [number(row.gradientNorm), row.isBest ? "1" : "0"]
      lines.append(cells.joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func number(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "" }
    // Six digits say all that a loss means.
    guard value != 0 else { return "0" }
    let magnitude = value.magnitude
    var scale = 1.0
    while magnitude * scale < 100_000 { scale *= 10 }
    return "\((value * scale).rounded() / scale)"
  }

  private static func field(_ name: String) -> String {
    String(name.map { $0 == "," || $0 == "\"" || $0.isNewline ? "_" : $0 })
  }
}
