import CMorphometry
import VolumeCore
import VolumePasses

/// The two-point probability of a class: how often two voxels a lag apart are both of it (Torquato,
/// Random Heterogeneous Materials, 2002).
public struct Correlation: Sendable {
  /// Pairs of known voxels for each axis (z, y, x) and lag, 0 first.
  public private(set) var pairs: [[Int]]
  /// Pairs of which both are of the class.
  public private(set) var both: [[Int]]

  /// The probability for one axis and lag; `nil` where there is no pair.
  public func probability(axis: Int, lag: Int) -> Double? {
    pairs[axis][lag] > 0 ? Double(both[axis][lag]) / Double(pairs[axis][lag]) : nil
  }

  /// The pass for lags up to `reach` voxels.
  public static func pass(_ labels: any VolumeReader, region: Region, reach: Int) -> BlockPass {
    var pass = BlockPass([PassInput(labels, as: .labels)], region: region)
    // With what lies behind them, blocks are a layer of shards thick: a volume of many is read in no
    // more memory than one of one.
    pass.block = Shape3(z: max(32, 64 - reach), y: 256, x: region.shape.x)
    pass.halo = Shape3(z: reach, y: reach, x: reach)
    pass.looksBack = false
    pass.keepsDecoded = false
    pass.workBytesPerVoxel = 2
    return pass
  }

  /// Counts with a prepared pass: a pair belongs to the block of its first voxel.
  ///
  /// - Parameters:
  ///   - isClass: for each value whether it is of the class.
  ///   - isKnown: for each value whether it is of any class; pairs with others count nowhere.
  public init(
    _ pass: PreparedPass, reach: Int, isClass: [Bool], isKnown: [Bool],
    isStopped: @escaping @Sendable () -> Bool, progress: @escaping @Sendable (Int) -> Void
  ) throws(Explanation) {
    let whole = pass.pass.region
    let lags = reach + 1
    let tables = [isClass.map { UInt8($0 ? 1 : 0) }, isKnown.map { UInt8($0 ? 1 : 0) }]
    let parts = try pass.run(
      isStopped: isStopped, progress: progress, gather: { Counts(6 * lags) }
    ) { counts, block throws(Explanation) in
      let (core, box) = (block.core, block.region)
      let shape = box.shape
      var kinds = [[UInt8](repeating: 0, count: box.voxelCount)]
      kinds.append(kinds[0])
      block.withVoxels { voxels in
        unsafe voxels.withUnsafeBytes { bytes in
          guard let first = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
            return
          }
          for kind in 0..<2 {
            unsafe t2s_look_up(first, box.voxelCount, tables[kind], &kinds[kind])
          }
        }
      }
      for kind in 0..<2 {
        unsafe kinds[kind].withUnsafeBufferPointer { voxels in
          guard let voxels = voxels.baseAddress else { return }
          for z in core.z {
            for y in core.y {
              let place =
                ((z - box.z.lowerBound) * shape.y + y - box.y.lowerBound) * shape.x
                + core.x.lowerBound - box.x.lowerBound
              let here = unsafe voxels + place
              let n = core.x.count
              for lag in 0..<lags {
                var sums: [Int64] = [0, 0, 0]
                if z + lag < whole.z.upperBound {
                  sums[0] = unsafe t2s_count_both(here, here + lag * shape.y * shape.x, n)
                }
                if y + lag < whole.y.upperBound {
                  sums[1] = unsafe t2s_count_both(here, here + lag * shape.x, n)
                }
                let inRow = min(n, whole.x.upperBound - lag - core.x.lowerBound)
                if inRow > 0 { sums[2] = unsafe t2s_count_both(here, here + lag, inRow) }
                for axis in 0..<3 { counts.values[(kind * 3 + axis) * lags + lag] += sums[axis] }
              }
            }
          }
        }
      }
    }
    let sums = Counts.sum(parts, 6 * lags)
    func rows(_ first: Int) -> [[Int]] {
      (0..<3).map { Array(sums[((first + $0) * lags)..<((first + $0 + 1) * lags)]) }
    }
    both = rows(0)
    pairs = rows(3)
  }
}
