import NeuralGraph
import VolumeCore

/// What one step reads and writes.
public struct Tile: Hashable, Sendable {
  /// What is written, in the volume.
  public var core: Region
  /// What the network sees: begins at a multiple of its stride, and ends at one, at the far faces
  /// of the volume behind them; what lies behind is the volume reflected.
  public var input: Region
}

/// A volume cut into tiles whose labels are those of the volume computed at once.
///
/// Tiled equals whole because a tile's input begins at a multiple of the network's stride, so that
/// pooling windows fall on the same voxels, and holds every voxel on which its core depends, by
/// the network's own dependency intervals (Majurski and Bajcsy, 2021, J. Res. NIST 126:126009).
public struct TilePlan: Hashable, Sendable {
  /// The scan.
  public let volume: Shape3
  /// The scan filled up at its far ends to multiples of the stride; what "whole" means.
  public let filled: Shape3
  /// What is written.
  public let region: Region
  /// What a tile writes, before the faces cut it off.
  public let core: Shape3
  /// The unit in which labels are committed.
  public let block: Shape3
  /// The network's total stride.
  public let stride: Shape3
  /// What the network looks at before and after a voxel.
  public let reach: (before: Shape3, after: Shape3)
  /// The most that any tile reads on one side of its core.
  public let halo: Shape3
  /// Whether every tile reads all that its core depends on.
  public let isExact: Bool
  /// The cores in a layer, those of one block together, with what they read.
  public let columns: [Column]

  /// One core in y and x, with what it reads.
  public struct Column: Hashable, Sendable {
    /// Rows written.
    public var y: Range<Int>
    /// Columns written.
    public var x: Range<Int>
    /// Rows read.
    public var inputY: Range<Int>
    /// Columns read.
    public var inputX: Range<Int>
  }

  init(
    volume: Shape3, region: Region, core: Shape3, block: Shape3, graph: Graph, halo: Int?
  ) throws(TilingError) {
    let stride = graph.totalStride
    let reach = graph.reach
    guard reach.before.z == 0, reach.after.z == 0, stride.z == 1 else {
      throw .needsNeighbourLayers(reach: max(reach.before.z, reach.after.z))
    }
    let filled = Shape3(
      z: volume.z, y: volume.y.roundedUp(to: stride.y), x: volume.x.roundedUp(to: stride.x))
    let output: Shape3
    do {
      output = try graph.shapes(forInput: Shape3(z: 1, y: filled.y, x: filled.x))[graph.output]
    } catch {
      throw .network(error)
    }
    guard output.y == filled.y, output.x == filled.x else {
      throw .changesSize(input: Shape3(z: 1, y: filled.y, x: filled.x), output: output)
    }
    self.volume = volume
    self.filled = filled
    self.region = region
    self.core = core
    self.block = block
    self.stride = stride
    self.reach = reach
    let y = Self.cut(
      region.y, core.y, volume: volume.y, filled: filled.y, stride: stride.y
    ) { range in
      halo.map { (range.lowerBound - $0)..<(range.upperBound + $0) }
        ?? graph.inputRegion(neededFor: Region(z: 0..<1, y: range, x: 0..<1)).y
    }
    let x = Self.cut(
      region.x, core.x, volume: volume.x, filled: filled.x, stride: stride.x
    ) { range in
      halo.map { (range.lowerBound - $0)..<(range.upperBound + $0) }
        ?? graph.inputRegion(neededFor: Region(z: 0..<1, y: 0..<1, x: range)).x
    }
    var columns: [Column] = []
    for (coreY, inputY) in y {
      for (coreX, inputX) in x {
        columns.append(Column(y: coreY, x: coreX, inputY: inputY, inputX: inputX))
      }
    }
    // Blocks are counted from the region's origin.
    func blockOf(_ column: Column) -> (Int, Int) {
      (
        (column.y.lowerBound - region.y.lowerBound) / block.y,
        (column.x.lowerBound - region.x.lowerBound) / block.x
      )
    }
    self.columns = columns.sorted { a, b in
      let (p, q) = (blockOf(a), blockOf(b))
      return (p.0, p.1, a.y.lowerBound, a.x.lowerBound)
        < (q.0, q.1, b.y.lowerBound, b.x.lowerBound)
    }
    self.halo = Shape3(
      z: 0, y: y.map { Self.widest($0.core, $0.input, volume.y) }.max() ?? 0,
      x: x.map { Self.widest($0.core, $0.input, volume.x) }.max() ?? 0)
    isExact = self.columns.allSatisfy { column in
      let needed = graph.inputRegion(
        neededFor: Region(z: 0..<1, y: column.y, x: column.x)
      ).clamped(to: Region(z: 0..<1, y: 0..<filled.y, x: 0..<filled.x))
      return Region(z: 0..<1, y: column.inputY, x: column.inputX).contains(needed)
    }
  }

  /// Cuts one axis into cores with their inputs.
  private static func cut(
    _ region: Range<Int>, _ core: Int, volume: Int, filled: Int, stride: Int,
    needed: (Range<Int>) -> Range<Int>
  ) -> [(core: Range<Int>, input: Range<Int>)] {
    Swift.stride(from: region.lowerBound, to: region.upperBound, by: core).map { start in
      let end = start + min(core, region.upperBound - start)
      let context = needed(start..<end)
      var first = max(0, context.lowerBound) / stride * stride
      let last = min(filled, context.upperBound.roundedUp(to: stride))
      if last > volume {
        // The filling is a reflection of what lies before the face, which must be there too.
        first = min(first, max(0, 2 * (volume - 1) - (last - 1)) / stride * stride)
      }
      return (start..<end, first..<last)
    }
  }

  private static func widest(_ core: Range<Int>, _ input: Range<Int>, _ volume: Int) -> Int {
    max(core.lowerBound - input.lowerBound, min(input.upperBound, volume) - core.upperBound)
  }

  /// The runs of layers in which blocks are committed, in the volume.
  public var slabs: [Range<Int>] { Self.runs(region.z, block.z) }

  /// The tiles of `column` in `slab`, top layer first.
  public func tiles(of column: Column, in slab: Range<Int>) -> [Tile] {
    Self.runs(slab, core.z).map { z in
      Tile(
        core: Region(z: z, y: column.y, x: column.x),
        input: Region(z: z, y: column.inputY, x: column.inputX))
    }
  }

  private static func runs(_ range: Range<Int>, _ length: Int) -> [Range<Int>] {
    Swift.stride(from: range.lowerBound, to: range.upperBound, by: length).map {
      $0..<($0 + min(length, range.upperBound - $0))
    }
  }

  /// The number of tiles.
  public var tileCount: Int {
    slabs.reduce(0) { $0 + ($1.count + core.z - 1) / core.z } * columns.count
  }

  /// The shapes of tile inputs that occur.
  public var inputShapes: [Shape3] {
    let depths = Set(slabs.flatMap { Self.runs($0, core.z).map(\.count) })
    let planes = Set(columns.map { Shape3(z: 1, y: $0.inputY.count, x: $0.inputX.count) })
    return planes.flatMap { plane in depths.map { Shape3(z: $0, y: plane.y, x: plane.x) } }
      .sorted { ($0.voxelCount, $0.y) > ($1.voxelCount, $1.y) }
  }

  /// Voxels that the network computes for each that is written: what the halo costs.
  public var overhead: Double {
    let computed = columns.reduce(0) { $0 + $1.inputY.count * $1.inputX.count }
    return Double(computed) / Double(region.y.count * region.x.count)
  }

  /// Bytes of blocks that are begun and not whole, at most, for one byte a voxel.
  public var openBlockByteCount: Int {
    let grid = ChunkGrid(volume: region.shape, chunk: block)
    let depth = slabs.map(\.count).max() ?? 0
    func blocks(_ column: Column) -> [Index3] {
      let inside = Region(z: region.z, y: column.y, x: column.x).relative(to: region.origin)
      return grid.indices(meeting: Region(z: 0..<1, y: inside.y, x: inside.x)).indices
    }
    var left: [Index3: Int] = [:]
    for column in columns { for block in blocks(column) { left[block, default: 0] += 1 } }
    var isOpen: Set<Index3> = []
    var open = 0
    var most = 0
    for column in columns {
      let touched = blocks(column)
      for block in touched where isOpen.insert(block).inserted {
        open += depth * grid.region(of: block).y.count * grid.region(of: block).x.count
      }
      most = max(most, open)
      for block in touched {
        left[block, default: 0] -= 1
        if left[block] == 0 {
          open -= depth * grid.region(of: block).y.count * grid.region(of: block).x.count
        }
      }
    }
    return most
  }

  /// Bytes of the largest block, for one byte a voxel.
  public var largestBlockByteCount: Int {
    min(block.z, region.z.count) * min(block.y, region.y.count) * min(block.x, region.x.count)
  }

  /// Two plans are equal when all that was chosen is.
  public static func == (a: TilePlan, b: TilePlan) -> Bool {
    a.volume == b.volume && a.region == b.region && a.columns == b.columns && a.core == b.core
      && a.block == b.block
  }

  /// Hashes what was chosen.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(volume)
    hasher.combine(region)
    hasher.combine(columns)
    hasher.combine(core)
  }
}

extension Int {
  /// The next multiple of `step` that is not smaller.
  func roundedUp(to step: Int) -> Int { (self + step - 1) / step * step }
}
