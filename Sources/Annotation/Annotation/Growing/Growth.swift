import CFlooding
import SystemIO
import VolumeCore

/// One growth of some classes against each other, until no block has news for its neighbours.
struct Growth: Sendable {
  let prepared: PreparedGrowing
  let rule: SeedRule
  /// The height of a step onto each grey value, for each class.
  let levels: [[UInt16]]
  /// The place in this growth of each of the seeds' classes; `nil` where they are the same.
  let joined: [UInt8]?
  /// The bit of a voxel that says whether the second class has won it; `nil` where the voxel's byte
  /// is the place of the class that has.
  let bit: Int?
  let labels: ScratchFile
  /// Costs at the faces of blocks; `nil` where nothing goes from block to block.
  let faces: ScratchFile?

  /// Lets them grow in the blocks that `waves` names.
  func run(
    _ waves: GrowthWaves, _ isStopped: @escaping @Sendable () -> Bool,
    _ progress: @escaping @Sendable (Int) -> Void
  ) throws(Explanation) {
    while !isStopped() {
      let wave = try scratched { () throws(SystemError) in try waves.next() }
      guard !wave.isEmpty else { return }
      try prepared.walk(wave, rule, isStopped) { memory, region, block throws(Explanation) in
        waves.begin(block)
        let isFirst = try scratched { () throws(SystemError) in
          try waves.end(block, news: try visit(memory, block))
        }
        if isFirst { progress(region.voxelCount) }
      }
    }
    // What was left is kept.
    _ = try scratched { () throws(SystemError) in try waves.next() }
  }

  /// Grows in one block from its seeds and its neighbours' faces; returns the neighbours that it has
  /// news for.
  private func visit(
    _ memory: FloodBlock, _ block: Int
  ) throws(SystemError) -> Set<Int> {
    let grid = prepared.grid
    let index = grid.indices(at: block)
    if let joined { memory.join(joined) }
    memory.clearBest()
    var neighbours: [(face: Face, block: Int, voxels: [UInt32])] = []
    if faces != nil {
      for face in Face.all {
        guard let other = face.neighbour(of: index, in: grid.count) else { continue }
        neighbours.append((face, grid.place(of: other), memory.faceVoxels(face)))
      }
    }
    var receivers: Set<Int> = []
    for place in levels.indices {
      var arrivals: [t2s_arrival] = []
      var opposite: [[UInt32]] = []
      for (face, other, voxels) in neighbours {
        let costs = try read(voxels.count, other, place, face.opposite)
        for (cost, voxel) in zip(costs, voxels) where cost < Face.wall {
          arrivals.append(t2s_arrival(cost: cost, voxel: voxel))
        }
        opposite.append(costs)
      }
      memory.flood(UInt8(place), levels: levels[place], arrivals: arrivals)
      memory.takeBetter(UInt8(place))
      for (side, (face, other, voxels)) in neighbours.enumerated() {
        let old = try read(voxels.count, block, place, face)
        let new = memory.faceCosts(voxels, UInt8(place))
        guard new != old else { continue }
        try write(new, block, place, face)
        // A neighbour that is at a voxel at no more cost gains nothing by a step from here.
        let beyond = opposite[side]
        if new.indices.contains(where: {
          new[$0] < old[$0] && beyond[$0] != Face.wall && new[$0] < beyond[$0]
        }) {
          receivers.insert(other)
        }
      }
    }
    try keep(memory)
    return receivers
  }

  /// Costs lie in the file as their complement, so that what nobody wrote is what nobody reached.
  private func read(
    _ count: Int, _ block: Int, _ place: Int, _ face: Face
  ) throws(SystemError) -> [UInt32] {
    var values = [UInt32](repeating: 0, count: count)
    let offset = prepared.faceOffset(block: block, place: place, face: face)
    try faces?.read(&values, at: offset)
    for i in values.indices { values[i] = ~values[i] }
    return values
  }

  private func write(
    _ costs: [UInt32], _ block: Int, _ place: Int, _ face: Face
  ) throws(SystemError) {
    let offset = prepared.faceOffset(block: block, place: place, face: face)
    try faces?.write(costs.map { ~$0 }, at: offset)
  }

  private func keep(_ memory: FloodBlock) throws(SystemError) {
    let (region, shape) = (memory.region, prepared.growing.scan.volume.shape)
    guard let bit else {
      return try memory.withLabels { span throws(SystemError) in
        try labels.writeVoxels(span, of: region, in: shape)
      }
    }
    var sets = [UInt8](repeating: 0, count: region.voxelCount)
    var span = sets.mutableSpan
    var bytes = unsafe span.mutableBytes
    try labels.readVoxels(region, in: shape, into: &bytes)
    memory.withLabels { places in
      for i in 0..<region.voxelCount {
        let place = unsafe places.unsafeLoad(fromByteOffset: i, as: UInt8.self)
        // Outside is outside in every growth, and what none reaches is the rest's.
        let old = sets[i]
        sets[i] =
          place == SeedRule.blocked
          ? place : old & ~(1 << UInt8(bit)) | (place == 1 ? 1 << UInt8(bit) : 0)
      }
    }
    try labels.writeVoxels(unsafe sets.span.bytes, of: region, in: shape)
  }
}

extension ChunkGrid {
  /// The place of a block in the list of all.
  func place(of index: Index3) -> Int { (index.z * count.y + index.y) * count.x + index.x }

  /// The block at a place of the list of all.
  func indices(at place: Int) -> Index3 {
    Index3(z: place / (count.y * count.x), y: place / count.x % count.y, x: place % count.x)
  }
}
