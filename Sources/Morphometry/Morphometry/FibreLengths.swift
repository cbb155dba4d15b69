import Components
import VolumeCore

/// The lengths of fibres that can be told apart, and how much cannot.
public struct FibreLengths: Sendable {
  /// How many components are of a kind, and their voxels.
  public struct Share: Hashable, Sendable {
    /// Components.
    public var count = 0
    /// Their voxels.
    public var voxels = 0

    /// None.
    public init() {}
  }

  /// Fibres are at least so many diameters long.
  public let leastAspect: Double
  /// Fibres are at most so thick, in the unit of `spacing`.
  public let thickest: Double
  /// The voxel, where it is known.
  public let spacing: VoxelSpacing?
  /// What there is of each kind.
  public private(set) var shares: [FibreShape.Kind: Share] = [:]
  /// Fibres by their length, in steps of half a voxel's longest edge.
  private var bins: [Int: Int] = [:]
  private let step: Double
  private let region: Region
  private var sum = 0.0
  private var squares = 0.0
  private var weights = 0.0
  private var weighted = 0.0

  /// Nothing so far, in `region`; `typical` is the diameter that fibres have, as local thickness tells
  /// it: what is half as thick again is none.
  public init(
    in region: Region, spacing: VoxelSpacing?, typical: Double, leastAspect: Double = 3
  ) {
    self.region = region
    self.spacing = spacing
    self.leastAspect = leastAspect
    thickest = 1.5 * typical
    let s = spacing ?? VoxelSpacing(cube: 1)
    step = max(s.z, s.y, s.x) / 2
  }

  /// Adds a component; returns its shape, and what it is.
  public mutating func add(_ one: Component) -> (shape: FibreShape, kind: FibreShape.Kind) {
    let shape = FibreShape(one, spacing)
    let kind = shape.kind(leastAspect: leastAspect, thickest: thickest)
    shares[kind, default: Share()].count += 1
    shares[kind, default: Share()].voxels += one.voxels
    guard kind == .fibre else { return (shape, kind) }
    bins[Int(shape.length / step), default: 0] += 1
    sum += shape.length
    squares += shape.length * shape.length
    // The share of places at which a box of that extent lies inside.
    let (whole, box) = (region.shape, one.box.shape)
    let rooms = [(whole.z, box.z), (whole.y, box.y), (whole.x, box.x)].map {
      (whole: Int, own: Int) -> Double in Double(whole - own + 1) / Double(whole)
    }
    let weight: Double = 1 / rooms.reduce(1, *)
    weights += weight
    weighted += weight * shape.length
    return (shape, kind)
  }

  /// Components that are whole fibres.
  public var count: Int { shares[.fibre]?.count ?? 0 }
  /// Voxels of all components.
  public var voxels: Int { shares.values.reduce(0) { $0 + $1.voxels } }

  /// The mean length of whole fibres.
  public var mean: Double? { count > 0 ? sum / Double(count) : nil }
  /// The mean in which each fibre counts by its length.
  public var lengthWeightedMean: Double? { sum > 0 ? squares / sum : nil }
  /// The mean in which each fibre counts by how rarely one of its extent lies inside: of all fibres,
  /// where whole ones alone would be too short (Miles and Lantuejoul).
  public var unbiasedMean: Double? { weights > 0 ? weighted / weights : nil }

  /// The length below which `share` of the whole fibres are, within half a voxel.
  public func length(below share: Double) -> Double? {
    var rest = share * Double(count)
    for (bin, number) in bins.sorted(by: { $0.key < $1.key }) {
      if rest <= Double(number) {
        return (Double(bin) + rest / Double(number)) * step
      }
      rest -= Double(number)
    }
    return nil
  }

  /// Whole fibres by their length, in classes of `width`, from 0 on.
  public func histogram(width: Double) -> [Int] {
    guard let longest = bins.keys.max(), width > 0 else { return [] }
    var counts = [Int](repeating: 0, count: Int((Double(longest) + 0.5) * step / width) + 1)
    for (bin, number) in bins { counts[Int((Double(bin) + 0.5) * step / width)] += number }
    return counts
  }
}
