import EngineCore
import NeuralGraph
import Testing
import VolumeCore

@Suite struct `A network without padding` {
  /// Scores of the same sums, taken in the same order.
  static let tolerance: Float = 1e-6

  /// Blocks of two convolutions and of one: the grids on which both pool differ by another shift.
  @Test(arguments: [(false, 2, 0), (false, 1, 0), (true, 1, 0), (false, 2, 1)])
  func `computes of a part what its padded form computes of the whole`(
    isVolumetric: Bool, convolutions: Int, residualKernel: Int
  ) throws {
    var options = UNetOptions()
    (options.filters, options.depth, options.edge) = (2, 2, .valid)
    options.isVolumetric = isVolumetric
    options.convolutions = convolutions
    if residualKernel > 0 { (options.residual, options.residualKernel) = (true, residualKernel) }
    let graph = try options.checkedGraph(seed: 3)
    // What a block takes away on one side decides where the windows of pooling begin.
    let half = convolutions
    let shift = half % 4
    // The least input whose every level has even extents.
    let extent = isVolumetric ? 28 : 12 * half + 20
    let size = try #require(
      (extent..<(extent + 8)).first { n in
        (try? graph.shapes(forInput: Shape3(z: isVolumetric ? n : 1, y: n, x: n))) != nil
      })
    let part = Shape3(z: isVolumetric ? size : 1, y: size, x: size)
    let margin = 40
    let whole = Shape3 { axis in
      part[axis] == 1 ? 1 : ((part[axis] + 2 * margin + shift + 3) / 4) * 4
    }
    var random = SeededNumbers(seed: 4)
    let voxels = FeatureMap(
      shape: whole, channels: 1, values: (0..<whole.voxelCount).map { _ in random.next() })
    let begin = Shape3 { part[$0] == 1 ? 0 : margin + shift }
    let cut = voxels.part(at: begin, part)
    let small = ReferenceDevice().run(graph, cut)
    let padded = graph.padded()
    #expect(padded != graph)
    let large = ReferenceDevice().run(padded, voxels)
    #expect(large.shape == whole)
    let lost = Shape3 { (part[$0] - small.shape[$0]) / 2 }
    let same = large.part(at: Shape3 { begin[$0] + lost[$0] }, small.shape)
    let largest = zip(small.values, same.values).map { abs($0 - $1) }.max() ?? .infinity
    #expect(largest <= Self.tolerance)
  }

  @Test func `is the only kind that is changed so`() {
    let graph = Graph.plainUNet(filters: 2, depth: 1, seed: 1)
    #expect(graph.padded() == graph)
  }
}

/// Numbers from 0 to 1 that follow from a seed.
private struct SeededNumbers {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(state >> 40) / 16_777_216
  }
}

extension FeatureMap {
  /// The box of `shape` that begins at `begin`.
  func part(at begin: Shape3, _ shape: Shape3) -> FeatureMap {
    var result = FeatureMap(shape: shape, channels: channels)
    var place = 0
    for z in 0..<shape.z {
      for y in 0..<shape.y {
        for x in 0..<shape.x {
          for c in 0..<channels {
            result.values[place] = self[begin.z + z, begin.y + y, begin.x + x, c]
            place += 1
          }
        }
      }
    }
    return result
  }
}
