/// A hole in the matrix: an ellipsoid.
struct Pore: Hashable, Sendable {
  /// Its middle.
  var centre: Vector
  /// The direction of its long half axis.
  var axis: Vector
  /// Its long half axis.
  var long: Double
  /// Its other two half axes.
  var short: Double

  /// How far it reaches up and down.
  var halfHeight: Double {
    let along = axis.z * long
    return (along * along + (1 - axis.z * axis.z) * short * short).squareRoot()
  }

  /// The layers that it touches or changes the grey of.
  func reach(_ margin: Double) -> ClosedRange<Double> {
    (centre.z - halfHeight - margin)...(centre.z + halfHeight + margin)
  }
}

/// Puts pores beside fibres until they fill their share.
struct PoreLayout {
  /// Pores for the volume `box` among the fibres of `grid`.
  static func make(
    in box: Box, among grid: FibreGrid, counts: PhantomOptions.Counts, from hash: Hash
  ) -> [Pore] {
    let around = box.grown(by: Measured.poreHalfAxis(1) * Measured.poreElongation(1))
    let wanted = Measured.poreShare * box.volume
    var pores: [Pore] = []
    var placed = 0.0
    guard !grid.fibres.isEmpty else { return [] }
    let limit = 1000 + Int(around.volume / 100)
    let count = hash(-1).count(mean: Measured.poreDensity * around.volume)
    var isEnough: Bool {
      switch counts {
      case .share: placed >= wanted
      case .random: pores.count >= count
      }
    }
    var candidate = 0
    while !isEnough, candidate < limit {
      defer { candidate += 1 }
      var draws = Draws(hash(candidate))
      let place = min(Int(draws.uniform() * Double(grid.fibres.count)), grid.fibres.count - 1)
      let pore = beside(grid.fibres[place], &draws)
      guard around.contains(pore.centre) else { continue }
      guard !grid.meets(pore.centre, radius: pore.short + Measured.poreGap(0)) else { continue }
      pores.append(pore)
      if box.contains(pore.centre) {
        placed += 4 / 3 * Double.pi * pore.long * pore.short * pore.short
      }
    }
    return pores
  }

  /// A pore at some place of the surface of `fibre`.
  private static func beside(_ fibre: Fibre, _ draws: inout Draws) -> Pore {
    let short = Measured.poreHalfAxis(draws.uniform())
    let long = short * Measured.poreElongation(draws.uniform())
    let gap = Measured.poreGap(draws.uniform())
    let along = fibre.start + (fibre.end - fibre.start) * draws.uniform()
    let axis = Vector(z: 0.35 * draws.normal(), y: 1, x: 0.35 * draws.normal()).unit
    // Any direction at right angles to the fibre.
    var outwards = fibre.direction.cross(
      Vector(z: draws.normal(), y: draws.normal(), x: draws.normal()))
    if outwards.length < 1e-6 { outwards = fibre.direction.cross(Vector(z: 0, y: 0, x: 1)) }
    return Pore(
      centre: along + outwards.unit * (fibre.radius + gap + short), axis: axis, long: long,
      short: short)
  }
}

extension Box {
  /// Whether `position` lies inside.
  func contains(_ position: Vector) -> Bool {
    (low.z...high.z).contains(position.z) && (low.y...high.y).contains(position.y)
      && (low.x...high.x).contains(position.x)
  }
}
