import Components
import Glibc
import Morphometry
import Phantom
import Testing
import VolumeCore
import VolumeTesting

/// Straight rods of known lengths, in a box.
private struct CutRods {
  struct Rod {
    var middle: SIMD3<Double>
    var direction: SIMD3<Double>
    var length: Double
    var radius: Double
    var isRound = false

    /// The square of how far `point` lies from the axis, and how far along it from the middle.
    func place(_ point: SIMD3<Double>) -> (across: Double, along: Double) {
      let offset = point - middle
      let along = (offset * direction).sum()
      return ((offset * offset).sum() - along * along, along)
    }

    func holds(_ point: SIMD3<Double>) -> Bool {
      let (across, along) = place(point)
      let beyond = max(0, abs(along) - length / 2)
      return isRound
        ? across + beyond * beyond <= radius * radius : across <= radius * radius && beyond == 0
    }

    /// Points of the axis, a voxel apart.
    var points: [SIMD3<Double>] {
      stride(from: -length / 2, through: length / 2, by: 1).map { middle + direction * $0 }
    }
  }

  let shape: Shape3
  var labels: [UInt8]
  private(set) var rods: [Rod] = []

  init(_ shape: Shape3) {
    self.shape = shape
    labels = [UInt8](repeating: 0, count: shape.voxelCount)
  }

  mutating func add(_ rod: Rod) {
    rods.append(rod)
    let reach = rod.length / 2 + rod.radius + 1
    func range(_ axis: Int, _ extent: Int) -> Range<Int> {
      let half = abs(rod.direction[axis]) * reach + rod.radius + 1
      let low = max(0, Int(rod.middle[axis] - half))
      return low..<max(low, min(extent, Int(rod.middle[axis] + half) + 1))
    }
    for z in range(0, shape.z) {
      for y in range(1, shape.y) {
        for x in range(2, shape.x) where rod.holds(SIMD3(Double(z), Double(y), Double(x))) {
          labels[(z * shape.y + y) * shape.x + x] = 1
        }
      }
    }
  }

  /// Adds rods by chance, none nearer than two voxels to another.
  mutating func addApart(
    _ count: Int, lengths: ClosedRange<Double>, radii: ClosedRange<Double>, isRound: Bool,
    seed: UInt64
  ) {
    var random = SeededRandom(seed: seed)
    var fails = 0
    var added = 0
    while added < count, fails < 2000 {
      func any(_ range: ClosedRange<Double>) -> Double { .random(in: range, using: &random) }
      let (a, b, c) = (any(-1...1), any(-1...1), any(-1...1))
      let way = SIMD3(a, b, c)
      let (z, y, x) = (
        any(0...Double(shape.z)), any(0...Double(shape.y)), any(0...Double(shape.x))
      )
      let size = (way * way).sum().squareRoot()
      guard size > 0.1, size <= 1 else { continue }
      let (length, radius) = (any(lengths), any(radii))
      let rod = Rod(
        middle: SIMD3(z, y, x), direction: way / size, length: length, radius: radius,
        isRound: isRound)
      let isFree = rods.allSatisfy { other in
        rod.points.allSatisfy { point in
          let (across, along) = other.place(point)
          let beyond = max(0, abs(along) - other.length / 2)
          let apart = rod.radius + other.radius + 3.5
          return across + beyond * beyond > apart * apart
        }
      }
      guard isFree else {
        fails += 1
        continue
      }
      add(rod)
      added += 1
    }
  }

  func components() throws -> FoundComponents {
    var options = ComponentOptions(of: [1])
    options.connectivity = .faces
    options.measuresSurfaces = false
    let search = try ComponentSearch(MemoryVolume(shape, .uint8, labels), options)
    return try #require(try search.run())
  }
}

@Suite struct `Lengths of fibres` {
  private static let shape = Shape3(z: 90, y: 100, x: 110)

  /// The rod on whose axis the component's middle lies.
  private static func rod(of one: Component, _ laid: CutRods) -> CutRods.Rod? {
    let middle = SIMD3(one.centroid.z, one.centroid.y, one.centroid.x)
    return laid.rods.min { $0.place(middle).across < $1.place(middle).across }
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `are right to a twentieth where fibres lie apart, and what is cut is counted apart`(
    seed: UInt64
  ) throws {
    var laid = CutRods(Self.shape)
    laid.addApart(40, lengths: 25...60, radii: 2.5...4, isRound: false, seed: seed)
    var lengths = FibreLengths(in: Region(Self.shape), spacing: nil, typical: 6.5)
    var (sum, truth, count) = (0.0, 0.0, 0)
    try laid.components().forEach { one in
      let (shape, kind) = lengths.add(one)
      // A fibre that the border cuts short is no shorter than the least only by chance.
      #expect(one.touchesBorder ? kind != .fibre : kind == .fibre, "\(kind) \(shape)")
      guard kind == .fibre, let rod = Self.rod(of: one, laid) else { return }
      #expect(abs(shape.length / rod.length - 1) < 0.05, "\(shape.length) of \(rod.length)")
      #expect(abs(shape.diameter / rod.radius / 2 - 1) < 0.05)
      let turn = zip(shape.direction, 0..<3).reduce(0) { $0 + $1.0 * rod.direction[$1.1] }
      #expect(acos(min(1, abs(turn))) * 180 / .pi < 2)
      (sum, truth, count) = (sum + shape.length, truth + rod.length, count + 1)
    }
    #expect(count >= 8 && (lengths.shares[.cut]?.count ?? 0) > 2 && lengths.count == count)
    #expect(abs(sum / truth - 1) < 0.02, "\(sum / truth)")
    #expect(try #require(lengths.mean) == sum / Double(count))
    #expect(lengths.histogram(width: 5).reduce(0, +) == count)
  }

  @Test func `of round ends count two thirds of a radius each`() throws {
    var laid = CutRods(Self.shape)
    laid.addApart(20, lengths: 30...50, radii: 3...3.5, isRound: true, seed: 7)
    var lengths = FibreLengths(in: Region(Self.shape), spacing: nil, typical: 6.5)
    try laid.components().forEach { one in
      let (shape, kind) = lengths.add(one)
      guard kind == .fibre, let rod = Self.rod(of: one, laid) else { return }
      #expect(abs(shape.length / (rod.length + 4.0 / 3 * rod.radius) - 1) < 0.05)
    }
    #expect(lengths.count >= 4)
  }

  /// Fibres of the composite mostly touch; those that do not have the lengths that they were laid with.
  @Test(arguments: [1, 3, 5, 7] as [UInt64])
  func `of the phantom of a composite are those that were laid`(seed: UInt64) throws {
    var options = PhantomOptions()
    (options.shape, options.seed) = (Shape3(z: 128, y: 176, x: 176), seed)
    let phantom = try options.prepare()
    var labels = [UInt8](repeating: 0, count: options.shape.voxelCount)
    var span = labels.mutableSpan
    var bytes = unsafe span.mutableBytes
    phantom.fillLabels(Region(options.shape), &bytes)
    var search = ComponentOptions(of: [1])
    search.connectivity = .faces
    search.measuresSurfaces = false
    let found = try #require(
      try ComponentSearch(MemoryVolume(options.shape, .uint8, labels), search).run())
    var lengths = FibreLengths(in: Region(options.shape), spacing: nil, typical: 8)
    var told = 0
    try found.forEach { one in
      let (shape, kind) = lengths.add(one)
      guard kind == .fibre else { return }
      told += 1
      let middle = SIMD3(one.centroid.z, one.centroid.y, one.centroid.x)
      let nearest = phantom.rods.min { a, b in
        let (p, q) = (a.middle - middle, b.middle - middle)
        return (p * p).sum() < (q * q).sum()
      }
      guard let rod = nearest else { return }
      let laid = rod.length + 4.0 / 3 * rod.radius
      #expect(abs(shape.length / laid - 1) < 0.05, "\(shape.length) of \(laid)")
      let turn = zip(shape.direction, 0..<3).reduce(0) { $0 + $1.0 * rod.direction[$1.1] }
      #expect(acos(min(1, abs(turn))) * 180 / .pi < 2)
    }
    // What is known of the rest is that it is not known.
    let clumped = lengths.shares[.clump]?.voxels ?? 0
    #expect(told >= 1 && Double(clumped) > 0.5 * Double(lengths.voxels), "\(told)")
  }

  private static let straight = CutRods.Rod(
    middle: SIMD3(45, 50, 55), direction: SIMD3(0, 0, 1), length: 60, radius: 3)

  /// What touches one straight rod.
  static let clumps: [String] = ["cross", "beside", "bundle", "bend"]

  @Test(arguments: clumps)
  func `are not told of fibres that touch`(what: String) throws {
    var laid = CutRods(Self.shape)
    func rod(_ dz: Double, _ dy: Double) -> CutRods.Rod {
      var rod = Self.straight
      rod.middle += SIMD3(dz, dy, 0)
      return rod
    }
    laid.add(rod(0, 0))
    switch what {
    case "cross":
      var other = rod(5, 0)
      other.direction = SIMD3(0, 0.6, 0.8)
      laid.add(other)
    case "beside": laid.add(rod(0, 6))
    case "bundle":
      for i in 0..<6 {
        laid.add(rod(6 * sin(Double(i) * .pi / 3), 6 * cos(Double(i) * .pi / 3)))
      }
    default:
      var other = rod(0, 0)
      other.direction = SIMD3(0, 0.8, 0.6)
      other.middle = SIMD3(45, 50 + 24, 55 + 30 + 18)
      laid.add(other)
    }
    var lengths = FibreLengths(in: Region(Self.shape), spacing: nil, typical: 6)
    var kinds: [FibreShape.Kind] = []
    try laid.components().forEach { kinds.append(lengths.add($0).kind) }
    #expect(kinds == [.clump])
    #expect(lengths.mean == nil && lengths.shares[.clump]?.voxels == laid.labels.count { $0 == 1 })
  }

  @Test func `are in the unit of the voxel, and specks are short`() throws {
    var laid = CutRods(Self.shape)
    laid.add(Self.straight)
    laid.labels[7 * 100 * 110 + 7 * 110 + 7] = 1
    let spacing = VoxelSpacing(cube: 1.3)
    var lengths = FibreLengths(in: Region(Self.shape), spacing: spacing, typical: 6 * 1.3)
    var kinds: [FibreShape.Kind] = []
    try laid.components().forEach { kinds.append(lengths.add($0).kind) }
    #expect(kinds == [.short, .fibre])
    let mean = try #require(lengths.mean)
    #expect(abs(mean / (60 * 1.3) - 1) < 0.03)
    #expect(lengths.lengthWeightedMean == mean)
    #expect(abs(try #require(lengths.length(below: 0.5)) - mean) < 1.3)
    // One fibre alone counts as itself, however rarely such a one lies inside.
    #expect(abs(try #require(lengths.unbiasedMean) - mean) < 1e-9)
  }
}
