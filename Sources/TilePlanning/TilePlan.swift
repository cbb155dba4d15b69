import NeuralGraph
import VolumeCore

/// What one step reads and writes.
public struct Tile: Hashable, Sendable {
  /// What is written, in the volume.
  public var core: Region
  /// What the network sees: begins at a multiple of its stride, and ends at one, at the far faces
  /// of the volume behind them; what lies behind is the volume reflected. For a 2.5D network it
  /// also begins before the first layer, by as many as are read beside each.
  public var input: Region
  /// What the network gives a result for: the input, but for the layers that a 2.5D network only
  /// looks at.
  public var output: Region
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
  /// The part of it that tiles cover.
  public let within: Region
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
  /// How tiles are cut into windows that are blended; `nil` where they are computed at once.
  public let blend: BlendLayout?
  /// Whether every tile reads all that its core depends on.
  public let isExact: Bool
  /// The cores in a layer, those of one block together, with what they read.
  public let columns: [Column]
  /// The runs of layers in which blocks are committed, in the volume: as deep as a block, or as
  /// several where tiles are deeper.
  public let slabs: [Range<Int>]
  /// The runs of layers that tiles write, slab by slab, with what they read.
  let runs: [AxisCut]
  /// Layers at either end of a tile's input that have no result.
  let margin: Int

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
    /// Voxels computed for it in each layer.
    var computed: Int
  }

  init(
    volume: Shape3, region: Region, within: Region?, core: Shape3, block: Shape3, graph: Graph,
    halo: Int?, blend: BlendLayout? = nil
  ) throws(TilingError) {
    let stride = graph.totalStride
    let filled = Shape3 { volume[$0].roundedUp(to: stride[$0]) }
    let margin = graph.layerMargin
    guard margin == 0 || stride.z == 1 else { throw .stridesOverLayers(stride.z) }
    let input = Shape3(z: filled.z + 2 * margin, y: filled.y, x: filled.x)
    let output: Shape3
    do {
      output = try graph.shapes(forInput: input)[graph.output]
    } catch {
      throw .network(error)
    }
    guard output == filled else { throw .changesSize(input: input, output: output) }
    self.volume = volume
    self.filled = filled
    self.region = region
    let within = (within ?? region).clamped(to: region)
    self.within = within
    self.core = core
    self.block = block
    self.stride = stride
    self.margin = margin
    reach = graph.reach
    let seesLayers = reach.before.z > margin || reach.after.z > margin
    var z = AxisCutter(
      axis: .z, graph: graph, volume: volume.z, filled: filled.z, stride: stride.z,
      margin: margin, halo: halo.map { seesLayers ? $0 : 0 })
    var y = AxisCutter(
      axis: .y, graph: graph, volume: volume.y, filled: filled.y, stride: stride.y, halo: halo)
    var x = AxisCutter(
      axis: .x, graph: graph, volume: volume.x, filled: filled.x, stride: stride.x, halo: halo)
    slabs = Self.runs(region.z, core.z > block.z ? core.z.roundedUp(to: block.z) : block.z)
    self.blend = blend
    func cut(_ core: Range<Int>, _ axis: Axis, _ cutter: inout AxisCutter) -> AxisCut {
      guard let blend, axis != .z || !graph.isPlanar else { return cutter.cut(core) }
      return BlendCutter(filled: filled[axis], window: blend.window[axis], step: blend.step[axis])
        .cut(core)
    }
    let layers = slabs.flatMap { Self.runs($0, core.z, within.z) }.map { cut($0, .z, &z) }
    let rows = Self.runs(region.y, core.y, within.y).map { cut($0, .y, &y) }
    let places = Self.runs(region.x, core.x, within.x).map { cut($0, .x, &x) }
    runs = layers
    var columns: [Column] = []
    for row in rows {
      for place in places {
        columns.append(
          Column(
            y: row.core, x: place.core, inputY: row.input, inputX: place.input,
            computed: (row.computed ?? row.input.count) * (place.computed ?? place.input.count)))
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
    func widest(_ cuts: [AxisCut], _ volume: Int) -> Int {
      cuts.map { $0.widestSide(of: volume) }.max() ?? 0
    }
    self.halo = Shape3(
      z: widest(layers, volume.z), y: widest(rows, volume.y), x: widest(places, volume.x))
    isExact = (layers + rows + places).allSatisfy(\.isExact)
  }

  /// The tiles of `column` in `slab`, top layer first.
  public func tiles(of column: Column, in slab: Range<Int>) -> [Tile] {
    // Runs are in order, and none reaches over two slabs.
    runs.filter { slab.contains($0.core.lowerBound) }.map { run in
      Tile(
        core: Region(z: run.core, y: column.y, x: column.x),
        input: Region(z: run.input, y: column.inputY, x: column.inputX),
        output: Region(z: output(run), y: column.inputY, x: column.inputX))
    }
  }

  func output(_ run: AxisCut) -> Range<Int> {
    (run.input.lowerBound + margin)..<(run.input.upperBound - margin)
  }

  private static func runs(_ range: Range<Int>, _ length: Int) -> [Range<Int>] {
    Swift.stride(from: range.lowerBound, to: range.upperBound, by: length).map {
      $0..<($0 + min(length, range.upperBound - $0))
    }
  }

  /// The same, what lies beyond `within` cut off.
  private static func runs(
    _ range: Range<Int>, _ length: Int, _ within: Range<Int>
  ) -> [Range<Int>] {
    runs(range, length).map { $0.clamped(to: within) }.filter { !$0.isEmpty }
  }

  /// The number of tiles if they covered all of the region.
  public var tileCountOfRegion: Int {
    slabs.reduce(0) { $0 + Self.runs($1, core.z).count } * Self.runs(region.y, core.y).count
      * Self.runs(region.x, core.x).count
  }

  /// The number of tiles.
  public var tileCount: Int { runs.count * columns.count }

  /// The shapes of tile inputs that occur.
  public var inputShapes: [Shape3] {
    let depths = Set(runs.map(\.input.count))
    let planes = Set(columns.map { Shape3(z: 1, y: $0.inputY.count, x: $0.inputX.count) })
    return planes.flatMap { plane in depths.map { Shape3(z: $0, y: plane.y, x: plane.x) } }
      .sorted { ($0.voxelCount, $0.y) > ($1.voxelCount, $1.y) }
  }

  /// Voxels that the network computes for each that is written: what the halo costs.
  public var overhead: Double {
    let computed = columns.reduce(0) { $0 + $1.computed }
    let layers = runs.reduce(0) { $0 + ($1.computed ?? output($1).count) }
    return Double(computed) / Double(region.y.count * region.x.count) * Double(layers)
      / Double(region.z.count)
  }

  /// Voxels of tile inputs for each that is written: what reading again costs, where nothing is
  /// kept.
  public var readOverhead: Double {
    planeOverhead * Double(runs.reduce(0) { $0 + $1.input.count }) / Double(region.z.count)
  }

  private var planeOverhead: Double {
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

  /// Whether all blocks of a slab are open at once: no tile makes one whole before the last.
  public var opensAllBlocks: Bool {
    openBlockByteCount == (slabs.map(\.count).max() ?? 0) * region.y.count * region.x.count
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
