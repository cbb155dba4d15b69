import EngineCore
import NeuralGraph
import OneDNNEngine
import SystemIO
import Testing
import TilePlanning
import VolumeCore
import VolumePipeline
import VolumeTesting
import VoxelHashing

@Suite struct `What was computed, computed again` {
  static let shape = Shape3(z: 6, y: 150, x: 131)
  static let block = Shape3(z: 4, y: 64, x: 64)
  let scan = MemoryVolume.scan(Self.shape, seed: 31)

  private struct Run {
    var plan: SegmentationPlan
    var labels: MemoryVolume
    var facts: [Index3: [String: JSONValue]]
  }

  private func run(
    tile: Shape3, halo: Int? = nil, region: Region? = nil, scan: MemoryVolume? = nil,
    model: Model = `A segmentation`.model
  ) throws -> Run {
    let scan = scan ?? self.scan
    var options = SegmentationOptions()
    options.precision = .f32
    options.block = Self.block
    options.tiling.tile = .shape(tile)
    options.tiling.halo = halo
    options.tiling.region = region
    let plan = try SegmentationPlan(
      options, model: model, scan: scan, factory: OneDNNEngineFactory())
    let output = MemoryOutput(plan.tiling.region.shape, block: Self.block)
    let run = SegmentationRun(
      plan, from: scan, to: output,
      observers: [InputHashes(scan.volume), LabelHashes(scan.volume)])
    _ = try run.run()
    return Run(
      plan: plan, labels: MemoryVolume(plan.tiling.region.shape, .uint8, output.bytes),
      facts: Dictionary(
        uniqueKeysWithValues: run.blocks.indices.map { ($0, run.facts(of: $0) ?? [:]) }))
  }

  private func edited(_ at: Index3, by change: UInt8) throws -> MemoryVolume {
    var bytes = try scan.bytes(of: Region(Self.shape))
    bytes[(at.z * Self.shape.y + at.y) * Self.shape.x + at.x] ^= change
    return MemoryVolume(Self.shape, .uint8, bytes)
  }

  // MARK: - Hashes

  @Test func `has hashes that do not depend on the tiles`() throws {
    let whole = try run(tile: Shape3(z: 1, y: 150, x: 131))
    let small = try run(tile: Shape3(z: 3, y: 37, x: 53))
    #expect(whole.facts == small.facts)
    #expect(whole.facts.count == 2 * 3 * 3)
    var sum = VoxelHash()
    for facts in whole.facts.values { sum += try #require(InputFacts(facts["input"])).hash }
    let hasher = VoxelHasher(columns: 0..<Self.shape.x)
    let bytes = try scan.bytes(of: Region(Self.shape))
    let all = hasher.layers(Region(Self.shape), of: unsafe bytes.span.bytes, width: 1)
    #expect(sum == all.reduce(VoxelHash(), +))
  }

  @Test func `has the hashes of the whole run's blocks where a region is aligned to them`() throws {
    let whole = try run(tile: Shape3(z: 1, y: 64, x: 64))
    let part = try run(
      tile: Shape3(z: 1, y: 64, x: 64), region: Region(z: 4..<6, y: 64..<150, x: 64..<131))
    for block in part.facts.keys {
      let same = Index3(z: block.z + 1, y: block.y + 1, x: block.x + 1)
      #expect(part.facts[block] == whole.facts[same])
    }
  }

  @Test func `is held against a scan of which one voxel was edited`() throws {
    let run = try run(tile: Shape3(z: 1, y: 64, x: 64))
    func check(_ scan: MemoryVolume) throws -> [InputCheck.Mismatch] {
      let check = InputCheck(
        scan, grid: ChunkGrid(volume: Self.shape, chunk: Self.block),
        origin: Index3(z: 0, y: 0, x: 0)
      ) { InputFacts(run.facts[$0]?["input"]) }
      return try check.mismatches(in: Region(Self.shape))
    }
    #expect(try check(scan).isEmpty)
    let found = try check(edited(Index3(z: 5, y: 70, x: 3), by: 1))
    #expect(
      found == [
        InputCheck.Mismatch(
          block: Index3(z: 1, y: 1, x: 0), region: Region(z: 4..<6, y: 64..<128, x: 0..<64),
          layer: 5)
      ])
  }

  // MARK: - Seams

  @Test func `shows no seam where the halo is whole`() throws {
    let run = try run(tile: Shape3(z: 1, y: 37, x: 53))
    let check = SeamCheck(run.plan, count: 12, seed: 3)
    #expect(check.regions.count == 12)
    let result = try check.run(from: scan, comparingWith: run.labels, memory: 1 << 30)
    #expect(result.agreement.voxels == check.regions.reduce(0) { $0 + $1.voxelCount })
    #expect(result.agreement.beyondTies == 0)
    #expect(result.boxes.map(\.region) == check.regions)
  }

  @Test func `shows the seam where the halo is too small, in every box but few`() throws {
    let run = try run(tile: Shape3(z: 1, y: 32, x: 32), halo: 4)
    let result = try SeamCheck(run.plan, count: 12, seed: 3)
      .run(from: scan, comparingWith: run.labels, memory: 1 << 30)
    #expect(result.agreement.beyondTies > 0)
    #expect(result.boxes.count { $0.agreement.differing > 0 } >= 6)
  }

  @Test func `has boxes across borders, half of them at corners`() throws {
    let run = try run(tile: Shape3(z: 1, y: 64, x: 64))
    for (number, box) in SeamCheck(run.plan, count: 20, seed: 9).regions.enumerated() {
      #expect(Region(Self.shape).contains(box))
      let crossesY = [64, 128].contains { box.y.contains($0) && box.y.contains($0 - 1) }
      let crossesX = [64, 128].contains { box.x.contains($0) && box.x.contains($0 - 1) }
      #expect(crossesY || crossesX, "box \(number)")
    }
    let corners = SeamCheck(run.plan, count: 20, seed: 9).regions.count { box in
      box.y.contains(64) && box.y.contains(63) && box.x.contains(64) && box.x.contains(63)
    }
    #expect(corners >= 3)
  }

  @Test func `has boxes across layers too where the network looks along z`() throws {
    var network = UNetOptions()
    (network.filters, network.depth, network.isVolumetric) = (2, 1, true)
    let model = `A segmentation`.randomModel(network.graph(seed: 3))
    let cube = MemoryVolume.scan(Shape3(z: 24, y: 40, x: 44), seed: 32)
    let exact = try run(tile: Shape3(z: 4, y: 16, x: 16), scan: cube, model: model)
    let regions = SeamCheck(exact.plan, count: 8, seed: 1).regions
    #expect(regions.contains { $0.z.count > 1 && $0.z.contains(4) })
    let good = try SeamCheck(exact.plan, count: 4, seed: 1)
      .run(from: cube, comparingWith: exact.labels, memory: 1 << 30)
    #expect(good.agreement.beyondTies == 0 && good.agreement.voxels > 0)
    let cut = try run(tile: Shape3(z: 4, y: 16, x: 16), halo: 0, scan: cube, model: model)
    let bad = try SeamCheck(cut.plan, count: 4, seed: 1)
      .run(from: cube, comparingWith: cut.labels, memory: 1 << 30)
    #expect(bad.agreement.beyondTies > 0)
  }

  @Test func `says why no seam was looked for`() throws {
    let whole = try run(tile: Shape3(z: 1, y: 150, x: 131))
    let none = try SeamCheck(whole.plan, count: nil, seed: 1)
      .run(from: scan, comparingWith: whole.labels, memory: 1 << 30)
    #expect(none.boxes.isEmpty && none.why?.contains("no border") == true)
    let tiled = try run(tile: Shape3(z: 1, y: 64, x: 64))
    let check = SeamCheck(tiled.plan, count: nil, seed: 1)
    #expect(check.regions.count == 1, "at least one, however small the scan")
    let tight = try check.run(from: scan, comparingWith: tiled.labels, memory: 1 << 20)
    #expect(tight.boxes.isEmpty && tight.why?.contains("MiB") == true)
  }

  // MARK: - Samples

  private func sample(
    _ run: Run, _ labels: MemoryVolume, scan: MemoryVolume? = nil, share: Double = 0.25,
    seed: UInt64 = 5, memory: Int = 1 << 30, factory: any EngineFactory = OneDNNEngineFactory()
  ) throws -> (agreement: Agreement, check: SampleCheck) {
    var tiling = TilingOptions()
    tiling.tile = .shape(run.plan.tiling.core)
    tiling.region = run.plan.tiling.region
    let check = try SampleCheck(
      tiling, covering: Self.shape, run.plan.execution, factory: factory, share: share,
      seed: seed, memory: memory)
    let agreement = try check.run(
      from: scan ?? self.scan, comparingWith: labels, at: run.plan.tiling.region.origin)
    return (agreement, check)
  }

  @Test func `agrees, tile by tile`() throws {
    let run = try run(tile: Shape3(z: 1, y: 64, x: 64))
    let (agreement, check) = try sample(run, run.labels)
    #expect(check.tileCount == 6 * 9)
    #expect(check.tiles.count == 14)
    #expect(agreement.voxels == check.tiles.reduce(0) { $0 + $1.core.voxelCount })
    #expect(agreement.beyondTies == 0)
    #expect(try sample(run, run.labels, share: 1e-9).check.tiles.count == 1)
    #expect(try sample(run, run.labels, share: 1).agreement.voxels == Self.shape.voxelCount)
    #expect(try sample(run, run.labels, seed: 5).check.tiles == check.tiles)
    #expect(try sample(run, run.labels, seed: 6).check.tiles != check.tiles)
  }

  @Test func `agrees on a region, at its place`() throws {
    let region = Region(z: 1..<5, y: 20..<120, x: 65..<131)
    let run = try run(tile: Shape3(z: 1, y: 33, x: 50), region: region)
    let agreement = try sample(run, run.labels, share: 1).agreement
    #expect(agreement.voxels == region.voxelCount && agreement.beyondTies == 0)
  }

  @Test func `names labels that are others, with the distance to the decision`() throws {
    let run = try run(tile: Shape3(z: 1, y: 64, x: 64))
    var bytes = try run.labels.bytes(of: Region(Self.shape))
    let place = Index3(z: 2, y: 100, x: 100)
    let number = (place.z * Self.shape.y + place.y) * Self.shape.x + place.x
    bytes[number] = (bytes[number] + 1) % 3
    bytes[number + 1] = 254
    let agreement = try sample(run, MemoryVolume(Self.shape, .uint8, bytes), share: 1).agreement
    #expect(agreement.differing == 1 && agreement.notComputed == 1)
    #expect(agreement.first?.place == place)
    #expect(agreement.first?.stored == Int(bytes[number]))
    #expect(agreement.largestDistance > 0)
  }

  @Test func `finds other labels where the scan was edited`() throws {
    let run = try run(tile: Shape3(z: 1, y: 64, x: 64))
    let other = try edited(Index3(z: 3, y: 75, x: 60), by: 0xFF)
    #expect(try sample(run, run.labels, scan: other, share: 1).agreement.differing > 0)
  }

  @Test func `takes smaller tiles where memory is short, and says how much it needs`() throws {
    let run = try run(tile: Shape3(z: 1, y: 150, x: 131))
    let (agreement, check) = try sample(
      run, run.labels, share: 0.01, memory: 100 << 20, factory: HeavyFactory())
    #expect(check.tile.voxelCount < 150 * 131)
    #expect(agreement.voxels == check.tiles.reduce(0) { $0 + $1.core.voxelCount })
    #expect(agreement.beyondTies == 0)
    let error = #expect(throws: Explanation.self) {
      try sample(run, run.labels, memory: 1 << 20)
    }
    #expect(error?.remedy.contains("--memory") == true)
  }
}

/// The reference engine, said to take memory in proportion to the tile, and much of it.
private struct HeavyFactory: EngineFactory {
  var name: String { "heavy" }
  var words: String { "heavy" }
  var precisions: [Precision] { [.f32] }

  func byteCount(for plan: ExecutionPlan, slots: Int) throws(EngineError) -> Int {
    (plan.shapes.map(\.voxelCount).max() ?? 0) << 12
  }

  func makeEngine(
    for plan: ExecutionPlan, slots: Int
  ) throws(EngineError) -> any InferenceEngine {
    try ReferenceEngineFactory().makeEngine(for: plan, slots: slots)
  }
}
