/// Lays fibres into a box one after the other, none through another, until they fill their share.
///
/// A fibre starts at a random position and grows both ways until it has its length or meets
/// another: so fibres touch, and reach a share that whole rods thrown at random never do.
struct FibreLayout {
  /// How far beyond the volume fibres start, so that its faces look like its inside.
  private static let margin = 96.0
  /// Distance of the positions at which a growing fibre looks around.
  private static let step = 3.0
  /// Shorter pieces are not kept.
  private static let shortest = 36.0
  /// Fibres keep this much apart: positions are looked at only every `step`.
  private static let gap = 0.25

  /// Fibres for the volume `box`, with the grid that finds them.
  static func make(in box: Box, counts: PhantomOptions.Counts, from hash: Hash) -> FibreGrid {
    let domain = box.grown(by: margin)
    let largest = Measured.fibreDiameter(1) / 2
    var grid = FibreGrid(over: domain.grown(by: margin), reach: 2 * largest + gap)
    let wanted = Measured.fibreShare * box.volume
    let wantedAround = Measured.fibreShare * domain.volume
    var placed = 0.0
    var placedAround = 0.0
    // Thrice as many as have ever been needed: the loop ends also where the share is not reached.
    let limit = 1000 + Int(domain.volume / 400)
    let count = hash(-1).count(mean: Measured.fibreDensity * domain.volume)
    var isEnough: Bool {
      switch counts {
      case .share: placed >= wanted || placedAround >= 1.5 * wantedAround
      case .random: grid.fibres.count >= count
      }
    }
    var candidate = 0
    while !isEnough, candidate < limit {
      defer { candidate += 1 }
      guard let fibre = grow(Draws(hash(candidate)), in: domain, among: grid) else { continue }
      grid.add(fibre)
      let area = fibre.radius * fibre.radius * Double.pi
      let length = (fibre.end - fibre.start).length
      placedAround += area * length
      if let inside = box.clip(from: fibre.start, along: fibre.direction, 0...length) {
        placed += area * (inside.upperBound - inside.lowerBound)
      }
    }
    return grid
  }

  /// A fibre of random place, direction, length and diameter, as far as the others let it grow.
  private static func grow(_ draws: Draws, in domain: Box, among grid: FibreGrid) -> Fibre? {
    var draws = draws
    let radius = Measured.fibreDiameter(draws.uniform()) / 2
    let half = Measured.fibreLength(draws.uniform()) / 2
    let contrast = 1 + Measured.fibreGreySpread * draws.normal()
    let bundled = draws.uniform() < Measured.bundledShare && !grid.fibres.isEmpty
    guard
      let (centre, direction) =
        bundled
        ? beside(&draws, radius, among: grid.fibres) : alone(&draws, in: domain)
    else { return nil }

    guard !grid.meets(centre, radius: radius + gap) else { return nil }
    func freeLength(_ sign: Double) -> Double {
      var length = 0.0
      while length + step <= half,
        !grid.meets(centre + direction * (sign * (length + step)), radius: radius + gap)
      {
        length += step
      }
      return length
    }
    let forth = freeLength(1)
    let back = freeLength(-1)
    guard forth + back >= shortest else { return nil }
    return Fibre(
      start: centre - direction * back, end: centre + direction * forth, radius: radius,
      contrast: contrast)
  }

  /// A random place and direction.
  private static func alone(_ draws: inout Draws, in domain: Box) -> (Vector, Vector)? {
    let centre = domain.position(
      Vector(z: draws.uniform(), y: draws.uniform(), x: draws.uniform()))
    // The table counts sections; a fibre along the layer has fewer than its length tells, by the
    // cosine of its angle to z, so as many more are laid.
    let aspect = Measured.sectionAspect(draws.uniform())
    guard draws.uniform() < aspect / Measured.sectionAspect(1) * 2 else { return nil }
    let cosine = 1 / aspect
    let sine = max(0, 1 - cosine * cosine).squareRoot()
    let slope = Measured.inPlaneSlope(draws.uniform()) * (draws.uniform() < 0.5 ? 1 : -1)
    let inPlane = 1 / (1 + slope * slope).squareRoot()
    let direction = Vector(
      z: draws.uniform() < 0.5 ? cosine : -cosine, y: sine * inPlane, x: sine * inPlane * slope)
    return (centre, direction)
  }

  /// A place that touches one of `fibres`, and nearly its direction.
  private static func beside(
    _ draws: inout Draws, _ radius: Double, among fibres: [Fibre]
  ) -> (Vector, Vector)? {
    let other = fibres[min(Int(draws.uniform() * Double(fibres.count)), fibres.count - 1)]
    let across = other.direction.cross(
      Vector(z: draws.normal(), y: draws.normal(), x: draws.normal()))
    guard across.length > 1e-6 else { return nil }
    let centre =
      other.start + (other.end - other.start) * draws.uniform()
      + across.unit * (radius + other.radius + 1.5 * gap)
    let turn = Vector(z: draws.normal(), y: draws.normal(), x: draws.normal()) * 0.015
    return (centre, (other.direction + turn).unit)
  }
}
