import VolumeCore
import VolumePasses

/// How a prediction does layer by layer, along each of the three axes; and how alike neighbouring
/// layers are, in the truth and in the prediction, each for itself.
public struct LayerCurves: Hashable, Sendable {
  /// The axis that layers are perpendicular to.
  public enum Axis: String, CaseIterable, Hashable, Sendable {
    /// Layers.
    case z
    /// Rows.
    case y
    /// Columns.
    case x

    /// The voxels of `region` along this axis.
    public func range(of region: Region) -> Range<Int> {
      switch self {
      case .z: region.z
      case .y: region.y
      case .x: region.x
      }
    }
  }

  /// Voxels of one class in two neighbouring layers, where both voxels of a pair count.
  public struct PairCount: Hashable, Sendable {
    /// Those of the first layer.
    public var first: Int
    /// Those of the second.
    public var second: Int
    /// Places where both layers have one.
    public var both: Int

    /// These counts.
    public init(first: Int, second: Int, both: Int) {
      self.first = first
      self.second = second
      self.both = both
    }

    /// Voxels of the class in both over those in either; `nil` where there are none.
    public var jaccard: Double? { ratio(both, first + second - both) }
  }

  /// How alike two neighbouring layers are, voxel by voxel.
  public struct Agreement: Hashable, Sendable {
    /// For each class.
    public let counts: [PairCount]

    /// The part of the pairs that are of one class.
    public var equal: Double? {
      ratio(counts.reduce(0) { $0 + $1.both }, counts.reduce(0) { $0 + $1.first })
    }
  }

  /// The classes' values, in the order of all counts.
  public let classes: [Int]
  /// The voxels that were walked over.
  public let region: Region
  /// For z, y, x: for each layer a square of counts, truth by prediction.
  private var cells: [[Int]]
  /// For z, y, x: for each layer, of the truth and then of the prediction, for each class three counts.
  private var pairs: [[Int]]

  init(_ classes: [Int], region: Region) {
    self.classes = classes
    self.region = region
    let n = classes.count
    cells = Axis.allCases.map { Array(repeating: 0, count: $0.range(of: region).count * n * n) }
    pairs = Axis.allCases.map { Array(repeating: 0, count: $0.range(of: region).count * n * 6) }
  }

  private func number(_ axis: Axis) -> Int { axis == .z ? 0 : axis == .y ? 1 : 2 }

  /// The scores of layer `position` across `axis`, counted as in the volume.
  public func scores(_ axis: Axis, _ position: Int) -> [ClassScore] {
    let n = classes.count
    let start = (position - axis.range(of: region).lowerBound) * n * n
    let square = cells[number(axis)][start..<(start + n * n)]
    func count(_ truth: Int, _ prediction: Int) -> Int { square[start + truth * n + prediction] }
    let total = square.reduce(0, +)
    return classes.indices.map { k in
      var score = ClassScore(
        value: classes[k], truePositives: count(k, k), falsePositives: 0, falseNegatives: 0)
      for other in classes.indices where other != k {
        score.falsePositives += count(other, k)
        score.falseNegatives += count(k, other)
      }
      score.trueNegatives =
        total - score.truePositives - score.falsePositives - score.falseNegatives
      return score
    }
  }

  /// Voxels of layer `position` that count, and those of them that were called wrongly.
  public func errors(_ axis: Axis, _ position: Int) -> (voxels: Int, wrong: Int) {
    let scores = scores(axis, position)
    let right = scores.reduce(0) { $0 + $1.truePositives }
    let voxels = scores.reduce(0) { $0 + $1.support }
    return (voxels, voxels - right)
  }

  /// How alike layers `position` and the next are; all 0 behind the last.
  public func agreement(
    _ axis: Axis, _ position: Int
  ) -> (truth: Agreement, prediction: Agreement) {
    let n = classes.count
    let start = (position - axis.range(of: region).lowerBound) * n * 6
    let list = pairs[number(axis)]
    func part(_ first: Int) -> Agreement {
      Agreement(
        counts: (0..<n).map {
          PairCount(
            first: list[first + $0 * 3], second: list[first + $0 * 3 + 1],
            both: list[first + $0 * 3 + 2])
        })
    }
    return (part(start), part(start + n * 3))
  }

  mutating func add(_ other: LayerCurves) {
    for axis in cells.indices {
      for i in cells[axis].indices { cells[axis][i] += other.cells[axis][i] }
      for i in pairs[axis].indices { pairs[axis][i] += other.pairs[axis][i] }
    }
  }

  /// Counts the core of a block; labels are those of all that was read of it.
  mutating func count(
    _ core: Region, of box: Region, prediction: RawSpan, truth: RawSpan, _ index: ClassIndex
  ) {
    let n = index.count
    let (rows, width) = (box.y.count, box.x.count)
    var layerPairs = [Int](repeating: 0, count: n * 6)
    var rowPairs = layerPairs
    var rowCells = [Int](repeating: 0, count: n * n)
    unsafe prediction.withUnsafeBytes { prediction in
      unsafe truth.withUnsafeBytes { truth in
        for z in core.z {
          for y in core.y {
            for i in rowCells.indices { rowCells[i] = 0 }
            for i in rowPairs.indices {
              rowPairs[i] = 0
              layerPairs[i] = 0
            }
            let start =
              ((z - box.z.lowerBound) * rows + y - box.y.lowerBound) * width - box.x.lowerBound
            let hasLayer = z + 1 < box.z.upperBound
            let hasRow = y + 1 < box.y.upperBound
            for x in core.x {
              let at = start + x
              let t = unsafe Int(index.ofTruth[Int(truth[at])])
              guard t < n else { continue }
              let p = unsafe Int(index.ofPrediction[Int(prediction[at])])
              rowCells[t * n + p] += 1
              let column = x - region.x.lowerBound
              cells[2][column * n * n + t * n + p] += 1
              if hasLayer {
                unsafe pair(t, p, at + rows * width, prediction, truth, index, &layerPairs, 0)
              }
              if hasRow { unsafe pair(t, p, at + width, prediction, truth, index, &rowPairs, 0) }
              if x + 1 < box.x.upperBound {
                unsafe pair(t, p, at + 1, prediction, truth, index, &pairs[2], column * n * 6)
              }
            }
            let (layer, row) = (z - region.z.lowerBound, y - region.y.lowerBound)
            for i in rowCells.indices {
              cells[0][layer * n * n + i] += rowCells[i]
              cells[1][row * n * n + i] += rowCells[i]
            }
            for i in rowPairs.indices {
              pairs[0][layer * n * 6 + i] += layerPairs[i]
              pairs[1][row * n * 6 + i] += rowPairs[i]
            }
          }
        }
      }
    }
  }

  /// Counts the pair of a voxel of classes `t` and `p` and its neighbour at `next`.
  private func pair(
    _ t: Int, _ p: Int, _ next: Int, _ prediction: UnsafeRawBufferPointer,
    _ truth: UnsafeRawBufferPointer, _ index: ClassIndex, _ counts: inout [Int], _ first: Int
  ) {
    let n = index.count
    let otherT = unsafe Int(index.ofTruth[Int(truth[next])])
    guard otherT < n else { return }
    let otherP = unsafe Int(index.ofPrediction[Int(prediction[next])])
    counts[first + t * 3] += 1
    counts[first + otherT * 3 + 1] += 1
    if t == otherT { counts[first + t * 3 + 2] += 1 }
    let half = first + n * 3
    counts[half + p * 3] += 1
    counts[half + otherP * 3 + 1] += 1
    if p == otherP { counts[half + p * 3 + 2] += 1 }
  }
}

extension LabelPairing {
  /// How the volumes are walked over to count `classes` classes layer by layer.
  public func layerPass(classes: Int) -> BlockPass {
    var pass = pass()
    // A layer, a row and a column more, for the pairs with them.
    pass.halo = Shape3(z: 1, y: 1, x: 1)
    let extents = region.z.count + region.y.count + region.x.count
    pass.workBytes = extents * (classes + 6) * classes * 8
    pass.workBytesPerVoxel += 1
    return pass
  }

  /// Counts layer by layer; `classes` are the values that occur in the two.
  public func layerCurves(
    _ classes: [Int], _ control: WalkControl
  ) throws(Explanation) -> LayerCurves {
    let index = ClassIndex(classes)
    let prepared = try layerPass(classes: classes.count).prepared(
      memory: control.memory, threads: control.threads)
    let pairing = self
    let parts = try prepared.run(
      isStopped: control.isStopped, progress: control.progress,
      gather: { (curves: LayerCurves(classes, region: pairing.region), scratch: [UInt8]()) }
    ) { gathered, block in
      var curves = gathered.curves
      gathered.curves = LayerCurves([], region: pairing.region)
      pairing.withLabels(of: block, &gathered.scratch) { prediction, truth in
        curves.count(
          block.core, of: block.region, prediction: prediction, truth: truth, index)
      }
      gathered.curves = curves
    }
    var curves = LayerCurves(classes, region: region)
    for part in parts { curves.add(part.curves) }
    return curves
  }
}
