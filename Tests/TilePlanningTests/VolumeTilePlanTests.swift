import NeuralGraph
import Testing
import TilePlanning
import VolumeCore

/// Plans for networks that look along z.
@Suite struct `A tile plan in three dimensions` {
  static func graph(layers: Int = 1, isVolumetric: Bool) throws -> Graph {
    var options = UNetOptions()
    (options.filters, options.depth) = (1, 2)
    (options.inputChannels, options.isVolumetric) = (layers, isVolumetric)
    return try options.graph(seed: 1).forGreyScans()
  }

  private func plan(_ graph: Graph, _ volume: Shape3, _ core: Shape3) throws -> TilePlan {
    var options = TilingOptions()
    options.tile = .shape(core)
    return try options.plan(
      covering: volume, for: graph, core: core, block: Shape3(z: 16, y: 32, x: 32))
  }

  private func tiles(_ plan: TilePlan) -> [Tile] {
    plan.slabs.flatMap { slab in plan.columns.flatMap { plan.tiles(of: $0, in: slab) } }
  }

  static let volumes = [
    Shape3(z: 1, y: 1, x: 1), Shape3(z: 41, y: 13, x: 10), Shape3(z: 2, y: 33, x: 70),
  ]
  static let cores = [
    Shape3(z: 1, y: 8, x: 8), Shape3(z: 16, y: 16, x: 16), Shape3(z: 5, y: 100, x: 3),
  ]

  @Test(arguments: volumes, cores)
  func `reads all that a core of a 3D network depends on`(volume: Shape3, core: Shape3) throws {
    let graph = try Self.graph(isVolumetric: true)
    let plan = try plan(graph, volume, core)
    #expect(plan.isExact)
    for extent in [plan.filled.z, plan.filled.y, plan.filled.x] { #expect(extent % 4 == 0) }
    var written = 0
    for tile in tiles(plan) {
      written += tile.core.voxelCount
      #expect(tile.output == tile.input && Region(plan.filled).contains(tile.input))
      let needed = graph.inputRegion(neededFor: tile.core).clamped(to: Region(plan.filled))
      #expect(tile.input.contains(needed) && tile.input.contains(tile.core))
      for range in [tile.input.z, tile.input.y, tile.input.x] {
        #expect(range.lowerBound % 4 == 0 && range.count % 4 == 0)
      }
      // What lies behind the last layer is reflected from layers that the tile has.
      if tile.input.z.upperBound > volume.z {
        #expect(tile.input.z.lowerBound <= max(0, 2 * volume.z - 1 - tile.input.z.upperBound))
      }
      #expect(plan.inputShapes.contains(tile.input.shape))
    }
    #expect(written == volume.voxelCount)
    #expect(tiles(plan).count == plan.tileCount)
  }

  @Test(arguments: volumes, cores)
  func `reads the layers beside those that a 2.5D network labels`(
    volume: Shape3, core: Shape3
  ) throws {
    let graph = try Self.graph(layers: 5, isVolumetric: false)
    let plan = try plan(graph, volume, core)
    #expect(plan.isExact)
    for tile in tiles(plan) {
      #expect(tile.output.z == tile.core.z && tile.output.y == tile.input.y)
      #expect(tile.input.z.lowerBound == tile.core.z.lowerBound - 2)
      #expect(tile.input.z.upperBound >= tile.core.z.upperBound + 2)
      #expect(
        try graph.shapes(forInput: tile.input.shape)[graph.output].z >= tile.core.z.count)
    }
  }

  @Test func `reads a layer once for each tile, however many layers a 2.5D tile labels`() throws {
    let graph = try Self.graph(layers: 5, isVolumetric: false)
    let volume = Shape3(z: 64, y: 32, x: 32)
    let one = try plan(graph, volume, Shape3(z: 1, y: 32, x: 32))
    let many = try plan(graph, volume, Shape3(z: 16, y: 32, x: 32))
    #expect(one.overhead == 1 && many.overhead == 1)
    #expect(one.readOverhead == 5 && many.readOverhead == 20.0 / 16)
  }

  @Test func `offers deep tiles to networks that look along z, and single layers to others`() throws
  {
    let region = Shape3(z: 500, y: 600, x: 700)
    let block = Shape3(z: 64, y: 1024, x: 1024)
    func candidates(_ graph: Graph) -> [Shape3] {
      TilingOptions().candidates(region: region, block: block, for: graph)
    }
    let volumes = candidates(try Self.graph(isVolumetric: true))
    #expect(volumes.allSatisfy { $0.z <= 500 && $0.z >= 16 && $0.y <= 600 && $0.x <= 700 })
    #expect(volumes.contains { $0.z == 64 && $0.y == 600 && $0.x == 700 })
    #expect(volumes.contains(region), "the whole is one tile where memory allows")
    #expect(volumes.contains { $0 == Shape3(z: 16, y: 16, x: 16) })
    let layered = candidates(try Self.graph(layers: 3, isVolumetric: false))
    #expect(layered.first == Shape3(z: 16, y: 600, x: 700))
    let planar = candidates(try Self.graph(isVolumetric: false))
    #expect(planar.allSatisfy { $0.z == 1 })
    for all in [volumes, layered, planar] { #expect(Set(all).count == all.count) }
  }
}
