import CMorphometry
import VolumeCore
import VolumePasses

/// The lengths of the lines that a class cuts out of straight lines along the axes.
public struct Chords: Sendable {
  /// Chords of k voxels along one axis, for each k from 0 on.
  public private(set) var complete: [Int]
  /// Those that meet the border or what is not known: they may be longer.
  public private(set) var cut: [Int]

  /// The mean length of complete chords in voxels; `nil` where there is none.
  public var mean: Double? {
    let count = complete.reduce(0, +)
    let sum = complete.enumerated().reduce(0) { $0 + $1.offset * $1.element }
    return count > 0 ? Double(sum) / Double(count) : nil
  }

  /// The pass for lines along `axis` (0: z, 1: y, 2: x), in blocks that hold them whole.
  public static func pass(
    _ labels: any VolumeReader, region: Region, axis: Int
  ) -> BlockPass {
    var pass = BlockPass([PassInput(labels, as: .labels)], region: region)
    let shape = region.shape
    switch axis {
    case 0:
      pass.block = Shape3(z: shape.z, y: 16, x: shape.x)
      pass.leastBlock = Shape3(z: shape.z, y: 1, x: 64)
    case 1:
      pass.block = Shape3(z: 16, y: shape.y, x: shape.x)
      pass.leastBlock = Shape3(z: 1, y: shape.y, x: 64)
    default:
      pass.block = Shape3(z: 16, y: shape.y, x: shape.x)
      pass.leastBlock = Shape3(z: 1, y: 1, x: shape.x)
    }
    pass.workBytesPerVoxel = 1
    return pass
  }

  /// Counts with a prepared pass.
  public init(
    _ pass: PreparedPass, axis: Int, isClass: [Bool], isKnown: [Bool],
    isStopped: @escaping @Sendable () -> Bool, progress: @escaping @Sendable (Int) -> Void
  ) throws(Explanation) {
    let extent = [pass.pass.region.z, pass.pass.region.y, pass.pass.region.x][axis].count
    let table = zip(isClass, isKnown).map { UInt8(!$0.1 ? 2 : $0.0 ? 1 : 0) }
    let parts = try pass.run(
      isStopped: isStopped, progress: progress, gather: { Counts(2 * (extent + 1)) }
    ) { counts, block throws(Explanation) in
      let shape = block.region.shape
      var kinds = [UInt8](repeating: 0, count: shape.voxelCount)
      block.withVoxels { voxels in
        unsafe voxels.withUnsafeBytes { bytes in
          guard let first = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
            return
          }
          unsafe t2s_look_up(first, shape.voxelCount, table, &kinds)
        }
      }
      let strides = [shape.y * shape.x, shape.x, 1]
      let extents = [shape.z, shape.y, shape.x]
      let others = [0, 1, 2].filter { $0 != axis }
      unsafe kinds.withUnsafeBufferPointer { kinds in
        unsafe counts.values.withUnsafeMutableBufferPointer { counts in
          guard let kinds = kinds.baseAddress, let counts = counts.baseAddress else { return }
          for a in 0..<extents[others[0]] {
            for b in 0..<extents[others[1]] {
              unsafe t2s_count_chords(
                kinds + a * strides[others[0]] + b * strides[others[1]], extent, strides[axis],
                counts, counts + extent + 1)
            }
          }
        }
      }
    }
    let sums = Counts.sum(parts, 2 * (extent + 1))
    complete = Array(sums[...extent])
    cut = Array(sums[(extent + 1)...])
  }
}
