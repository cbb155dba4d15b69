import CMorphometry
import VolumeCore
import VolumePasses

/// How often each two classes meet, and how the surface of each lies in cells of 2 x 2 x 2 voxels.
public struct Contacts: Sendable {
  /// Faces between a voxel of one value and one of another, by the axis across them (z, y, x); each
  /// pair of values once, the smaller first.
  public private(set) var faces: [Pair: [Int]] = [:]
  /// For each value the counts of the 256 patterns of a cell, where not all of it is alike.
  public private(set) var cells: [Int: [Int]] = [:]
  /// Voxels of each value.
  public private(set) var voxels: [Int]

  /// Two values.
  public struct Pair: Hashable, Sendable, Comparable {
    /// The smaller.
    public var first: Int
    /// The greater.
    public var second: Int

    /// The pair of these values, the smaller first.
    public init(_ first: Int, _ second: Int) {
      self.first = first
      self.second = second
    }

    /// Smaller ones first.
    public static func < (a: Pair, b: Pair) -> Bool { (a.first, a.second) < (b.first, b.second) }
  }

  /// The pass that counts `labels` in `region`.
  public static func pass(_ labels: any VolumeReader, region: Region) -> BlockPass {
    var pass = BlockPass([PassInput(labels, as: .labels)], region: region)
    pass.halo = Shape3(z: 1, y: 1, x: 1)
    pass.looksBack = false
    pass.keepsDecoded = false
    pass.workBytes = countBytes
    return pass
  }

  private static let pairs = 256 * 256
  private static var countBytes: Int { (5 * pairs) * 8 }

  /// Counts with a prepared pass; a face or a cell is counted by the block that has its first voxel.
  public init(
    _ pass: PreparedPass, isStopped: @escaping @Sendable () -> Bool,
    progress: @escaping @Sendable (Int) -> Void
  ) throws(Explanation) {
    let whole = pass.pass.region
    let parts = try pass.run(
      isStopped: isStopped, progress: progress, gather: { Counts(4 * Self.pairs + 256) }
    ) { counts, block throws(Explanation) in
      block.withVoxels { voxels in
        unsafe voxels.withUnsafeBytes { bytes in
          unsafe counts.values.withUnsafeMutableBufferPointer { counts in
            guard let first = bytes.baseAddress, let to = counts.baseAddress else { return }
            unsafe Self.count(
              block.core, in: block.region, whole, first.assumingMemoryBound(to: UInt8.self), to)
          }
        }
      }
    }
    let sums = Counts.sum(parts, 4 * Self.pairs + 256)
    voxels = Array(sums[(4 * Self.pairs)...])
    for axis in 0..<3 {
      for a in 0..<256 {
        for b in 0..<256 where sums[axis * Self.pairs + a * 256 + b] > 0 {
          let pair = Pair(min(a, b), max(a, b))
          faces[pair, default: [0, 0, 0]][axis] += sums[axis * Self.pairs + a * 256 + b]
        }
      }
    }
    for value in 0..<256 {
      let own = sums[(3 * Self.pairs + value * 256)..<(3 * Self.pairs + (value + 1) * 256)]
      if own.contains(where: { $0 > 0 }) { cells[value] = Array(own) }
    }
  }

  private static func count(
    _ core: Region, in box: Region, _ whole: Region, _ voxels: UnsafePointer<UInt8>,
    _ counts: UnsafeMutablePointer<Int64>
  ) {
    func row(_ z: Int, _ y: Int) -> UnsafePointer<UInt8> {
      let shape = box.shape
      let place =
        ((z - box.z.lowerBound) * shape.y + y - box.y.lowerBound) * shape.x
        + core.x.lowerBound - box.x.lowerBound
      return unsafe voxels + place
    }
    let n = core.x.count
    // The first voxel of the next block along x, where there is one.
    let more = core.x.upperBound < whole.x.upperBound ? 1 : 0
    for z in core.z {
      for y in core.y {
        let here = unsafe row(z, y)
        let (hasZ, hasY) = (z + 1 < whole.z.upperBound, y + 1 < whole.y.upperBound)
        unsafe t2s_count_differing(here, here + 1, n - 1 + more, counts + 2 * pairs)
        if hasY { unsafe t2s_count_differing(here, row(z, y + 1), n, counts + pairs) }
        if hasZ { unsafe t2s_count_differing(here, row(z + 1, y), n, counts) }
        if hasZ, hasY {
          let rows = unsafe [here, row(z, y + 1), row(z + 1, y), row(z + 1, y + 1)].map {
            unsafe Optional($0)
          }
          unsafe t2s_count_cells(rows, n + more, counts + 3 * pairs)
        }
        for x in 0..<n { unsafe counts[4 * pairs + Int(here[x])] += 1 }
      }
    }
  }
}
