import EngineCore
import NeuralGraph
import OneDNNEngine
import Pipelines
import Testing
import TilePlanning
import VolumeCore
import VolumePipeline
import VolumeTesting

@Suite struct `What is said of a run before it` {
  private static func plan(
    _ scan: any VolumeReader, tile: Shape3? = nil, memory: Int = 1 << 30, threads: Int = 2,
    block: Shape3 = Shape3(z: 4, y: 32, x: 32), graph: Graph = .plainUNet(depth: 2, seed: 3)
  ) throws -> SegmentationPlan {
    var options = SegmentationOptions()
    if let tile { options.tiling.tile = .shape(tile) }
    options.memoryByteCount = memory
    options.threads = threads
    options.block = block
    return try SegmentationPlan(
      options, model: `A segmentation`.randomModel(graph), scan: scan,
      factory: OneDNNEngineFactory())
  }

  @Test(arguments: [Shape3(z: 1, y: 16, x: 16), Shape3(z: 3, y: 13, x: 40)])
  func `is what the run then does`(tile: Shape3) throws {
    let shape = Shape3(z: 9, y: 45, x: 51)
    let scan = MemoryVolume.scan(shape, seed: 4)
    let plan = try Self.plan(scan, tile: tile)
    let forecast = plan.forecast()
    let output = MemoryOutput(shape, block: Shape3(z: 4, y: 32, x: 32))
    let result = try SegmentationRun(plan, from: scan, to: output).run()
    #expect(result.tiles == forecast.tiles)
    #expect(result.voxels == forecast.voxels && forecast.voxels == shape.voxelCount)
    #expect(result.voxelsComputed == forecast.computedVoxels)
    #expect(result.bytesRead == forecast.bytesRead)
    #expect(scan.readRegions.reduce(0) { $0 + $1.voxelCount } == forecast.bytesRead)
    #expect(forecast.memory.parts.reduce(0) { $0 + $1.byteCount } == plan.memory.total)
  }

  @Test func `shares the cores between computing, reading and encoding`() throws {
    let scan = MemoryVolume.scan(Shape3(z: 8, y: 32, x: 32), seed: 5)
    let forecast = try Self.plan(scan, tile: Shape3(z: 1, y: 32, x: 32)).forecast()
    let voxels = Double(forecast.computedVoxels)
    var rate = RunRate(computedVoxelsPerSecond: voxels / 10, source: .given)
    // Two cores compute for 10 s; encoding so little is nothing.
    #expect(abs(forecast.seconds(at: rate) - 10) < 0.01)
    rate.readBytesPerSecond = Double(forecast.bytesRead) / 4
    rate.startSeconds = 1
    #expect(abs(forecast.seconds(at: rate) - 13) < 0.01)
    rate.readBytesPerSecond = Double(forecast.bytesRead) / 100
    #expect(abs(forecast.seconds(at: rate) - 101) < 0.01)
  }

  @Test func `rests on a rate that a few samples give`() throws {
    let scan = MemoryVolume.scan(Shape3(z: 6, y: 70, x: 90), seed: 6)
    for isVolumetric in [false, true] {
      var options = UNetOptions()
      (options.filters, options.depth, options.isVolumetric) = (4, 1, isVolumetric)
      let plan = try Self.plan(scan, graph: options.graph(seed: 7))
      var calibration = Calibration()
      calibration.seconds = 0.1
      let rate = try calibration.rate(of: plan, from: scan)
      #expect(rate.computedVoxelsPerSecond > 0 && rate.readBytesPerSecond != nil)
      guard case .calibrated(let tiles, _) = rate.source else {
        Issue.record("\(rate.source)")
        continue
      }
      #expect(tiles >= 2)
    }
  }

  @Test(arguments: [Shape3(z: 2048, y: 2048, x: 2048), Shape3(z: 1842, y: 1766, x: 1946)])
  func `asks for hardly more than the scan at 2 GiB`(shape: Shape3) throws {
    let plan = try Self.plan(
      UnreadVolume(shape), memory: 2 << 30, block: Shape3(z: 64, y: 1024, x: 1024),
      graph: .plainUNet(filters: 8, depth: 3, seed: 3))
    #expect(Double(plan.forecast().bytesRead) <= 1.3 * Double(shape.voxelCount))
    #expect(plan.memory.total <= 2 << 30)
  }
}
