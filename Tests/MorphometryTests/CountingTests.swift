import Components
import Glibc
import Morphometry
import Testing
import VolumeCore
import VolumePasses
import VolumeTesting

let noStop: @Sendable () -> Bool = { false }
let noProgress: @Sendable (Int) -> Void = { _ in }
func flags(_ values: [Int]) -> [Bool] { (0..<256).map { values.contains($0) } }

/// A volume of what `value` says of each voxel.
func volume(_ shape: Shape3, _ value: (Index3) -> UInt8) -> MemoryVolume {
  MemoryVolume(shape, .uint8, Region(shape).indices.map(value))
}

/// Balls of one radius dropped anywhere, those beyond the faces too: class 1 in 0.
func booleanModel(_ shape: Shape3, radius: Double, share: Double, seed: UInt64) -> MemoryVolume {
  var random = SeededRandom(seed: seed)
  let reach = Int(radius.rounded(.up))
  let grown = Double((shape.z + 2 * reach) * (shape.y + 2 * reach) * (shape.x + 2 * reach))
  let count = Int(-log(1 - share) / (4 / 3 * .pi * radius * radius * radius) * grown)
  var voxels = [UInt8](repeating: 0, count: shape.voxelCount)
  for _ in 0..<count {
    func place(_ extent: Int) -> Double {
      .random(in: Double(-reach)..<Double(extent + reach), using: &random)
    }
    let (z, y, x) = (place(shape.z), place(shape.y), place(shape.x))
    func near(_ at: Double, _ extent: Int) -> Range<Int> {
      let low = max(0, Int(at) - reach - 1)
      return low..<max(low, min(extent, Int(at) + reach + 2))
    }
    for i in near(z, shape.z) {
      for j in near(y, shape.y) {
        for k in near(x, shape.x) {
          let (a, b, c) = (Double(i) - z, Double(j) - y, Double(k) - x)
          if a * a + b * b + c * c <= radius * radius {
            voxels[(i * shape.y + j) * shape.x + k] = 1
          }
        }
      }
    }
  }
  return MemoryVolume(shape, .uint8, voxels)
}

@Suite struct `Counting over a volume` {
  @Test func `two boxes that touch have the area of their faces in common`() throws {
    // 1 and 2 share 6 x 7 faces across x, and 2 touches 3 across z.
    let shape = Shape3(z: 20, y: 20, x: 30)
    let labels = volume(shape) { at in
      if (3..<9).contains(at.z), (4..<11).contains(at.y) {
        return (5..<12).contains(at.x) ? 1 : (12..<20).contains(at.x) ? 2 : 0
      }
      return at.z == 9 && (4..<6).contains(at.y) && (13..<16).contains(at.x) ? 3 : 0
    }
    for (memory, threads) in [(1 << 26, 1), (1 << 21, 3)] {
      var pass = Contacts.pass(labels, region: Region(shape))
      if threads == 3 { pass.block = Shape3(z: 3, y: 7, x: 5) }
      let found = try Contacts(
        try pass.prepared(memory: max(memory, 16 << 20), threads: threads), isStopped: noStop,
        progress: noProgress)
      #expect(found.faces[Contacts.Pair(1, 2)] == [0, 0, 42])
      #expect(found.faces[Contacts.Pair(2, 3)] == [6, 0, 0])
      #expect(found.faces[Contacts.Pair(0, 1)] == [2 * 49, 2 * 42, 42])
      #expect(found.voxels[1] == 6 * 7 * 7 && found.voxels[3] == 6)
      // The surface of box 1 by itself, as its component has it.
      let component = try #require(
        try ComponentSearch(labels, ComponentOptions(of: [1])).run())
      var surface = 0.0
      try component.forEach { surface = $0.surface(nil) ?? 0 }
      let cells = try #require(found.cells[1])
      let own = cells.enumerated().reduce(0) { $0 + surfaceWeight($1.offset) * $1.element }
      #expect(abs(Double(own) / 1000 - surface) < 1e-6)
    }
  }

  @Test func `counts faces as they are defined, whatever the blocks`() throws {
    for seed in 0..<8 as Range<UInt64> {
      var random = SeededRandom(seed: seed)
      let shape = Shape3(
        z: .random(in: 1...7, using: &random), y: .random(in: 1...9, using: &random),
        x: .random(in: 1...40, using: &random))
      let choice: [UInt8] = [0, 1, 1, 7, 254]
      let values: [UInt8] = (0..<shape.voxelCount).map { _ in
        choice[Int.random(in: 0..<5, using: &random)]
      }
      var expected: [Contacts.Pair: [Int]] = [:]
      func value(_ z: Int, _ y: Int, _ x: Int) -> Int? {
        guard z < shape.z, y < shape.y, x < shape.x else { return nil }
        return Int(values[(z * shape.y + y) * shape.x + x])
      }
      for at in Region(shape).indices {
        let own = value(at.z, at.y, at.x) ?? 0
        for axis in 0..<3 {
          let next = [(1, 0, 0), (0, 1, 0), (0, 0, 1)][axis]
          guard let other = value(at.z + next.0, at.y + next.1, at.x + next.2), other != own else {
            continue
          }
          let pair = Contacts.Pair(min(own, other), max(own, other))
          expected[pair, default: [0, 0, 0]][axis] += 1
        }
      }
      for edge in [100, 3, 5] {
        var pass = Contacts.pass(MemoryVolume(shape, .uint8, values), region: Region(shape))
        pass.block = Shape3(z: edge, y: edge, x: edge)
        let found = try Contacts(
          try pass.prepared(memory: 32 << 20, threads: 2), isStopped: noStop, progress: noProgress)
        #expect(found.faces == expected)
      }
    }
  }

  @Test func `a Boolean model of balls has its two-point probability`() throws {
    let (radius, share) = (5.0, 0.35)
    let shape = Shape3(z: 110, y: 110, x: 110)
    let model = booleanModel(shape, radius: radius, share: share, seed: 3)
    let pass = Correlation.pass(model, region: Region(shape), reach: 14)
    func found(_ pass: BlockPass, _ memory: Int) throws -> Correlation {
      try Correlation(
        try pass.prepared(memory: memory, threads: 2), reach: 14, isClass: flags([1]),
        isKnown: [Bool](repeating: true, count: 256), isStopped: noStop, progress: noProgress)
    }
    let correlation = try found(pass, 1 << 28)
    let p = try #require(correlation.probability(axis: 0, lag: 0))
    #expect(abs(p - share) < 0.03)
    for lag in [1, 3, 5, 8, 12] {
      // Of the rest: that no ball's middle lies in two balls a lag apart. The share itself is the
      // model's own, so that chance does not count twice.
      let r = Double(lag)
      let union = r < 2 * radius ? 1 + 0.75 * r / radius - pow(r / radius, 3) / 16 : 2
      let rest = pow(1 - p, union)
      let expected = 1 - 2 * (1 - p) + rest
      let mean = (0..<3).reduce(0.0) { $0 + (correlation.probability(axis: $1, lag: lag) ?? 0) } / 3
      #expect(abs(mean - expected) < 0.012, "lag \(lag): \(mean), not \(expected)")
    }
    var small = pass
    small.block = Shape3(z: 17, y: 40, x: 33)
    let other = try found(small, 1 << 24)
    #expect(other.both == correlation.both && other.pairs == correlation.pairs)
  }

  @Test func `a Boolean model of balls has its chords`() throws {
    let (radius, share) = (6.0, 0.3)
    let shape = Shape3(z: 120, y: 120, x: 120)
    let model = booleanModel(shape, radius: radius, share: share, seed: 5)
    var free = 0
    for value in try model.bytes(of: Region(shape)) where value == 0 { free += 1 }
    let p = 1 - Double(free) / Double(shape.voxelCount)
    // Gaps along a line have no memory: their mean is 1 over balls' middles in a tube.
    let density = -log(1 - p) / (4 / 3 * .pi * pow(radius, 3))
    let expected = 1 / (density * .pi * radius * radius)
    for axis in 0..<3 {
      let pass = try Chords.pass(model, region: Region(shape), axis: axis).prepared(
        memory: 1 << 24, threads: 2)
      let chords = try Chords(
        pass, axis: axis, isClass: flags([0]), isKnown: [Bool](repeating: true, count: 256),
        isStopped: noStop, progress: noProgress)
      // Long gaps are cut more often; with the share of lines that are cut put back it is exact.
      let complete = chords.complete.reduce(0, +)
      let all =
        chords.complete.enumerated().reduce(0) { $0 + $1.offset * $1.element }
        + chords.cut.enumerated().reduce(0) { $0 + $1.offset * $1.element }
      let mean = Double(all) / Double(complete + chords.cut.reduce(0, +) / 2)
      #expect(abs(mean / expected - 1) < 0.08, "axis \(axis): \(mean), not \(expected)")
      #expect(all == free)
    }
  }

  @Test func `chords end at what is not known`() throws {
    let labels = volume(Shape3(z: 1, y: 1, x: 16)) {
      [1, 1, 0, 1, 1, 1, 0, 0, 1, 255, 1, 1, 0, 1, 0, 1][$0.x]
    }
    let pass = try Chords.pass(labels, region: Region(labels.volume.shape), axis: 2).prepared(
      memory: 1 << 20, threads: 1)
    let chords = try Chords(
      pass, axis: 2, isClass: flags([1]), isKnown: (0..<256).map { $0 < 254 }, isStopped: noStop,
      progress: noProgress)
    #expect(chords.complete.prefix(5) == [0, 1, 0, 1, 0])
    #expect(chords.cut.prefix(5) == [0, 2, 2, 0, 0])
  }
}
