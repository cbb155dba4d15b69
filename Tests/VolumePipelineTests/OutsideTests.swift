import EngineCore
import Exterior
import NeuralGraph
import OneDNNEngine
import Testing
import TilePlanning
import VolumeCore
import VolumePipeline
import VolumeTesting

@Suite struct `A segmentation of a specimen in air` {
  static let block = Shape3(z: 4, y: 64, x: 64)
  static let shape = Shape3(z: 10, y: 150, x: 131)
  static let scan = MemoryVolume.scan(shape, seed: 4)
  static let model = `A segmentation`.model

  /// A bar along z with a ragged edge, air around it, and layers of air at the end.
  static let mask: [UInt8] = Region(shape).indices.map { at in
    let isBar =
      at.z < 7 && (40 + at.z % 3..<97).contains(at.y) && (35..<90 + at.y % 2).contains(at.x)
    return isBar ? 0 : 1
  }

  static func exterior(_ mask: [UInt8] = mask) throws -> Exterior {
    try Exterior(mask: MemoryVolume(shape, .uint8, mask), of: shape, ExteriorOptions())
  }

  private func segment(
    _ exterior: Exterior?, _ scan: MemoryVolume = scan, committed: [Index3] = [],
    _ change: (inout SegmentationOptions) -> Void = { _ in }
  ) throws -> (labels: [UInt8], result: SegmentationResult) {
    var options = SegmentationOptions()
    options.precision = .f32
    options.block = Self.block
    options.threads = 2
    options.tiling.tile = .shape(Shape3(z: 1, y: 24, x: 24))
    options.exterior = exterior
    change(&options)
    let plan = try SegmentationPlan(
      options, model: Self.model, scan: scan, factory: OneDNNEngineFactory())
    let output = MemoryOutput(
      plan.tiling.region.shape, block: options.block, committed: committed)
    let result = try SegmentationRun(plan, from: scan, to: output).run()
    #expect(Set(output.committed) == Set(output.grid.indices))
    return (output.bytes, result)
  }

  @Test func `labels what is outside as such, and all else as without`() throws {
    let plain = try segment(nil)
    let expected = zip(plain.labels, Self.mask).map { $1 == 0 ? $0 : 254 }
    let exterior = try Self.exterior()
    for tile in [
      Shape3(z: 1, y: 24, x: 24), Shape3(z: 1, y: 150, x: 131), Shape3(z: 3, y: 37, x: 20),
      Shape3(z: 1, y: 16, x: 131),
    ] {
      for slots in [1, 3] {
        let run = try segment(exterior) {
          $0.tiling.tile = .shape(tile)
          $0.slots = slots
        }
        #expect(run.labels == expected, "tiles of \(tile), \(slots) slots")
        #expect(run.result.voxels == Self.shape.voxelCount)
      }
    }
    #expect(try segment(exterior) { $0.tiling.tile = .automatic }.labels == expected)
  }

  @Test func `neither reads nor computes tiles that are outside`() throws {
    let scan = MemoryVolume.scan(Self.shape, seed: 4)
    let run = try segment(try Self.exterior(), scan)
    // Of 7 x 6 tiles a layer 3 x 3 or 4 x 3 touch the bar, in 7 of 10 layers.
    let computed = run.result.tiles
    #expect(computed == scan.readRegions.count)
    #expect(computed + run.result.tilesOutside == 10 * 7 * 6)
    #expect(computed <= 7 * 4 * 4 && computed >= 7 * 3 * 3, "\(computed)")
    #expect(scan.readRegions.allSatisfy { $0.z.lowerBound < 8 })
  }

  @Test func `computes a box about the specimen where a tile is a whole layer`() throws {
    let scan = MemoryVolume.scan(Self.shape, seed: 4)
    let run = try segment(try Self.exterior(), scan) { $0.tiling.tile = .automatic }
    // The layers of the bar, in cells; its halo reaches all around it.
    #expect(run.result.tiles == 8)
    #expect(scan.readRegions.allSatisfy { $0.z.lowerBound < 8 })
  }

  @Test func `is done without computing where all is outside`() throws {
    let run = try segment(try Self.exterior(Self.mask.map { _ in 1 }))
    #expect(run.labels.allSatisfy { $0 == 254 })
    #expect(run.result.tiles == 0)
    #expect(run.result.tilesOutside == 420)
  }

  @Test func `goes on with what is missing`() throws {
    let exterior = try Self.exterior()
    let whole = try segment(exterior)
    let done = [Index3(z: 0, y: 0, x: 0), Index3(z: 2, y: 0, x: 0), Index3(z: 1, y: 1, x: 1)]
    let rest = try segment(exterior, committed: done)
    let grid = ChunkGrid(volume: Self.shape, chunk: Self.block)
    for (i, at) in Region(Self.shape).indices.enumerated() {
      let isOld = done.contains {
        grid.region(of: $0).contains(Region(origin: at, shape: Shape3(z: 1, y: 1, x: 1)))
      }
      #expect(rest.labels[i] == (isOld ? 99 : whole.labels[i]))
    }
    #expect(rest.result.tiles < whole.result.tiles)
  }

  @Test func `gives a region the labels of the full run`() throws {
    let exterior = try Self.exterior()
    let whole = try segment(exterior)
    let region = Region(z: 2..<9, y: 20..<120, x: 65..<131)
    let part = try segment(exterior) { $0.tiling.region = region }
    #expect(
      part.labels
        == region.indices.map {
          whole.labels[($0.z * Self.shape.y + $0.y) * Self.shape.x + $0.x]
        })
  }

  @Test func `chooses tiles that leave out more where that is cheaper`() throws {
    // Two thin bars in a wide layer: small tiles compute more halo, and far less air.
    let shape = Shape3(z: 8, y: 1024, x: 1024)
    let scan = MemoryVolume(shape, .uint8, Array(repeating: 9, count: shape.voxelCount))
    let mask = Region(shape).indices.map {
      UInt8((40..<80).contains($0.y) || (940..<960).contains($0.y) ? 0 : 1)
    }
    let exterior = try Exterior(
      mask: MemoryVolume(shape, .uint8, mask), of: shape, ExteriorOptions())
    func plan(_ exterior: Exterior?) throws -> SegmentationPlan {
      var options = SegmentationOptions()
      options.precision = .f32
      options.exterior = exterior
      return try SegmentationPlan(
        options, model: Self.model, scan: scan, factory: OneDNNEngineFactory())
    }
    #expect(try plan(nil).tiling.core == Shape3(z: 1, y: 1024, x: 1024))
    let chosen = try plan(exterior)
    #expect(chosen.tiling.within == Region(z: 0..<8, y: 40..<960, x: 0..<1024))
    #expect(chosen.memory.exterior == exterior.byteCount)
    // Between the two bars, and beyond them, it is not computed.
    #expect(3 * chosen.work.computedVoxels < 2 * shape.voxelCount)
    #expect(chosen.work.tilesOutside > chosen.tiling.tileCountOfRegion / 3)
  }

  @Test func `keeps no probability of what is outside`() throws {
    let exterior = try Self.exterior()
    var options = SegmentationOptions()
    options.precision = .f32
    options.block = Self.block
    options.planes = [.label, .probability(channel: 1), .uncertainty(.entropy)]
    options.tiling.tile = .shape(Shape3(z: 1, y: 32, x: 32))
    options.exterior = exterior
    let plan = try SegmentationPlan(
      options, model: Self.model, scan: Self.scan, factory: OneDNNEngineFactory())
    let outputs = (0..<3).map { _ in MemoryOutput(Self.shape, block: Self.block) }
    _ = try SegmentationRun(
      plan, from: Self.scan, to: outputs[0], siblings: Array(outputs.dropFirst())
    ).run()
    let bytes = outputs.map(\.bytes)
    for (place, isOutside) in Self.mask.enumerated() {
      if isOutside == 1 {
        #expect(bytes[0][place] == 254 && bytes[1][place] == 0 && bytes[2][place] == 0)
      } else {
        #expect(bytes[0][place] < 3)
      }
    }
    #expect(Set(bytes[1]).count > 10)
  }
}
