import VolumeCore

/// A layer of a phantom with its labels, and what can be measured on it.
struct LayerStatistics {
  let rows: Int
  let columns: Int
  let grey: [UInt8]
  let labels: [UInt8]

  /// The share of the voxels of class `label`.
  func share(_ label: UInt8) -> Double {
    Double(labels.count { $0 == label }) / Double(labels.count)
  }

  /// Whether a voxel of class `label` lies within `reach` rows and columns.
  func isNear(_ label: UInt8, _ index: Int, _ reach: Int) -> Bool {
    let (y, x) = (index / columns, index % columns)
    for v in max(0, y - reach)...min(rows - 1, y + reach) {
      for u in max(0, x - reach)...min(columns - 1, x + reach)
      where labels[v * columns + u] == label {
        return true
      }
    }
    return false
  }

  /// The greys of the voxels for which `condition` holds.
  func greys(where condition: (Int) -> Bool) -> [Double] {
    labels.indices.lazy.filter(condition).map { Double(grey[$0]) }
  }

  /// The correlation of the greys of matrix far from all else, with those a step away.
  func noiseCorrelation(y dy: Int, x dx: Int) -> Double {
    let far = labels.indices.map { labels[$0] == 0 && !isNear(1, $0, 5) && !isNear(2, $0, 4) }
    var pairs: [(Double, Double)] = []
    for y in 0..<(rows - dy) {
      for x in 0..<(columns - dx) {
        let (a, b) = (y * columns + x, (y + dy) * columns + x + dx)
        if far[a], far[b] { pairs.append((Double(grey[a]), Double(grey[b]))) }
      }
    }
    let mean = pairs.map(\.0).mean
    let product = pairs.map { ($0 - mean) * ($1 - mean) }.mean
    return product / pairs.map { ($0.0 - mean) * ($0.0 - mean) }.mean
  }

  /// A connected region of fibre: how long and wide the ellipse of its moments is, and where its
  /// long axis points.
  struct Section {
    var length: Double
    var width: Double
    /// |Δx| / |Δy| of the long axis.
    var slope: Double
    var area: Int
  }

  /// The sections of fibres that stand alone and are cut off by no face.
  var sections: [Section] {
    var seen = [Bool](repeating: false, count: labels.count)
    var result: [Section] = []
    for start in labels.indices where labels[start] == 1 && !seen[start] {
      var members: [Int] = []
      var stack = [start]
      var touchesFace = false
      seen[start] = true
      while let index = stack.popLast() {
        members.append(index)
        let (y, x) = (index / columns, index % columns)
        if y == 0 || x == 0 || y == rows - 1 || x == columns - 1 { touchesFace = true; continue }
        for next in [index - 1, index + 1, index - columns, index + columns]
        where labels[next] == 1 && !seen[next] {
          seen[next] = true
          stack.append(next)
        }
      }
      guard !touchesFace, members.count >= 20 else { continue }
      let section = Self.section(of: members, columns)
      // Several fibres that touch do not fill the ellipse of their moments.
      guard Double(members.count) > 0.9 * .pi / 4 * section.length * section.width else { continue }
      result.append(section)
    }
    return result
  }

  private static func section(of members: [Int], _ columns: Int) -> Section {
    let ys = members.map { Double($0 / columns) }
    let xs = members.map { Double($0 % columns) }
    let (my, mx) = (ys.mean, xs.mean)
    let yy = ys.map { ($0 - my) * ($0 - my) }.mean
    let xx = xs.map { ($0 - mx) * ($0 - mx) }.mean
    let xy = zip(ys, xs).map { ($0 - my) * ($1 - mx) }.mean
    let root = ((yy - xx) * (yy - xx) / 4 + xy * xy).squareRoot()
    let (major, minor) = ((yy + xx) / 2 + root, (yy + xx) / 2 - root)
    return Section(
      length: 4 * major.squareRoot(), width: 4 * max(0, minor).squareRoot(),
      slope: abs(xy) < 1e-9 ? (yy >= xx ? 0 : .infinity) : abs((major - yy) / xy),
      area: members.count)
  }
}

extension Array where Element == Double {
  /// The mean.
  var mean: Double { reduce(0, +) / Double(Swift.max(1, count)) }
  /// The standard deviation.
  var deviation: Double {
    let mean = mean
    return map { ($0 - mean) * ($0 - mean) }.mean.squareRoot()
  }
  /// The value that `share` of all lie below.
  func quantile(_ share: Double) -> Double { sorted()[Int(share * Double(count - 1))] }
}
