import Components
import Glibc
import Morphometry
import Testing
import VolumeCore
import VolumePasses
import VolumeTesting

@Suite struct `Fibres` {
  /// Rods of one direction on a lattice across it.
  private func rods(_ shape: Shape3, _ p: [Double], radius: Double, gap: Double) -> MemoryVolume {
    let a = abs(p[0]) < 0.9 ? [1.0, 0, 0] : [0.0, 1, 0]
    let dot = zip(a, p).reduce(0) { $0 + $1.0 * $1.1 }
    var u = (0..<3).map { a[$0] - dot * p[$0] }
    let length = u.reduce(0) { $0 + $1 * $1 }.squareRoot()
    u = u.map { $0 / length }
    let v = [p[1] * u[2] - p[2] * u[1], p[2] * u[0] - p[0] * u[2], p[0] * u[1] - p[1] * u[0]]
    return volume(shape) { at in
      let c = [Double(at.z) + 0.21, Double(at.y) + 0.37, Double(at.x) + 0.11]
      let (s, t) = (
        (0..<3).reduce(0) { $0 + u[$1] * c[$1] }, (0..<3).reduce(0) { $0 + v[$1] * c[$1] }
      )
      let (ds, dt) = (s - (s / gap).rounded() * gap, t - (t / gap).rounded() * gap)
      return ds * ds + dt * dt <= radius * radius ? 1 : 0
    }
  }

  private func orientation(
    _ labels: MemoryVolume, _ tensor: StructureTensor, block: Int? = nil
  ) throws -> Orientation {
    var pass = Orientation.pass(labels, scan: nil, region: Region(labels.volume.shape), tensor)
    if let block { pass.block = Shape3(z: block, y: block + 3, x: block + 5) }
    return try Orientation(
      try pass.prepared(memory: 1 << 30, threads: 2), tensor, isClass: flags([1]), edge: 24,
      isStopped: noStop, progress: noProgress)
  }

  @Test(arguments: [
    [0.0, 0, 1], [1, 0, 0], [0.3, 0.5, 0.81], [0.7, -0.6, 0.3], [0.1, 0.99, -0.05],
  ])
  func `have the direction that they were laid in`(way: [Double]) throws {
    let length = way.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let p = way.map { $0 / length }
    let labels = rods(Shape3(z: 48, y: 48, x: 48), p, radius: 4, gap: 13)
    let found = try orientation(labels, StructureTensor(gradient: 1, window: 3))
    let tensor = try #require(found.whole.tensor)
    let pairs = [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)]
    for (entry, pair) in zip(tensor, pairs) { #expect(abs(entry - p[pair.0] * p[pair.1]) < 0.02) }
    let main = try #require(found.whole.eigen?.vectors.first)
    let cosine = abs(zip(main, p).reduce(0) { $0 + $1.0 * $1.1 })
    #expect(acos(min(1, cosine)) * 180 / .pi < 1)
    #expect(found.histogram.reduce(0, +) == found.whole.voxels)
    // The mean angle of voxels to the truth: 1 - the mean square of its cosine is its sine squared.
    let mean = zip(tensor, pairs).enumerated().reduce(0.0) { sum, item in
      sum + (item.offset < 3 ? 1 : 2) * item.element.0 * p[item.element.1.0] * p[item.element.1.1]
    }
    #expect(asin(max(0, 1 - mean).squareRoot()) * 180 / .pi < 6)
  }

  @Test func `do not depend on blocks`() throws {
    let labels = rods(Shape3(z: 30, y: 33, x: 37), [0.6, 0.0, 0.8], radius: 3, gap: 10)
    let tensor = StructureTensor(gradient: 1, window: 2)
    let whole = try orientation(labels, tensor)
    for block in [7, 16] {
      let cut = try orientation(labels, tensor, block: block)
      #expect(cut.whole == whole.whole && cut.blocks == whole.blocks)
      #expect(cut.histogram == whole.histogram)
    }
  }

  @Test(arguments: [0.0, 25, 90, 140])
  func `lie in layers where layers are looked at`(angle: Double) throws {
    let (s, c) = (sin(angle * .pi / 180), cos(angle * .pi / 180))
    let labels = rods(Shape3(z: 3, y: 60, x: 60), [0, s, c], radius: 3.5, gap: 12)
    let found = try orientation(
      labels, StructureTensor(gradient: 1, window: 3, isLayered: true))
    let main = try #require(found.whole.eigen?.vectors.first)
    #expect(main[0] == 0)
    #expect(acos(min(1, abs(main[1] * s + main[2] * c))) * 180 / .pi < 2)
  }
}

@Suite struct `Local thickness` {
  private func thickness(_ labels: MemoryVolume, reach: Int, block: Int? = nil) throws
    -> LocalThickness
  {
    var pass = LocalThickness.pass(labels, region: Region(labels.volume.shape), reach: reach)
    if let block { pass.block = Shape3(z: block, y: block, x: block + 2) }
    return try LocalThickness(
      try pass.prepared(memory: 1 << 30, threads: 2), reach: reach, isClass: flags([1]),
      isStopped: noStop, progress: noProgress)
  }

  @Test func `is what the largest ball that holds a voxel says, whatever the blocks`() throws {
    let shape = Shape3(z: 10, y: 11, x: 13)
    let labels = booleanModel(shape, radius: 3.2, share: 0.6, seed: 9)
    let reach = 5
    let bytes = try labels.bytes(of: Region(shape))
    let places = Region(shape).indices
    let walls = zip(places, bytes).filter { $0.1 == 0 }.map(\.0)
    func square(_ a: Index3, _ b: Index3) -> Int {
      (a.z - b.z) * (a.z - b.z) + (a.y - b.y) * (a.y - b.y) + (a.x - b.x) * (a.x - b.x)
    }
    let inside = zip(places, bytes).filter { $0.1 == 1 }.map(\.0)
    let depths = inside.map { at in walls.map { square(at, $0) }.min() ?? 10_000 }
    var expected = [Int](repeating: 0, count: 2 * reach - 1)
    for at in inside {
      var best = 0
      for (centre, depth) in zip(inside, depths) {
        let distance = square(at, centre)
        for place in stride(from: 2 * reach - 2, through: best, by: -1) {
          let r = Double(place + 2) / 2
          if Double(depth) >= r * r, Double(distance) < r * r {
            best = max(best, place)
            break
          }
        }
      }
      expected[best] += 1
    }
    for block in [nil, 6] {
      #expect(try thickness(labels, reach: reach, block: block).counts == expected)
    }
  }

  @Test func `of a slab and of nothing`() throws {
    let slab = volume(Shape3(z: 30, y: 24, x: 24)) { (10..<17).contains($0.z) ? 1 : 0 }
    let found = try thickness(slab, reach: 8)
    #expect(found.total == 7 * 24 * 24)
    #expect(found.counts[LocalThickness.radius(of: 6) == 4 ? 6 : 0] == found.total)
    let middle = try #require(found.diameter(below: 0.5))
    #expect(abs(middle - 8) < 0.51)
    let nothing = try thickness(volume(Shape3(z: 4, y: 4, x: 4)) { _ in 0 }, reach: 4)
    #expect(nothing.diameter(below: 0.5) == nil && nothing.meanDiameter == nil)
  }
}

@Suite struct `Components' surroundings` {
  @Test func `are as near as the nearest voxel`() throws {
    let shape = Shape3(z: 9, y: 20, x: 24)
    var random = SeededRandom(seed: 2)
    let labels = volume(shape) { _ in
      let chance = Double.random(in: 0..<1, using: &random)
      return chance < 0.02 ? 2 : chance < 0.03 ? 1 : 0
    }
    var options = ComponentOptions(of: [2])
    options.keepsVoxels = true
    let found = try #require(try ComponentSearch(labels, options).run())
    let numbers = found.numberedVolume()
    let bytes = try labels.bytes(of: Region(shape))
    let ids = try numbers.bytes(of: Region(shape))
    let places = Region(shape).indices
    var expected = [Int](repeating: .max, count: found.count + 1)
    for (i, at) in places.enumerated() {
      let id = unsafe Int(
        ids.span.bytes.unsafeLoadUnaligned(fromByteOffset: 4 * i, as: UInt32.self))
      guard id > 0 else { continue }
      for (j, other) in places.enumerated() where bytes[j] == 1 {
        let d = [at.z - other.z, at.y - other.y, at.x - other.x].reduce(0) { $0 + $1 * $1 }
        expected[id] = min(expected[id], d)
      }
    }
    for edge in [100, 5] {
      var pass = ComponentSurroundings.pass(numbers, labels, reach: 6)
      pass.block = Shape3(z: edge, y: edge, x: edge)
      let near = try ComponentSurroundings(
        try pass.prepared(memory: 1 << 26, threads: 2), count: found.count, reach: 6,
        isNear: flags([1]), isStopped: noStop, progress: noProgress)
      for number in 1...found.count {
        let square = expected[number] <= 36 ? Double(expected[number]).squareRoot() : nil
        #expect(near.distance(of: number) == square)
      }
    }
  }
}
