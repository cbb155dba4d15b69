import VolumeCore

/// How a classifier mistook classes on data of its own: what a model's card says of it.
public struct ClassifierMatrix: Hashable, Sendable {
  /// Voxels by truth, then by prediction.
  public let counts: [[Int]]

  /// The matrix of a card, rows of the truth: `[[9800, 150, 50], …]`; `nil` where it is not of
  /// `classes` classes, or a class has no voxels.
  public init?(_ document: JSONValue, classes: Int) {
    let rows = (document.array ?? []).map { row in (row.array ?? []).compactMap(\.integer) }
    guard classes > 0, rows.count == classes,
      rows.allSatisfy({ row in
        row.count == classes && row.allSatisfy { $0 >= 0 } && row.contains { $0 > 0 }
      })
    else { return nil }
    counts = rows
  }

  /// The document again.
  public var json: JSONValue {
    .array(counts.map { .array($0.map { .integer($0) }) })
  }

  /// The shares whose classes, mistaken as here, would be labelled in `shares` (Rogan and Gladen,
  /// American Journal of Epidemiology 107, 1978, for any number of classes); `nil` where no or any
  /// shares would be.
  package func unmistaken(_ shares: [Double]) -> [Double]? {
    let n = counts.count
    let sums = counts.map { Double($0.reduce(0, +)) }
    // One equation for each label: the sum over truths of share and chance.
    var rows: [[Double]] = []
    for k in 0..<n {
      var row: [Double] = (0..<n).map { t in Double(counts[t][k]) / sums[t] }
      row.append(shares[k])
      rows.append(row)
    }
    for i in 0..<n {
      guard let pivot = (i..<n).max(by: { abs(rows[$0][i]) < abs(rows[$1][i]) }),
        abs(rows[pivot][i]) > 1e-9
      else { return nil }
      rows.swapAt(i, pivot)
      for j in 0..<n where j != i {
        let factor = rows[j][i] / rows[i][i]
        for k in i...n { rows[j][k] -= factor * rows[i][k] }
      }
    }
    return (0..<n).map { min(max(rows[$0][n] / rows[$0][$0], 0), 1) }
  }
}
