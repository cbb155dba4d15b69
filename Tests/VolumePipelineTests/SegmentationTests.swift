import EngineCore
import NeuralGraph
import OneDNNEngine
import Pipelines
import Synchronization
import Testing
import TilePlanning
import VolumeCore
import VolumePipeline
import VolumeTesting

@Suite struct `A segmentation` {
  static let block = Shape3(z: 4, y: 64, x: 64)
  static let shape = Shape3(z: 6, y: 150, x: 131)
  static let model = randomModel(.plainUNet(filters: 8, depth: 3, seed: 3))

  static func randomModel(_ graph: Graph) -> Model {
    let card = ModelCard(
      name: "random", classes: LabelClass.unnamed(count: graph.classCount), normalisation: nil,
      voxelType: nil, greyHistogram: nil, document: [:])
    return Model(graph: graph, card: card, hasCard: false, path: "", hash: "", format: "test")
  }

  /// The labels of a run, and what it says of itself.
  private func segment(
    _ scan: any VolumeReader, model: Model = model,
    factory: any EngineFactory = OneDNNEngineFactory(), trace: Trace? = nil,
    committed: [Index3] = [], _ change: (inout SegmentationOptions) -> Void = { _ in }
  ) throws -> (labels: [UInt8], result: SegmentationResult, plan: SegmentationPlan) {
    var options = SegmentationOptions()
    options.precision = .f32
    options.block = Self.block
    options.threads = 2
    change(&options)
    let plan = try SegmentationPlan(options, model: model, scan: scan, factory: factory)
    let output = MemoryOutput(
      plan.tiling.region.shape, block: options.block, committed: committed)
    let result = try SegmentationRun(plan, from: scan, to: output, trace: trace).run()
    #expect(Set(output.committed) == Set(output.grid.indices))
    return (output.bytes, result, plan)
  }

  @Test func `gives the same labels whatever the tiles, slots and threads`() throws {
    let scan = MemoryVolume.scan(Self.shape, seed: 4)
    let whole = try segment(scan) { $0.tiling.tile = .shape(Shape3(z: 1, y: 150, x: 131)) }
    #expect(Set(whole.labels).count > 1, "a network with one answer shows nothing")
    #expect(whole.plan.tiling.isExact)
    for tile in [
      Shape3(z: 1, y: 64, x: 64), Shape3(z: 1, y: 37, x: 53), Shape3(z: 3, y: 8, x: 131),
      Shape3(z: 1, y: 500, x: 500), Shape3(z: 2, y: 96, x: 40),
    ] {
      let tiled = try segment(scan) { $0.tiling.tile = .shape(tile) }
      #expect(tiled.labels == whole.labels, "tiles of \(tile)")
    }
    for slots in 1...3 {
      let tiled = try segment(scan) {
        $0.tiling.tile = .shape(Shape3(z: 1, y: 48, x: 48))
        $0.slots = slots
        $0.threads = slots
      }
      #expect(tiled.labels == whole.labels, "\(slots) slots")
    }
    #expect(try segment(scan).labels == whole.labels, "automatic tiles")
  }

  @Test(
    .enabled(
      if: OneDNNEngineFactory().precisions.contains(.bf16), "this processor has no bfloat16"))
  func `gives the same labels in bfloat16 whatever the tiles`() throws {
    let scan = MemoryVolume.scan(Self.shape, seed: 5)
    let whole = try segment(scan) { $0.precision = .bf16 }
    for tile in [Shape3(z: 1, y: 64, x: 64), Shape3(z: 1, y: 37, x: 53)] {
      let tiled = try segment(scan) {
        $0.tiling.tile = .shape(tile)
        $0.precision = .bf16
      }
      #expect(tiled.labels == whole.labels, "tiles of \(tile)")
    }
  }

  @Test func `gives the labels of the modular network whatever the tiles`() throws {
    let scan = MemoryVolume.scan(Shape3(z: 1, y: 203, x: 190), seed: 6)
    let model = Self.randomModel(.modularUNet(filters: 2, depth: 3, seed: 7))
    let whole = try segment(scan, model: model)
    let tiled = try segment(scan, model: model) {
      $0.tiling.tile = .shape(Shape3(z: 1, y: 50, x: 61))
    }
    let different = zip(tiled.labels, whole.labels).count { $0 != $1 }
    #expect(different == 0)
  }

  @Test func `is what the reference engine says of the whole layer, within the tie rule`() throws {
    let scan = MemoryVolume.scan(Shape3(z: 1, y: 77, x: 90), seed: 8)
    let ours = try segment(scan) { $0.tiling.tile = .shape(Shape3(z: 1, y: 40, x: 40)) }
    let reference = try segment(scan, factory: ReferenceEngineFactory())
    let different = zip(ours.labels, reference.labels).count { $0 != $1 }
    // Ties within 2e-4 are rare: a handful of 6,930 voxels would already be too many.
    #expect(different <= 2)
  }

  @Test func `shows seams when the halo is halved, and says so`() throws {
    let scan = MemoryVolume.scan(Self.shape, seed: 4)
    let whole = try segment(scan)
    let tile = Shape3(z: 1, y: 32, x: 32)
    let exact = try segment(scan) { $0.tiling.tile = .shape(tile) }
    let half = try segment(scan) {
      $0.tiling.tile = .shape(tile)
      $0.tiling.halo = exact.plan.tiling.halo.y / 2
    }
    #expect(exact.plan.tiling.isExact && exact.labels == whole.labels)
    #expect(!half.plan.tiling.isExact)
    #expect(half.labels != whole.labels)
  }

  @Test func `gives a region the labels of the full run`() throws {
    let scan = MemoryVolume.scan(Self.shape, seed: 9)
    let whole = try segment(scan)
    let region = Region(z: 1..<5, y: 20..<120, x: 65..<131)
    let part = try segment(scan) {
      $0.tiling.region = region
      $0.tiling.tile = .shape(Shape3(z: 1, y: 33, x: 50))
    }
    let expected = region.indices.map {
      whole.labels[($0.z * Self.shape.y + $0.y) * Self.shape.x + $0.x]
    }
    #expect(part.labels == expected)
  }

  @Test func `fills the layer up by reflection, as numpy does`() throws {
    // 13 x 21 is filled up to 16 x 24; the volume that is so large already must say the same.
    let small = Shape3(z: 1, y: 13, x: 21)
    let large = Shape3(z: 1, y: 16, x: 24)
    let scan = MemoryVolume.scan(small, seed: 10)
    let bytes = try scan.bytes(of: Region(small))
    func mirrored(_ i: Int, _ n: Int) -> Int { i < n ? i : 2 * (n - 1) - i }
    let filled = Region(large).indices.map { bytes[mirrored($0.y, 13) * 21 + mirrored($0.x, 21)] }
    let ours = try segment(scan).labels
    let whole = try segment(MemoryVolume(large, .uint8, filled)).labels
    #expect(ours == Region(small).indices.map { whole[$0.y * 24 + $0.x] })
  }

  @Test func `segments volumes of one voxel and one row`() throws {
    for shape in [Shape3(z: 1, y: 1, x: 1), Shape3(z: 2, y: 1, x: 50), Shape3(z: 1, y: 3, x: 2)] {
      let scan = MemoryVolume.scan(shape, seed: 11)
      #expect(try segment(scan).labels.allSatisfy { $0 < 3 })
    }
  }

  @Test
  func `encodes several blocks at once, where there is memory for it, and the labels are the same`()
    throws
  {
    let scan = MemoryVolume.scan(Self.shape, seed: 12)
    func run(_ threads: Int) throws -> (labels: [UInt8], plan: SegmentationPlan) {
      let run = try segment(scan) {
        $0.threads = threads
        $0.block = Shape3(z: 2, y: 16, x: 16)
      }
      #expect(run.result.voxels == Self.shape.voxelCount)
      return (run.labels, run.plan)
    }
    let (one, several) = (try run(1), try run(6))
    #expect(one.plan.budget.encoding == 1 && several.plan.budget.encoding == 2)
    #expect(one.labels == several.labels)
    let least = several.plan.memory.total - several.plan.memory.output
    let short = try segment(scan) {
      $0.threads = 6
      $0.block = Shape3(z: 2, y: 16, x: 16)
      $0.memoryByteCount = least - 1
    }
    #expect(short.plan.budget.encoding == 1)
    #expect(short.labels == one.labels)
  }

  @Test func `computes only what is not committed`() throws {
    let scan = MemoryVolume.scan(Self.shape, seed: 13)
    let whole = try segment(scan)
    let done = [Index3(z: 0, y: 0, x: 0), Index3(z: 0, y: 0, x: 1), Index3(z: 1, y: 2, x: 2)]
    let options: (inout SegmentationOptions) -> Void = {
      $0.tiling.tile = .shape(Shape3(z: 1, y: 64, x: 64))
    }
    let rest = try segment(scan, committed: done, options)
    let grid = ChunkGrid(volume: Self.shape, chunk: Self.block)
    for (i, at) in Region(Self.shape).indices.enumerated() {
      let isOld = done.contains {
        grid.region(of: $0).contains(Region(origin: at, shape: Shape3(z: 1, y: 1, x: 1)))
      }
      #expect(rest.labels[i] == (isOld ? 99 : whole.labels[i]))
    }
    #expect(rest.result.tiles < whole.plan.tiling.tileCount * rest.plan.tiling.columns.count)
    #expect(rest.result.voxelsBefore == done.reduce(0) { $0 + grid.region(of: $1).voxelCount })
  }

  @Test func `lets stages alternate with one slot and overlap with two`() throws {
    let scan = MemoryVolume.scan(Shape3(z: 12, y: 64, x: 64), seed: 14)
    func overlaps(slots: Int) throws -> Bool {
      let trace = Trace()
      // A slow reader, so that the network waits for it, and not for the scheduler.
      _ = try segment(SlowReader(scan, secondsPerVoxel: 2e-6), trace: trace) {
        $0.slots = slots
        $0.threads = 1
      }
      var reading = false
      var computing = false
      for event in trace.events {
        if event.stage == "read" { reading = event.begins }
        if event.stage == "infer" { computing = event.begins }
        if reading && computing { return true }
      }
      return false
    }
    #expect(try !overlaps(slots: 1))
    #expect(try overlaps(slots: 2))
  }

  @Test func `refuses a network that the engine cannot compute before it begins`() {
    let scan = MemoryVolume.scan(Shape3(z: 1, y: 16, x: 16), seed: 18)
    // It takes two channels, which no scan has.
    let graph = Graph(
      nodes: [Node(name: "in", operation: .input(channels: 2), inputs: [])], output: 0)
    let error = #expect(throws: Explanation.self) {
      try segment(scan, model: Self.randomModel(graph))
    }
    #expect(error?.kind == .input)
    #expect(error?.what.contains("channels") == true)
  }

  @Test func `passes on what the reader or the writer throws, and ends`() throws {
    let scan = MemoryVolume.scan(Self.shape, seed: 15)
    var options = SegmentationOptions()
    options.precision = .f32
    options.block = Self.block
    let plan = try SegmentationPlan(
      options, model: Self.model, scan: scan, factory: OneDNNEngineFactory())
    let output = MemoryOutput(
      Self.shape, block: Self.block, failingBlock: Index3(z: 0, y: 1, x: 0))
    #expect(throws: Explanation.self) { try SegmentationRun(plan, from: scan, to: output).run() }
    let broken = FailingReader(scan, failingLayer: 3)
    let other = MemoryOutput(Self.shape, block: Self.block)
    let error = #expect(throws: Explanation.self) {
      try SegmentationRun(plan, from: broken, to: other).run()
    }
    #expect(error?.what.contains("gone") == true)
    // The first slab was whole when the reader failed, or was being computed: never half written.
    #expect(other.committed.allSatisfy { $0.z == 0 })
  }

  @Test func `announces each tile while the one before is read`() throws {
    let scan = MemoryVolume.scan(Shape3(z: 6, y: 100, x: 90), seed: 21)
    let watched = WatchedReader(scan)
    let run = try segment(watched) { $0.tiling.tile = .shape(Shape3(z: 1, y: 48, x: 48)) }
    #expect(run.labels == (try segment(scan)).labels)
    let steps = watched.steps
    // Tiles may look at the same voxels, so the places of the steps are compared, not their regions.
    let reads = steps.indices.filter { if case .read = steps[$0] { true } else { false } }
    let announced = steps.indices.filter { !reads.contains($0) }
    #expect(reads.count == run.result.tiles && announced.count == reads.count)
    for (place, (told, read)) in zip(announced, reads).enumerated() {
      guard case .announced(let region) = steps[told] else { continue }
      // In the order in which they are read, and each before the one before it is.
      #expect(steps[read] == .read(region))
      #expect(told < (place == 0 ? read : reads[place - 1]))
    }
  }

  @Test func `stops between tiles and keeps what is committed`() throws {
    let scan = MemoryVolume.scan(Shape3(z: 16, y: 64, x: 64), seed: 16)
    var options = SegmentationOptions()
    options.precision = .f32
    options.block = Self.block
    options.slots = 1
    let plan = try SegmentationPlan(
      options, model: Self.model, scan: scan, factory: OneDNNEngineFactory())
    let output = MemoryOutput(scan.volume.shape, block: Self.block)
    let trace = Trace()
    let run = SegmentationRun(
      plan, from: scan, to: output,
      stopSignal: { trace.events.contains { $0.stage == "write" && $0.tile == 5 } ? 2 : nil },
      trace: trace)
    let error = #expect(throws: Explanation.self) { try run.run() }
    #expect(error?.kind == .stopped(signal: 2))
    #expect(output.committed == [Index3(z: 0, y: 0, x: 0)])
  }

  @Test func `takes the largest tile that memory allows, and refuses too little`() throws {
    let scan = MemoryVolume.scan(Shape3(z: 2, y: 640, x: 700), seed: 17)
    func tile(_ memory: Int) throws -> Shape3 {
      var options = SegmentationOptions()
      options.precision = .f32
      options.memoryByteCount = memory
      return try SegmentationPlan(
        options, model: Self.model, scan: scan, factory: OneDNNEngineFactory()
      ).tiling.core
    }
    let roomy = try tile(4 << 30)
    let tight = try tile(60 << 20)
    #expect(roomy == Shape3(z: 1, y: 640, x: 700))
    #expect(tight.voxelCount < roomy.voxelCount)
    let error = #expect(throws: Explanation.self) { try tile(10 << 20) }
    #expect(error?.kind == .input)
    #expect(error?.remedy.contains("--memory") == true)
  }
}

/// A reader that keeps what was asked of it.
private final class WatchedReader: VolumeReader {
  enum Step: Hashable {
    case announced(Region)
    case read(Region)
  }

  private let inner: MemoryVolume
  private let noted = Mutex<[Step]>([])
  var volume: VolumeDescription { inner.volume }
  var fingerprint: String { "watched" }
  var steps: [Step] { noted.withLock { $0 } }

  init(_ inner: MemoryVolume) { self.inner = inner }

  func willRead(_ region: Region) { noted.withLock { $0.append(.announced(region)) } }

  func read(_ region: Region, into destination: inout MutableRawSpan) throws(VolumeReadError) {
    noted.withLock { $0.append(.read(region)) }
    try inner.read(region, into: &destination)
  }
}

/// A reader that fails from one layer on.
private final class FailingReader: VolumeReader {
  private let inner: MemoryVolume
  private let failingLayer: Int
  var volume: VolumeDescription { inner.volume }
  var fingerprint: String { "failing" }

  init(_ inner: MemoryVolume, failingLayer: Int) {
    self.inner = inner
    self.failingLayer = failingLayer
  }

  func read(_ region: Region, into destination: inout MutableRawSpan) throws(VolumeReadError) {
    guard region.z.upperBound <= failingLayer else {
      throw VolumeReadError(
        region: region, reason: Explanation(.failed, "the disk is gone", remedy: "look for it"))
    }
    try inner.read(region, into: &destination)
  }
}
