import Distances
import Synchronization
import VolumeCore
import VolumePasses

/// How near each numbered component lies to the voxels of some class, exact up to a reach.
///
/// Takes two bytes for each component.
public struct ComponentSurroundings: Sendable {
  /// The squared distance between the middles of the nearest voxels, for each number from 1 on;
  /// `SquaredDistances.beyond` where it is more than the reach.
  public private(set) var squares: [UInt16]

  /// The pass over the `numbers` of components and `labels`, which have one extent.
  public static func pass(
    _ numbers: any VolumeReader, _ labels: any VolumeReader, reach: Int
  ) -> BlockPass {
    var pass = BlockPass([PassInput(numbers, as: .asStored), PassInput(labels, as: .labels)])
    pass.block = Shape3(z: 64, y: 128, x: 128)
    pass.leastBlock = Shape3(z: 1, y: 8, x: 8)
    pass.halo = Shape3(z: reach, y: reach, x: reach)
    pass.workBytesPerVoxel = SquaredDistances.bytesPerVoxel + 1
    return pass
  }

  /// Measures with a prepared pass: distances to voxels whose values are flagged.
  public init(
    _ pass: PreparedPass, count: Int, reach: Int, isNear: [Bool],
    isStopped: @escaping @Sendable () -> Bool, progress: @escaping @Sendable (Int) -> Void
  ) throws(Explanation) {
    let least = Mutex([UInt16](repeating: SquaredDistances.beyond, count: count + 1))
    _ = try pass.run(isStopped: isStopped, progress: progress, gather: { 0 }) {
      (_: inout Int, block) throws(Explanation) in
      let (core, box) = (block.core, block.region)
      var features = [UInt8](repeating: 0, count: box.voxelCount)
      block.withVoxels(of: 1) { voxels in
        unsafe voxels.withUnsafeBytes { labels in
          for i in features.indices { features[i] = unsafe isNear[Int(labels[i])] ? 1 : 0 }
        }
      }
      var own: [UInt32: UInt16] = [:]
      var distances = SquaredDistances(box.shape, reach: reach)
      guard distances.compute(features) else { return }
      block.withVoxels(of: 0) { voxels in
        unsafe voxels.withUnsafeBytes { bytes in
          let numbers = unsafe bytes.assumingMemoryBound(to: UInt32.self)
          for z in core.z {
            for y in core.y {
              for x in core.x {
                let place = box.place(z, y, x)
                let number = unsafe numbers[place]
                guard number > 0, distances.values[place] < SquaredDistances.beyond else {
                  continue
                }
                own[number] = min(own[number] ?? SquaredDistances.beyond, distances.values[place])
              }
            }
          }
        }
      }
      let found = own
      least.withLock { least in
        for (number, square) in found { least[Int(number)] = min(least[Int(number)], square) }
      }
    }
    squares = least.withLock { $0 }
  }

  /// The distance of a component, in voxels; `nil` beyond the reach.
  public func distance(of number: Int) -> Double? {
    let square = squares[number]
    return square < SquaredDistances.beyond ? Double(square).squareRoot() : nil
  }
}
