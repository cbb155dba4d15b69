import VolumeCore

/// How labels met the truth in annotated layers, cell by cell, so that it can be told how far what
/// was found there may be off elsewhere.
public struct LayerComparison: Hashable, Sendable {
  /// Layers that are nearer to each other than this see the same fibres, and count as one.
  public static let nearest = 16
  /// The classes' values.
  public let classes: [Int]
  /// The extent of a layer.
  public let layer: Shape3
  /// The annotated layers.
  public private(set) var layers: [Int] = []
  /// For each layer and cell how often class k was predicted where the truth is t: `k * (classes +
  /// 1) + t`, the last t for truths that are no class.
  private(set) var counts: [[[Int]]] = []

  /// Nothing compared yet of layers of `rows` x `columns` voxels.
  public init(rows: Int, columns: Int, classes: [Int]) {
    layer = Shape3(z: 1, y: rows, x: columns)
    self.classes = classes
  }

  private var width: Int { classes.count + 1 }

  /// Voxels that were compared.
  public var voxels: Int {
    counts.reduce(0) { $0 + $1.reduce(0) { $0 + $1.reduce(0, +) } }
  }

  /// Voxels of all layers that were called `prediction` and are `truth`.
  public func count(prediction: Int, truth: Int) -> Int {
    guard let k = classes.firstIndex(of: prediction), let t = classes.firstIndex(of: truth) else {
      return 0
    }
    return counts.reduce(0) { $0 + $1.reduce(0) { $0 + $1[k * width + t] } }
  }

  /// Compares layer `z`, one byte a voxel in C order. Truths of 255 are not annotated and do not
  /// count; neither do predictions that are no class, such as the outside.
  public mutating func add(layer z: Int, prediction: RawSpan, truth: RawSpan) {
    precondition(
      prediction.byteCount == layer.voxelCount && truth.byteCount == layer.voxelCount,
      "whole layers")
    let grid = CellGrid(layer)
    let edge = grid.grid.chunk
    var cells = [[Int]](
      repeating: Array(repeating: 0, count: classes.count * width),
      count: grid.count.voxelCount)
    var placeOf = [Int](repeating: classes.count, count: 256)
    for (place, value) in classes.enumerated() { placeOf[value] = place }
    for y in 0..<layer.y {
      for x in 0..<layer.x {
        let i = y * layer.x + x
        let t = unsafe Int(truth.unsafeLoad(fromByteOffset: i, as: UInt8.self))
        let k = unsafe placeOf[Int(prediction.unsafeLoad(fromByteOffset: i, as: UInt8.self))]
        guard t != LabelClass.unannotatedValue, k < classes.count else { continue }
        cells[grid.place(0, y / edge.y, x / edge.x)][k * width + placeOf[t]] += 1
      }
    }
    add(z, cells)
  }

  /// Adds the counts of a layer.
  mutating func add(_ z: Int, _ cells: [[Int]]) {
    layers.append(z)
    counts.append(cells)
  }

  /// Of the voxels of the volume, the part that is of the class `value`, where those called k are
  /// `shares[k]` of it, and the variance of that.
  ///
  /// What is called k is divided as it is in the annotated layers (the post-stratified estimator that
  /// is used for areas of land on maps: Olofsson et al., Remote Sensing of Environment 148, 2014); the
  /// variance is that of its residuals, which are correlated fields. `nil` where nothing was compared.
  func corrected(_ value: Int, shares: [Double]) -> (fraction: Double, variance: MeanVariance?)? {
    guard let t = classes.firstIndex(of: value), voxels > 0 else { return nil }
    let all = Double(voxels)
    var weights: [Double] = []
    var parts: [Double] = []
    for k in classes.indices {
      var (called, right) = (0, 0)
      for cells in counts {
        for cell in cells {
          for s in 0..<width { called += cell[k * width + s] }
          right += cell[k * width + t]
        }
      }
      // A class that the layers do not show is believed.
      parts.append(called == 0 ? (k == t ? 1 : 0) : Double(right) / Double(called))
      weights.append(called == 0 ? 0 : shares[k] * all / Double(called))
    }
    let fields = groups().map { group in
      counts[group[0]].indices.map { place in
        var cell = MeanVariance.Cell(value: 0, weight: 0)
        for layer in group {
          let here = counts[layer][place]
          for k in classes.indices {
            var called = 0
            for s in 0..<width { called += here[k * width + s] }
            cell.weight += Double(called)
            cell.value += weights[k] * (Double(here[k * width + t]) - parts[k] * Double(called))
          }
        }
        return cell
      }
    }
    return (
      zip(shares, parts).reduce(0) { $0 + $1.0 * $1.1 },
      MeanVariance.of(fields, count: CellGrid(layer).count)
    )
  }

  /// The places of layers that count as one.
  private func groups() -> [[Int]] {
    var groups: [[Int]] = []
    var last: Int?
    for place in layers.indices.sorted(by: { layers[$0] < layers[$1] }) {
      if let before = last, layers[place] - before < Self.nearest {
        groups[groups.count - 1].append(place)
      } else {
        groups.append([place])
      }
      last = layers[place]
    }
    return groups
  }
}
