import Annotation
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `Rings` {
  static let (height, width) = (160, 200)
  static let centre = (row: 70.5, column: 111.0)

  /// Noise and bright discs, with rings of some contrast at some radii.
  private func layer(
    _ seed: UInt64, rings: [Int: Float], about centre: (row: Double, column: Double) = centre
  ) -> [Float] {
    var random = SeededRandom(seed: seed)
    var discs: [(Int, Int)] = []
    for _ in 0..<40 {
      discs.append(
        (
          Int.random(in: 0..<Self.height, using: &random),
          Int.random(in: 0..<Self.width, using: &random)
        ))
    }
    return (0..<(Self.height * Self.width)).map { i in
      let (y, x) = (i / Self.width, i % Self.width)
      let noise = (0..<4).reduce(0) { sum, _ in sum + Int.random(in: -8...8, using: &random) }
      var value: Float = 80 + Float(noise)
      if discs.contains(where: { ($0.0 - y) * ($0.0 - y) + ($0.1 - x) * ($0.1 - x) < 20 }) {
        value += 120
      }
      let (rise, run) = (Double(y) - centre.row, Double(x) - centre.column)
      return value + (rings[Int((rise * rise + run * run).squareRoot() + 0.5)] ?? 0)
    }
  }

  private func profile(_ greys: [Float]) -> RingProfile {
    RingProfile(greys, width: Self.width, centre: Self.centre, reach: 7)
  }

  @Test(arguments: 0..<20)
  func `that were planted are found and ranked first, and none is invented`(seed: UInt64) {
    #expect(profile(layer(seed, rings: [:])).rings(least: 6).isEmpty)
    let radius = 12 + 4 * Int(seed)
    let contrast: Float = seed % 2 == 0 ? 15 : -15
    let found = profile(layer(seed, rings: [radius: contrast])).rings(least: 6)
    #expect(found.count == 1 && found.first?.radius == radius)
    #expect(abs((found.first?.contrast ?? 0) - contrast) < 4)
  }

  /// Far from the axis a layer has some 30 to 60 degrees of each ring.
  @Test(arguments: 0..<20)
  func `of which little lies in the layer are found where that is said to be enough`(
    seed: UInt64
  ) throws {
    let axis = (row: -150.0, column: 90.0)
    func found(_ greys: [Float], _ arc: Double) -> [RingProfile.Ring] {
      RingProfile(greys, width: Self.width, centre: axis, reach: 7, leastArc: arc / 360)
        .rings(least: 6)
    }
    #expect(found(layer(seed, rings: [:], about: axis), 25).isEmpty)
    let radius = 175 + 6 * Int(seed)
    let contrast: Float = seed % 2 == 0 ? 15 : -15
    let greys = layer(seed, rings: [radius: contrast], about: axis)
    #expect(found(greys, 90).isEmpty)
    let rings = found(greys, 25)
    #expect(rings.count == 1 && rings.first?.radius == radius, "\(rings)")
    #expect(abs((rings.first?.contrast ?? 0) - contrast) < 5, "\(rings)")
  }

  @Test(arguments: [0, 1] as [UInt64])
  func `lie about a centre that is found to half a voxel`(seed: UInt64) {
    var centres = RingCentre(height: Self.height, width: Self.width)
    let rings: [Int: Float] = [9: 8, 14: -8, 22: 7, 31: -7, 45: 6, 60: -6]
    for layer in 0..<2 as Range<UInt64> { centres.add(self.layer(10 * seed + layer, rings: rings)) }
    let guess = (row: Self.centre.row + 5, column: Self.centre.column - 6)
    let found = centres.find(around: guess, reach: 8)
    #expect(abs(found.row - Self.centre.row) <= 0.5, "\(found)")
    #expect(abs(found.column - Self.centre.column) <= 0.5, "\(found)")
  }

  @Test func `are taken away, and little else`() throws {
    let rings: [Int: Float] = [20: 12, 33: -14, 34: -14, 51: 9, 77: -10]
    let (dirty, clean) = (layer(5, rings: rings), layer(5, rings: [:]))
    let shape = Shape3(z: 1, y: Self.height, x: Self.width)
    func volume(_ values: [Float]) -> MemoryVolume {
      MemoryVolume(
        shape, .float32,
        values.flatMap { value in
          (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
        })
    }
    let free = RingFreeVolume(
      volume(dirty), centre: Self.centre, contrasts: [profile(dirty).contrasts])
    let bytes = try free.bytes(of: Region(shape))
    let found = VoxelType.float32.values(
      unsafe bytes.span.bytes, from: 0, count: shape.voxelCount)
    func error(_ values: [Float]) -> Float {
      zip(values, clean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    #expect(error(found) < 0.35 * error(dirty), "\(error(found)) of \(error(dirty))")
    expectConformance(of: free, type: .float32, shape: shape, bytes: bytes)
  }
}
