import EngineCore
import Exterior
import TilePlanning
import VolumeCore

/// How a volume is segmented; the same names on the command line and here.
public struct SegmentationOptions: Sendable {
  /// Tile, halo and region.
  public var tiling = TilingOptions()
  /// The most memory that the process may take.
  public var memoryByteCount = 1 << 30
  /// Bytes that the output would like to keep of what was written, where the limit leaves them.
  public var outputByteCount = 0
  /// Processor cores.
  public var threads = 1
  /// Tiles in flight; `nil`: as many as keep the cores busy.
  public var slots: Int?
  /// The numbers to compute in; `nil`: the fastest that the engine has.
  public var precision: Precision?
  /// How values become bytes, for `int8`.
  public var quantisation: Quantisation?
  /// How grey values are normalised.
  public var normalisation = Normalisation(low: 0, high: 255, clips: false)
  /// How often each tile is looked at: 1, 4 or 8 (see `Orientation.all`); probabilities are averaged.
  public var flips = 1
  /// What each class's probability is multiplied by before the highest one is taken; empty: nothing.
  public var factors: [Float] = []
  /// What is kept of each voxel; what is not the first goes to sibling outputs.
  public var planes: [ResultPlane] = [.label]
  /// What passes before this one found, where it is one of several that are averaged.
  public var passes: PassPlace?
  /// What a blended tile writes; `nil`: the most that memory allows.
  public var core: Shape3?
  /// What of the scan lies outside the specimen, and is not computed.
  public var exterior: Exterior?
  /// What the process holds since it was looked for, where that is more than it takes itself.
  public var exteriorByteCount = 0
  /// The unit in which labels are committed.
  public var block = Shape3(z: 64, y: 1024, x: 1024)

  /// The defaults, to be changed field by field.
  public init() {}
}
