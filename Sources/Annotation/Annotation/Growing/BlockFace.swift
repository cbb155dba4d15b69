import CFlooding
import VolumeCore

/// One of the six faces of a block.
struct Face: Hashable, Sendable {
  /// 0 for z, 1 for y, 2 for x.
  var axis: Int
  /// Whether it is the one at the greater coordinate.
  var isHigh: Bool

  static let all = (0..<3).flatMap { axis in
    [false, true].map { Face(axis: axis, isHigh: $0) }
  }

  /// In place of a cost: no way has come here.
  static let unreached = UInt32.max
  /// In place of a cost: nobody enters this voxel, and nobody leaves it.
  static let wall = UInt32.max - 1

  /// Its number.
  var place: Int { 2 * axis + (isHigh ? 1 : 0) }
  /// The face of the next block that lies at this one.
  var opposite: Face { Face(axis: axis, isHigh: !isHigh) }

  /// The block behind this face of `block`, where there is one.
  func neighbour(of block: Index3, in count: Shape3) -> Index3? {
    var other = block
    let step = isHigh ? 1 : -1
    switch axis {
    case 0: other.z += step
    case 1: other.y += step
    default: other.x += step
    }
    return Region(count).contains(Region(origin: other, shape: Shape3(z: 1, y: 1, x: 1)))
      ? other : nil
  }
}

extension FloodBlock {
  /// The voxels of a face, in the order in which both of its sides list them.
  func faceVoxels(_ face: Face) -> [UInt32] {
    let (z, y, x) = (region.z.count, region.y.count, region.x.count)
    var result: [UInt32] = []
    func at(_ extent: Int) -> Int { face.isHigh ? extent - 1 : 0 }
    switch face.axis {
    case 0: for j in 0..<y { for i in 0..<x { result.append(UInt32(index(at(z), j, i))) } }
    case 1: for k in 0..<z { for i in 0..<x { result.append(UInt32(index(k, at(y), i))) } }
    default: for k in 0..<z { for j in 0..<y { result.append(UInt32(index(k, j, at(x)))) } }
    }
    return result
  }

  /// What the class at `place`, or water from all seeds, has reached the voxels of a face at, for the
  /// block on its other side.
  func faceCosts(_ voxels: [UInt32], _ place: UInt8) -> [UInt32] {
    let any = UInt8(T2S_ANY_SEED)
    return voxels.map { voxel in
      let seed = unsafe seeds[Int(voxel)]
      if seed == place || (place == any && seed < any) { return 0 }
      return unsafe seed == SeedRule.none ? costs[Int(voxel)] : Face.wall
    }
  }

  /// The classes of the voxels of a face.
  func faceLabels(_ voxels: [UInt32]) -> [UInt32] {
    voxels.map { unsafe UInt32(labels[Int($0)]) }
  }
}
