import SystemIO
import VolumeCore

/// One growth of some classes against each other.
struct Growth: GrowthStep {
  let prepared: PreparedGrowing
  /// The height of a step onto each grey value, for each class.
  let levels: [[UInt16]]
  /// The place in this growth of each of the seeds' classes; `nil` where they are the same.
  let joined: [UInt8]?
  let labels: GrownBytes
  /// Costs at the faces of blocks; `nil` where nothing goes from block to block.
  let faces: FaceFile?

  /// Grows in one block from its seeds and its neighbours' faces.
  func visit(_ memory: FloodBlock, _ block: Int) throws(SystemError) -> Set<Int> {
    if let joined { memory.join(joined) }
    memory.clearBest()
    let neighbours = faces == nil ? [] : prepared.neighbours(of: block, memory)
    var receivers: Set<Int> = []
    for place in levels.indices {
      let (beyond, arrivals) = try faces.news(for: neighbours, place)
      memory.flood(UInt8(place), levels: levels[place], arrivals: arrivals)
      memory.takeBetter(UInt8(place))
      for (neighbour, beyond) in zip(neighbours, beyond) {
        let new = memory.faceCosts(neighbour.voxels, UInt8(place))
        if try faces?.tell(new, of: block, place, to: neighbour, beyond: beyond) ?? false {
          receivers.insert(neighbour.block)
        }
      }
    }
    try labels.keep(memory)
    return receivers
  }
}
