import Annotation
import Synchronization
import Testing
import VolumeCore
import VolumeTesting

/// A volume, what is a seed in it, and how classes grow.
private struct Case {
  var shape: Shape3
  var greys: [UInt8]
  var seeds: [UInt8]
  var reach = RegionGrowing.Reach.volume

  /// Blobs and noise, with seeds by chance.
  init(_ shape: Shape3, seed: UInt64, share: Double = 0.02, outside: Double = 0) {
    self.shape = shape
    var random = SeededRandom(seed: seed)
    greys = Region(shape).indices.map { at in
      let blob = (at.z / 4 + at.y / 5 + at.x / 6) % 3
      return UInt8(90 * blob + Int.random(in: 0...70, using: &random))
    }
    seeds = greys.map { grey in
      if Double.random(in: 0..<1, using: &random) < outside { return 254 }
      guard Double.random(in: 0..<1, using: &random) < share else { return 255 }
      return UInt8(min(2, Int(grey) / 90))
    }
    for place in 0..<3 { seeds[place * 7] = UInt8(place) }
  }

  func reference(_ height: RegionGrowing.Height = .difference) -> GrowthReference {
    GrowthReference(
      shape: shape, greys: greys, seeds: seeds, classes: 3, crossesLayers: reach == .volume,
      followsMeans: height == .difference)
  }

  func grown(
    block: Shape3, threads: Int = 1, memory: Int = 1 << 30,
    height: RegionGrowing.Height = .difference, alone: [Int] = [], classes: [GrowthClass]? = nil
  ) throws -> (labels: [UInt8], report: GrowthReport) {
    let folder = try TemporaryFolder()
    var growing = RegionGrowing(
      MemoryVolume(shape, .uint8, greys),
      seeds: GrowthSeeds(
        classes: classes ?? ["a", "b", "c"].enumerated().map { GrowthClass(value: $0, name: $1) },
        labels: MemoryVolume(shape, .uint8, seeds)),
      reach: reach, scratchFolder: folder.path)
    growing.block = block
    growing.height = height
    growing.alone = alone
    let prepared = try growing.prepared(memory: memory, threads: threads)
    let (labels, report) = try #require(try prepared.run())
    return (try labels.bytes(of: Region(shape)), report)
  }
}

@Suite struct `Region growing` {
  static let shape = Shape3(z: 11, y: 17, x: 23)

  @Test(arguments: 0..<6)
  func `gives what passing on costs in memory gives, however it is cut`(seed: UInt64) throws {
    let item = Case(Self.shape, seed: seed, share: 0.004, outside: seed % 2 == 0 ? 0.1 : 0)
    let expected = item.reference().labels
    for block in [
      Self.shape, Shape3(z: 3, y: 17, x: 23), Shape3(z: 11, y: 5, x: 6), Shape3(z: 2, y: 3, x: 2),
    ] {
      for threads in [1, 3] {
        let (labels, _) = try item.grown(block: block, threads: threads)
        #expect(labels == expected, "\(block) on \(threads) threads")
      }
    }
  }

  @Test(arguments: 0..<3)
  func `grows in each layer by itself`(seed: UInt64) throws {
    var item = Case(Self.shape, seed: seed)
    item.reach = .layers
    let expected = item.reference().labels
    for layers in [1, 4, 11] {
      let block = Shape3(z: layers, y: 17, x: 23)
      #expect(try item.grown(block: block, threads: 2).labels == expected)
    }
  }

  @Test(arguments: 0..<3)
  func `floods grey values from markers`(seed: UInt64) throws {
    let item = Case(Self.shape, seed: seed)
    let expected = item.reference(.grey).divided
    for block in [Self.shape, Shape3(z: 4, y: 6, x: 7)] {
      #expect(try item.grown(block: block, height: .grey).labels == expected)
    }
  }

  @Test(arguments: 0..<3)
  func `floods other heights than the grey values that seeds are of`(seed: UInt64) throws {
    let shape = Self.shape
    let item = Case(shape, seed: seed)
    var flat = GrowthReference(
      shape: shape, greys: item.greys, seeds: item.seeds, classes: 3, crossesLayers: true,
      followsMeans: false)
    // Seeds by grey values, of which the heights have other ones.
    let classes = [
      GrowthClass(value: 0, name: "a", greys: 0...3),
      GrowthClass(value: 1, name: "b", greys: 120...122),
      GrowthClass(value: 2, name: "c", greys: 245...255),
    ]
    flat.seeds = item.greys.map { grey in
      UInt8(classes.firstIndex { $0.greys?.contains(Double(grey)) ?? false } ?? 255)
    }
    var random = SeededRandom(seed: seed + 100)
    flat.greys = item.greys.map { _ in UInt8.random(in: 0...255, using: &random) }
    for block in [shape, Shape3(z: 4, y: 6, x: 7)] {
      let folder = try TemporaryFolder()
      var growing = RegionGrowing(
        MemoryVolume(shape, .uint8, item.greys), seeds: GrowthSeeds(classes: classes),
        reach: .volume, scratchFolder: folder.path)
      (growing.block, growing.height) = (block, .grey)
      // A median of one voxel is the voxel.
      growing.heights = (
        SmoothedVolume(
          MemoryVolume(shape, .uint8, flat.greys), .median(radius: 0), crossesLayers: true), "other"
      )
      let (labels, _) = try #require(try growing.prepared(memory: 1 << 30, threads: 2).run())
      #expect(try labels.bytes(of: Region(shape)) == flat.divided)
    }
  }

  @Test(arguments: 0..<20)
  func `takes the best of all ways`(seed: UInt64) throws {
    var item = Case(Shape3(z: 1, y: 3, x: 7), seed: seed, share: 0, outside: 0)
    // Few grey values, so that ways are often equal in level and differ in length.
    item.greys = item.greys.map { $0 / 60 * 60 }
    item.shape = Shape3(z: 1, y: 3, x: 5)
    item.greys = Array(item.greys.prefix(15))
    item.seeds = Array(repeating: 255, count: 15)
    for place in 0..<3 { item.seeds[place * 7] = UInt8(place) }
    let reference = item.reference()
    for place in 0..<3 {
      let (costs, ways) = (reference.costs(place), reference.costsOfAllWays(place))
      for v in costs.indices where item.seeds[v] == 255 { #expect(costs[v] == ways[v]) }
    }
    #expect(try item.grown(block: Shape3(z: 1, y: 2, x: 2)).labels == reference.labels)
  }

  @Test(arguments: [1, 3], [RegionGrowing.Height.difference, .grey])
  func `finds its way through a maze, which sweeps do not`(
    layers: Int, height: RegionGrowing.Height
  ) throws {
    let shape = Shape3(z: layers, y: 38, x: 41)
    var item = Case(shape, seed: 4, share: 0)
    // Corridors across the order of memory, with a gap at one end and then at the other.
    item.greys = Region(shape).indices.map { at in
      let gap = at.x % 4 == 1 ? 0 : shape.y - 1
      let isOpen = at.x % 2 == 0 || at.y == gap
      return UInt8(isOpen ? 90 + (at.x * at.y + at.z) % 3 : 200 + at.x % 5)
    }
    item.seeds = Array(repeating: 255, count: shape.voxelCount)
    for (place, at) in [0, 19 * 41 + 20, 40].enumerated() { item.seeds[at] = UInt8(place) }
    let reference = item.reference(height)
    let expected = height == .grey ? reference.divided : reference.labels
    for block in [shape, Shape3(z: 1, y: 20, x: 11)] {
      #expect(try item.grown(block: block, threads: 2, height: height).labels == expected)
    }
  }

  @Test func `is the same however it is cut where steps are not counted any more`() throws {
    let shape = Shape3(z: 1, y: 1, x: 200_000)
    var item = Case(Shape3(z: 1, y: 1, x: 20), seed: 1)
    item.shape = shape
    item.greys = Array(repeating: 90, count: shape.voxelCount)
    item.seeds = Array(repeating: 255, count: shape.voxelCount)
    (item.seeds[0], item.seeds[1], item.seeds[199_999]) = (2, 1, 0)
    let whole = try item.grown(block: shape, height: .grey).labels
    // Beyond 65535 steps all ways are equally good, and the first class takes what the others may have.
    #expect(whole[65_000] == 1 && whole[65_600] == 0 && whole[140_000] == 0)
    for x in [7_000, 66_000] {
      let block = Shape3(z: 1, y: 1, x: x)
      #expect(try item.grown(block: block, threads: 2, height: .grey).labels == whole, "\(x)")
    }
  }

  @Test func `is the same for little memory`() throws {
    let shape = Shape3(z: 30, y: 70, x: 80)
    let item = Case(shape, seed: 9, share: 0.001)
    let whole = try item.grown(block: shape, memory: 1 << 30)
    let small = try item.grown(block: shape, memory: 2_500_000)
    #expect(whole.report.blocks == 1 && small.report.blocks > 4)
    #expect(whole.labels == small.labels && whole.report.means == small.report.means)
  }

  @Test func `leaves no voxel without a class, and 254 outside`() throws {
    let item = Case(Self.shape, seed: 3, share: 0.001, outside: 0.02)
    let labels = try item.grown(block: Shape3(z: 4, y: 9, x: 9)).labels
    for (label, seed) in zip(labels, item.seeds) {
      #expect(seed == 255 ? label < 3 : label == seed)
    }
  }

  @Test func `lets a voxel that nothing can reach be not annotated`() throws {
    var item = Case(Shape3(z: 1, y: 5, x: 22), seed: 1, share: 0)
    for at in [2 * 22 + 10] { item.seeds[at] = 255 }
    for at in [22 + 10, 3 * 22 + 10, 2 * 22 + 9, 2 * 22 + 11] { item.seeds[at] = 254 }
    let labels = try item.grown(block: Shape3(z: 1, y: 2, x: 5)).labels
    #expect(labels[2 * 22 + 10] == 255)
    #expect(labels.count { $0 == 255 } == 1)
  }

  @Test(arguments: [[1, 2], [2, 1], [2]])
  func `of classes by themselves combines as said`(alone: [Int]) throws {
    let item = Case(Self.shape, seed: 5)
    var expected = [UInt8?](repeating: nil, count: item.greys.count)
    for place in alone {
      var pair = item.reference()
      pair.seeds = pair.seeds.map { $0 > 2 ? $0 : $0 == place ? 1 : 0 }
      pair.classes = 2
      for (v, label) in pair.labels.enumerated() where label == 1 {
        expected[v] = expected[v] ?? UInt8(place)
      }
    }
    for block in [Self.shape, Shape3(z: 4, y: 6, x: 7)] {
      let labels = try item.grown(block: block, threads: 2, alone: alone).labels
      #expect(labels == expected.map { $0 ?? 0 })
    }
  }

  @Test func `names the class that has no seed`() throws {
    var item = Case(Self.shape, seed: 5)
    item.seeds = item.seeds.map { $0 == 1 ? 255 : $0 }
    #expect(throws: Explanation.self) { try item.grown(block: Self.shape) }
    do {
      _ = try item.grown(block: Self.shape)
    } catch let error as Explanation {
      #expect(error.what == "no voxel is a seed of 'b'")
    }
  }

  @Test func `refuses ranges of grey that overlap`() {
    let item = Case(Self.shape, seed: 5)
    let classes = [
      GrowthClass(value: 0, name: "a", greys: 0...50),
      GrowthClass(value: 1, name: "b", greys: 50...90),
    ]
    #expect(throws: Explanation.self) { try item.grown(block: Self.shape, classes: classes) }
  }

  @Test func `takes seeds from grey values, points and both`() throws {
    let shape = Shape3(z: 1, y: 1, x: 7)
    let folder = try TemporaryFolder()
    let growing = RegionGrowing(
      MemoryVolume(shape, .uint8, [10, 60, 100, 110, 180, 200, 90]),
      seeds: GrowthSeeds(
        classes: [
          GrowthClass(value: 4, name: "dark", greys: 0...20),
          GrowthClass(value: 7, name: "bright", greys: 190...255),
        ], points: [SeedPoint(Index3(z: 0, y: 0, x: 6), classPlace: 0)]),
      reach: .volume, scratchFolder: folder.path)
    let (labels, report) = try #require(
      try growing.prepared(memory: 1 << 30, threads: 1).run())
    // The mean of dark is (10 + 90) / 2, so that 100 lies nearer to it, and 110 as well.
    #expect(report.means == [50, 200] && report.seeds == [2, 1])
    #expect(try labels.bytes(of: Region(shape)) == [4, 4, 4, 4, 7, 7, 4])
    #expect(labels.volume.classes?.map(\.name) == ["dark", "bright"])
  }
}
