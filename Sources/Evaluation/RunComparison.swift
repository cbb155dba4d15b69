import VolumeCore
import VolumePasses

/// Several predictions of the same voxels against one truth, counted block by block, so that their
/// difference can be told from chance.
public struct RunComparison: Hashable, Sendable {
  /// The classes' values.
  public let classes: [Int]
  /// The blocks, counted from the region's first voxel.
  public let blocks: ChunkGrid
  /// For each prediction, for each block a square of counts, truth by prediction.
  let cells: [[Int]]

  /// How many predictions there are.
  public var count: Int { cells.count }

  /// The counts of prediction `number`, without block `excluded` where one is given.
  private func sums(_ number: Int, excluding excluded: Int? = nil, total: [Int]? = nil) -> [Int] {
    let n = classes.count * classes.count
    guard let excluded, var sums = total else {
      var sums = [Int](repeating: 0, count: n)
      for (place, value) in cells[number].enumerated() { sums[place % n] += value }
      return sums
    }
    for place in 0..<n { sums[place] -= cells[number][excluded * n + place] }
    return sums
  }

  /// All counts of prediction `number`.
  public func matrix(_ number: Int) -> ConfusionMatrix {
    var matrix = ConfusionMatrix()
    let (sums, n) = (sums(number), classes.count)
    for t in 0..<n {
      for p in 0..<n where sums[t * n + p] > 0 {
        matrix.add(sums[t * n + p], truth: classes[t], prediction: classes[p])
      }
    }
    return matrix
  }

  /// The mean Jaccard index over the classes of the specimen that occur, of a square of counts.
  private func meanJaccard(_ square: [Int]) -> Double {
    let n = classes.count
    var (sum, known) = (0.0, 0)
    for k in 0..<n where classes[k] != LabelClass.outsideValue {
      var (truth, prediction) = (0, 0)
      for other in 0..<n {
        truth += square[k * n + other]
        prediction += square[other * n + k]
      }
      let both = square[k * n + k]
      guard truth + prediction > 0 else { continue }
      sum += Double(both) / Double(truth + prediction - both)
      known += 1
    }
    return known == 0 ? 0 : sum / Double(known)
  }

  /// How much better one prediction is than another.
  public struct Difference: Hashable, Sendable {
    /// Of the mean Jaccard indices.
    public var value: Double
    /// Its standard error, by leaving out one block at a time (Tukey's jackknife); `nil` where fewer
    /// than two blocks count.
    public var error: Double?
    /// Blocks that count less one.
    public var freedom: Int
  }

  /// The difference of the mean Jaccard indices of predictions `a` and `b`: both are of the same
  /// blocks, so what makes a block hard for both is not taken for chance.
  public func difference(_ a: Int, _ b: Int) -> Difference {
    let (allA, allB) = (sums(a), sums(b))
    let value = meanJaccard(allA) - meanJaccard(allB)
    let n = classes.count * classes.count
    let counting = (0..<(cells[a].count / max(n, 1))).filter { block in
      cells[a][(block * n)..<((block + 1) * n)].contains { $0 > 0 }
    }
    guard counting.count > 1 else { return Difference(value: value, error: nil, freedom: 0) }
    let left = counting.map { block in
      meanJaccard(sums(a, excluding: block, total: allA))
        - meanJaccard(sums(b, excluding: block, total: allB))
    }
    let mean = left.reduce(0, +) / Double(left.count)
    let spread = left.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) }
    let m = Double(left.count)
    return Difference(
      value: value, error: ((m - 1) / m * spread).squareRoot(), freedom: left.count - 1)
  }

  /// Blocks of a region of `shape`: as large as can be with at least 64 of them, so that neighbouring
  /// ones depend little on each other; at least 16 voxels long.
  public static func blocks(of shape: Shape3) -> ChunkGrid {
    var edge = 1024
    func grid(_ edge: Int) -> ChunkGrid {
      ChunkGrid(volume: shape, chunk: Shape3(z: edge, y: edge, x: edge))
    }
    while edge > 16, grid(edge).count.voxelCount < 64 { edge /= 2 }
    return grid(edge)
  }

  /// How the volumes are walked over, to count `classes` classes.
  public static func pass(
    _ predictions: [any VolumeReader], truth: any VolumeReader, mask: (any VolumeReader)?,
    region: Region, classes: Int
  ) -> BlockPass {
    let readers = [truth] + predictions + (mask.map { [$0] } ?? [])
    var pass = BlockPass(readers.map { PassInput($0, as: .labels) }, region: region)
    let blocks = blocks(of: region.shape).count.voxelCount
    pass.workBytes = predictions.count * blocks * classes * classes * 8
    return pass
  }

  /// Counts how `predictions` meet `truth` where `mask` is not 0.
  ///
  /// - Parameter classes: the values that occur in any of them.
  public init(
    _ predictions: [any VolumeReader], truth: any VolumeReader, mask: (any VolumeReader)? = nil,
    region: Region, classes: [Int], _ control: WalkControl
  ) throws(Explanation) {
    let index = ClassIndex(classes)
    let blocks = Self.blocks(of: region.shape)
    let size = index.count * index.count
    let pass = Self.pass(
      predictions, truth: truth, mask: mask, region: region, classes: index.count)
    let prepared = try pass.prepared(memory: control.memory, threads: control.threads)
    let masked = mask != nil
    let parts = try prepared.run(
      isStopped: control.isStopped, progress: control.progress,
      gather: {
        predictions.map { _ in [Int](repeating: 0, count: blocks.count.voxelCount * size) }
      }
    ) { counts, block in
      for (number, _) in predictions.enumerated() {
        var own: [Int] = []
        swap(&own, &counts[number])
        block.withVoxels(of: 0) { truth in
          block.withVoxels(of: number + 1) { prediction in
            block.withVoxels(of: masked ? predictions.count + 1 : 0) { mask in
              add(
                block.core.relative(to: region.origin), blocks, index, truth, prediction,
                mask, masked, to: &own)
            }
          }
        }
        swap(&own, &counts[number])
      }
    }
    var cells = predictions.map { _ in [Int](repeating: 0, count: blocks.count.voxelCount * size) }
    for part in parts {
      for number in cells.indices {
        for place in cells[number].indices { cells[number][place] += part[number][place] }
      }
    }
    self.cells = cells
    self.classes = classes
    self.blocks = blocks
  }
}

/// Adds the voxels of `core`, counted from the region's first voxel, to the counts of their blocks.
private func add(
  _ core: Region, _ blocks: ChunkGrid, _ index: ClassIndex, _ truth: RawSpan,
  _ prediction: RawSpan, _ mask: RawSpan, _ masked: Bool, to counts: inout [Int]
) {
  let (n, edge, count) = (index.count, blocks.chunk, blocks.count)
  var at = 0
  for z in core.z {
    for y in core.y {
      let row = (z / edge.z * count.y + y / edge.y) * count.x
      for x in core.x {
        let t = unsafe Int(index.ofTruth[Int(truth.unsafeLoad(fromByteOffset: at, as: UInt8.self))])
        let p = unsafe Int(
          index.ofPrediction[Int(prediction.unsafeLoad(fromByteOffset: at, as: UInt8.self))])
        let counted =
          unsafe !masked || mask.unsafeLoad(fromByteOffset: at, as: UInt8.self) != 0
        if t < n, counted { counts[(row + x / edge.x) * n * n + t * n + p] += 1 }
        at += 1
      }
    }
  }
}
