import NeuralGraph
import VolumeCore

/// What one tile writes.
public enum TileChoice: Hashable, Sendable {
  /// The largest that memory allows, whole layers where they fit.
  case automatic
  /// This many layers, rows and columns; tiles at the far faces are cut off.
  case shape(Shape3)
}

/// How a volume is cut into tiles; the same names on the command line and here.
public struct TilingOptions: Hashable, Sendable {
  /// What one tile writes.
  public var tile: TileChoice = .automatic
  /// Voxels of context read on each side instead of what the network needs (along z for a 3D
  /// network alone): faster, and no longer exact.
  public var halo: Int?
  /// What is to be written; `nil`: the whole volume.
  public var region: Region?
  /// Beyond this box nothing is computed, though it is written; `nil`: all is.
  public var within: Region?

  /// The defaults, to be changed field by field.
  public init() {}

  /// Checks these options against a volume and a network, once; everything after may rely on the
  /// plan.
  ///
  /// - Parameters:
  ///   - core: what a tile writes, when `tile` is automatic.
  ///   - block: the unit in which labels are committed (a shard); tiles of one block come
  ///     together, and no tile's layers reach over two.
  public func plan(
    covering volume: Shape3, for graph: Graph, core: Shape3, block: Shape3
  ) throws(TilingError) -> TilePlan {
    var core = core
    if case .shape(let shape) = tile { core = shape }
    guard core.z > 0, core.y > 0, core.x > 0 else { throw .emptyTile(core) }
    if let halo, halo < 0 { throw .negativeHalo(halo) }
    let region = region ?? Region(volume)
    guard !region.isEmpty, Region(volume).contains(region) else {
      throw .regionOutside(region, volume: volume)
    }
    return try TilePlan(
      volume: volume, region: region, within: within, core: core, block: block, graph: graph,
      halo: halo)
  }
}

/// Tiling options that cannot be met.
public enum TilingError: ExplainedError, Hashable {
  /// A tile without voxels.
  case emptyTile(Shape3)
  /// A halo below zero.
  case negativeHalo(Int)
  /// A region that reaches over the volume.
  case regionOutside(Region, volume: Shape3)
  /// A network that takes layers as channels and samples them down as well.
  case stridesOverLayers(Int)
  /// A network whose result has another size than its input.
  case changesSize(input: Shape3, output: Shape3)
  /// A network that cannot take the volume's extents.
  case network(GraphError)

  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .emptyTile(let shape):
      Explanation(
        .input, "a tile of \(shape) writes no voxel", remedy: "give --tile 256, or --tile auto")
    case .negativeHalo(let halo):
      Explanation(.input, "a halo of \(halo) is below zero", remedy: "leave --halo out")
    case .regionOutside(let region, let volume):
      Explanation(
        .input, "region \(region) is not inside the volume of \(volume.words)",
        remedy: "give --region z0:z1,y0:y1,x0:x1 within 0:\(volume.z),0:\(volume.y),0:\(volume.x)")
    case .stridesOverLayers(let stride):
      Explanation(
        .input,
        "the network takes layers as channels and yet samples them down by \(stride)",
        remedy: "give a 2D, a 2.5D or a 3D model")
    case .changesSize(let input, let output):
      Explanation(
        .input,
        "the network makes \(output) of \(input), so labels would not lie on their voxels",
        remedy: "give a network whose output is as large as its input (padding 'same')")
    case .network(let error): error.explanation
    }
  }
}
