import VolumeCore

/// Faint rings about the axis of rotation, stronger near it, as a detector's uneven columns make.
struct RingArtefacts: Sendable {
  /// Where the axis stands, as shares of the layer's edges.
  private static let axis = (y: 450.0 / 1040, x: 660.0 / 1300)
  /// Deviation on the axis, and the radius at which it is half of that.
  private static let deviation: Float = 5
  private static let halfRadius: Float = 60
  /// A ring goes on through this many layers.
  private static let layers = 6

  private let centre: (y: Float, x: Float)
  private let hash: Hash

  init(shape: Shape3, from hash: Hash) {
    centre = (Float(Self.axis.y * Double(shape.y)), Float(Self.axis.x * Double(shape.x)))
    self.hash = hash
  }

  /// Adds the rings to the voxels `y`, `x` of layer `z`.
  func add(to result: inout [Float], _ z: Int, _ y: Range<Int>, _ x: Range<Int>) {
    func square(_ value: Float) -> Float { value * value }
    let farthest =
      (max(
        square(Float(y.lowerBound) - centre.y), square(Float(y.upperBound) - centre.y))
      + max(
        square(Float(x.lowerBound) - centre.x), square(Float(x.upperBound) - centre.x)))
      .squareRoot()
    let share = Float(z % Self.layers) / Float(Self.layers)
    let rings: [Float] = (0..<(Int(farthest) + 3)).map { radius in
      let place = hash(z / Self.layers)(radius).normal
      let next = hash(z / Self.layers + 1)(radius).normal
      return Self.deviation * Self.halfRadius / (Self.halfRadius + Float(radius))
        * ((1 - share) * place + share * next)
    }
    let width = x.count
    for row in y {
      let i = (row - y.lowerBound) * width - x.lowerBound
      let rise = square(Float(row) - centre.y)
      for column in x {
        let radius = (rise + square(Float(column) - centre.x)).squareRoot()
        let ring = Int(radius)
        let between = radius - Float(ring)
        result[i + column] += (1 - between) * rings[ring] + between * rings[ring + 1]
      }
    }
  }
}
