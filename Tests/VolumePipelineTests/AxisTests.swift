import EngineCore
import NeuralGraph
import OneDNNEngine
import Synchronization
import Testing
import VolumeCore
import VolumePipeline
import VolumeTesting

@Suite struct `A volume looked at along three axes` {
  static let shape = Shape3(z: 45, y: 38, x: 51)

  @Test(arguments: AxisOrder.passes)
  func `is the volume with its axes in another order`(order: AxisOrder) throws {
    let scan = MemoryVolume.scan(Self.shape, seed: 51)
    let view = AxisView(scan, order: order, planes: 16)
    #expect(view.volume.shape == order.shape(Self.shape))
    let whole = try scan.bytes(of: Region(Self.shape))
    var random = SeededRandom(seed: 52)
    for _ in 0..<30 {
      func range(_ n: Int) -> Range<Int> {
        let first = Int.random(in: 0..<n, using: &random)
        return first..<Int.random(in: (first + 1)...n, using: &random)
      }
      let s = view.volume.shape
      let region = Region(z: range(s.z), y: range(s.y), x: range(s.x))
      let source = order.source(region)
      #expect(order.region(source) == region)
      let expected = region.indices.map { at -> UInt8 in
        let from = order.source(
          Region(origin: at, shape: Shape3(z: 1, y: 1, x: 1))
        ).origin
        return whole[(from.z * Self.shape.y + from.y) * Self.shape.x + from.x]
      }
      #expect(try view.bytes(of: region) == expected)
    }
  }

  @Test(arguments: AxisOrder.passes)
  func `is read once by planes that follow one another, also by those with margins`(
    order: AxisOrder
  ) throws {
    let scan = MemoryVolume.scan(Self.shape, seed: 53)
    let view = AxisView(scan, order: order, planes: 16)
    let s = view.volume.shape
    for margin in 0...1 {
      let before = scan.readRegions.count
      for z in 0..<s.z {
        let planes = max(0, z - margin)..<min(s.z, z + margin + 1)
        _ = try view.bytes(of: Region(z: planes, y: 2..<s.y, x: 0..<s.x))
      }
      let read = scan.readRegions[before...].reduce(0) { $0 + $1.voxelCount }
      #expect(read == s.z * (s.y - 2) * s.x)
    }
    #expect(
      view.cacheByteCount(forBoxesOf: Shape3(z: 1, y: s.y, x: s.x)) < 40 * s.y * s.x)
  }

  @Test func `converts between any two orders`() {
    for a in AxisOrder.passes {
      for b in AxisOrder.passes {
        #expect(a.converting(to: b).shape(a.shape(Self.shape)) == b.shape(Self.shape))
      }
    }
  }

  @Test(arguments: [1, 4])
  func `gives the mean of what is seen along each`(flips: Int) throws {
    var options = UNetOptions.modular
    (options.filters, options.depth, options.residual) = (2, 1, true)
    let family = Family(name: "2D", options: options, volume: Self.shape, tiles: [])
    let scan = MemoryVolume.scan(Self.shape, seed: 54)
    let region = Region(z: 3..<41, y: 0..<38, x: 10..<50)
    let expected = try Self.mean(family, scan, flips)
    for tile in [nil, Shape3(z: 1, y: 20, x: 24)] {
      let found = try Self.run(family.graph, scan, region, tile, flips)
      var worst = 0
      for (place, at) in region.indices.enumerated() {
        for c in 0..<3 {
          let p = Int((255 * expected[at.z, at.y, at.x, c]).rounded())
          worst = max(worst, abs(Int(found[c + 1][place]) - p))
        }
      }
      #expect(worst <= 1, "tiles of \(String(describing: tile))")
      let wrong = region.indices.enumerated().count { place, at in
        let of = (0..<3).map { expected[at.z, at.y, at.x, $0] }
        return of[Int(found[0][place])] < (of.max() ?? 0) - `A volume computed in tiles`.tie
      }
      #expect(wrong == 0)
    }
  }

  @Test func `reads no axis of a scan of 2048³ more than 1.3 times at 2 GiB`() throws {
    let scan = UnreadVolume(Shape3(z: 2048, y: 2048, x: 2048))
    let graph = Graph.plainUNet(filters: 8, depth: 3, seed: 1)
    for (number, order) in AxisOrder.passes.enumerated() {
      var options = SegmentationOptions()
      options.memoryByteCount = 2 << 30
      options.threads = 2
      let isLast = number == AxisOrder.passes.count - 1
      options.planes =
        isLast ? [.label, .uncertainty(.entropy)] : [.sum(channel: 0), .sum(channel: 1)]
      if !isLast { options.block = Shape3(z: 32, y: 1024, x: 1024) }
      let sums =
        number == 0
        ? []
        : (0..<2).map { _ in
          AxisView(
            UnreadVolume(scan.volume.shape, .uint16),
            order: AxisOrder.passes[number - 1].converting(to: order), planes: 32)
        }
      options.passes = PassPlace(count: 3, before: number, sums: sums)
      let view = AxisView(scan, order: order, planes: 32)
      let plan = try SegmentationPlan(
        options, model: `A segmentation`.randomModel(graph), scan: view,
        factory: OneDNNEngineFactory())
      // What a tile reads lies in whole cubes of 32, each of which is decoded once for a column.
      func decoded(_ range: Range<Int>) -> Int {
        let inside = range.clamped(to: 0..<2048)
        return (inside.upperBound + 31) / 32 * 32 - inside.lowerBound / 32 * 32
      }
      let read = plan.tiling.columns.reduce(0) { $0 + decoded($1.inputY) * decoded($1.inputX) }
      let ratio = Double(read) / (2048 * 2048)
      #expect(ratio <= 1.3, "along \(order.name): \(ratio) in tiles of \(plan.tiling.core)")
      #expect(plan.tiling.overhead <= 1.2, "along \(order.name)")
      #expect(plan.memory.total <= 2 << 30 && plan.tiling.isExact)
      print(order.name, plan.tiling.core, plan.tiling.overhead, ratio, plan.memory.total >> 20)
    }
  }

  // MARK: - Helpers

  /// The specification: the volume's axes are put in each order, and the mean is taken.
  private static func mean(_ family: Family, _ scan: MemoryVolume, _ flips: Int) throws
    -> FeatureMap
  {
    let whole = try scan.bytes(of: Region(shape))
    var mean = FeatureMap(shape: shape, channels: 3)
    for order in AxisOrder.passes {
      let turned = order.shape(shape)
      let bytes = Region(turned).indices.map { at -> UInt8 in
        let from = order.source(Region(origin: at, shape: Shape3(z: 1, y: 1, x: 1))).origin
        return whole[(from.z * shape.y + from.y) * shape.x + from.x]
      }
      let scores = try `A volume looked at in several orientations`.mean(
        family, MemoryVolume(turned, .uint8, bytes), flips)
      for at in Region(turned).indices {
        let to = order.source(Region(origin: at, shape: Shape3(z: 1, y: 1, x: 1))).origin
        for c in 0..<3 { mean[to.z, to.y, to.x, c] += scores[at.z, at.y, at.x, c] / 3 }
      }
    }
    return mean
  }

  /// Labels and the probabilities of all classes, by three passes.
  private static func run(
    _ graph: Graph, _ scan: MemoryVolume, _ region: Region, _ tile: Shape3?, _ flips: Int
  ) throws -> [[UInt8]] {
    var sums: [Plane] = []
    for (number, order) in AxisOrder.passes.enumerated() {
      let isLast = number == AxisOrder.passes.count - 1
      let view = AxisView(scan, order: order, planes: 16)
      var options = SegmentationOptions()
      options.precision = .f32
      options.flips = flips
      options.block = Shape3(z: 16, y: 32, x: 32)
      options.tiling.region = order.region(region)
      options.tiling.tile = tile.map { .shape($0) } ?? .automatic
      let before = sums.map {
        AxisView(
          $0.reader, order: AxisOrder.passes[number - 1].converting(to: order), planes: 16)
      }
      options.passes = PassPlace(count: 3, before: number, sums: before)
      options.planes =
        isLast
        ? [.label] + (0..<3).map { .probability(channel: $0) }
        : (0..<2).map { .sum(channel: $0) }
      let plan = try SegmentationPlan(
        options, model: `A segmentation`.randomModel(graph), scan: view,
        factory: OneDNNEngineFactory())
      #expect(plan.tiling.isExact)
      let outputs = options.planes.map { plane in
        Plane(order.region(region).shape, block: options.block, width: plane.byteCount)
      }
      _ = try SegmentationRun(
        plan, from: view, to: outputs[0], siblings: Array(outputs[1...])
      ).run()
      sums = outputs
    }
    return sums.map(\.bytes)
  }
}

/// An output of one or two bytes a voxel, in memory.
private final class Plane: VolumeWriter {
  let grid: ChunkGrid
  private let width: Int
  private let state: Mutex<(bytes: [UInt8], committed: Set<Index3>)>

  init(_ shape: Shape3, block: Shape3, width: Int) {
    grid = ChunkGrid(volume: shape, chunk: block)
    self.width = width
    state = Mutex(([UInt8](repeating: 0, count: shape.voxelCount * width), []))
  }

  var bytes: [UInt8] { state.withLock { $0.bytes } }
  var reader: MemoryVolume {
    MemoryVolume(grid.volume, width == 2 ? .uint16 : .uint8, bytes)
  }
  var writesInOrder: Bool { false }

  func isCommitted(_ block: Index3) -> Bool { state.withLock { $0.committed.contains(block) } }

  func commit(_ block: Index3, _ voxels: RawSpan) throws(VolumeWriteError) -> Int {
    let region = grid.region(of: block)
    let copy = unsafe voxels.withUnsafeBytes { unsafe [UInt8]($0) }
    state.withLock { state in
      state.committed.insert(block)
      var span = state.bytes.mutableSpan
      var raw = unsafe span.mutableBytes
      unsafe copyVoxels(
        region, from: copy.span.bytes, of: region, to: &raw, of: Region(grid.volume), width: width)
    }
    return copy.count
  }

  func finish(record: [String: JSONValue]) throws(VolumeWriteError) {}
}
