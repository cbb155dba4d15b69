import NeuralGraph
import VolumeCore

/// In which order the axes of a volume are taken: what makes layers of what were planes across another
/// axis.
public struct AxisOrder: Hashable, Sendable {
  /// The volume's axis that becomes z, that which becomes y, and that which becomes x.
  package let axes: [Axis]

  package init(_ z: Axis, _ y: Axis, _ x: Axis) {
    precondition(Set([z, y, x]).count == 3, "each axis once")
    axes = [z, y, x]
  }

  /// As the volume lies.
  public static let layers = AxisOrder(.z, .y, .x)
  /// Planes of one y, with z down and x across.
  public static let rows = AxisOrder(.y, .z, .x)
  /// Planes of one x, with z down and y across.
  public static let columns = AxisOrder(.x, .z, .y)

  /// The orders of the passes of `--axes zyx`: along x, then y, and along z last, as any run goes.
  public static let passes: [AxisOrder] = [.columns, .rows, .layers]

  /// "x" for planes across x.
  public var name: String {
    switch axes[0] {
    case .z: "z"
    case .y: "y"
    case .x: "x"
    }
  }

  /// The same extents in this order.
  public func shape(_ shape: Shape3) -> Shape3 {
    Shape3(z: shape[axes[0]], y: shape[axes[1]], x: shape[axes[2]])
  }

  /// The same box in this order.
  public func region(_ region: Region) -> Region {
    Region(z: region[axes[0]], y: region[axes[1]], x: region[axes[2]])
  }

  /// The box of the volume that is `region` in this order.
  public func source(_ region: Region) -> Region {
    var result = region
    for (place, axis) in axes.enumerated() {
      let range = [region.z, region.y, region.x][place]
      switch axis {
      case .z: result.z = range
      case .y: result.y = range
      case .x: result.x = range
      }
    }
    return result
  }

  /// The order that makes of a volume that lies in this order one that lies in `other`.
  public func converting(to other: AxisOrder) -> AxisOrder {
    let place = other.axes.map { axes.firstIndex(of: $0) ?? 0 }
    let all: [Axis] = [.z, .y, .x]
    return AxisOrder(all[place[0]], all[place[1]], all[place[2]])
  }
}

extension Region {
  /// The range along one axis.
  fileprivate subscript(axis: Axis) -> Range<Int> {
    switch axis {
    case .z: z
    case .y: y
    case .x: x
    }
  }
}
