import EngineCore
import NeuralGraph
import TilePlanning
import VolumeCore

/// A share of a segmentation's tiles, drawn by a seed, to be computed again: here, or on another machine.
public struct SampleCheck: Sendable {
  /// The tiles drawn, in the order of the plan.
  public let tiles: [Tile]
  /// The tiles of the whole.
  public let tileCount: Int
  /// What a tile writes here: that of the run, or less where memory is short.
  public let tile: Shape3
  private let execution: ExecutionPlan
  private let factory: any EngineFactory

  /// Draws tiles.
  ///
  /// - Parameters:
  ///   - tiling: the run's region and halo, with the tile that it had.
  ///   - volume: the scan's extent.
  ///   - execution: what computes them; its shapes are those of this plan.
  ///   - share: of all tiles, at least one.
  ///   - memory: bytes that the process may take.
  public init(
    _ tiling: TilingOptions, covering volume: Shape3, _ execution: ExecutionPlan,
    factory: any EngineFactory, share: Double, seed: UInt64, memory: Int
  ) throws(Explanation) {
    var tiling = tiling
    guard case .shape(var tile) = tiling.tile else { preconditionFailure("a tile is known") }
    var execution = execution
    self.factory = factory
    while true {
      tiling.tile = .shape(tile)
      let plan: TilePlan
      do {
        plan = try tiling.plan(covering: volume, for: execution.graph, core: tile, block: tile)
      } catch {
        throw error.explanation
      }
      execution.shapes = plan.inputShapes
      let needed = try Recomputation.memory(execution, factory)
      if needed > memory {
        let edge = max(tile.z, tile.y, tile.x)
        // Where the halo was cut short, other tiles are other labels.
        guard plan.isExact, edge > 64 else {
          let mebibytes = (needed + (1 << 20) - 1) >> 20
          throw Explanation(
            .input, "computing a tile of \(tile) again takes \(mebibytes) MiB of memory",
            remedy: "give --memory \(mebibytes)M or more")
        }
        tile = Shape3 { tile[$0] == edge ? edge / 2 : tile[$0] }
        continue
      }
      tileCount = plan.tileCount
      self.tile = tile
      self.execution = execution
      var draw = SeededDraw(seed)
      let wanted = max(1, Int((share * Double(plan.tileCount)).rounded()))
      let chosen = Set(draw.distinct(wanted, below: plan.tileCount))
      var tiles: [Tile] = []
      var number = 0
      for slab in plan.slabs {
        for column in plan.columns {
          for tile in plan.tiles(of: column, in: slab) {
            if chosen.contains(number) { tiles.append(tile) }
            number += 1
          }
        }
      }
      self.tiles = tiles
      return
    }
  }

  /// Computes them again and compares them with `labels`, whose first voxel lies at `origin`, and which
  /// were computed in `precision` (`nil`: in the same).
  public func run(
    from scan: any VolumeReader, comparingWith labels: any VolumeReader, at origin: Index3,
    madeIn precision: Precision? = nil, stopSignal: () -> Int32? = { nil },
    progress: (_ voxels: Int) -> Void = { _ in }
  ) throws(Explanation) -> Agreement {
    let again = try Recomputation(
      execution, factory: factory, from: scan, comparingWith: labels, at: origin,
      madeIn: precision)
    var agreement = Agreement()
    for tile in tiles {
      if let signal = stopSignal() {
        throw Explanation(
          .stopped(signal: signal), "stopped before the end",
          remedy: "give the command again: nothing was changed")
      }
      agreement += try again.compare(tile)
      progress(tile.core.voxelCount)
    }
    return agreement
  }
}
