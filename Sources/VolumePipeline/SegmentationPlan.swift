import EngineCore
import NeuralGraph
import Pipelines
import TilePlanning
import VolumeCore

/// A segmentation that has been checked: what will be computed, how, and in how much memory.
public struct SegmentationPlan: Sendable {
  /// The tiles.
  public let tiling: TilePlan
  /// The network, its precision and the shapes of its tiles.
  public let execution: ExecutionPlan
  /// How the cores are shared.
  public let budget: ThreadBudget
  /// What the run takes at its peak.
  public let memory: MemoryModel
  /// Makes the engine.
  public let factory: any EngineFactory

  /// Checks `options` for `model` on a volume, and chooses the tile where that is left to us.
  public init(
    _ options: SegmentationOptions, model: Model, scan: any VolumeReader,
    factory: any EngineFactory
  ) throws(Explanation) {
    let budget = ThreadBudget(cores: options.threads, slots: options.slots)
    let precision = options.precision ?? factory.precisions[0]
    let volume = scan.volume
    let graph: Graph
    do { graph = try model.graph.forGreyScans() } catch { throw error.explanation }
    let region = (options.tiling.region ?? Region(volume.shape)).shape
    var candidates: [Shape3]
    if case .shape(let shape) = options.tiling.tile {
      candidates = [shape]
    } else {
      candidates = options.tiling.candidates(region: region, block: options.block, for: graph)
    }
    var best: (TilePlan, ExecutionPlan, MemoryModel)?
    var smallest: MemoryModel?
    for core in candidates {
      let tiling: TilePlan
      do {
        tiling = try options.tiling.plan(
          covering: volume.shape, for: graph, core: core, block: options.block)
      } catch {
        throw error.explanation
      }
      let execution = ExecutionPlan(
        graph: graph, normalisation: options.normalisation, voxelType: volume.voxelType,
        shapes: tiling.inputShapes, precision: precision, threads: budget.engine)
      let largest = tiling.inputShapes.first ?? core
      let memory: MemoryModel
      do {
        memory = try MemoryModel(
          tiling, execution, budget, factory,
          readerCache: scan.cacheByteCount(forBoxesOf: largest))
      } catch {
        throw error.explanation
      }
      if memory.total < smallest?.total ?? .max { smallest = memory }
      guard memory.total <= options.memoryByteCount else { continue }
      // The first that fits; a later one only where it computes and reads less.
      if Self.cost(tiling) < best.map({ Self.cost($0.0) }) ?? .infinity {
        best = (tiling, execution, memory)
      }
    }
    guard let (tiling, execution, chosen) = best else {
      throw Self.tooLittleMemory(options, smallest?.total ?? 0)
    }
    var memory = chosen
    memory.output = min(options.outputByteCount, options.memoryByteCount - memory.total)
    self.tiling = tiling
    self.execution = execution
    self.memory = memory
    self.budget = budget
    self.factory = factory
  }

  /// What tiles cost for each voxel written, in units of computing one.
  private static func cost(_ tiling: TilePlan) -> Double {
    tiling.overhead + readingCost * tiling.readOverhead
  }

  /// Reading and decoding a voxel against computing it; it goes on beside it, but not for nothing.
  private static let readingCost = 0.05

  private static func tooLittleMemory(
    _ options: SegmentationOptions, _ smallest: Int
  ) -> Explanation {
    let needed = (smallest + (1 << 20) - 1) >> 20
    let isFixed = if case .shape = options.tiling.tile { true } else { false }
    return Explanation(
      .input,
      "\(options.memoryByteCount >> 20) MiB of memory are too few: "
        + (isFixed ? "tiles of this size take" : "the smallest tiles take")
        + " \(needed) MiB",
      remedy: "give --memory \(needed)M or more"
        + (isFixed ? ", or --tile auto" : "")
        + (options.threads > 1 ? ", or fewer --threads" : ""))
  }
}
