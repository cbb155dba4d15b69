import VolumeCore

/// The cells at the edge of the exterior, with one bit for each of their 4 x 4 x 4 voxels.
struct EdgeCells: Hashable, Sendable {
  /// One cell.
  struct Cell: Hashable, Sendable {
    /// Its place in the grid, in C order.
    var place: Int
    /// A bit for each voxel, in C order.
    var voxels: UInt64

    init(_ index: Index3, in grid: Shape3, voxels: UInt64) {
      place = (index.z * grid.y + index.y) * grid.x + index.x
      self.voxels = voxels
    }

    func index(in grid: Shape3) -> Index3 {
      Index3(z: place / grid.x / grid.y, y: place / grid.x % grid.y, x: place % grid.x)
    }
  }

  /// More are not kept: 48 MiB.
  static let most = 1 << 22

  private let rowsInLayer: Int
  /// Where the cells of each row begin, and where those of the last end.
  private var starts: [Int32]
  private var places: [Int32] = []
  private var voxels: [UInt64] = []

  /// No cells of a grid of `shape`.
  init(_ shape: Shape3) {
    rowsInLayer = shape.y
    starts = [Int32](repeating: 0, count: shape.z * shape.y + 1)
  }

  /// These cells of a grid of `shape`, each given once, in any order.
  init(_ shape: Shape3, _ cells: [Cell]) {
    self.init(shape)
    for cell in cells.sorted(by: { $0.place < $1.place }) where cell.voxels != 0 {
      places.append(Int32(cell.place % shape.x))
      voxels.append(cell.voxels)
      starts[cell.place / shape.x + 1] += 1
    }
    for row in 1..<starts.count { starts[row] += starts[row - 1] }
  }

  var byteCount: Int { starts.count * 4 + places.count * 12 }

  var voxelCount: Int { voxels.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// Calls `body` with the columns of `x` whose voxels in row `y` of layer `z` are outside.
  func forEach(_ z: Int, _ y: Int, _ x: Range<Int>, _ body: (Int) -> Void) {
    let row = z / 4 * rowsInLayer + y / 4
    let shift = UInt64((z % 4 * 4 + y % 4) * 4)
    for entry in Int(starts[row])..<Int(starts[row + 1]) {
      let first = Int(places[entry]) * 4
      guard first < x.upperBound, first + 4 > x.lowerBound else { continue }
      let bits = voxels[entry] >> shift
      for step in 0..<4 where bits >> UInt64(step) & 1 == 1 && x.contains(first + step) {
        body(first + step)
      }
    }
  }

  func update(_ fingerprint: inout Fingerprint) {
    fingerprint.update(unsafe starts.span.bytes)
    fingerprint.update(unsafe places.span.bytes)
    fingerprint.update(unsafe voxels.span.bytes)
  }
}
