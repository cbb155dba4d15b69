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
  /// Whether tiles of one layer that lie beside each other may be computed as one, where memory allows: a row
  /// of them has no halo between them.
  public var joinsRows = false
  /// Voxels of context read on each side instead of what the network needs (along z for a 3D
  /// network alone): faster, and no longer exact.
  public var halo: Int?
  /// Voxels by which tiles overlap, where they are blended; `nil`: they are exact.
  public var overlap: Int?
  /// Whether a network of which tiles cannot be exact, or a halo that is too small, is refused.
  public var mustBeExact = false
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
  ///   - core: what a tile writes, when `tile` is automatic or rows of tiles are joined.
  ///   - block: the unit in which labels are committed (a shard); tiles of one block come
  ///     together, and no tile's layers reach over two.
  public func plan(
    covering volume: Shape3, for graph: Graph, core: Shape3, block: Shape3
  ) throws(TilingError) -> TilePlan {
    var core = core
    // Of blended tiles the user says how large a window is; how many make a tile, memory says.
    if case .shape(let shape) = tile, !isBlended(graph), !joinsRows { core = shape }
    guard core.z > 0, core.y > 0, core.x > 0 else { throw .emptyTile(core) }
    if let halo, halo < 0 { throw .negativeHalo(halo) }
    if let overlap, overlap < 0 { throw .negativeHalo(overlap) }
    let norm = graph.normalisesOverSpace
    if mustBeExact, let norm { throw .cannotBeExact(norm: norm) }
    if mustBeExact, overlap != nil { throw .blendingIsNotExact }
    var blend: BlendLayout?
    if isBlended(graph) {
      guard halo == nil else { throw .haloOfBlended }
      blend = blendLayout(for: graph)
    }
    let region = region ?? Region(volume)
    guard !region.isEmpty, Region(volume).contains(region) else {
      throw .regionOutside(region, volume: volume)
    }
    let plan = try TilePlan(
      volume: volume, region: region, within: within, core: core, block: block, graph: graph,
      halo: halo, blend: blend)
    if mustBeExact, !plan.isExact {
      throw .haloIsTooSmall(
        plan.halo, needed: Reach(before: plan.reach.before, after: plan.reach.after))
    }
    return plan
  }
}

extension TilingOptions {
  /// The overlap of blended tiles where none was given.
  static let defaultOverlap = 32
  /// What a window advances by, where no tile was given.
  static let defaultStep = (plane: 256, cube: 64)

  /// The windows of blended tiles: one every tile, up to the stride, and longer by the overlap.
  func blendLayout(for graph: Graph) -> BlendLayout {
    let stride = graph.totalStride
    var step = Shape3 { axis in
      graph.isPlanar ? (axis == .z ? 1 : Self.defaultStep.plane) : Self.defaultStep.cube
    }
    if case .shape(let shape) = tile { step = shape }
    let overlap = overlap ?? Self.defaultOverlap
    step = Shape3 { step[$0].roundedUp(to: stride[$0]) }
    let window = Shape3 { axis in
      axis == .z && graph.isPlanar ? 1 : (step[axis] + overlap).roundedUp(to: stride[axis])
    }
    return BlendLayout(window: window, step: step)
  }

  /// Whether tiles are blended: as the user wants, or since the network leaves no choice.
  public func isBlended(_ graph: Graph) -> Bool {
    overlap != nil || graph.normalisesOverSpace != nil
  }
}

/// How far a network looks before and after a voxel.
public struct Reach: Hashable, Sendable {
  /// Before it.
  public var before: Shape3
  /// After it.
  public var after: Shape3
}

/// Tiling options that cannot be met.
public enum TilingError: ExplainedError, Hashable {
  /// A tile without voxels.
  case emptyTile(Shape3)
  /// A halo below zero.
  case negativeHalo(Int)
  /// A network with a layer whose result in one place depends on all others.
  case cannotBeExact(norm: String)
  /// Tiles that are to overlap and to be exact.
  case blendingIsNotExact
  /// A halo for tiles that are blended.
  case haloOfBlended
  /// A halo of less than the network sees, where tiles must be exact.
  case haloIsTooSmall(Shape3, needed: Reach)
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
    case .cannotBeExact(let norm):
      Explanation(
        .input,
        "the network cannot be computed exactly in tiles: layer '\(norm)' takes mean and variance of "
          + "all that it sees",
        remedy:
          "leave --exact out: tiles are blended then; or train with BatchNormalization, which at "
          + "inference is the same everywhere")
    case .blendingIsNotExact:
      Explanation(
        .input, "tiles that overlap are blended, which is not exact",
        remedy: "give --exact or --overlap, not both")
    case .haloOfBlended:
      Explanation(
        .input, "tiles that are blended have no halo", remedy: "give --overlap instead of --halo")
    case .haloIsTooSmall(let halo, let needed):
      Explanation(
        .input,
        "a halo of \(halo) is less than the network sees (\(needed.before) before, \(needed.after) "
          + "after)",
        remedy: "leave --halo out, or --exact")
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
