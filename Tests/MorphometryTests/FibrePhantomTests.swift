import Glibc
import Morphometry
import Testing
import VolumeCore
import VolumePasses
import VolumeTesting

@Suite struct `Fibres whose directions are known` {
  /// How fibres are laid: any direction, or near to one (as the tangent says).
  struct Laying: CustomTestStringConvertible, Sendable {
    var seed: UInt64
    var share: Double
    var radii: ClosedRange<Double>
    var spread: Double?
    var testDescription: String { "seed \(seed), share \(share), radii \(radii)" }
  }

  private static let layings = [
    Laying(seed: 1, share: 0.05, radii: 3...4.5),
    Laying(seed: 2, share: 0.10, radii: 3...4.5),
    Laying(seed: 3, share: 0.10, radii: 3.8...4.8),
    Laying(seed: 4, share: 0.14, radii: 3.3...4.8, spread: 0.27),
    Laying(seed: 5, share: 0.20, radii: 3.3...4.8, spread: 0.06),
  ]
  private static let edge = 72
  private static let tensor = StructureTensor(gradient: 1, window: 3)

  @Test(arguments: layings)
  func `come out within three degrees, their tensor within 0.02, their diameter within a twentieth`(
    laying: Laying
  ) throws {
    let laid = LaidFibres(
      edge: Self.edge, share: laying.share, radii: laying.radii, spread: laying.spread,
      seed: laying.seed)
    let places = laid.labels.indices.filter { laid.labels[$0] == 1 }
    let found = Self.tensor.directions(laid.labels.map { Float($0) }, laid.shape, at: places)
    var (sum, truth, diameter) = (0.0, [Double](repeating: 0, count: 6), 0.0)
    for (place, direction) in zip(places, found) {
      let rod = laid.rods[Int(laid.owners[place])]
      let p = rod.direction
      sum += acos(min(1, abs((p * direction).sum()))) * 180 / .pi
      for (i, pair) in [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)].enumerated() {
        truth[i] += p[pair.0] * p[pair.1] / Double(places.count)
      }
      diameter += 2 * rod.radius / Double(places.count)
    }
    let mean = sum / Double(places.count)
    #expect(mean < 3, "\(mean) degrees")

    let labels = MemoryVolume(laid.shape, .uint8, laid.labels)
    let pass = Orientation.pass(labels, scan: nil, region: Region(laid.shape), Self.tensor)
    let orientation = try Orientation(
      try pass.prepared(memory: 1 << 28, threads: 2), Self.tensor, isClass: flags([1]), edge: 72,
      isStopped: noStop, progress: noProgress)
    let entries = try #require(orientation.whole.tensor)
    for (entry, true_) in zip(entries, truth) { #expect(abs(entry - true_) < 0.02) }

    let thickness = try LocalThickness(
      try LocalThickness.pass(labels, region: Region(laid.shape), reach: 8).prepared(
        memory: 1 << 28, threads: 2), reach: 8, isClass: flags([1]), isStopped: noStop,
      progress: noProgress)
    let measured = try #require(thickness.meanDiameter)
    #expect(abs(measured / diameter - 1) < 0.05, "\(measured), truly \(diameter)")
  }

  /// Layers of rods along x, then between x and z, then along z.
  @Test func `make plies with the angles between them`() throws {
    let edge = 64
    let ways: [SIMD3<Double>] = [
      SIMD3(0, 0, 1), SIMD3(0.7071, 0, 0.7071), SIMD3(1, 0, 0.05),
    ]
    var voxels = [UInt8](repeating: 0, count: edge * edge * edge)
    for (i, at) in Region(Shape3(z: edge, y: edge, x: edge)).indices.enumerated() {
      let ply = min(at.y / 22, 2)
      let p = LaidFibres.unit(ways[ply])
      // Across the rods, in the ply and through it.
      let s = Double(at.z) * p[2] - Double(at.x) * p[0]
      let t = Double(at.y - 22 * ply) - 5
      let (ds, dt) = (s - (s / 10).rounded() * 10, t - (t / 11).rounded() * 11)
      voxels[i] = ds * ds + dt * dt <= 12 ? 1 : 0
    }
    let labels = MemoryVolume(Shape3(z: edge, y: edge, x: edge), .uint8, voxels)
    let pass = Orientation.pass(
      labels, scan: nil, region: Region(labels.volume.shape), Self.tensor)
    let orientation = try Orientation(
      try pass.prepared(memory: 1 << 28, threads: 2), Self.tensor, isClass: flags([1]), edge: 64,
      isStopped: noStop, progress: noProgress)
    for axis in 0..<3 {
      let total = orientation.layers[axis].reduce(0) { $0 + $1.voxels }
      #expect(orientation.layers[axis].count == edge && total == orientation.whole.voxels)
    }
    let plies = Plies(orientation, thickness: 4)
    #expect(plies.axis == 1)
    #expect(plies.plies.count == 3)
    guard plies.plies.count == 3 else { return }
    #expect(abs(plies.angle(0, 1) - 45) < 2 && abs(plies.angle(1, 2) - 42.1) < 2)
    #expect(abs(plies.angle(0, 2) - 87.1) < 2)
    for (ply, middle) in zip(plies.plies, [11, 33, 54]) { #expect(ply.range.contains(middle)) }
    let numbers = plies.slabs[1].map(\.ply)
    #expect(numbers.first == 1 && numbers.last == 3)
  }

  @Test func `without plies have none`() throws {
    let laid = LaidFibres(edge: 64, share: 0.1, radii: 3...4, spread: nil, seed: 9)
    let labels = MemoryVolume(laid.shape, .uint8, laid.labels)
    let pass = Orientation.pass(labels, scan: nil, region: Region(laid.shape), Self.tensor)
    let orientation = try Orientation(
      try pass.prepared(memory: 1 << 28, threads: 2), Self.tensor, isClass: flags([1]), edge: 64,
      isStopped: noStop, progress: noProgress)
    #expect(Plies(orientation, thickness: 4).plies.isEmpty)
  }
}
