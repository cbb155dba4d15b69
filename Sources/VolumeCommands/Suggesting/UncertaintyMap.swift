import VolumeCore

/// Where a run was unsure: the mean of the uncertainty in each cell of each layer.
///
/// Small whatever the volume: cells are as many along y and x as fit in `mostCells`, and of a deep volume
/// a coarse level is read.
struct UncertaintyMap: Hashable, Sendable {
  /// Cells along y and along x, at most.
  static let mostCells = 24

  /// Layers, in those of the level that was read.
  let layers: Int
  /// Cells along y and x.
  let cells: (y: Int, x: Int)
  /// The extent of a cell, in voxels of the level.
  let cell: Shape3
  /// The mean of each cell, 0 to 1: layer, then row of cells.
  let means: [Float]

  /// Reads all of `uncertainty`, layer block by layer block.
  init(_ uncertainty: any VolumeReader) throws(Explanation) {
    let shape = uncertainty.volume.shape
    let edge = max(32, (max(shape.y, shape.x) + Self.mostCells - 1) / Self.mostCells)
    let rows = (shape.y + edge - 1) / edge
    let columns = (shape.x + edge - 1) / edge
    var means = [Float](repeating: 0, count: shape.z * rows * columns)
    let grid = ChunkGrid(volume: shape, chunk: Shape3(z: 64, y: edge, x: shape.x))
    for block in grid.indices {
      let region = grid.region(of: block)
      let bytes = try explained { () throws(VolumeReadError) in try uncertainty.bytes(of: region) }
      for z in region.z {
        for column in 0..<columns {
          let x = (column * edge)..<min((column + 1) * edge, shape.x)
          var sum = 0
          for y in 0..<region.y.count {
            let row = ((z - region.z.lowerBound) * region.y.count + y) * shape.x
            for place in (row + x.lowerBound)..<(row + x.upperBound) { sum += Int(bytes[place]) }
          }
          means[(z * rows + block.y) * columns + column] =
            Float(sum) / Float(255 * region.y.count * x.count)
        }
      }
    }
    layers = shape.z
    cells = (rows, columns)
    cell = Shape3(z: 1, y: edge, x: edge)
    self.means = means
  }

  /// A map of these means.
  init(layers: Int, cells: (y: Int, x: Int), cell: Shape3, means: [Float]) {
    precondition(means.count == layers * cells.y * cells.x)
    (self.layers, self.cells, self.cell, self.means) = (layers, cells, cell, means)
  }

  /// The mean of a layer's cells.
  func mean(of layer: Int) -> Float {
    let count = cells.y * cells.x
    return means[(layer * count)..<((layer + 1) * count)].reduce(0, +) / Float(count)
  }

  /// The cell of a layer that is least sure.
  func worstCell(of layer: Int) -> (y: Int, x: Int, mean: Float) {
    var worst = (y: 0, x: 0, mean: -Float.infinity)
    for y in 0..<cells.y {
      for x in 0..<cells.x {
        let mean = means[(layer * cells.y + y) * cells.x + x]
        if mean > worst.mean { worst = (y, x, mean) }
      }
    }
    return worst
  }

  /// The `count` layers that are most worth looking at, the best first: unsure ones, far from each
  /// other, since neighbours show nearly the same.
  ///
  /// Each that is chosen takes worth from those around it, as far as layers would be apart if they were
  /// spread evenly.
  func suggestions(_ count: Int) -> [(layer: Int, mean: Float)] {
    let means = (0..<layers).map { mean(of: $0) }
    var worth = means
    var chosen: [(layer: Int, mean: Float)] = []
    let reach = max(Float(layers) / Float(2 * max(count, 1)), 0.5)
    while chosen.count < min(count, layers) {
      var best: Int?
      for layer in worth.indices where !chosen.contains(where: { $0.layer == layer }) {
        if best.map({ worth[layer] > worth[$0] }) ?? true { best = layer }
      }
      guard let best else { break }
      chosen.append((best, means[best]))
      for layer in worth.indices {
        let distance = Float(layer - best) / reach
        worth[layer] *= min(1, distance * distance)
      }
    }
    return chosen
  }

  static func == (a: UncertaintyMap, b: UncertaintyMap) -> Bool {
    a.layers == b.layers && a.cells == b.cells && a.cell == b.cell && a.means == b.means
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(layers)
    hasher.combine(means)
  }
}
