import EngineCore
import Glibc
import NeuralGraph
import OneDNNEngine
import Testing
import VolumeCore
import VolumePipeline
import VolumeTesting

@Suite struct `A volume looked at in several orientations` {
  /// One of each kind whose padding is asymmetric or whose kernels are many.
  static let families = Family.all.filter {
    ["2D depth 2 learned", "2D depth 3 rigid", "2.5D of 5 layers", "3D depth 2 learned"]
      .contains($0.name)
  }

  @Test(arguments: families, [4, 8])
  func `is in tiles what mirrored volumes give on average, computed at once`(
    family: Family, flips: Int
  ) throws {
    let scan = MemoryVolume.scan(family.volume, seed: 31)
    let whole = try Self.mean(family, scan, flips)
    for tile in [family.tiles[flips == 4 ? 1 : 2]] {
      let plan = try Self.plan(family.graph, scan, tile, flips)
      #expect(plan.tiling.isExact)
      let tiled = try plan.scores(from: scan)
      let apart = `A volume computed in tiles`.largestDifference(tiled, whole)
      #expect(apart <= `A volume computed in tiles`.tolerance, "tiles of \(tile): \(apart)")
    }
  }

  @Test func `is another opinion than that of one orientation`() throws {
    let family = Self.families[0]
    let scan = MemoryVolume.scan(family.volume, seed: 31)
    let one = try Self.mean(family, scan, 1)
    let four = try Self.mean(family, scan, 4)
    #expect(`A volume computed in tiles`.largestDifference(one, four) > 0.01)
  }

  @Test(arguments: [3, 2, 1, 5], [2, 3])
  func `takes strided kernels of any extent`(kernel: Int, stride: Int) throws {
    // A kernel of 1 with a stride looks at the first voxel of each step; mirrored, at the last.
    var net = GraphBuilder(channels: 1, seed: 5)
    net.convolution("down", kernel: kernel, stride: stride, outputs: 4)
    net.transposedConvolution("up", kernel: 2 * stride - 1, stride: stride, outputs: 3)
    let graph = net.graph.withProbabilities()
    var orientation = Orientation()
    orientation.flipsX = true
    let scan = MemoryVolume.scan(Shape3(z: 1, y: 6 * stride, x: 7 * stride), seed: 6)
    let input = try `A volume computed in tiles`.filledInput(of: graph, scan)
    let expected = Self.turnedBack(
      ReferenceDevice().run(graph, Self.turned(input, orientation)), orientation)
    let found = ReferenceDevice().run(try graph.looking(in: orientation), input)
    #expect(`A volume computed in tiles`.largestDifference(found, expected) < 1e-6)
  }

  // MARK: - Helpers

  static func plan(
    _ graph: Graph, _ scan: any VolumeReader, _ tile: Shape3, _ flips: Int,
    _ change: (inout SegmentationOptions) -> Void = { _ in }
  ) throws -> SegmentationPlan {
    var options = SegmentationOptions()
    options.precision = .f32
    options.block = Shape3(z: 32, y: 64, x: 64)
    options.tiling.tile = .shape(tile)
    options.flips = flips
    change(&options)
    return try SegmentationPlan(
      options, model: `A segmentation`.randomModel(graph), scan: scan,
      factory: OneDNNEngineFactory())
  }

  /// The specification: the volume is turned, the network looks at it, its probabilities are turned
  /// back, and the mean is taken.
  static func mean(_ family: Family, _ scan: MemoryVolume, _ flips: Int) throws -> FeatureMap {
    let graph = family.graph
    let input = try `A volume computed in tiles`.filledInput(of: graph, scan)
    let orientations = Orientation.all(flips, isPlanar: !family.options.isVolumetric)
    #expect(orientations.count == flips)
    var sum: FeatureMap?
    for orientation in orientations {
      let scores = turnedBack(
        ReferenceDevice().run(graph, turned(input, orientation)), orientation)
      sum = sum.map { ReferenceDevice().compute(.add, [$0, scores]) } ?? scores
    }
    var mean = try #require(sum)
    for place in mean.values.indices { mean.values[place] /= Float(flips) }
    return `A volume computed in tiles`.cut(mean, to: scan.volume.shape)
  }

  /// `map` mirrored, and then with rows and columns swapped.
  private static func turned(_ map: FeatureMap, _ orientation: Orientation) -> FeatureMap {
    orientation.isTransposed ? swapped(mirrored(map, orientation)) : mirrored(map, orientation)
  }

  /// The way back.
  private static func turnedBack(_ map: FeatureMap, _ orientation: Orientation) -> FeatureMap {
    mirrored(orientation.isTransposed ? swapped(map) : map, orientation)
  }

  private static func mirrored(_ map: FeatureMap, _ orientation: Orientation) -> FeatureMap {
    var result = map
    for at in Region(map.shape).indices {
      let z = orientation.flipsZ ? map.shape.z - 1 - at.z : at.z
      let y = orientation.flipsY ? map.shape.y - 1 - at.y : at.y
      let x = orientation.flipsX ? map.shape.x - 1 - at.x : at.x
      for c in 0..<map.channels { result[at.z, at.y, at.x, c] = map[z, y, x, c] }
    }
    return result
  }

  private static func swapped(_ map: FeatureMap) -> FeatureMap {
    let shape = Shape3(z: map.shape.z, y: map.shape.x, x: map.shape.y)
    var result = FeatureMap(shape: shape, channels: map.channels)
    for at in Region(shape).indices {
      for c in 0..<map.channels { result[at.z, at.y, at.x, c] = map[at.z, at.x, at.y, c] }
    }
    return result
  }
}

@Suite struct `What a segmentation keeps beside labels` {
  static let planes: [ResultPlane] = [
    .label, .probability(channel: 0), .probability(channel: 2), .uncertainty(.entropy),
    .uncertainty(.margin),
  ]

  @Test(arguments: [1, 4])
  func `is what the scores say, whatever the tiles`(flips: Int) throws {
    let family = `A volume looked at in several orientations`.families[0]
    let scan = MemoryVolume.scan(family.volume, seed: 33)
    let scores = try `A volume looked at in several orientations`.mean(family, scan, flips)
    let expected = Self.reference(scores)
    for tile in family.tiles[1...2] {
      let outputs = try Self.run(family.graph, scan, tile, flips)
      for (number, plane) in Self.planes.enumerated() {
        let apart = zip(outputs[number].bytes, expected[number]).map { abs(Int($0) - Int($1)) }
        // A label is right or wrong; of the others the last digit is the order of sums.
        #expect(apart.max() ?? 0 <= (number == 0 ? 0 : 1), "\(plane) in tiles of \(tile)")
      }
      #expect(Set(outputs[3].bytes).count > 20, "an uncertainty that says something")
    }
  }

  @Test func `is gone on with where any of it is missing`() throws {
    let family = `A volume looked at in several orientations`.families[0]
    let scan = MemoryVolume.scan(Shape3(z: 40, y: 29, x: 131), seed: 34)
    let whole = try Self.run(family.graph, scan, Shape3(z: 1, y: 29, x: 64), 1)
    // Of the first block all is there, of the second all but the uncertainty.
    let (first, second) = (Index3(z: 0, y: 0, x: 0), Index3(z: 1, y: 0, x: 0))
    let plan = try `A volume looked at in several orientations`.plan(
      family.graph, scan, Shape3(z: 1, y: 29, x: 64), 1
    ) { $0.planes = Self.planes }
    let outputs = Self.planes.indices.map { number in
      MemoryOutput(
        scan.volume.shape, block: plan.tiling.block,
        committed: number < 3 ? [first, second] : [first])
    }
    let result = try SegmentationRun(
      plan, from: scan, to: outputs[0], siblings: Array(outputs[1...])
    ).run()
    let block = plan.tiling.block
    #expect(result.voxelsBefore == block.z * 29 * block.x)
    let at = (block.z * 29) * 131
    #expect(outputs[0].bytes[at] == 99 && outputs[3].bytes[0] == 99)
    #expect(outputs[3].bytes[at..<(at + 64)] == whole[3].bytes[at..<(at + 64)])
    #expect(outputs.allSatisfy { Set($0.committed) == Set($0.grid.indices) })
  }

  @Test func `takes more memory, and the plan says so`() throws {
    let family = `A volume looked at in several orientations`.families[0]
    let scan = MemoryVolume.scan(family.volume, seed: 33)
    func memory(_ planes: [ResultPlane]) throws -> MemoryModel {
      try `A volume looked at in several orientations`.plan(
        family.graph, scan, family.tiles[0], 1
      ) { $0.planes = planes }.memory
    }
    let (labels, all) = (try memory([.label]), try memory(Self.planes))
    #expect(all.blocks > 3 * labels.blocks && all.engine > labels.engine)
  }

  // MARK: - Helpers

  private static func run(
    _ graph: Graph, _ scan: any VolumeReader, _ tile: Shape3, _ flips: Int
  ) throws -> [MemoryOutput] {
    let plan = try `A volume looked at in several orientations`.plan(graph, scan, tile, flips) {
      $0.planes = planes
      $0.threads = 2
    }
    let outputs = planes.map { _ in
      MemoryOutput(plan.tiling.region.shape, block: plan.tiling.block)
    }
    _ = try SegmentationRun(plan, from: scan, to: outputs[0], siblings: Array(outputs[1...])).run()
    return outputs
  }

  /// The same in one plain line each.
  private static func reference(_ scores: FeatureMap) -> [[UInt8]] {
    let voxels = (0..<scores.shape.voxelCount).map { voxel in
      (0..<scores.channels).map { scores.values[voxel * scores.channels + $0] }
    }
    func bytes(_ value: ([Float]) -> Float) -> [UInt8] {
      voxels.map { UInt8((255 * min(max(value($0), 0), 1)).rounded()) }
    }
    return [
      ReferenceDevice().labels(scores),
      bytes { $0[0] }, bytes { $0[2] },
      bytes { p in -p.map { $0 > 0 ? $0 * log($0) : 0 }.reduce(0, +) / log(Float(p.count)) },
      bytes { p in
        let sorted = p.sorted(by: >)
        return 1 - (sorted[0] - sorted[1])
      },
    ]
  }
}

@Suite struct `Labels decided by factors` {
  static let factors: [Float] = [1, 0.4, 3.7]

  /// The specification: the class whose probability times its factor is the highest.
  static func reference(_ scores: FeatureMap, _ factors: [Float]) -> [UInt8] {
    (0..<scores.shape.voxelCount).map { voxel in
      let own = (0..<3).map { scores.values[3 * voxel + $0] * factors[$0] }
      return UInt8(own.indices.reduce(0) { own[$1] > own[$0] ? $1 : $0 })
    }
  }

  @Test(arguments: [1, 4], [true, false])
  func `are what the factors say, whoever takes the highest`(flips: Int, isAlone: Bool) throws {
    let family = `A volume looked at in several orientations`.families[0]
    let scan = MemoryVolume.scan(family.volume, seed: 35)
    let scores = try `A volume looked at in several orientations`.mean(family, scan, flips)
    let plan = try `A volume looked at in several orientations`.plan(
      family.graph, scan, family.tiles[1], flips
    ) {
      $0.factors = Self.factors
      if !isAlone { $0.planes = [.label, .probability(channel: 2)] }
    }
    #expect(plan.execution.output == (isAlone ? .labels : .scores))
    let outputs = (isAlone ? 0..<1 : 0..<2).map { _ in
      MemoryOutput(scan.volume.shape, block: plan.tiling.block)
    }
    _ = try SegmentationRun(
      plan, from: scan, to: outputs[0], siblings: Array(outputs[1...])
    ).run()
    let expected = Self.reference(scores, Self.factors)
    // Two classes that are equally good to the last digit may change places.
    let different = zip(outputs[0].bytes, expected).count { $0 != $1 }
    #expect(different <= expected.count / 2000)
    #expect(expected != Self.reference(scores, [1, 1, 1]))
    if !isAlone {
      // The probability itself is not multiplied.
      let wanted = (0..<scores.shape.voxelCount).map { Int(scores.values[3 * $0 + 2] * 255 + 0.5) }
      let apart = zip(outputs[1].bytes, wanted).map { abs(Int($0) - $1) }
      #expect(apart.max() ?? 9 <= 1)
    }
  }

  @Test func `need a number for each class in the card`() throws {
    var card = `A segmentation`.randomModel(.plainUNet(seed: 1)).card
    #expect(try card.decisionFactors == [])
    card.document = ["decision_factors": [1, 1, 1]]
    #expect(try card.decisionFactors == [])
    card.document = ["decision_factors": [1, 0.5, 2]]
    #expect(try card.decisionFactors == [1, 0.5, 2])
    for wrong: JSONValue in [[1, 2], [1, 0, 1], [1, -1, 1], "2", [1, 1, "2"]] {
      card.document = ["decision_factors": wrong]
      #expect(throws: Explanation.self) { try card.decisionFactors }
    }
  }
}
