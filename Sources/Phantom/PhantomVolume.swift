import VolumeCore

/// A phantom whose fibres and pores are laid out; makes the voxels of any part of it.
///
/// A part comes out the same whatever else is made, in whatever order, and by several threads too.
/// Beside the layout, a few bytes for each voxel of one layer of the part are held.
public struct PhantomVolume: Sendable {
  /// What was asked for.
  public let options: PhantomOptions
  /// The classes of the labels: of a specimen in air, two more than of the inside of one.
  public var classes: [LabelClass] {
    fracture != nil ? Self.metal : Self.composite + (specimen == nil ? [] : Self.voids)
  }
  /// The type of its grey values.
  public var voxelType: VoxelType { fracture == nil ? .uint8 : .uint16 }

  private static let composite = [
    LabelClass(value: 0, name: "matrix", colour: [64, 64, 64, 255]),
    LabelClass(value: 1, name: "fibre", colour: [86, 180, 233, 255]),
    LabelClass(value: 2, name: "porosity", colour: [240, 228, 66, 255]),
  ]
  private static let voids = [
    LabelClass(value: Int(PhantomLayer.crack), name: "crack", colour: [213, 94, 0, 255]),
    LabelClass(value: Int(PhantomLayer.outside), name: "outside", colour: [0, 0, 0, 0]),
  ]
  private static let metal = [
    LabelClass(value: 0, name: "exterior", colour: [0, 0, 0, 255]),
    LabelClass(value: 1, name: "inside", colour: [96, 96, 96, 255]),
    LabelClass(value: 2, name: "defect", colour: [86, 180, 233, 255]),
    LabelClass(value: 3, name: "porosity", colour: [240, 228, 66, 255]),
    LabelClass(value: 4, name: "crack", colour: [213, 94, 0, 255]),
  ]
  /// The edges of a voxel.
  public static let spacing = VoxelSpacing(cube: 1.3)

  /// The extent.
  public var shape: Shape3 { options.shape }

  let fibres: LayerIndex<Fibre>
  let pores: LayerIndex<Pore>
  let noise: ScanNoise
  let specimen: Specimen?
  let fracture: Fracture?

  init(options: PhantomOptions) {
    self.options = options
    let hash = Hash(seed: options.seed)
    let shape = options.shape
    noise = ScanNoise(shape: shape, from: hash(3))
    specimen = options.kind == .biaxial ? Specimen(shape: shape, from: hash(4)) : nil
    fracture = options.kind == .fracture ? Fracture(shape: shape, from: hash(5)) : nil
    guard fracture == nil else {
      fibres = LayerIndex([], layers: shape.z) { _ in 0...0 }
      pores = LayerIndex([], layers: shape.z) { _ in 0...0 }
      return
    }
    let box = Box(
      low: Vector(z: -0.5, y: -0.5, x: -0.5),
      high: Vector(z: Double(shape.z) - 0.5, y: Double(shape.y) - 0.5, x: Double(shape.x) - 0.5))
    let grid = FibreLayout.make(in: box, counts: options.counts, from: hash(1))
    let holes = PoreLayout.make(in: box, among: grid, counts: options.counts, from: hash(2))
    let seen = box.grown(by: 12)
    fibres = LayerIndex(
      grid.fibres.filter { fibre in
        let length = (fibre.end - fibre.start).length
        return seen.clip(from: fibre.start, along: fibre.direction, 0...length) != nil
      }, layers: shape.z
    ) { $0.reach(Measured.fibreReach) }
    pores = LayerIndex(holes, layers: shape.z) { $0.reach(Measured.poreReach) }
  }

  /// A fibre as it was laid: a straight rod with round ends.
  package struct Rod: Hashable, Sendable {
    /// The middle of its axis (z, y, x), in voxels.
    package var middle: SIMD3<Double>
    /// The direction of its axis (z, y, x).
    package var direction: SIMD3<Double>
    /// How long its axis is, without its round ends.
    package var length: Double
    /// Half its diameter.
    package var radius: Double
  }

  /// The fibres that were laid in and around it, for those who measure them.
  package var rods: [Rod] {
    fibres.all.map { fibre in
      let (axis, middle) = (fibre.direction, (fibre.start + fibre.end) * 0.5)
      return Rod(
        middle: SIMD3(middle.z, middle.y, middle.x), direction: SIMD3(axis.z, axis.y, axis.x),
        length: (fibre.end - fibre.start).length, radius: fibre.radius)
    }
  }

  /// Makes the voxels of `region`, in C order: labels of one byte, grey as `voxelType`.
  public func fill(
    _ region: Region, grey: inout MutableRawSpan, labels: inout MutableRawSpan
  ) {
    make(region) { start, voxels, classes in
      store(voxels, into: &grey, at: start * voxelType.byteCount)
      store(classes, into: &labels, at: start)
    }
  }

  /// Makes the grey of `region` in C order, as `voxelType`.
  public func fillGrey(_ region: Region, _ grey: inout MutableRawSpan) {
    make(region) { start, voxels, _ in
      store(voxels, into: &grey, at: start * voxelType.byteCount)
    }
  }

  /// Makes the labels of `region` in C order, one byte a voxel.
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
    var grains = noise.grains(y: region.y, x: region.x)
    if let fracture {
      for (index, z) in region.z.enumerated() {
        let noise = withGrey ? noise.layer(z, y: region.y, x: region.x, &grains) : nil
        let layer = fracture.draw(z, y: region.y, x: region.x, noise: noise)
        let bytes = layer.grey.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        body(index * region.y.count * region.x.count, bytes, layer.labels)
      }
      return
    }
    var layer = PhantomLayer(y: region.y, x: region.x)
    for (index, z) in region.z.enumerated() {
      let noise = noise.layer(z, y: region.y, x: region.x, &grains)
      layer.draw(
        z, fibres: fibres.items(at: z), pores: pores.items(at: z),
        specimen: specimen?.layer(z, x: region.x), noise: noise)
      body(
        index * region.y.count * region.x.count, withGrey ? layer.grey(with: noise) : [],
        layer.labels)
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
