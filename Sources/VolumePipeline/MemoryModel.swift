import EngineCore
import Pipelines
import TilePlanning
import VolumeCore

/// What a run keeps in memory at its peak, part by part, in bytes; a pure function of the plan.
public struct MemoryModel: Hashable, Sendable {
  /// Program, libraries, file handles.
  public var process: Int
  /// The engine: values, weights, workspace, its slots.
  public var engine: Int
  /// Tiles on their way from the reader and to the writer.
  public var tiles: Int
  /// Decoded chunks that the reader keeps.
  public var reader: Int
  /// What reading the sums of earlier passes keeps.
  public var passes = 0
  /// What decoding chunks takes beside them: decoders, and the compressed bytes in hand.
  public var decoding: Int { (reader + passes) / 32 }
  /// Label blocks that are not whole yet, and those being encoded.
  public var blocks: Int
  /// What the output keeps of its blocks: halves of them that wait for their neighbours. Less than
  /// it would like only makes it read back.
  public var output = 0
  /// What lies outside the specimen, and what is on its way there.
  public var exterior = 0

  /// All of it.
  public var total: Int {
    process + engine + tiles + reader + passes + decoding + blocks + output + exterior
  }

  /// Each part with what it is, in the order of a run.
  public var parts: [(name: String, byteCount: Int)] {
    [
      ("process", process), ("engine", engine), ("tiles", tiles), ("reader", reader),
      ("passes", passes), ("decoding", decoding), ("blocks", blocks), ("output", output),
      ("exterior", exterior),
    ]
  }

  /// The process without a run, as measured: its own and the libraries' pages that are touched, files,
  /// and for each of the engine's threads its stack and what the allocator keeps.
  static func processByteCount(threads: Int) -> Int { (30 + 3 * threads) << 20 }

  /// Bytes of label blocks that are begun, or whole and not yet written: an eighth of one more than
  /// tiles keep open, so that the next are begun while one is encoded.
  static func blockByteCount(_ tiling: TilePlan, _ planes: [ResultPlane]) -> Int {
    let most = tiling.openBlockByteCount + tiling.largestBlockByteCount / 8
    return planes.byteCount * min(most, tiling.region.voxelCount)
  }

  /// Bytes that a block takes while it is encoded: of it a pyramid is made, a half, and a block of the next
  /// level or two. Where all blocks of some layers become whole at once, most are gone by then.
  static func encoderByteCount(_ tiling: TilePlan, _ planes: [ResultPlane]) -> Int {
    tiling.largestBlockByteCount / (tiling.opensAllBlocks ? 4 : 2)
      * (planes.map(\.byteCount).max() ?? 1)
  }

  /// Bytes of tiles on their way from the reader and to the writer.
  static func tileByteCount(
    _ tiling: TilePlan, _ plan: ExecutionPlan, _ budget: ThreadBudget, _ reduction: ScoreReduction
  ) -> Int {
    let largest = tiling.inputShapes.map(\.voxelCount).max() ?? 0
    return budget.slots
      * (largest * plan.voxelType.byteCount + reduction.heldByteCount(tiling, plan)
        + reduction.priorByteCount(tiling))
  }

  init(
    _ tiling: TilePlan, _ plan: ExecutionPlan, _ budget: ThreadBudget, _ factory: any EngineFactory,
    reduction: ScoreReduction, readerCache: Int, passesCache: Int
  ) throws(EngineError) {
    process = Self.processByteCount(threads: budget.engine)
    engine = try factory.byteCount(for: plan, slots: budget.slots)
    tiles = Self.tileByteCount(tiling, plan, budget, reduction)
    reader = readerCache
    passes = passesCache
    blocks =
      Self.blockByteCount(tiling, reduction.planes)
      + Self.encoderByteCount(tiling, reduction.planes)
  }
}
