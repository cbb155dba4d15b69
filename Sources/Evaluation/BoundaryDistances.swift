import Distances
import Glibc
import VolumeCore
import VolumePasses

/// How often each squared distance occurs, as far as a reach.
public struct DistanceHistogram: Hashable, Sendable {
  /// How often each squared distance in voxels occurs, from 0 to the square of the reach.
  public private(set) var counts: [Int]
  /// How many are farther.
  public private(set) var beyond = 0

  init(reach: Int) { counts = Array(repeating: 0, count: reach * reach + 1) }

  /// All of them.
  public var total: Int { counts.reduce(beyond, +) }
  /// The reach in voxels.
  public var reach: Double { Double(counts.count - 1).squareRoot() }
  /// The sum of the distances, those beyond the reach counted as the reach.
  public var sum: Double {
    counts.indices.reduce(Double(beyond) * reach) {
      $0 + Double($1).squareRoot() * Double(counts[$1])
    }
  }

  /// How many are at most `distance`.
  public func within(_ distance: Double) -> Int {
    let most = Int((distance * distance).rounded(.down))
    return counts.prefix(most + 1).reduce(0, +)
  }

  /// The least distance that at least this part of all do not exceed; infinite where it is beyond the
  /// reach, `nil` where there are none.
  public func quantile(_ part: Double) -> Double? {
    let needed = Int((part * Double(total)).rounded(.up))
    guard total > 0 else { return nil }
    var sum = 0
    for (square, count) in counts.enumerated() {
      sum += count
      if sum >= max(needed, 1) { return Double(square).squareRoot() }
    }
    return .infinity
  }

  mutating func add(_ square: UInt16) {
    if Int(square) < counts.count { counts[Int(square)] += 1 } else { beyond += 1 }
  }

  mutating func add(_ other: DistanceHistogram) {
    for i in counts.indices { counts[i] += other.counts[i] }
    beyond += other.beyond
  }
}

/// How far the boundaries of a class lie apart in truth and prediction.
///
/// A boundary voxel of a class has a neighbour by a face that is of another; where the volume ends, or
/// voxels do not count, there is no boundary.
public struct BoundaryDistance: Hashable, Sendable {
  /// From each boundary voxel of the truth to the nearest of the prediction.
  public var ofTruth: DistanceHistogram
  /// From each boundary voxel of the prediction to the nearest of the truth.
  public var ofPrediction: DistanceHistogram

  /// The greater of both directions' 95 % quantiles, in voxels (Hausdorff's distance without its
  /// outliers); infinite where it is beyond the reach, `nil` where either has no boundary.
  public var hausdorff95: Double? {
    guard let a = ofTruth.quantile(0.95), let b = ofPrediction.quantile(0.95) else { return nil }
    return max(a, b)
  }
  /// The mean over both, in voxels; too small where some are beyond the reach, which count as it.
  public var mean: Double? {
    let total = ofTruth.total + ofPrediction.total
    guard ofTruth.total > 0, ofPrediction.total > 0 else { return nil }
    return (ofTruth.sum + ofPrediction.sum) / Double(total)
  }
}

/// Where boundaries and errors lie.
public struct BoundaryDistances: Hashable, Sendable {
  /// For each class, in the order of the classes asked for.
  public var classes: [BoundaryDistance]
  /// Of each voxel that was called wrongly, the distance to the nearest voxel that is of another class
  /// in the truth; 1 is right at a boundary.
  public var errors: DistanceHistogram
  /// The same of all voxels.
  public var voxels: DistanceHistogram

  init(classes: Int, reach: Int) {
    let none = DistanceHistogram(reach: reach)
    self.classes = Array(
      repeating: BoundaryDistance(ofTruth: none, ofPrediction: none), count: classes)
    errors = none
    voxels = none
  }

  mutating func add(_ other: BoundaryDistances) {
    for i in classes.indices {
      classes[i].ofTruth.add(other.classes[i].ofTruth)
      classes[i].ofPrediction.add(other.classes[i].ofPrediction)
    }
    errors.add(other.errors)
    voxels.add(other.voxels)
  }
}

extension LabelPairing {
  /// The farthest that boundaries are looked for, in voxels.
  public static let longestReach = SquaredDistances.longestReach

  /// How the volumes are walked over to measure distances up to `reach` voxels.
  public func boundaryPass(reach: Int) -> BlockPass {
    var pass = pass()
    // What is at the reach is a boundary because of a voxel one farther.
    let halo = reach + 1
    pass.halo = Shape3(z: halo, y: halo, x: halo)
    // Smaller blocks than shards: their halo is decoded again, their memory is a tenth.
    pass.block = Shape3(z: 64, y: 256, x: 1024)
    // Class numbers and boundary voxels of both, one set of voxels, two sets of distances.
    pass.workBytesPerVoxel += 1 + 5 + 2 * SquaredDistances.bytesPerVoxel
    return pass
  }

  /// Measures how far boundaries lie apart, and errors from them, up to `reach` voxels.
  public func boundaryDistances(
    _ classes: [Int], reach: Int, _ control: WalkControl
  ) throws(Explanation) -> BoundaryDistances {
    let index = ClassIndex(classes)
    let prepared = try boundaryPass(reach: reach)
      .prepared(memory: control.memory, threads: control.threads)
    let pairing = self
    let parts = try prepared.run(
      isStopped: control.isStopped, progress: control.progress,
      gather: { BoundaryBlock(index, reach: reach) }
    ) { gathered, block in
      gathered.measure(block, pairing)
    }
    var sum = BoundaryDistances(classes: index.count, reach: reach)
    for part in parts { sum.add(part.found) }
    return sum
  }
}

/// What one thread has found, and the block that it works on.
private struct BoundaryBlock: Sendable {
  let index: ClassIndex
  let reach: Int
  var found: BoundaryDistances
  private var scratch: [UInt8] = []
  private var truths: [UInt8] = []
  private var predictions: [UInt8] = []
  private var truthEdges: [UInt8] = []
  private var predictionEdges: [UInt8] = []
  private var features: [UInt8] = []
  private var distances: SquaredDistances?
  private var shape = Shape3(z: 0, y: 0, x: 0)

  init(_ index: ClassIndex, reach: Int) {
    self.index = index
    self.reach = reach
    found = BoundaryDistances(classes: index.count, reach: reach)
  }

  mutating func measure(_ block: PassBlock, _ pairing: LabelPairing) {
    let (core, box) = (block.core, block.region)
    let count = box.voxelCount
    // Blocks are mostly of one extent: what was taken for one serves the next.
    var kept: SquaredDistances?
    swap(&kept, &distances)
    if kept == nil || shape != box.shape {
      kept = nil
      for array in [
        \BoundaryBlock.truths, \.predictions, \.truthEdges, \.predictionEdges, \.features,
      ] {
        self[keyPath: array] = []
        self[keyPath: array] = [UInt8](repeating: 0, count: count)
      }
      shape = box.shape
    }
    var distances = kept ?? SquaredDistances(shape, reach: reach)
    kept = nil
    var scratch: [UInt8] = []
    swap(&scratch, &self.scratch)
    let index = index
    var (t, p) = ([UInt8](), [UInt8]())
    swap(&t, &truths)
    swap(&p, &predictions)
    let none = UInt8(index.count)
    pairing.withLabels(of: block, &scratch) { prediction, truth in
      unsafe prediction.withUnsafeBytes { prediction in
        unsafe truth.withUnsafeBytes { truth in
          for i in 0..<count {
            t[i] = unsafe index.ofTruth[Int(truth[i])]
            p[i] = t[i] == none ? none : unsafe index.ofPrediction[Int(prediction[i])]
          }
        }
      }
    }
    swap(&t, &truths)
    swap(&p, &predictions)
    swap(&scratch, &self.scratch)
    findEdges(truths, box.shape, none, &truthEdges)
    findEdges(predictions, box.shape, none, &predictionEdges)
    for k in 0..<index.count {
      let value = UInt8(k)
      boundary(value, core, box, &distances)
      errors(value, core, box, &distances)
    }
    self.distances = distances
  }

  /// Distances between the boundaries of class `k`.
  private mutating func boundary(
    _ k: UInt8, _ core: Region, _ box: Region, _ distances: inout SquaredDistances
  ) {
    func has(_ labels: [UInt8], _ edges: [UInt8]) -> Bool {
      labels.indices.contains { labels[$0] == k && edges[$0] != 0 }
    }
    let (inTruth, inPrediction) = (has(truths, truthEdges), has(predictions, predictionEdges))
    if inTruth {
      for i in features.indices {
        features[i] = predictions[i] == k ? predictionEdges[i] : 0
      }
      distances.compute(features)
      forEach(core, in: box) { i in
        if truths[i] == k, truthEdges[i] != 0 {
          found.classes[Int(k)].ofTruth.add(distances.values[i])
        }
      }
    }
    if inPrediction {
      for i in features.indices { features[i] = truths[i] == k ? truthEdges[i] : 0 }
      distances.compute(features)
      forEach(core, in: box) { i in
        if predictions[i] == k, predictionEdges[i] != 0 {
          found.classes[Int(k)].ofPrediction.add(distances.values[i])
        }
      }
    }
  }

  /// Distances of voxels of class `k` to the nearest of another.
  private mutating func errors(
    _ k: UInt8, _ core: Region, _ box: Region, _ distances: inout SquaredDistances
  ) {
    let none = UInt8(index.count)
    guard truths.contains(k) else { return }
    for i in features.indices { features[i] = truths[i] != k && truths[i] != none ? 1 : 0 }
    distances.compute(features)
    forEach(core, in: box) { i in
      guard truths[i] == k else { return }
      found.voxels.add(distances.values[i])
      if predictions[i] != k { found.errors.add(distances.values[i]) }
    }
  }

  /// Calls `body` with the place of every voxel of `core` among those of `box`.
  private func forEach(_ core: Region, in box: Region, _ body: (Int) -> Void) {
    for z in core.z {
      for y in core.y {
        let start =
          ((z - box.z.lowerBound) * box.y.count + y - box.y.lowerBound) * box.x.count
          - box.x.lowerBound
        for x in core.x { body(start + x) }
      }
    }
  }
}

/// 1 where a voxel that counts has a neighbour by a face that counts and is of another class.
private func findEdges(
  _ labels: [UInt8], _ shape: Shape3, _ none: UInt8, _ edges: inout [UInt8]
) {
  for i in edges.indices { edges[i] = 0 }
  let (rows, width) = (shape.y, shape.x)
  unsafe labels.withUnsafeBufferPointer { labels in
    unsafe edges.withUnsafeMutableBufferPointer { edges in
      func mark(_ first: Int, _ count: Int, _ step: Int) {
        for i in first..<(first + count) {
          let (a, b) = unsafe (labels[i], labels[i + step])
          if a != b, a != none, b != none {
            unsafe edges[i] = 1
            unsafe edges[i + step] = 1
          }
        }
      }
      for z in 0..<shape.z {
        let layer = z * rows * width
        if z + 1 < shape.z { mark(layer, rows * width, rows * width) }
        if rows > 1 { mark(layer, (rows - 1) * width, width) }
        for y in 0..<rows where width > 1 { mark(layer + y * width, width - 1, 1) }
      }
    }
  }
}
