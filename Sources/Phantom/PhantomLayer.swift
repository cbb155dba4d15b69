/// One layer of a part of a phantom, while it is drawn.
///
/// Everything adds its difference in grey to the matrix, so blurs and fringes of neighbours overlap
/// as they do in a scan. The bodies say where a fibre or a pore is; where exactly its edge runs, the
/// grey decides, as it does for whoever labels a real scan.
struct PhantomLayer {
  let rows: Range<Int>
  let columns: Range<Int>
  /// Difference to the matrix, without noise.
  var difference: [Float]
  /// 0 matrix, 1 fibre, 2 pore, 3 crack, 254 outside.
  var labels: [UInt8]

  /// Voxels nearer to an edge than this may lie on either side of it.
  private static let edgeWidth: Float = 1.5
  /// The same for pores.
  static let poreEdgeWidth: Float = 2
  /// Stands for "fibre or matrix" until the layer is drawn.
  private static let atFibreEdge: UInt8 = 255

  private static let fibreProfile = SampledTable(Measured.fibreProfile, over: -7...5)
  static let poreProfile = SampledTable(Measured.poreProfile, over: -4...5)

  /// An empty layer of the voxels `y`, `x`.
  init(y: Range<Int>, x: Range<Int>) {
    rows = y
    columns = x
    difference = [Float](repeating: 0, count: y.count * x.count)
    labels = [UInt8](repeating: 0, count: y.count * x.count)
  }

  /// Draws layer `z` anew, with `noise`; with the air around it and the crack in it where there is a
  /// specimen.
  mutating func draw(
    _ z: Int, fibres: [Fibre], pores: [Pore], specimen: SpecimenLayer? = nil, noise: [Float]
  ) {
    for index in difference.indices {
      difference[index] = 0
      labels[index] = 0
    }
    for fibre in fibres { draw(fibre, z) }
    for pore in pores { draw(pore, z) }
    if let specimen { cut(specimen) }
    let seen = Measured.noiseSeenAtFibres
    let edge = Float(Measured.fibreEdgeGrey - Measured.matrixGrey)
    for index in labels.indices where labels[index] == Self.atFibreEdge {
      labels[index] = difference[index] + seen * noise[index] >= edge ? 1 : 0
    }
    for pore in pores { label(pore, z, noise) }
    if let specimen { label(specimen, noise) }
  }

  /// The bytes of the layer with `noise`.
  func grey(with noise: [Float]) -> [UInt8] {
    let matrix = Float(Measured.matrixGrey)
    return difference.indices.map { index in
      UInt8(max(0, min(255, (matrix + difference[index] + noise[index]).rounded())))
    }
  }

  private mutating func draw(_ fibre: Fibre, _ z: Int) {
    let reach = fibre.radius + Measured.fibreReach
    let axis = fibre.end - fibre.start
    // The part of the axis that is near enough to this layer, and of that, row for row.
    guard
      let near = Self.part(fibre.start.z - Double(z), axis.z, reach, 0, 1),
      let band = Self.whole(fibre.start.y, axis.y, near, reach, rows)
    else { return }
    let squared = Float(1 / axis.dot(axis))
    let (az, ay, ax) = (Float(axis.z), Float(axis.y), Float(axis.x))
    let dz = Float(Double(z) - fibre.start.z)
    let radius = Float(fibre.radius)
    let limit = Float(reach * reach)
    let contrast = Float(fibre.contrast)
    let matrix = Float(Measured.matrixGrey)
    for y in band {
      guard
        let part = Self.part(
          fibre.start.y - Double(y), axis.y, reach, near.lowerBound,
          near.upperBound),
        let span = Self.whole(fibre.start.x, axis.x, part, reach, columns)
      else { continue }
      let dy = Float(Double(y) - fibre.start.y)
      let row = (y - rows.lowerBound) * columns.count - columns.lowerBound
      let onAxis = dz * az + dy * ay
      for x in span {
        let dx = Float(Double(x) - fibre.start.x)
        let share = max(0, min(1, (onAxis + dx * ax) * squared))
        let (ez, ey, ex) = (dz - share * az, dy - share * ay, dx - share * ax)
        let distance = ez * ez + ey * ey + ex * ex
        guard distance < limit else { continue }
        let depth = radius - distance.squareRoot()
        difference[row + x] += contrast * (Self.fibreProfile(depth) - matrix)
        if depth >= Self.edgeWidth {
          labels[row + x] = 1
        } else if depth > -Self.edgeWidth, labels[row + x] == 0 {
          labels[row + x] = Self.atFibreEdge
        }
      }
    }
  }

  private mutating func draw(_ pore: Pore, _ z: Int) {
    let matrix = Float(Measured.matrixGrey)
    forVoxels(of: pore, z) { layer, index, depth in
      layer.difference[index] += Self.poreProfile(depth) - matrix
    }
  }

  private mutating func label(_ pore: Pore, _ z: Int, _ noise: [Float]) {
    let edge = Float(Measured.poreEdgeGrey - Measured.matrixGrey)
    let seen = Measured.noiseSeenAtPores
    forVoxels(of: pore, z) { layer, index, depth in
      guard depth > -Self.poreEdgeWidth, layer.labels[index] == 0 else { return }
      if layer.difference[index] + seen * noise[index] < edge { layer.labels[index] = 2 }
    }
  }

  /// Calls `body` with every voxel that `pore` reaches, and how deep it lies inside.
  private mutating func forVoxels(
    of pore: Pore, _ z: Int, _ body: (inout PhantomLayer, Int, Float) -> Void
  ) {
    let reach = pore.long + Measured.poreReach
    guard
      let band = Self.whole(pore.centre.y, 0, 0...1, reach, rows),
      let span = Self.whole(pore.centre.x, 0, 0...1, reach, columns)
    else { return }
    let (long, short) = (Float(pore.long), Float(pore.short))
    let (uz, uy, ux) = (Float(pore.axis.z), Float(pore.axis.y), Float(pore.axis.x))
    let dz = Float(Double(z) - pore.centre.z)
    // A pore ends where its section would be too faint to be seen.
    guard pore.short * (1 - abs(Double(dz)) / pore.halfHeight) >= Measured.faintestPore else {
      return
    }
    for y in band {
      let dy = Float(Double(y) - pore.centre.y)
      let row = (y - rows.lowerBound) * columns.count - columns.lowerBound
      for x in span {
        let dx = Float(Double(x) - pore.centre.x)
        let along = dz * uz + dy * uy + dx * ux
        let across = max(0, dz * dz + dy * dy + dx * dx - along * along)
        // The usual estimate of the distance to an ellipsoid: exact on its surface.
        let (a, b) = (along / long, across / (short * short))
        let norm = (a * a + b).squareRoot()
        let slope = (a * a / (long * long) + b / (short * short)).squareRoot()
        let depth = slope > 1e-4 ? norm * (1 - norm) / slope : short
        if depth > Float(-Measured.poreReach) { body(&self, row + x, min(depth, short)) }
      }
    }
  }

  /// The part of `low...high` in which `start + share * step` is at most `reach` from 0.
  private static func part(
    _ start: Double, _ step: Double, _ reach: Double, _ low: Double, _ high: Double
  ) -> ClosedRange<Double>? {
    guard step != 0 else { return abs(start) <= reach ? low...high : nil }
    let (a, b) = ((-reach - start) / step, (reach - start) / step)
    let (first, last) = (max(low, min(a, b)), min(high, max(a, b)))
    return first <= last ? first...last : nil
  }

  /// The voxels of `bounds` within `reach` of `start + share * step`, for all shares of `part`.
  private static func whole(
    _ start: Double, _ step: Double, _ part: ClosedRange<Double>, _ reach: Double,
    _ bounds: Range<Int>
  ) -> Range<Int>? {
    let (a, b) = (start + part.lowerBound * step, start + part.upperBound * step)
    let first = max(bounds.lowerBound, Int((min(a, b) - reach).rounded(.up)))
    let last = min(bounds.upperBound - 1, Int((max(a, b) + reach).rounded(.down)))
    return first <= last ? first..<(last + 1) : nil
  }
}
