import Distances
import VolumeCore
import VolumePasses

/// How much of a class lies in balls of which size: the local thickness of a voxel is the diameter of
/// the largest ball that lies in the class and holds it (Hildebrand and Ruegsegger, Journal of
/// Microscopy 185, 1997).
///
/// A ball's radius is the distance of its middle to the nearest voxel that is not of the class; radii go
/// in steps of half a voxel from 1 on. The volume's faces are no walls.
public struct LocalThickness: Sendable {
  /// The largest radius that is told apart, in voxels.
  public let reach: Int
  /// Voxels of the class by radius: place k holds those from (k + 2) / 2 voxels on to the next; the last is
  /// `reach` and more.
  public private(set) var counts: [Int]

  /// The least radius of a place of `counts`.
  public static func radius(of place: Int) -> Double { Double(place + 2) / 2 }

  /// The pass for radii up to `reach` voxels.
  public static func pass(_ labels: any VolumeReader, region: Region, reach: Int) -> BlockPass {
    var pass = BlockPass([PassInput(labels, as: .labels)], region: region)
    let edge = max(64, 4 * reach)
    pass.block = Shape3(z: edge, y: edge, x: edge)
    pass.leastBlock = Shape3(z: 1, y: 8, x: 8)
    pass.halo = Shape3(z: 2 * reach, y: 2 * reach, x: 2 * reach)
    pass.workBytesPerVoxel = 2 * SquaredDistances.bytesPerVoxel + 4
    return pass
  }

  /// Measures with a prepared pass.
  public init(
    _ pass: PreparedPass, reach: Int, isClass: [Bool], isStopped: @escaping @Sendable () -> Bool,
    progress: @escaping @Sendable (Int) -> Void
  ) throws(Explanation) {
    let places = 2 * reach - 1
    let parts = try pass.run(
      isStopped: isStopped, progress: progress, gather: { Counts(places) }
    ) { counts, block throws(Explanation) in
      let (core, box) = (block.core, block.region)
      var isWall = [UInt8](repeating: 0, count: box.voxelCount)
      block.withVoxels { voxels in
        unsafe voxels.withUnsafeBytes { labels in
          for i in isWall.indices { isWall[i] = unsafe isClass[Int(labels[i])] ? 0 : 1 }
        }
      }
      guard isWall.contains(0) else { return }
      var depth = SquaredDistances(box.shape, reach: reach)
      depth.compute(isWall)
      let deepest = depth.values.max() ?? 0
      // Voxels of the core that no ball holds so far.
      var waiting: [Int] = []
      for z in core.z {
        for y in core.y {
          for x in core.x where isWall[box.place(z, y, x)] == 0 {
            waiting.append(box.place(z, y, x))
          }
        }
      }
      var seeds = isWall
      for place in stride(from: places - 1, through: 0, by: -1) where !waiting.isEmpty {
        let square = Self.radius(of: place) * Self.radius(of: place)
        guard Double(deepest) >= square else { continue }
        for i in seeds.indices { seeds[i] = Double(depth.values[i]) >= square ? 1 : 0 }
        var near = SquaredDistances(box.shape, reach: Int(Self.radius(of: place).rounded(.up)))
        near.compute(seeds)
        let before = waiting.count
        waiting.removeAll { Double(near.values[$0]) < square }
        counts.values[place] += Int64(before - waiting.count)
      }
    }
    self.reach = reach
    counts = Counts.sum(parts, places)
  }

  /// All voxels of the class.
  public var total: Int { counts.reduce(0, +) }

  /// The diameter, twice the radius, below which `share` of the class's voxels lie, in voxels, from one
  /// step of radii to the next by a straight line; `nil` for an empty class.
  public func diameter(below share: Double) -> Double? {
    let total = Double(total)
    guard total > 0 else { return nil }
    var before = 0.0
    for (place, count) in counts.enumerated() where count > 0 {
      let after = before + Double(count) / total
      if after >= share {
        let part = (share - before) / (after - before)
        return min(2 * (Self.radius(of: place) + 0.5 * part), 2 * Double(reach))
      }
      before = after
    }
    return 2 * Double(reach)
  }

  /// The mean diameter, in voxels, with each step's middle.
  public var meanDiameter: Double? {
    guard total > 0 else { return nil }
    return counts.enumerated().reduce(0) {
      $0 + 2 * min(Self.radius(of: $1.offset) + 0.25, Double(reach)) * Double($1.element)
    }
      / Double(total)
  }
}
