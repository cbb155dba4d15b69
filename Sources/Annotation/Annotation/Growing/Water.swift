import CFlooding
import SystemIO
import VolumeCore

/// Water that rises from the markers of all classes at once: what the lowest way to each voxel costs.
/// The first half of a watershed.
struct WaterRise: GrowthStep {
  let prepared: PreparedGrowing
  let levels: [UInt16]
  /// Costs at the faces of blocks; `nil` where nothing goes from block to block.
  let costs: FaceFile?

  func visit(_ memory: FloodBlock, _ block: Int) throws(SystemError) -> Set<Int> {
    let neighbours = costs == nil ? [] : prepared.neighbours(of: block, memory)
    let (beyond, arrivals) = try costs.news(for: neighbours, 0)
    memory.rise(levels: levels, arrivals: arrivals)
    var receivers: Set<Int> = []
    for (neighbour, beyond) in zip(neighbours, beyond) {
      let new = memory.faceCosts(neighbour.voxels, UInt8(T2S_ANY_SEED))
      if try costs?.tell(new, of: block, 0, to: neighbour, beyond: beyond) ?? false {
        receivers.insert(neighbour.block)
      }
    }
    return receivers
  }
}

/// The second half of a watershed: each voxel takes the class of the neighbour that its water comes
/// from, which is the one of least cost.
///
/// Of what a neighbour knows later, labels become less and never greater: a voxel has the least label of
/// all those that its water may come from, as far as they are known.
struct WaterDivide: GrowthStep {
  let prepared: PreparedGrowing
  let levels: [UInt16]
  /// The place of each of the seeds' classes; `nil` where they are the same.
  let joined: [UInt8]?
  let labels: GrownBytes
  /// What the rise has come to at the faces of blocks, and labels there; `nil` where nothing goes from
  /// block to block.
  let faces: (costs: FaceFile, labels: FaceFile)?

  func visit(_ memory: FloodBlock, _ block: Int) throws(SystemError) -> Set<Int> {
    if let joined { memory.join(joined) }
    memory.clearBest()
    guard let faces else {
      memory.rise(levels: levels, arrivals: [])
      memory.divide()
      try labels.keep(memory)
      return []
    }
    let neighbours = prepared.neighbours(of: block, memory)
    let (costs, arrivals) = try Optional(faces.costs).news(for: neighbours, 0)
    memory.rise(levels: levels, arrivals: arrivals)
    for (neighbour, costs) in zip(neighbours, costs) {
      let labels = try faces.labels.read(
        costs.count, neighbour.block, 0, neighbour.face.opposite)
      memory.setMargin(neighbour.face, neighbour.voxels, costs: costs, labels: labels)
    }
    memory.divide()
    var receivers: Set<Int> = []
    for (neighbour, beyond) in zip(neighbours, costs) {
      let new = memory.faceLabels(neighbour.voxels)
      let old = try faces.labels.read(new.count, block, 0, neighbour.face)
      guard new != old else { continue }
      try faces.labels.write(new, block, 0, neighbour.face)
      // Water comes from where it stands lower, or where steps are not counted any more just as low;
      // what is not known yet is no news.
      let here = memory.faceCosts(neighbour.voxels, UInt8(T2S_ANY_SEED))
      if new.indices.contains(where: {
        new[$0] < old[$0] && new[$0] != UInt32(SeedRule.none) && beyond[$0] != Face.wall
          && here[$0] <= beyond[$0]
      }) {
        receivers.insert(neighbour.block)
      }
    }
    try labels.keep(memory)
    return receivers
  }
}
