import EngineCore
import Pipelines
import SystemIO
import VolumeCore

/// A block of results that is being put together from tiles.
final class OpenBlock: @unchecked Sendable {
  let index: Index3
  /// In the output's coordinates.
  let region: Region
  /// The planes, one after the other.
  var results: PageBuffer
  var missing: Int
  /// What is found out about it on the way, by the observers' names.
  let observations: [(name: String, observation: any BlockObservation)]

  init(
    _ index: Index3, _ region: Region, byteCount: Int, origin: Index3,
    observers: [any BlockObserver]
  ) {
    self.index = index
    self.region = region
    observations = observers.map { ($0.name, $0.begin(index, region.moved(by: origin))) }
    results = PageBuffer(byteCount: byteCount)
    missing = region.voxelCount
  }

  /// The facts of the block, which is whole and whose first plane are labels.
  func facts() -> [String: JSONValue] {
    results.withBytes(first: region.voxelCount) { labels in
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
  /// What is kept of each voxel.
  let planes: [ResultPlane]
  let observers: [any BlockObserver]
  private var open: [Index3: OpenBlock] = [:]

  init(
    grid: ChunkGrid, pool: BytePool, origin: Index3, committed: Set<Index3>,
    planes: [ResultPlane], observers: [any BlockObserver]
  ) {
    precondition(observers.isEmpty || planes[0] == .label, "observers look at labels")
    self.observers = observers
    self.grid = grid
    self.pool = pool
    self.origin = origin
    self.committed = committed
    self.planes = planes
  }

  /// Adds the core of `tile` from `results`, which are those of what it holds, and shows its labels to
  /// the observers with `voxels`, which are those of its input; returns the blocks that are whole now,
  /// or `nil` where the run was stopped.
  mutating func add(_ tile: TileSlot, _ results: RawSpan, _ voxels: RawSpan) -> [OpenBlock]? {
    let core = tile.core.relative(to: origin)
    let held = tile.held.relative(to: origin)
    var whole: [OpenBlock] = []
    for index in grid.indices(meeting: core).indices where !committed.contains(index) {
      if open[index] == nil {
        let region = grid.region(of: index)
        open[index] = OpenBlock(
          index, region, byteCount: region.voxelCount * planes.byteCount, origin: origin,
          observers: observers)
      }
      guard let block = open[index] else { continue }
      let part = core.clamped(to: block.region)
      // Pages take memory when they are first written, so that is when it is asked for.
      guard pool.take(part.voxelCount * planes.byteCount) else { return nil }
      block.results.withMutableBytes { bytes in
        copyPlanes(planes, part, from: results, of: held, to: &bytes, of: block.region)
      }
      for (_, observation) in block.observations {
        observation.add(
          part.moved(by: origin), labels: results.extracting(0..<held.voxelCount), of: tile.held,
          voxels: voxels, of: tile.input)
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

/// Copies the voxels of `part` in each of `planes`, which lie one after the other.
private func copyPlanes(
  _ planes: [ResultPlane], _ part: Region, from source: RawSpan, of held: Region,
  to destination: inout MutableRawSpan, of region: Region
) {
  unsafe destination.withUnsafeMutableBytes { bytes in
    var (from, to) = (0, 0)
    for plane in planes {
      let (read, written) = (
        held.voxelCount * plane.byteCount, region.voxelCount * plane.byteCount
      )
      let place = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[to..<(to + written)])
      var target = unsafe place.mutableBytes
      copyVoxels(
        part, from: source.extracting(from..<(from + read)), of: held, to: &target, of: region,
        width: plane.byteCount)
      from += read
      to += written
    }
  }
}
