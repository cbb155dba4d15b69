import Components
import Glibc

/// Layers of a laminate, told by the direction of their fibres.
///
/// Along each axis the volume is cut into slabs of whole layers, and each gets its orientation tensor.
/// The axis along which slabs are aligned best, by the mean of their greatest eigenvalue, is taken for the
/// one along which plies are stacked. A ply begins at a slab whose greatest eigenvalue is 0.9 or more and no
/// less than its neighbours', and reaches as far as slabs are aligned as well and lie within 5 degrees of it;
/// it takes two slabs at least. Slabs between plies, which hold fibres of both, belong to none.
public struct Plies: Sendable {
  /// A slab of layers.
  public struct Slab: Hashable, Sendable {
    /// Its layers.
    public var range: Range<Int>
    /// Its directions.
    public var mean: Orientation.Mean
    /// The ply that holds it, by its number from 1 on.
    public var ply: Int?
  }

  /// A ply.
  public struct Ply: Hashable, Sendable {
    /// Its layers.
    public var range: Range<Int>
    /// Its directions.
    public var mean: Orientation.Mean
  }

  /// The least greatest eigenvalue of an aligned slab.
  static let leastAlignment = 0.9
  /// How far directions of one ply lie from that of its best slab, in degrees.
  static let spread = 5.0

  /// The slabs along z, y and x.
  public private(set) var slabs: [[Slab]]
  /// The axis that plies are stacked along: 0 z, 1 y, 2 x.
  public let axis: Int
  /// The plies in their order along the axis.
  public private(set) var plies: [Ply]

  /// Of slabs of `thickness` layers.
  public init(_ orientation: Orientation, thickness: Int) {
    var slabs = orientation.layers.map { layers in
      stride(from: 0, to: layers.count, by: thickness).map { first in
        let range = first..<min(first + thickness, layers.count)
        return Slab(range: range, mean: layers[range].reduce(Orientation.Mean(), +))
      }
    }
    let alignment = slabs.map { slabs -> Double in
      let voxels = slabs.reduce(0) { $0 + $1.mean.voxels }
      return slabs.reduce(0.0) { sum, slab in
        sum + (slab.mean.eigen?.eigenvalues[0] ?? 0) * Double(slab.mean.voxels)
      } / Double(max(voxels, 1))
    }
    let axis = (0..<3).max { alignment[$0] < alignment[$1] } ?? 0
    var found: [Range<Int>] = []
    let eigens = slabs[axis].map { $0.mean.eigen }
    let values = eigens.map { $0?.eigenvalues[0] ?? 0 }
    var isTaken = [Bool](repeating: false, count: eigens.count)
    for best in eigens.indices.sorted(by: { values[$0] > values[$1] }) {
      guard let main = eigens[best]?.first, !isTaken[best], values[best] >= Self.leastAlignment
      else { continue }
      if best > 0, values[best - 1] > values[best] { continue }
      if best + 1 < values.count, values[best + 1] > values[best] { continue }
      func belongs(_ slab: Int) -> Bool {
        guard eigens.indices.contains(slab), !isTaken[slab], let other = eigens[slab] else {
          return false
        }
        return values[slab] >= Self.leastAlignment
          && Self.degrees(main, other.first) <= Self.spread
      }
      var range = best..<(best + 1)
      while belongs(range.lowerBound - 1) { range = (range.lowerBound - 1)..<range.upperBound }
      while belongs(range.upperBound) { range = range.lowerBound..<(range.upperBound + 1) }
      guard range.count > 1 else { continue }
      for slab in range { isTaken[slab] = true }
      found.append(range)
    }
    found.sort { $0.lowerBound < $1.lowerBound }
    for (index, range) in found.enumerated() {
      for slab in range { slabs[axis][slab].ply = index + 1 }
    }
    plies = found.map { range in
      let own = slabs[axis][range]
      return Ply(
        range: own[range.lowerBound].range.lowerBound..<own[range.upperBound - 1].range.upperBound,
        mean: own.reduce(Orientation.Mean()) { $0 + $1.mean })
    }
    self.slabs = slabs
    self.axis = axis
  }

  /// The angle between two plies' main directions, 0 to 90 degrees.
  public func angle(_ a: Int, _ b: Int) -> Double {
    guard let one = plies[a].mean.eigen, let other = plies[b].mean.eigen else { return 0 }
    return Self.degrees(one.first, other.first)
  }

  /// The angle between two lines.
  static func degrees(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double {
    acos(min(1, abs((a * b).sum()))) * 180 / .pi
  }
}
