import EngineCore
import NeuralGraph
import OneDNNEngine
import Testing
import VolumeCore
import VolumePipeline
import VolumeTesting

/// A kind of network with a volume of odd extents, and tilings of it.
struct Family: CustomTestStringConvertible, Sendable {
  var name: String
  var options: UNetOptions
  var volume: Shape3
  var tiles: [Shape3]
  var testDescription: String { "\(name), \(volume)" }

  /// Weights that follow from a seed; the last layer's are larger, so that scores are far from
  /// equal.
  var graph: Graph {
    var graph = options.graph(seed: 21)
    for (index, node) in graph.nodes.enumerated() where node.name == "out" {
      guard case .convolution(var layer) = node.operation else { continue }
      layer.weights = layer.weights.map { 2 * $0 }
      graph.nodes[index].operation = .convolution(layer)
    }
    return graph
  }

  static func options(
    depth: Int, isLearned: Bool, layers: Int = 1, isVolumetric: Bool = false
  ) -> UNetOptions {
    var options = isLearned ? UNetOptions.modular : UNetOptions()
    (options.filters, options.depth) = (isVolumetric && isLearned ? 1 : 2, depth)
    if !isLearned { options.up = .nearest }
    options.residual = isLearned
    options.inputChannels = layers
    options.isVolumetric = isVolumetric
    return options
  }

  static let all: [Family] = {
    var all: [Family] = []
    // The context of depth 4 is 122 voxels on each side, so x must be long for tiles to have a middle.
    for (depth, x) in [(2, 131), (3, 203), (4, 405)] {
      for isLearned in [true, false] {
        all.append(
          Family(
            name: "2D depth \(depth) \(isLearned ? "learned" : "rigid")",
            options: options(depth: depth, isLearned: isLearned), volume: Shape3(z: 3, y: 29, x: x),
            tiles: [
              Shape3(z: 1, y: 29, x: 16), Shape3(z: 1, y: 8, x: 37), Shape3(z: 2, y: 13, x: 64),
              Shape3(z: 3, y: 29, x: 5), Shape3(z: 1, y: 5, x: 500), Shape3(z: 1, y: 16, x: 101),
            ]))
      }
    }
    for layers in [3, 5] {
      all.append(
        Family(
          name: "2.5D of \(layers) layers",
          options: options(depth: 2, isLearned: layers == 5, layers: layers),
          volume: Shape3(z: 9, y: 27, x: 131),
          tiles: [
            Shape3(z: 1, y: 27, x: 131), Shape3(z: 2, y: 27, x: 16), Shape3(z: 4, y: 9, x: 37),
            Shape3(z: 9, y: 16, x: 64), Shape3(z: 3, y: 5, x: 500), Shape3(z: 5, y: 13, x: 13),
          ]))
    }
    for isLearned in [true, false] {
      let kind = isLearned ? "learned" : "rigid"
      let shallow = options(depth: 2, isLearned: isLearned, isVolumetric: true)
      let deep = options(depth: 3, isLearned: isLearned, isVolumetric: true)
      all.append(
        Family(
          name: "3D depth 2 \(kind)", options: shallow,
          volume: isLearned ? Shape3(z: 77, y: 9, x: 11) : Shape3(z: 13, y: 71, x: 9),
          tiles: [
            Shape3(z: 8, y: 8, x: 8), Shape3(z: 16, y: 5, x: 20), Shape3(z: 5, y: 16, x: 4),
            Shape3(z: 30, y: 30, x: 30), Shape3(z: 3, y: 64, x: 64), Shape3(z: 64, y: 3, x: 11),
          ]))
      all.append(
        Family(
          name: "3D depth 3 \(kind)", options: deep,
          volume: isLearned ? Shape3(z: 141, y: 9, x: 11) : Shape3(z: 139, y: 13, x: 9),
          tiles: [
            Shape3(z: 8, y: 8, x: 8), Shape3(z: 24, y: 9, x: 24), Shape3(z: 13, y: 4, x: 13),
            Shape3(z: 70, y: 30, x: 70), Shape3(z: 16, y: 64, x: 9), Shape3(z: 9, y: 3, x: 64),
          ]))
    }
    return all
  }()
}

@Suite struct `A volume computed in tiles` {
  /// What is left is the order in which single-precision sums are taken; scores are probabilities.
  static let tolerance: Float = 1e-4
  /// Labels may differ where the two best scores are as near as this.
  static let tie: Float = 2e-4

  @Test(arguments: Family.all)
  func `is the volume computed at once, and no longer with less context`(family: Family) throws {
    let scan = MemoryVolume.scan(family.volume, seed: 22)
    let whole = try Self.whole(family.graph, scan)
    for (number, tile) in family.tiles.enumerated() {
      let plan = try Self.plan(family.graph, scan, tile)
      #expect(plan.tiling.isExact)
      let tiled = try plan.scores(from: scan)
      let apart = Self.largestDifference(tiled, whole)
      #expect(apart <= Self.tolerance, "tiles of \(tile) differ by \(apart)")
      // A run is the same engine again; every other tiling is enough.
      if number % 2 == 1 { continue }
      let labels = try Self.labels(plan, scan)
      #expect(Self.wrong(labels, whole) == 0, "tiles of \(tile)")
    }
    // One stride less than the network sees, and it shows.
    let tile = Shape3(z: 8, y: 8, x: 8)
    let exact = try Self.plan(family.graph, scan, tile)
    let needed = exact.tiling.halo
    let less = try Self.plan(
      family.graph, scan, tile,
      halo: max(needed.y, needed.x, family.options.isVolumetric ? needed.z : 0)
        - exact.tiling.stride.x)
    #expect(!less.tiling.isExact)
    let shown = Self.largestDifference(try less.scores(from: scan), whole)
    #expect(shown > Self.tolerance, "a smaller halo shows by \(shown) only")
  }

  @Test(arguments: Family.all.filter { $0.options.isVolumetric && $0.volume.z > 64 })
  func `is the volume computed at once in columns that stream along z`(family: Family) throws {
    let scan = MemoryVolume.scan(family.volume, seed: 23)
    let whole = try Self.whole(family.graph, scan)
    for (number, tile) in Self.columns.enumerated() {
      let plan = try Self.plan(
        family.graph, scan, tile, factory: OneDNNEngineFactory(streams: .always))
      #expect(plan.tiling.isExact)
      let apart = Self.largestDifference(try plan.scores(from: scan), whole)
      #expect(apart <= Self.tolerance, "columns of \(tile) differ by \(apart)")
      if number % 3 > 0 { continue }
      #expect(Self.wrong(try Self.labels(plan, scan), whole) == 0, "columns of \(tile)")
    }
  }

  static let columns = [
    Shape3(z: 500, y: 8, x: 8), Shape3(z: 64, y: 16, x: 5), Shape3(z: 500, y: 5, x: 20),
    Shape3(z: 96, y: 4, x: 16), Shape3(z: 33, y: 16, x: 16), Shape3(z: 500, y: 30, x: 30),
  ]

  @Test func `computes less halo in columns than in tiles computed at once`() throws {
    // The plain 3D network of depth 3 with 16 filters, on 512³ with 4 GiB.
    var options = UNetOptions()
    (options.filters, options.isVolumetric) = (16, true)
    let scan = UnreadVolume(Shape3(z: 512, y: 512, x: 512))
    func overhead(_ streams: StreamChoice) throws -> Double {
      var run = SegmentationOptions()
      run.precision = .f32
      run.memoryByteCount = 4 << 30
      run.threads = 2
      let plan = try SegmentationPlan(
        run, model: `A segmentation`.randomModel(options.graph(seed: 1)), scan: scan,
        factory: OneDNNEngineFactory(streams: streams))
      #expect(plan.tiling.isExact && plan.memory.total <= 4 << 30)
      return plan.tiling.overhead
    }
    let (columns, cubes) = (try overhead(.automatic), try overhead(.never))
    #expect(columns <= 1.6)
    #expect(cubes > 2.5, "\(columns) and \(cubes)")
  }

  // MARK: - Helpers

  /// The scores of the whole volume, filled up as it must be, by the reference device. A 2.5D
  /// network is given its layers as channels here, which is not how tiles are computed.
  private static func whole(_ graph: Graph, _ scan: MemoryVolume) throws -> FeatureMap {
    let scores = ReferenceDevice().run(graph, try filledInput(of: graph, scan))
    return cut(scores, to: scan.volume.shape)
  }

  /// What the network sees of the whole volume, filled up to multiples of its stride.
  static func filledInput(of graph: Graph, _ scan: MemoryVolume) throws -> FeatureMap {
    let volume = scan.volume.shape
    let grey = try scan.bytes(of: Region(volume))
    let stride = graph.totalStride
    func filled(_ n: Int, _ stride: Int) -> Int { (n + stride - 1) / stride * stride }
    let layers = graph.inputChannels
    let shape = Shape3(
      z: filled(volume.z, stride.z), y: filled(volume.y, stride.y), x: filled(volume.x, stride.x))
    /// The place that numpy's "reflect" takes the value from.
    func mirrored(_ i: Int, _ n: Int) -> Int {
      i < 0 ? mirrored(-i, n) : i < n ? i : mirrored(2 * (n - 1) - i, n)
    }
    var input = FeatureMap(shape: shape, channels: layers)
    for z in 0..<shape.z {
      for y in 0..<shape.y {
        for x in 0..<shape.x {
          for c in 0..<layers {
            let layer = mirrored(z + c - layers / 2, volume.z)
            let (row, column) = (mirrored(y, volume.y), mirrored(x, volume.x))
            input[z, y, x, c] = Float(grey[(layer * volume.y + row) * volume.x + column]) / 255
          }
        }
      }
    }
    return input
  }

  /// The part of `scores` that lies in the volume.
  static func cut(_ scores: FeatureMap, to volume: Shape3) -> FeatureMap {
    var result = FeatureMap(shape: volume, channels: scores.channels)
    for z in 0..<volume.z {
      for y in 0..<volume.y {
        for x in 0..<volume.x {
          for c in 0..<scores.channels { result[z, y, x, c] = scores[z, y, x, c] }
        }
      }
    }
    return result
  }

  private static func plan(
    _ graph: Graph, _ scan: MemoryVolume, _ tile: Shape3, halo: Int? = nil,
    factory: any EngineFactory = OneDNNEngineFactory()
  ) throws -> SegmentationPlan {
    var options = SegmentationOptions()
    options.precision = .f32
    options.block = Shape3(z: 32, y: 64, x: 64)
    options.tiling.tile = .shape(tile)
    options.tiling.halo = halo
    return try SegmentationPlan(
      options, model: `A segmentation`.randomModel(graph), scan: scan,
      factory: factory)
  }

  private static func labels(_ plan: SegmentationPlan, _ scan: MemoryVolume) throws -> [UInt8] {
    let output = MemoryOutput(plan.tiling.region.shape, block: plan.tiling.block)
    _ = try SegmentationRun(plan, from: scan, to: output).run()
    return output.bytes
  }

  static func largestDifference(_ a: FeatureMap, _ b: FeatureMap) -> Float {
    guard a.values.count == b.values.count else { return .infinity }
    return zip(a.values, b.values).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  /// Labels that are not those of the highest score, nor of one that is as good as that.
  private static func wrong(_ labels: [UInt8], _ scores: FeatureMap) -> Int {
    labels.indices.count { voxel in
      let first = voxel * scores.channels
      let of = scores.values[first..<(first + scores.channels)]
      return scores.values[first + Int(labels[voxel])] < (of.max() ?? 0) - tie
    }
  }
}

/// A volume for plans alone.
final class UnreadVolume: VolumeReader {
  let volume: VolumeDescription
  var fingerprint: String { "unread" }

  init(_ shape: Shape3, _ type: VoxelType = .uint8) {
    volume = VolumeDescription(shape: shape, voxelType: type, format: "none")
  }

  func read(_ region: Region, into destination: inout MutableRawSpan) throws(VolumeReadError) {
    throw VolumeReadError(
      region: region, reason: Explanation(.failed, "there is nothing to read", remedy: ""))
  }
}
