import VolumeCore

/// A part cut into cells, with the voxels of each class in every cell: what positions are chosen by.
struct CellGrid: Hashable, Sendable {
  /// The part.
  let part: DataPart
  /// Its annotated layers.
  let layers: [Int]
  /// The extent of a cell; along z it counts annotated layers.
  let cell: Shape3
  /// Cells along each axis.
  let count: Shape3
  /// How many classes are counted.
  let classes: Int
  /// Voxels of each class, cell by cell: (z, y, x, class).
  var voxels: [UInt32]

  /// Cells for crops of `crop`: a quarter of one along each axis, larger where that made too many.
  init(_ part: DataPart, layers: [Int], crop: Shape3, classes: Int) {
    self.part = part
    self.layers = layers
    self.classes = classes
    let extent = Shape3(z: layers.count, y: part.region.y.count, x: part.region.x.count)
    var cell = Shape3(z: max(1, crop.z / 4), y: max(1, crop.y / 4), x: max(1, crop.x / 4))
    func cells(_ cell: Shape3) -> Shape3 {
      Shape3(
        z: (extent.z + cell.z - 1) / cell.z, y: (extent.y + cell.y - 1) / cell.y,
        x: (extent.x + cell.x - 1) / cell.x)
    }
    // At most a million cells, so that what is kept does not grow with the volume.
    while cells(cell).voxelCount > 1 << 20 {
      cell = Shape3(z: cell.z * 2, y: cell.y * 2, x: cell.x * 2)
    }
    self.cell = cell
    count = cells(cell)
    voxels = [UInt32](repeating: 0, count: count.voxelCount * classes)
  }

  /// The cell of annotated layer `layer` (by its place in `layers`), row and column of the part.
  func index(layer: Int, y: Int, x: Int) -> Int {
    ((layer / cell.z) * count.y + y / cell.y) * count.x + x / cell.x
  }

  /// The voxels of class `of` in cell `index`.
  func voxels(in index: Int, of kind: Int) -> Int { Int(voxels[index * classes + kind]) }

  /// All annotated voxels of cell `index`.
  func annotated(in index: Int) -> Int {
    (0..<classes).reduce(0) { $0 + voxels(in: index, of: $1) }
  }

  /// The first voxel of cell `index`, in one of its layers.
  func corner(of index: Int, _ random: inout SeededRandom) -> Index3 {
    let z = index / count.x / count.y * cell.z
    return Index3(
      z: layers[z + random.below(min(cell.z, layers.count - z))],
      y: part.region.y.lowerBound + index / count.x % count.y * cell.y,
      x: part.region.x.lowerBound + index % count.x * cell.x)
  }

  /// A voxel of cell `index`, any of them alike.
  func place(in index: Int, _ random: inout SeededRandom) -> Index3 {
    var place = corner(of: index, &random)
    place.y += random.below(min(cell.y, part.region.y.upperBound - place.y))
    place.x += random.below(min(cell.x, part.region.x.upperBound - place.x))
    return place
  }
}
