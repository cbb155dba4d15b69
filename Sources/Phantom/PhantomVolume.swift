import VolumeCore

/// A phantom whose fibres and pores are laid out; makes the voxels of any part of it.
///
/// A part comes out the same whatever else is made, in whatever order, and by several threads too.
/// Beside the layout, a few bytes for each voxel of one layer of the part are held.
public struct PhantomVolume: Sendable {
  /// What was asked for.
  public let options: PhantomOptions
  /// The classes of the labels.
  public static let classes = [
    LabelClass(value: 0, name: "matrix", colour: [64, 64, 64, 255]),
    LabelClass(value: 1, name: "fibre", colour: [86, 180, 233, 255]),
    LabelClass(value: 2, name: "porosity", colour: [240, 228, 66, 255]),
  ]
  /// The edges of a voxel.
  public static let spacing = VoxelSpacing(cube: 1.3)

  /// The extent.
  public var shape: Shape3 { options.shape }

  let fibres: LayerIndex<Fibre>
  let pores: LayerIndex<Pore>
  let noise: ScanNoise

  init(options: PhantomOptions) {
    self.options = options
    let hash = Hash(seed: options.seed)
    let shape = options.shape
    let box = Box(
      low: Vector(z: -0.5, y: -0.5, x: -0.5),
      high: Vector(z: Double(shape.z) - 0.5, y: Double(shape.y) - 0.5, x: Double(shape.x) - 0.5))
    let grid = FibreLayout.make(in: box, from: hash(1))
    let holes = PoreLayout.make(in: box, among: grid, from: hash(2))
    let seen = box.grown(by: 12)
    fibres = LayerIndex(
      grid.fibres.filter { fibre in
        let length = (fibre.end - fibre.start).length
        return seen.clip(from: fibre.start, along: fibre.direction, 0...length) != nil
      }, layers: shape.z
    ) { $0.reach(Measured.fibreReach) }
    pores = LayerIndex(holes, layers: shape.z) { $0.reach(Measured.poreReach) }
    noise = ScanNoise(shape: shape, from: hash(3))
  }

  /// Makes the voxels of `region`, in C order: grey and labels, one byte each.
  public func fill(
    _ region: Region, grey: inout MutableRawSpan, labels: inout MutableRawSpan
  ) {
    make(region) { start, voxels, classes in
      store(voxels, into: &grey, at: start)
      store(classes, into: &labels, at: start)
    }
  }

  /// Makes the grey of `region` in C order, one byte a voxel.
  public func fillGrey(_ region: Region, _ grey: inout MutableRawSpan) {
    make(region) { start, voxels, _ in store(voxels, into: &grey, at: start) }
  }

  /// Makes the labels of `region` in C order, one byte a voxel; several times faster than the grey.
  public func fillLabels(_ region: Region, _ labels: inout MutableRawSpan) {
    make(region, withGrey: false) { start, _, classes in
      store(classes, into: &labels, at: start)
    }
  }

  /// Makes layer after layer of `region` and gives each to `body`, with its place in the part.
  private func make(
    _ region: Region, withGrey: Bool = true, _ body: (Int, [UInt8], [UInt8]) -> Void
  ) {
    precondition(Region(shape).contains(region), "a part of the phantom")
    guard !region.isEmpty else { return }
    var layer = PhantomLayer(y: region.y, x: region.x)
    for (index, z) in region.z.enumerated() {
      layer.draw(z, fibres: fibres.items(at: z), pores: pores.items(at: z))
      let grey =
        withGrey ? layer.grey(with: noise.layer(z, y: region.y, x: region.x)) : []
      body(index * region.y.count * region.x.count, grey, layer.labels)
    }
  }

  private func store(_ bytes: [UInt8], into destination: inout MutableRawSpan, at start: Int) {
    unsafe destination.withUnsafeMutableBytes { destination in
      unsafe UnsafeMutableRawBufferPointer(
        rebasing: destination[start..<(start + bytes.count)]
      ).copyBytes(from: bytes)
    }
  }
}

/// Things sorted by the layers that they touch.
struct LayerIndex<Item: Sendable>: Sendable {
  private static var thickness: Int { 16 }
  private let items: [(item: Item, low: Double, high: Double)]
  private let runs: [[Int32]]

  /// Sorts `all` into runs of layers by `reach`; those that touch none are left out.
  init(_ all: [Item], layers: Int, reach: (Item) -> ClosedRange<Double>) {
    var items: [(item: Item, low: Double, high: Double)] = []
    let count = (layers + Self.thickness - 1) / Self.thickness
    var runs = [[Int32]](repeating: [], count: count)
    for item in all {
      let range = reach(item)
      guard range.upperBound >= 0, range.lowerBound <= Double(layers - 1) else { continue }
      let first = max(0, Int(range.lowerBound)) / Self.thickness
      let last = min(layers - 1, Int(range.upperBound)) / Self.thickness
      for run in first...last { runs[run].append(Int32(items.count)) }
      items.append((item, range.lowerBound, range.upperBound))
    }
    self.items = items
    self.runs = runs
  }

  /// The things that touch layer `z`, in the order in which they were given.
  func items(at z: Int) -> [Item] {
    runs[z / Self.thickness].compactMap { index in
      let entry = items[Int(index)]
      return entry.low <= Double(z) && Double(z) <= entry.high ? entry.item : nil
    }
  }

  /// How many there are.
  var count: Int { items.count }
}
