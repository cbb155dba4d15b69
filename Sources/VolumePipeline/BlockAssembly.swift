import EngineCore
import Exterior
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
  /// Voxels that no tile reaches.
  var beyond = 0
  /// Nothing of it has been written.
  var isNew = true
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
  /// Beyond this box no tile writes; in the output's coordinates.
  let within: Region
  let observers: [any BlockObserver]
  private var open: [Index3: OpenBlock] = [:]

  init(
    grid: ChunkGrid, pool: BytePool, origin: Index3, committed: Set<Index3>,
    planes: [ResultPlane], within: Region, observers: [any BlockObserver]
  ) {
    self.within = within
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
      guard let block = block(index) else { return nil }
      let part = core.clamped(to: block.region)
      if block.isNew, part.y == block.region.y, part.x == block.region.x {
        // Layer after layer is filled.
        block.results.preferLargePages()
      }
      block.isNew = false
      // Pages take memory when they are first written, so that is when it is asked for.
      guard pool.take(part.voxelCount * planes.byteCount) else { return nil }
      for band in part.bands {
        block.results.withMutableBytes { bytes in
          copyPlanes(planes, band, from: results, of: held, to: &bytes, of: block.region)
        }
        for (_, observation) in block.observations {
          observation.add(
            band.moved(by: origin), labels: results.extracting(0..<held.voxelCount), of: tile.held,
            voxels: voxels, of: tile.input)
        }
      }
      if take(part, of: block) { whole.append(block) }
    }
    return whole
  }

  /// The block of this index, begun where it is not; `nil` where the run was stopped.
  private mutating func block(_ index: Index3) -> OpenBlock? {
    if let block = open[index] { return block }
    let region = grid.region(of: index)
    let block = OpenBlock(
      index, region, byteCount: region.voxelCount * planes.byteCount, origin: origin,
      observers: observers)
    open[index] = block
    // What no tile reaches is outside from the beginning.
    let reached = region.clamped(to: within)
    guard reached != region, !reached.isEmpty else { return block }
    for part in region.without(reached) {
      guard fill(part, of: block) else { return nil }
    }
    block.missing = reached.voxelCount
    block.beyond = region.voxelCount - reached.voxelCount
    return block
  }

  /// Notes that `part` is there; returns whether the block is whole by that.
  private mutating func take(_ part: Region, of block: OpenBlock) -> Bool {
    block.missing -= part.voxelCount
    guard block.missing == 0 else { return false }
    open[block.index] = nil
    return true
  }
}

extension BlockAssembly {
  /// Fills `core`, which is outside the specimen as a whole; returns the blocks that are whole now, or
  /// `nil` where the run was stopped.
  mutating func addOutside(_ core: Region) -> [OpenBlock]? {
    let core = core.relative(to: origin)
    var whole: [OpenBlock] = []
    for index in grid.indices(meeting: core).indices where !committed.contains(index) {
      guard let block = block(index) else { return nil }
      let part = core.clamped(to: block.region)
      guard fill(part, of: block) else { return nil }
      if take(part, of: block) { whole.append(block) }
    }
    return whole
  }
}

extension BlockAssembly {
  /// Makes `part` of a block outside, and shows it to the observers; `false` where the run was stopped.
  private func fill(_ part: Region, of block: OpenBlock) -> Bool {
    guard pool.take(part.voxelCount * planes.byteCount) else { return false }
    block.results.withMutableBytes { bytes in
      fillOutside(planes, part, &bytes, of: block.region)
    }
    let (outer, inner) = (block.region.moved(by: origin), part.moved(by: origin))
    for (_, observation) in block.observations {
      block.results.withBytes(first: block.region.voxelCount) { labels in
        observation.add(
          inner, labels: labels, of: outer, voxels: labels.extracting(0..<0), of: inner)
      }
    }
    return true
  }
}

extension Region {
  /// The region in parts that stay in a core's own cache while several look at them, one after the other.
  fileprivate var bands: [Region] {
    let rows = max(1, Self.voxelsAtOnce / max(1, x.count))
    return self.z.flatMap { z in
      stride(from: y.lowerBound, to: y.upperBound, by: rows).map {
        Region(z: z..<(z + 1), y: $0..<min($0 + rows, y.upperBound), x: x)
      }
    }
  }

  /// Labels and greys of so many take some 128 KiB.
  private static let voxelsAtOnce = 1 << 16

  /// What is left of it without `part`, which lies in it: boxes that do not overlap.
  fileprivate func without(_ part: Region) -> [Region] {
    [
      Region(z: z.lowerBound..<part.z.lowerBound, y: y, x: x),
      Region(z: part.z.upperBound..<z.upperBound, y: y, x: x),
      Region(z: part.z, y: y.lowerBound..<part.y.lowerBound, x: x),
      Region(z: part.z, y: part.y.upperBound..<y.upperBound, x: x),
      Region(z: part.z, y: part.y, x: x.lowerBound..<part.x.lowerBound),
      Region(z: part.z, y: part.y, x: part.x.upperBound..<x.upperBound),
    ].filter { !$0.isEmpty }
  }
}

/// Gives the voxels of `part` in each of `planes` what voxels outside the specimen have.
private func fillOutside(
  _ planes: [ResultPlane], _ part: Region, _ bytes: inout MutableRawSpan, of box: Region
) {
  unsafe bytes.withUnsafeMutableBytes { bytes in
    var start = 0
    for plane in planes {
      let width = plane.byteCount
      for z in part.z {
        for y in part.y {
          let row = ((z - box.z.lowerBound) * box.y.count + y - box.y.lowerBound) * box.x.count
          let first = start + (row + part.x.lowerBound - box.x.lowerBound) * width
          let place = unsafe bytes[first..<(first + part.x.count * width)]
          unsafe UnsafeMutableRawBufferPointer(rebasing: place)
            .initializeMemory(as: UInt8.self, repeating: Exterior.value(in: plane))
        }
      }
      start += box.voxelCount * width
    }
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
