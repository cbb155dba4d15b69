import TilePlanning
import VolumeCore

/// What a run will read, compute and write, before it does: a pure function of its plan.
public struct RunForecast: Hashable, Sendable {
  /// Tiles.
  public var tiles: Int
  /// Tiles that are not computed, because all that they write lies outside the specimen.
  public var tilesOutside: Int
  /// Voxels that get a label.
  public var voxels: Int
  /// Voxels that the network computes for that, those of the halo included.
  public var computedVoxels: Int
  /// Bytes of voxels that are asked of the scan.
  public var bytesRead: Int
  /// Bytes of labels that are handed to the output, which compresses them.
  public var bytesWritten: Int
  /// What the process holds at its peak.
  public var memory: MemoryModel
  /// Tiles computed at once.
  public var engineThreads: Int
  /// How much longer it takes because the last tiles do not keep all cores busy.
  public var unevenness: Double
  /// Processor cores that all stages share.
  public var cores: Int

  /// What `plan` will do where `left` of its voxels are not there yet, on `cores` cores.
  ///
  /// Of a run that goes on with another, the tiles that are left are taken to be like all others.
  public init(_ plan: SegmentationPlan, cores: Int, left: Int? = nil) {
    let tiling = plan.tiling
    let all = tiling.region.voxelCount
    let voxels = left ?? all
    func part(_ count: Int) -> Int {
      voxels == all ? count : Int((Double(count) * Double(voxels) / Double(max(all, 1))).rounded())
    }
    let work = plan.work
    tiles = part(work.tiles)
    tilesOutside = part(work.tilesOutside)
    self.voxels = voxels
    computedVoxels = part(work.computedVoxels)
    bytesRead = part(work.readVoxels * plan.execution.voxelType.byteCount)
    bytesWritten = voxels
    memory = plan.memory
    engineThreads = plan.budget.engine
    unevenness = tiling.unevenness(workers: engineThreads)
    self.cores = max(1, cores)
  }

  /// Voxels computed for each that is written.
  public var overhead: Double { Double(computedVoxels) / Double(max(voxels, 1)) }

  /// The time that the run takes at `rate`.
  ///
  /// Reading and encoding go on beside the computing, and cost what they take of the cores: nothing
  /// where the engine leaves them one, else a part of its own.
  public func seconds(at rate: RunRate) -> Double {
    let computing = Double(computedVoxels) / max(rate.computedVoxelsPerSecond, 1e-3)
    let reading = rate.readBytesPerSecond.map { Double(bytesRead) / max($0, 1e-3) } ?? 0
    let encoding = Double(bytesWritten) / Self.encodedBytesPerSecond
    let work = computing * Double(min(engineThreads, cores)) + reading + encoding
    return rate.startSeconds + max(computing * unevenness, reading, encoding, work / Double(cores))
  }

  /// Labels that one core puts together, counts, halves for the pyramid, compresses and writes.
  static let encodedBytesPerSecond = 150e6
}

/// How fast a run goes, and how that is known.
public struct RunRate: Hashable, Sendable {
  /// Where a rate comes from.
  public enum Source: Hashable, Sendable {
    /// The user's word.
    case given
    /// Tiles of the scan that were computed to find out.
    case calibrated(tiles: Int, seconds: Double)
    /// The first tiles of the run itself.
    case firstTiles(Int)
  }

  /// Voxels that the network computes in a second, on all cores together, those of the halo counted.
  public var computedVoxelsPerSecond: Double
  /// Bytes of the scan read and decoded in a second; `nil` where that is not known, and taken to be
  /// no hindrance.
  public var readBytesPerSecond: Double?
  /// What goes by before the first tile is being computed: kernels are made, memory is asked for.
  public var startSeconds = 0.0
  /// How it is known.
  public var source: Source

  /// A rate.
  public init(computedVoxelsPerSecond: Double, source: Source) {
    self.computedVoxelsPerSecond = computedVoxelsPerSecond
    self.source = source
  }
}
