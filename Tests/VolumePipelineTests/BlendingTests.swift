import EngineCore
import NeuralGraph
import OneDNNEngine
import Testing
import TilePlanning
import VolumeCore
import VolumePipeline
import VolumeTesting

@Suite struct `A volume computed in windows that are blended` {
  /// A network that normalises over what it sees.
  static func network(isVolumetric: Bool, layers: Int = 1) -> Graph {
    var net = GraphBuilder(channels: layers, seed: 9, isVolumetric: isVolumetric)
    net.convolution("first", kernel: 3, outputs: 4)
    let first = norm("norm", groups: 2, isVolumetric, &net)
    net.maxPool("down")
    net.convolution("middle", kernel: 3, outputs: 4)
    norm("norm-2", groups: 4, isVolumetric, &net)
    net.upsample("up")
    net.concatenate("join", [first, net.last])
    net.convolution("out", kernel: 1, outputs: 3)
    return net.graph
  }

  @discardableResult
  private static func norm(
    _ name: String, groups: Int, _ isVolumetric: Bool, _ net: inout GraphBuilder
  ) -> Int {
    net.add(
      name,
      .groupNormalisation(
        GroupNormalisation(
          groups: groups, scale: [1.1, 0.9, 1, 1.2], shift: [0.1, 0, -0.1, 0], epsilon: 1e-3,
          extent: isVolumetric ? .volume : .layer)))
    return net.relu("\(name)-relu")
  }

  @Test(arguments: ["2D", "2.5D", "3D"])
  func `is the weighted sum of what the network says of each, whatever the tiles`(
    kind: String
  ) throws {
    let isVolumetric = kind == "3D"
    let graph = Self.network(isVolumetric: isVolumetric, layers: kind == "2.5D" ? 3 : 1)
    let shape = isVolumetric ? Shape3(z: 21, y: 18, x: 30) : Shape3(z: 4, y: 45, x: 70)
    let scan = MemoryVolume.scan(shape, seed: 41)
    let expected = try Self.reference(graph, scan, step: 16, overlap: 6, isVolumetric)
    for core in [
      Shape3(z: shape.z, y: shape.y, x: shape.x), Shape3(z: 1, y: 20, x: 70),
      Shape3(z: 3, y: 13, x: 17),
    ] {
      let plan = try Self.plan(graph, scan, core: core)
      #expect(!plan.tiling.isExact && plan.tiling.blend != nil)
      let found = try plan.scores(from: scan)
      let apart = `A volume computed in tiles`.largestDifference(found, expected)
      #expect(apart <= 1e-5, "tiles of \(core): \(apart)")
      let output = MemoryOutput(shape, block: plan.tiling.block)
      _ = try SegmentationRun(plan, from: scan, to: output).run()
      #expect(output.bytes == ReferenceDevice().labels(found), "tiles of \(core)")
    }
  }

  @Test func `is wanted of networks that could be exact, and then near to that`() throws {
    let family = `A volume looked at in several orientations`.families[0]
    let scan = MemoryVolume.scan(Shape3(z: 1, y: 60, x: 131), seed: 42)
    let exact = try `A volume looked at in several orientations`.plan(
      family.graph, scan, Shape3(z: 1, y: 60, x: 131), 1)
    let blended = try Self.plan(
      family.graph, scan, core: Shape3(z: 1, y: 60, x: 131), step: 64, overlap: 32)
    let apart = zip(
      try exact.scores(from: scan).values, try blended.scores(from: scan).values
    ).map { abs($0 - $1) }
    #expect(apart.reduce(0, +) / Float(apart.count) < 0.02)
    #expect((apart.max() ?? 0) > 1e-4, "windows see less than the volume")
  }

  @Test func `takes the memory of the windows and of their sum, which the plan counts`() throws {
    let scan = MemoryVolume.scan(Shape3(z: 2, y: 300, x: 300), seed: 43)
    let graph = Self.network(isVolumetric: false)
    let small = try Self.plan(graph, scan, core: Shape3(z: 1, y: 32, x: 32))
    let large = try Self.plan(graph, scan, core: Shape3(z: 1, y: 300, x: 300))
    #expect(large.memory.engine - small.memory.engine > 4 * 3 * 200 * 200)
    #expect(small.tiling.overhead > large.tiling.overhead)
  }

  // MARK: - Helpers

  private static func plan(
    _ graph: Graph, _ scan: any VolumeReader, core: Shape3, step: Int = 16, overlap: Int = 6
  ) throws -> SegmentationPlan {
    var options = SegmentationOptions()
    options.precision = .f32
    options.threads = 2
    options.block = Shape3(z: 32, y: 64, x: 64)
    options.tiling.tile = .shape(Shape3(z: step, y: step, x: step))
    options.tiling.overlap = overlap
    options.core = core
    return try SegmentationPlan(
      options, model: `A segmentation`.randomModel(graph), scan: scan,
      factory: OneDNNEngineFactory())
  }

  /// The specification: windows at multiples of the step and at the end, each computed by itself.
  private static func reference(
    _ graph: Graph, _ scan: MemoryVolume, step: Int, overlap: Int, _ isVolumetric: Bool
  ) throws -> FeatureMap {
    let probabilities = graph.withProbabilities()
    let input = try `A volume computed in tiles`.filledInput(of: graph, scan)
    let length = (step + overlap + 1) / 2 * 2
    func windows(_ extent: Int, _ isCut: Bool) -> BlendWindow {
      BlendWindow(
        extent: extent, window: isCut ? length : extent, step: isCut ? step : extent)
    }
    let z = windows(input.shape.z, isVolumetric)
    let y = windows(input.shape.y, true)
    let x = windows(input.shape.x, true)
    var sum = FeatureMap(shape: input.shape, channels: 3)
    for (top, zs) in zip(z.starts, z.weights) {
      for (first, ys) in zip(y.starts, y.weights) {
        for (left, xs) in zip(x.starts, x.weights) {
          let shape = Shape3(z: z.length, y: y.length, x: x.length)
          var part = FeatureMap(shape: shape, channels: input.channels)
          for at in Region(shape).indices {
            for c in 0..<input.channels {
              part[at.z, at.y, at.x, c] = input[top + at.z, first + at.y, left + at.x, c]
            }
          }
          let scores = ReferenceDevice().run(probabilities, part)
          for at in Region(shape).indices {
            for c in 0..<3 {
              sum[top + at.z, first + at.y, left + at.x, c] +=
                zs[at.z] * ys[at.y] * xs[at.x] * scores[at.z, at.y, at.x, c]
            }
          }
        }
      }
    }
    return `A volume computed in tiles`.cut(sum, to: scan.volume.shape)
  }
}
