import CMorphometry
import Components
import Glibc
import VolumeCore
import VolumePasses

/// The directions of a class's voxels, summed: orientation tensors and a histogram on the hemisphere.
public struct Orientation: Sendable {
  /// The orientation tensor of a part: the mean of p p^T over its directions (Advani and Tucker,
  /// Journal of Rheology 31, 1987), whose trace is 1.
  public struct Mean: Hashable, Sendable {
    /// Voxels with a direction.
    public internal(set) var voxels = 0
    var sums: [Int] = [0, 0, 0, 0, 0, 0]

    /// The entries zz, yy, xx, zy, zx, yx; `nil` where no voxel has a direction.
    public var tensor: [Double]? {
      voxels > 0 ? sums.map { Double($0) / Orientation.unit / Double(voxels) } : nil
    }

    /// This and another part.
    static func + (a: Mean, b: Mean) -> Mean {
      Mean(voxels: a.voxels + b.voxels, sums: zip(a.sums, b.sums).map { $0 + $1 })
    }

    /// Eigenvalues, falling, and their directions.
    public var eigen: SymmetricEigen? {
      tensor.map {
        SymmetricEigen(zz: $0[0], yy: $0[1], xx: $0[2], zy: $0[3], zx: $0[4], yx: $0[5])
      }
    }
  }

  /// Products are summed as whole numbers of this fraction, so that no order of blocks matters; sums of
  /// 2^39 voxels fit.
  static let unit = Double(1 << 24)
  /// The histogram's steps of the angle from z, 0 to 90 degrees.
  public static let tilts = 18
  /// Its steps of the angle in the layer, from x towards y, 0 to 360 degrees.
  public static let turns = 72

  /// All voxels.
  public private(set) var whole = Mean()
  /// Those of each block of the grid, in C order.
  public private(set) var blocks: [Mean]
  /// Those of each layer across z, across y and across x.
  public private(set) var layers: [[Mean]]
  /// The blocks.
  public let grid: ChunkGrid
  /// Counts by tilt, then by turn.
  public private(set) var histogram: [Int]

  /// The pass for a class of `labels`, whose directions are those of `scan`, or of the class itself.
  public static func pass(
    _ labels: any VolumeReader, scan: (any VolumeReader)?, region: Region, _ tensor: StructureTensor
  ) -> BlockPass {
    var inputs = [PassInput(labels, as: .labels)]
    if let scan { inputs.append(PassInput(scan, as: .float)) }
    var pass = BlockPass(inputs, region: region)
    pass.block = Shape3(z: tensor.isLayered ? 8 : 96, y: 96, x: 96)
    if tensor.isLayered { (pass.block.y, pass.block.x) = (512, 512) }
    pass.leastBlock = Shape3(z: 1, y: 16, x: 16)
    pass.halo = tensor.halo
    // Grey values; and of each voxel of the class its place and its direction.
    pass.workBytesPerVoxel = tensor.bytesPerVoxel + 4 + 40
    return pass
  }

  /// Sums with a prepared pass.
  ///
  /// - Parameters:
  ///   - edge: the edge of the blocks that get a tensor each.
  public init(
    _ pass: PreparedPass, _ tensor: StructureTensor, isClass: [Bool], edge: Int,
    isStopped: @escaping @Sendable () -> Bool, progress: @escaping @Sendable (Int) -> Void
  ) throws(Explanation) {
    let region = pass.pass.region
    let grid = ChunkGrid(volume: region.shape, chunk: Shape3(z: edge, y: edge, x: edge))
    let blockCount = grid.count.voxelCount
    let bins = Self.tilts * Self.turns
    let shape = region.shape
    // Blocks, layers across z, y and x, the histogram.
    let firsts = [0, shape.z, shape.z + shape.y].map { 7 * (blockCount + $0) }
    let firstBin = 7 * (blockCount + shape.z + shape.y + shape.x)
    let size = firstBin + bins
    let hasScan = pass.pass.inputs.count > 1
    let parts = try pass.run(
      isStopped: isStopped, progress: progress, gather: { Counts(size) }
    ) { counts, block throws(Explanation) in
      let (core, box) = (block.core, block.region)
      var places: [Int] = []
      var grey = [Float](repeating: 0, count: box.voxelCount)
      block.withVoxels { voxels in
        unsafe voxels.withUnsafeBytes { labels in
          for z in core.z {
            for y in core.y {
              for x in core.x where unsafe isClass[Int(labels[box.place(z, y, x)])] {
                places.append(box.place(z, y, x))
              }
            }
          }
          guard !hasScan, !places.isEmpty else { return }
          for i in grey.indices { grey[i] = unsafe isClass[Int(labels[i])] ? 1 : 0 }
        }
      }
      guard !places.isEmpty else { return }
      if hasScan {
        block.withVoxels(of: 1) { voxels in
          unsafe voxels.withUnsafeBytes { bytes in
            let values = unsafe bytes.assumingMemoryBound(to: Float.self)
            for i in grey.indices { grey[i] = unsafe values[i].isFinite ? values[i] : 0 }
          }
        }
      }
      let directions = tensor.directions(grey, box.shape, at: places)
      for (place, p) in zip(places, directions) where p != .zero {
        let at = box.index(of: place)
        let (z, y, x) = (
          at.z - region.z.lowerBound, at.y - region.y.lowerBound, at.x - region.x.lowerBound
        )
        let owner = (z / edge * grid.count.y + y / edge) * grid.count.x + x / edge
        let squares = Self.fixed(p * p)
        let mixed = Self.fixed(SIMD3(p[0] * p[1], p[0] * p[2], p[1] * p[2]))
        for first in [7 * owner, firsts[0] + 7 * z, firsts[1] + 7 * y, firsts[2] + 7 * x] {
          counts.values[first] += 1
          for i in 0..<3 {
            counts.values[first + 1 + i] += squares[i]
            counts.values[first + 4 + i] += mixed[i]
          }
        }
        counts.values[firstBin + Self.bin(p)] += 1
      }
    }
    let sums = Counts.sum(parts, size)
    self.grid = grid
    func mean(_ first: Int) -> Mean {
      Mean(voxels: sums[first], sums: Array(sums[(first + 1)..<(first + 7)]))
    }
    blocks = (0..<blockCount).map { mean(7 * $0) }
    layers = zip(firsts, [shape.z, shape.y, shape.x]).map { first, count in
      (0..<count).map { mean(first + 7 * $0) }
    }
    whole = blocks.reduce(Mean(), +)
    histogram = Array(sums[firstBin...])
  }

  /// Products as whole numbers.
  private static func fixed(_ products: SIMD3<Double>) -> SIMD3<Int64> {
    let scaled = products * unit
    return SIMD3(
      Int64(scaled[0].rounded()), Int64(scaled[1].rounded()), Int64(scaled[2].rounded()))
  }

  private static func bin(_ p: SIMD3<Double>) -> Int {
    let tilt = acos(max(-1, min(1, p[0]))) * 180 / .pi
    var turn = atan2(p[1], p[2]) * 180 / .pi
    if turn < 0 { turn += 360 }
    return min(tilts - 1, Int(tilt / 90 * Double(tilts))) * turns
      + min(turns - 1, Int(turn / 360 * Double(turns)))
  }
}
