import NeuralGraph
import Testing
import TilePlanning
import VolumeCore

@Suite struct `A tile plan` {
  static let graph = Graph.plainUNet(filters: 2, depth: 3, seed: 1)
  static let block = Shape3(z: 8, y: 64, x: 96)
  static let volumes = [
    Shape3(z: 1, y: 1, x: 1), Shape3(z: 3, y: 40, x: 56), Shape3(z: 17, y: 131, x: 203),
    Shape3(z: 8, y: 64, x: 300),
  ]
  static let cores = [
    Shape3(z: 1, y: 64, x: 64), Shape3(z: 3, y: 33, x: 71), Shape3(z: 1, y: 1000, x: 1000),
    Shape3(z: 64, y: 8, x: 16),
  ]

  private func plan(
    _ volume: Shape3, _ core: Shape3, halo: Int? = nil, region: Region? = nil,
    graph: Graph = graph
  ) throws -> TilePlan {
    var options = TilingOptions()
    options.tile = .shape(core)
    options.halo = halo
    options.region = region
    return try options.plan(covering: volume, for: graph, core: core, block: Self.block)
  }

  private func tiles(_ plan: TilePlan) -> [Tile] {
    plan.slabs.flatMap { slab in
      plan.columns.flatMap { plan.tiles(of: $0, in: slab) }
    }
  }

  @Test func `may join tiles of a row, where labels do not depend on where tiles meet`() {
    let (tile, region) = (Shape3(z: 1, y: 64, x: 64), Shape3(z: 3, y: 200, x: 300))
    let row = Shape3(z: 1, y: 64, x: 300)
    func candidates(_ graph: Graph = Self.graph, halo: Int? = nil, joins: Bool = true) -> [Shape3] {
      var options = TilingOptions()
      (options.halo, options.joinsRows) = (halo, joins)
      return options.candidates(of: tile, region: region, for: graph)
    }
    #expect(candidates() == [row, tile])
    #expect(candidates(joins: false) == [tile])
    #expect(candidates(halo: 8) == [tile])
    var volumes = UNetOptions()
    volumes.isVolumetric = true
    #expect(candidates(volumes.graph(seed: 1)) == [tile])
  }

  @Test func `counts the last tiles that leave a core idle`() throws {
    func unevenness(_ layers: Int, rows: Int = 64, workers: Int) throws -> Double {
      try plan(Shape3(z: layers, y: rows, x: 64), Shape3(z: 1, y: 64, x: 64))
        .unevenness(workers: workers)
    }
    #expect(try unevenness(3, workers: 2) == 4.0 / 3)
    #expect(try unevenness(1, workers: 2) == 2)
    #expect(try unevenness(400, workers: 2) == 1)
    // A tile at the far face that is smaller than the other: it is computed long before.
    let whole = try plan(Shape3(z: 1, y: 88, x: 64), Shape3(z: 1, y: 64, x: 64))
    let rows = whole.columns.map(\.inputY.count)
    #expect(rows.count == 2 && rows[0] > rows[1])
    #expect(
      whole.unevenness(workers: 2) == Double(2 * rows[0]) / Double(rows[0] + rows[1]))
  }

  @Test(arguments: volumes, cores)
  func `writes every voxel exactly once`(volume: Shape3, core: Shape3) throws {
    var writes = [Int](repeating: 0, count: volume.voxelCount)
    let plan = try plan(volume, core)
    for tile in tiles(plan) {
      for at in tile.core.indices { writes[(at.z * volume.y + at.y) * volume.x + at.x] += 1 }
    }
    #expect(writes.allSatisfy { $0 == 1 })
    #expect(tiles(plan).count == plan.tileCount)
  }

  @Test(arguments: volumes, cores)
  func `reads all that a core depends on, from a multiple of the stride`(
    volume: Shape3, core: Shape3
  ) throws {
    let plan = try plan(volume, core)
    #expect(plan.isExact)
    let filled = Region(z: 0..<volume.z, y: 0..<plan.filled.y, x: 0..<plan.filled.x)
    for tile in tiles(plan) {
      #expect(filled.contains(tile.input))
      #expect(tile.input.y.lowerBound % 8 == 0 && tile.input.x.lowerBound % 8 == 0)
      #expect(tile.input.y.count % 8 == 0 && tile.input.x.count % 8 == 0)
      let needed = Self.graph.inputRegion(neededFor: tile.core).clamped(to: filled)
      #expect(tile.input.contains(needed))
      #expect(plan.inputShapes.contains(tile.input.shape))
      // What lies behind a far face is reflected from voxels that the tile has.
      if tile.input.x.upperBound > volume.x {
        #expect(tile.input.x.lowerBound <= max(0, 2 * volume.x - 1 - tile.input.x.upperBound))
      }
    }
  }

  @Test func `keeps tiles of one block together, and no tile's layers in two`() throws {
    let plan = try plan(Shape3(z: 20, y: 128, x: 192), Shape3(z: 5, y: 32, x: 48))
    #expect(tiles(plan).allSatisfy { $0.core.z.lowerBound / 8 == ($0.core.z.upperBound - 1) / 8 })
    #expect(plan.openBlockByteCount == 8 * 64 * 96)
    let wide = try self.plan(Shape3(z: 20, y: 128, x: 192), Shape3(z: 1, y: 128, x: 192))
    #expect(wide.openBlockByteCount == 8 * 128 * 192)
  }

  @Test func `says that a smaller halo is not exact`() throws {
    let exact = try plan(Shape3(z: 1, y: 256, x: 256), Shape3(z: 1, y: 64, x: 64))
    let half = try plan(
      Shape3(z: 1, y: 256, x: 256), Shape3(z: 1, y: 64, x: 64), halo: exact.halo.y / 2)
    #expect(exact.isExact)
    #expect(!half.isExact)
    #expect(half.overhead < exact.overhead)
  }

  @Test func `writes a region alone, and reads around it`() throws {
    let region = Region(z: 2..<5, y: 30..<70, x: 100..<190)
    let plan = try plan(Shape3(z: 8, y: 128, x: 300), Shape3(z: 1, y: 32, x: 64), region: region)
    let cores = tiles(plan).map(\.core)
    #expect(cores.reduce(0) { $0 + $1.voxelCount } == region.voxelCount)
    #expect(cores.allSatisfy { region.contains($0) })
    #expect(tiles(plan).contains { $0.input.x.lowerBound < 100 })
  }

  @Test func `refuses what cannot be met`() {
    let volume = Shape3(z: 10, y: 10, x: 10)
    #expect(throws: TilingError.emptyTile(Shape3(z: 1, y: 0, x: 8))) {
      try plan(volume, Shape3(z: 1, y: 0, x: 8))
    }
    #expect(throws: TilingError.negativeHalo(-1)) {
      try plan(volume, Shape3(z: 1, y: 8, x: 8), halo: -1)
    }
    let outside = Region(z: 0..<11, y: 0..<10, x: 0..<10)
    #expect(throws: TilingError.regionOutside(outside, volume: volume)) {
      try plan(volume, Shape3(z: 1, y: 8, x: 8), region: outside)
    }
  }

  @Test(arguments: [Shape3(z: 1, y: 2048, x: 2048), Shape3(z: 9, y: 900, x: 5000)])
  func `offers ever smaller tiles, whole layers first`(region: Shape3) {
    let all = TilingOptions().candidates(region: region, block: Shape3(z: 64, y: 1024, x: 1024))
    #expect(all.first == Shape3(z: 1, y: region.y, x: region.x))
    #expect(all.allSatisfy { $0.z == 1 && $0.y > 0 && $0.x > 0 })
    #expect(all.last.map { $0.y <= 32 && $0.x <= 32 } == true)
    #expect(Set(all).count == all.count)
  }
}
