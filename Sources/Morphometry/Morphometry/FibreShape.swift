import Components
import Glibc
import VolumeCore

/// One component of fibres, taken for a cylinder: the straight cylinder with the same second moments.
///
/// A cylinder of length L and diameter d has the variances L²/12 along its axis and d²/16 across it. What
/// is one straight fibre fills that cylinder, and is round; fibres that touch or cross do not.
public struct FibreShape: Hashable, Sendable {
  /// What a component of fibres is.
  public enum Kind: String, CaseIterable, Hashable, Sendable {
    /// One fibre, all of it.
    case fibre
    /// One fibre that goes on beyond what was looked at.
    case cut
    /// Too short for its diameter to tell whether it is a fibre.
    case short
    /// Several fibres that touch, or one that is bent: not told apart.
    case clump
  }

  /// The cylinder's length: of a fibre with flat ends its own; a round end counts two thirds of the
  /// radius.
  public let length: Double
  /// The cylinder's diameter.
  public let diameter: Double
  /// The component's volume over the cylinder's: 1 for one straight fibre.
  public let fill: Double
  /// The variance across the axis where it is least over where it is greatest: 1 where it is round.
  public let roundness: Double
  /// The cylinder's direction (z, y, x).
  public let direction: [Double]
  /// Whether the component meets a face of what was looked at.
  public let touchesBorder: Bool

  /// The shape of `one`, in the unit of `spacing`, or in voxels.
  public init(_ one: Component, _ spacing: VoxelSpacing?) {
    // The axes of the ellipsoid are the roots of 20 variances; nothing is thinner than its voxels.
    let axes = one.axes(spacing)
    let edge = spacing?.x ?? 1
    let variances = axes.lengths.map { max($0 * $0 / 20, edge * edge / 12) }
    length = (12 * variances[0]).squareRoot()
    diameter = 4 * (variances[1] * variances[2]).squareRoot().squareRoot()
    let cylinder = Double.pi / 4 * diameter * diameter * length
    fill = one.volume(spacing) / cylinder
    roundness = variances[2] / variances[1]
    direction = axes.direction
    touchesBorder = one.touchesBorder
  }

  /// What it is, where fibres are at most `most` thick and at least `leastAspect` diameters long.
  public func kind(leastAspect: Double, thickest most: Double) -> Kind {
    let isCylinder =
      abs(fill - 1) <= Self.mostUnfilled && roundness >= Self.leastRoundness && diameter <= most
    guard isCylinder || length < leastAspect * diameter && diameter <= most else { return .clump }
    guard length >= leastAspect * diameter else { return .short }
    return touchesBorder ? .cut : .fibre
  }

  /// How far the volume may be from the cylinder's. Two crossing fibres fill a third of theirs, two
  /// side by side nine tenths: those are told by `leastRoundness`.
  public static let mostUnfilled = 0.2
  /// Two fibres side by side have a fifth.
  public static let leastRoundness = 0.45
}
