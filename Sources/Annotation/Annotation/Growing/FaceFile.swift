import CFlooding
import SystemIO

/// A number for each voxel of blocks' faces, on disk: what blocks tell each other.
///
/// Numbers lie in the file as their complement, so that what nobody wrote is `Face.unreached`.
struct FaceFile: Sendable {
  let file: ScratchFile
  /// How many places there are for a block, each with its six faces.
  let places: Int
  /// Bytes of the largest face.
  let faceByteCount: Int

  func read(_ count: Int, _ block: Int, _ place: Int, _ face: Face) throws(SystemError) -> [UInt32]
  {
    var values = [UInt32](repeating: 0, count: count)
    try file.read(&values, at: offset(block, place, face))
    for i in values.indices { values[i] = ~values[i] }
    return values
  }

  func write(
    _ values: [UInt32], _ block: Int, _ place: Int, _ face: Face
  ) throws(SystemError) {
    try file.write(values.map { ~$0 }, at: offset(block, place, face))
  }

  private func offset(_ block: Int, _ place: Int, _ face: Face) -> Int {
    ((block * places + place) * 6 + face.place) * faceByteCount
  }

  /// Writes what a block's class at `place` has come to at the face towards `neighbour`, whose own
  /// costs there are `beyond`; returns whether that is news for it.
  func tell(
    _ new: [UInt32], of block: Int, _ place: Int, to neighbour: BlockNeighbour, beyond: [UInt32]
  ) throws(SystemError) -> Bool {
    let old = try read(new.count, block, place, neighbour.face)
    guard new != old else { return false }
    try write(new, block, place, neighbour.face)
    // A neighbour that is at a voxel at no more cost gains nothing by a step from here.
    return new.indices.contains {
      new[$0] < old[$0] && beyond[$0] != Face.wall && new[$0] < beyond[$0]
    }
  }
}

extension FaceFile? {
  /// What neighbours have come to at their faces towards a block, and the ways that come in from there.
  func news(
    for neighbours: [BlockNeighbour], _ place: Int
  ) throws(SystemError) -> (beyond: [[UInt32]], arrivals: [t2s_arrival]) {
    guard let self else { return ([], []) }
    var beyond: [[UInt32]] = []
    var arrivals: [t2s_arrival] = []
    for neighbour in neighbours {
      let costs = try self.read(
        neighbour.voxels.count, neighbour.block, place, neighbour.face.opposite)
      for (cost, voxel) in zip(costs, neighbour.voxels) where cost < Face.wall {
        arrivals.append(t2s_arrival(cost: cost, voxel: voxel))
      }
      beyond.append(costs)
    }
    return (beyond, arrivals)
  }
}
