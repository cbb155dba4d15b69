import EngineCore
import NeuralGraph
import Testing
import Training
import VolumeCore
import VolumeTesting

@Suite struct `Statistics adapted to a scan` {
  static let window = Normalisation(low: 0, high: 255, clips: false)

  static func scan(_ shape: Shape3) throws -> any VolumeReader {
    try TrainingCases.scan(shape, seed: 3).scan
  }

  static func adapted(_ adaptation: StatisticsAdaptation) throws -> Graph {
    let engine = try ReferenceTrainingFactory().makeEngine(
      for: adaptation.plan(precision: .f32, threads: 1))
    return try adaptation.run(engine) {}
  }

  /// A norm after a convolution that doubles.
  static func network() -> Graph {
    let one = Shape3(z: 1, y: 1, x: 1)
    let convolution = Convolution(
      kernel: one, stride: one, padding: .none, inputs: 1, outputs: 2, weights: [2, -1],
      bias: [0, 3])
    let norm = BatchNormalisation(
      scale: [1, 1], shift: [0, 0], mean: [0, 0], variance: [1, 1], epsilon: 1e-3)
    return Graph(
      nodes: [
        Node(name: "in", operation: .input(channels: 1), inputs: []),
        Node(name: "out", operation: .convolution(convolution), inputs: [0]),
        Node(name: "out-bn", operation: .batchNormalisation(norm), inputs: [1]),
      ], output: 2)
  }

  @Test func `are the mean and the variance of what the norm gets`() throws {
    // Crops as large as a layer: each is that layer, and every layer is looked at once.
    let shape = Shape3(z: StatisticsAdaptation.batch, y: 12, x: 20)
    let scan = try Self.scan(shape)
    let adaptation = StatisticsAdaptation(
      Self.network(), to: scan, Self.window, crop: Shape3(z: 1, y: 12, x: 20), count: 8, seed: 1)
    #expect(Set(adaptation.crops.map(\.z.lowerBound)) == Set(0..<8))
    let greys = try scan.bytes(of: Region(shape)).map { Double($0) / 255 }
    let mean = greys.reduce(0, +) / Double(greys.count)
    let variance = greys.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(greys.count)
    guard case .batchNormalisation(let norm) = try Self.adapted(adaptation).nodes[2].operation
    else {
      Issue.record("no norm")
      return
    }
    #expect(abs(Double(norm.mean[0]) - 2 * mean) < 1e-5)
    #expect(abs(Double(norm.mean[1]) - (3 - mean)) < 1e-5)
    #expect(abs(Double(norm.variance[0]) - 4 * variance) < 1e-5)
    #expect(abs(Double(norm.variance[1]) - variance) < 1e-5)
  }

  @Test func `leave the weights, follow from the seed, and look at all of the scan`() throws {
    let shape = Shape3(z: 30, y: 40, x: 50)
    let scan = try Self.scan(shape)
    func adaptation(_ seed: UInt64) -> StatisticsAdaptation {
      StatisticsAdaptation(
        TrainingCases.network(), to: scan, Self.window, crop: Shape3(z: 1, y: 16, x: 16),
        count: 30, seed: seed)
    }
    let first = adaptation(1)
    #expect(first.crops.count == 32 && first.voxelCount == 32 * 256)
    #expect(first.crops.allSatisfy { Region(shape).contains($0) })
    for third in 0..<3 {
      let layers = (10 * third)..<(10 * third + 10)
      #expect(first.crops.filter { layers.contains($0.z.lowerBound) }.count >= 9)
      // Of each batch, too: what is normalised together is of all the scan.
      #expect(first.crops.prefix(8).contains { layers.contains($0.z.lowerBound) })
    }
    let graph = try Self.adapted(first)
    #expect(graph == (try Self.adapted(adaptation(1))))
    #expect(graph != (try Self.adapted(adaptation(2))))
    for (before, after) in zip(TrainingCases.network().nodes, graph.nodes) {
      if case .batchNormalisation = before.operation {
        #expect(before != after)
      } else {
        #expect(before == after)
      }
    }
  }
}
