import CKernels
import EngineCore
import NeuralGraph
import OneDNNEngine
import Testing
import VolumeCore

@Suite struct `A network's profile` {
  private static let shape = Shape3(z: 1, y: 64, x: 96)

  private func profile(
    _ graph: Graph, _ shape: Shape3 = Self.shape, _ precision: Precision = .f32, threads: Int = 1
  ) throws -> NetworkProfile {
    let plan = ExecutionPlan(
      graph: graph, normalisation: Normalisation(low: 0, high: 255, clips: false),
      voxelType: .uint8, shapes: [shape], precision: precision, threads: threads)
    return try OneDNNEngineFactory().profile(plan, rounds: 3)
  }

  @Test(arguments: OneDNNEngineFactory().precisions)
  func `has every operation once`(precision: Precision) throws {
    for graph in [
      Graph.plainUNet(seed: 1), .plainUNet(filters: 16, depth: 2, seed: 2),
      .modularUNet(filters: 4, depth: 2, seed: 3),
    ] {
      let found = try profile(graph, Self.shape, precision)
      let operations = found.steps.reduce(0) { $0 + $1.operations }
      let wanted = graph.operationsPerVoxel * Double(Self.shape.voxelCount)
      #expect(abs(Double(operations) / wanted - 1) < 1e-9, "\(operations) for \(wanted)")
      #expect(found.steps[0].name == "normalise")
      #expect(found.steps[0].byteCount > Self.shape.voxelCount)
      #expect(found.steps.allSatisfy { $0.byteCount > 0 && $0.seconds >= 0 })
    }
  }

  @Test(
    .enabled(if: t2s_planes_best() != T2S_PLANES_PORTABLE, "no AVX2 here"),
    arguments: [UNetOptions.Dimension.plane, .layersAsChannels(3), .volume])
  func `says which narrow layers lie in planes`(dimension: UNetOptions.Dimension) throws {
    var options = UNetOptions()
    (options.depth, options.dimension) = (2, dimension)
    let graph = try options.graph(seed: 4).forGreyScans()
    let shape = Shape3(z: graph.isPlanar ? 1 + 2 * graph.layerMargin : 8, y: 32, x: 40)
    let names = try profile(graph, shape).steps.map(\.name)
    // Two of the first block, and both of the last, whose first takes what was joined in no time.
    #expect(names.count { $0.contains("convolution in planes") } == 4, "\(names)")
    #expect(names.contains { $0.contains("in planes, 16 to 8") })
    #expect(names.count { $0.contains("concatenate") } == 1)
  }

  @Test func `takes as long as its steps`() throws {
    let found = try profile(.plainUNet(seed: 1), threads: 2)
    let sum = found.steps.reduce(0) { $0 + $1.seconds }
    // The quickest of steps need not add up to the quickest of wholes, on a busy machine least of all.
    #expect(found.seconds > 0 && sum > 0.2 * found.seconds && sum < 5 * found.seconds)
    #expect(found.threads == 2 && found.shape == Self.shape)
    let first = try #require(found.steps.first { $0.name.contains("convolution") })
    #expect(first.name.hasPrefix("3x3 convolution") && first.name.contains("1 to 8"))
    #expect(first.extent == Self.shape)
    #expect(first.operations == 2 * 9 * 8 * Self.shape.voxelCount)
  }

  @Test func `is that of all layers where a tile is computed a few at a time`() throws {
    var options = UNetOptions()
    (options.filters, options.depth, options.isVolumetric) = (4, 1, true)
    options.up = .nearest
    let graph = options.graph(seed: 3)
    let shape = Shape3(z: 64, y: 24, x: 24)
    let found = try profile(graph, shape)
    let operations = found.steps.reduce(0) { $0 + $1.operations }
    #expect(
      abs(Double(operations) / (graph.operationsPerVoxel * Double(shape.voxelCount)) - 1) < 1e-9)
    #expect(found.steps.filter { $0.operations > 0 }.allSatisfy { $0.seconds > 0 })
  }
}
