import SystemIO
import VolumeCore

/// Blocks that are worked on next, before they have news for others.
public struct GrowthWave: Hashable, Sendable {
  /// The growths that the annotation takes, one after the other: two halves for a watershed.
  public let growths: Int
  /// Which of them this is, from 0 on.
  public let growth: Int
  /// The wave's number in it, from 0 on: in the first all blocks are worked on, if none was before.
  public let number: Int
  /// How many blocks there are in the wave.
  public let blocks: Int
}

/// What is done with a block whenever its neighbours have news for it, until none has.
protocol GrowthStep: Sendable {
  /// Works on one block, which has been read; returns the neighbours that it has news for.
  func visit(_ memory: FloodBlock, _ block: Int) throws(SystemError) -> Set<Int>
}

extension PreparedGrowing {
  /// Works on the blocks that `waves` names.
  func run(
    _ step: some GrowthStep, _ rule: SeedRule, _ waves: GrowthWaves,
    _ isStopped: @escaping @Sendable () -> Bool, _ progress: @escaping @Sendable (Int) -> Void,
    begins: (_ number: Int, _ blocks: Int) -> Void
  ) throws(Explanation) {
    var number = 0
    while !isStopped() {
      let wave = try scratched { () throws(SystemError) in try waves.next() }
      guard !wave.isEmpty else { return }
      begins(number, wave.count)
      number += 1
      try walk(wave, rule, heights: growing.heights?.volume, isStopped) {
        memory, region, block throws(Explanation) in
        waves.begin(block)
        let isFirst = try scratched { () throws(SystemError) in
          try waves.end(block, news: try step.visit(memory, block))
        }
        if isFirst { progress(region.voxelCount) }
      }
    }
    // What was left is kept.
    _ = try scratched { () throws(SystemError) in try waves.next() }
  }

  /// A block's neighbours, and the voxels of its faces towards them.
  func neighbours(of block: Int, _ memory: FloodBlock) -> [BlockNeighbour] {
    let index = grid.indices(at: block)
    return Face.all.compactMap { face in
      guard let other = face.neighbour(of: index, in: grid.count) else { return nil }
      return BlockNeighbour(
        face: face, block: grid.place(of: other), voxels: memory.faceVoxels(face))
    }
  }
}

/// A block behind a face of another.
struct BlockNeighbour {
  let face: Face
  /// Its place in the list of all.
  let block: Int
  /// The voxels on this side of the face.
  let voxels: [UInt32]
}

extension ChunkGrid {
  /// The place of a block in the list of all.
  func place(of index: Index3) -> Int { (index.z * count.y + index.y) * count.x + index.x }

  /// The block at a place of the list of all.
  func indices(at place: Int) -> Index3 {
    Index3(z: place / (count.y * count.x), y: place / count.x % count.y, x: place % count.x)
  }
}
