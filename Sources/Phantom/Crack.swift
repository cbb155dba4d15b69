import VolumeCore

/// A crack: a rough surface nearly normal to y, open at the face towards large x and closed at a tip
/// inside.
struct Crack: Sendable {
  /// Where its tip lies, as a share of the scan's columns.
  private static let tip = 0.38
  /// Its opening at the face, in voxels.
  private static let opening = 7.0
  /// Rows that it rises by, each layer.
  private static let rise = 0.2
  /// How far it leaves its plane, and over which lengths, in voxels.
  private static let roughness: [(amplitude: Float, length: Int)] = [(9, 90), (3, 25), (0.8, 7)]

  private let shape: Shape3
  private let mouth: Double
  private let hash: Hash

  /// - Parameter mouth: where the face lies that it opens to, as a share of the scan's columns.
  init(shape: Shape3, mouth: Double, from hash: Hash) {
    self.shape = shape
    self.mouth = mouth
    self.hash = hash
  }

  /// Where it runs through layer `z`, for the columns `x`.
  func section(_ z: Int, x: Range<Int>) -> CrackSection {
    let tip = Float(Self.tip * Double(shape.x))
    let length = Float((mouth - Self.tip) * Double(shape.x))
    let middle = Float(shape.y - 1) / 2 + Float(Self.rise) * (Float(z) - Float(shape.z - 1) / 2)
    let size = Float(min(1, Double(min(shape.y, shape.x)) / 128))
    var section = CrackSection(first: x.lowerBound, rows: [], halves: [], beyond: [])
    for column in x {
      let rough = Self.roughness.reduce(Float(0)) {
        $0 + $1.amplitude * hash.smooth(z, column, length: $1.length)
      }
      let open = Float(column) - tip
      section.rows.append(middle + rough * size)
      // The opening of a crack in an elastic body grows with the root of the distance to its tip.
      section.halves.append(
        Float(Self.opening / 2) * size * (max(0, open) / max(length, 1)).squareRoot())
      section.beyond.append(open)
    }
    return section
  }
}

/// A crack in one layer, column by column.
struct CrackSection {
  let first: Int
  /// The row of its middle.
  var rows: [Float]
  /// Half its opening.
  var halves: [Float]
  /// The distance from the tip; negative before it.
  var beyond: [Float]

  /// How deep the voxel lies in the crack; negative outside.
  func depth(_ y: Int, _ x: Int) -> Float {
    let column = x - first
    return min(halves[column] - abs(Float(y) - rows[column]), beyond[column])
  }
}

extension Hash {
  /// A smooth random surface between -1 and 1 whose hills are about `length` voxels wide.
  ///
  /// Values at the corners of a grid, blended by a polynomial: only operations that every machine
  /// rounds alike.
  func smooth(_ a: Int, _ b: Int, length: Int) -> Float {
    let grid = self(length)
    let (i, j) = (a / length, b / length)
    func corner(_ i: Int, _ j: Int) -> Float { Float(2 * grid(i)(j).uniform - 1) }
    func eased(_ place: Int) -> Float {
      let t = Float(place % length) / Float(length)
      return t * t * (3 - 2 * t)
    }
    let (u, v) = (eased(a), eased(b))
    let low = corner(i, j) + v * (corner(i, j + 1) - corner(i, j))
    let high = corner(i + 1, j) + v * (corner(i + 1, j + 1) - corner(i + 1, j))
    return low + u * (high - low)
  }
}
