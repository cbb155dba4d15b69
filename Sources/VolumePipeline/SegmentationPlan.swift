import EngineCore
import Exterior
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
  /// What is kept of the network's probabilities.
  public let reduction: ScoreReduction
  /// What of the scan lies outside the specimen.
  public let exterior: Exterior?
  /// What passes before this one found.
  let passes: PassPlace?
  /// What the run takes at its peak.
  public let memory: MemoryModel
  /// Makes the engine.
  public let factory: any EngineFactory
  /// What the run will read, compute and write.
  ///
  /// - Parameter left: voxels that are not there yet; `nil`: all.
  public func forecast(left: Int? = nil) -> RunForecast {
    RunForecast(self, cores: cores, left: left)
  }
  /// Processor cores that all stages share.
  private let cores: Int

  /// Checks `options` for `model` on a volume, and chooses the tile where that is left to us.
  public init(
    _ options: SegmentationOptions, model: Model, scan: any VolumeReader,
    factory: any EngineFactory
  ) throws(Explanation) {
    let precision = options.precision ?? factory.precisions[0]
    let volume = scan.volume
    let graph: Graph
    do { graph = try options.graph(of: model) } catch { throw error.explanation }
    let reduction = options.reduction(for: graph)
    let region = (options.tiling.region ?? Region(volume.shape)).shape
    var candidates: [Shape3]
    let isBlended = options.tiling.isBlended(graph)
    if case .shape(let shape) = options.tiling.tile, !isBlended {
      candidates = options.tiling.candidates(of: shape, region: region, for: graph)
    } else {
      candidates = options.tiling.candidates(region: region, block: options.block, for: graph)
    }
    if isBlended, let core = options.core { candidates = [core] }
    // Fewer tiles at once may be larger, and of a volume a larger tile computes much less halo.
    let fewest = graph.isPlanar || candidates.count == 1 ? options.threads : 1
    let counts = (min(fewest, options.threads)...max(options.threads, 1)).reversed()
    var tilingOptions = options.tiling
    let specimen = options.exterior?.specimen.clamped(
      to: options.tiling.region ?? Region(volume.shape))
    if let specimen, !specimen.isEmpty { tilingOptions.within = specimen }
    var choices: [Choice] = []
    for core in candidates {
      let tiling: TilePlan
      do {
        tiling = try tilingOptions.plan(
          covering: volume.shape, for: graph, core: core, block: options.block)
      } catch {
        throw error.explanation
      }
      let work = options.exterior?.work(of: tiling) ?? TileWork(all: tiling)
      let share = Double(work.computedVoxels) / Double(max(tiling.computedVoxelCount, 1))
      // Tiles that are not there keep no core busy.
      for cores in Set(counts.map { min($0, tiling.tileCount) }).sorted(by: >) {
        // A tile of a volume is long in the making: one read ahead is enough.
        let slots = options.slots ?? (graph.isPlanar ? nil : cores + 1)
        let budget = ThreadBudget(cores: cores, slots: slots, tiles: tiling.tileCount)
        let execution = ExecutionPlan(
          graph: graph, normalisation: options.normalisation, voxelType: volume.voxelType,
          shapes: tiling.inputShapes, precision: precision, quantisation: options.quantisation,
          output: reduction.isLabelsAlone && tiling.blend == nil ? .labels : .scores,
          threads: budget.engine)
        choices.append(
          Choice(tiling: tiling, execution: execution, budget: budget, share: share))
      }
    }
    // The cheapest that fits; of equals the first.
    let order = choices.indices.sorted { (choices[$0].cost, $0) < (choices[$1].cost, $1) }
    var smallest = Int.max
    var best: (Choice, MemoryModel)?
    var shortage: Explanation?
    let tiles = choices.map {
      MemoryModel.tileByteCount($0.tiling, $0.execution, $0.budget, reduction)
    }
    let least = tiles.min() ?? 0
    // What tiles take without the engine is known at once, and often too much already; the least
    // is asked for all the same, for the error.
    for choice in order.filter({ tiles[$0] <= max(options.memoryByteCount, least) })
      .map({ choices[$0] })
    {
      var memory: MemoryModel
      do {
        memory = try MemoryModel(
          choice.tiling, choice.execution, choice.budget, choice.tiling.factory(factory),
          reduction: reduction,
          readerCache: scan.cacheByteCount(
            forBoxesOf: choice.tiling.inputShapes.first ?? choice.tiling.core),
          passesCache: options.passes?.cacheByteCount(forBoxesOf: choice.tiling.core) ?? 0)
      } catch {
        throw error.explanation
      }
      memory.exterior = options.exterior.map { max($0.byteCount, options.exteriorByteCount) } ?? 0
      smallest = min(smallest, memory.total)
      guard memory.total <= options.memoryByteCount else { continue }
      do throws(EngineError) {
        let lack = try factory.deviceShortage(for: choice.execution, slots: choice.budget.slots)
        shortage = lack
        if lack != nil { continue }
      } catch {
        throw error.explanation
      }
      best = (choice, memory)
      break
    }
    guard let (choice, needed) = best else {
      throw shortage ?? Self.tooLittleMemory(options, smallest)
    }
    var (memory, budget) = (needed, choice.budget)
    // What the output keeps spares it reading; what is left after that has several blocks encoded at once,
    // so that a disk that one waits for is no reason to stand still, and the last ones go side by side.
    let left = options.memoryByteCount - memory.total
    let encoder = MemoryModel.encoderByteCount(choice.tiling, reduction.planes)
    let more = max(0, left - options.outputByteCount) / max(1, encoder)
    budget.encoding = min(
      options.threads, SegmentationRun.encoderLanes.count, 1 + more,
      ChunkGrid(volume: region, chunk: options.block).count.voxelCount)
    memory.blocks += (budget.encoding - 1) * encoder
    memory.output = min(options.outputByteCount, options.memoryByteCount - memory.total)
    tiling = choice.tiling
    execution = choice.execution
    self.budget = budget
    self.memory = memory
    self.factory = choice.tiling.factory(factory)
    cores = options.threads
    self.reduction = reduction
    passes = options.passes
    exterior = options.exterior
  }

  /// Tiles and threads that the run might have.
  private struct Choice {
    var tiling: TilePlan
    var execution: ExecutionPlan
    var budget: ThreadBudget
    /// The part of its tiles' voxels that is computed, the rest being outside.
    var share: Double

    /// The time for a voxel written, in units of computing one on one core.
    var cost: Double {
      share * SegmentationPlan.cost(tiling) / Double(max(budget.engine, 1))
        * tiling.unevenness(workers: budget.engine)
    }
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
