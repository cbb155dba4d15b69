import Pipelines
import SystemIO
import VolumeCore

/// A block of labels that is being put together from tiles.
final class OpenBlock: @unchecked Sendable {
  let index: Index3
  /// In the output's coordinates.
  let region: Region
  var labels: PageBuffer
  var missing: Int
  /// What is found out about it on the way, by the observers' names.
  let observations: [(name: String, observation: any BlockObservation)]

  init(_ index: Index3, _ region: Region, _ origin: Index3, _ observers: [any BlockObserver]) {
    self.index = index
    self.region = region
    observations = observers.map { ($0.name, $0.begin(index, region.moved(by: origin))) }
    labels = PageBuffer(byteCount: region.voxelCount)
    missing = region.voxelCount
  }

  /// The facts of the block, which is whole.
  func facts() -> [String: JSONValue] {
    labels.withBytes { labels in
      var facts: [String: JSONValue] = [:]
      for (name, observation) in observations { facts[name] = observation.facts(labels) }
      return facts
    }
  }
}

/// Puts tiles together into blocks; a block is handed on when its last voxel is there.
struct BlockAssembly {
  let grid: ChunkGrid
  let pool: BytePool
  /// Where the output's first voxel lies in the scan.
  let origin: Index3
  /// Blocks that an earlier run has committed; tiles may cross them, and leave them alone.
  let committed: Set<Index3>
  let observers: [any BlockObserver]
  private var open: [Index3: OpenBlock] = [:]

  init(
    grid: ChunkGrid, pool: BytePool, origin: Index3, committed: Set<Index3>,
    observers: [any BlockObserver]
  ) {
    self.grid = grid
    self.pool = pool
    self.origin = origin
    self.committed = committed
    self.observers = observers
  }

  /// Adds the core of `tile` from `labels`, which are those of its output, and shows it to the
  /// observers with `voxels`, which are those of its input; returns the blocks that are whole now, or
  /// `nil` where the run was stopped.
  mutating func add(_ tile: TileSlot, _ labels: RawSpan, _ voxels: RawSpan) -> [OpenBlock]? {
    let core = tile.core.relative(to: origin)
    let output = tile.output.relative(to: origin)
    var whole: [OpenBlock] = []
    for index in grid.indices(meeting: core).indices where !committed.contains(index) {
      if open[index] == nil {
        let region = grid.region(of: index)
        guard pool.take(region.voxelCount) else { return nil }
        open[index] = OpenBlock(index, region, origin, observers)
      }
      guard let block = open[index] else { continue }
      let part = core.clamped(to: block.region)
      block.labels.withMutableBytes { bytes in
        copyVoxels(part, from: labels, of: output, to: &bytes, of: block.region, width: 1)
      }
      for (_, observation) in block.observations {
        observation.add(
          part.moved(by: origin), labels: labels, of: tile.output, voxels: voxels, of: tile.input)
      }
      block.missing -= part.voxelCount
      if block.missing == 0 {
        open[index] = nil
        whole.append(block)
      }
    }
    return whole
  }
}
