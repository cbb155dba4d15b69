import EngineCore
import KerasModel
import NeuralGraph
import OneDNNEngine
import SystemIO
import Testing
import VolumeCore

/// The model that is shipped, computed by each engine as Keras computes it.
@Suite struct `The default model, computed` {
  /// Between two orders of single-precision sums.
  static let scoreTolerance: Float = 1e-4
  /// Labels may differ where the best two probabilities are this close: the tie rule.
  static let tie: Float = 2e-4

  static let root: String = {
    let here = #filePath
    return String(here[..<(here.lastIndex(of: "/") ?? here.endIndex)])
  }()
  static let shape = Shape3(z: 1, y: 64, x: 72)
  static let factories: [any EngineFactory] = [ReferenceEngineFactory(), OneDNNEngineFactory()]

  private func run(
    _ factory: any EngineFactory, _ precision: Precision, _ output: EngineOutput
  ) throws -> [UInt8] {
    let model = try KerasModelReader().read(Self.root + "/../../Samples/default.h5")
    let rule = try #require(model.card.normalisation)
    let plan = ExecutionPlan(
      graph: model.graph, normalisation: rule, voxelType: .uint8, shapes: [Self.shape],
      precision: precision, output: output, threads: 1)
    let engine = try factory.makeEngine(for: plan, slots: 1)
    let voxels = try contents(ofFile: Self.root + "/Fixtures/input.bin")
    try engine.submit(0, shape: Self.shape, unsafe voxels.span.bytes)
    var result: [UInt8] = []
    try engine.collect(0) { bytes throws(EngineError) in
      for offset in 0..<bytes.byteCount {
        result.append(unsafe bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
      }
    }
    return result
  }

  private func floats(_ bytes: [UInt8]) -> [Float] {
    stride(from: 0, to: bytes.count, by: 4).map { place in
      Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) })
    }
  }

  private func kerasScores() throws -> [Float] {
    floats(try contents(ofFile: Self.root + "/Fixtures/default.output.bin"))
  }

  @Test(arguments: 0..<factories.count)
  func `gives Keras's scores in single precision`(factory: Int) throws {
    let expected = try kerasScores()
    let scores = floats(try run(Self.factories[factory], .f32, .scores))
    #expect(scores.count == expected.count)
    let largest = zip(scores, expected).map { abs($0 - $1) }.max() ?? .nan
    #expect(largest <= Self.scoreTolerance)
  }

  @Test(arguments: 0..<factories.count)
  func `gives Keras's labels, but for ties`(factory: Int) throws {
    let expected = try kerasScores()
    let labels = try run(Self.factories[factory], .f32, .labels)
    #expect(Set(labels) == [0, 1, 2], "the layer shows all classes")
    for (voxel, label) in labels.enumerated() {
      let scores = expected[(3 * voxel)..<(3 * voxel + 3)]
      #expect((scores.max() ?? 0) - scores[3 * voxel + Int(label)] <= Self.tie)
    }
  }

  @Test(
    .enabled(
      if: OneDNNEngineFactory().precisions.contains(.bf16), "this processor has no bfloat16"))
  func `gives nearly the same labels in bfloat16`() throws {
    let single = try run(OneDNNEngineFactory(), .f32, .labels)
    let half = try run(OneDNNEngineFactory(), .bf16, .labels)
    let different = zip(single, half).count { $0 != $1 }
    // Of 4,608 voxels; those at edges sit near the decision.
    #expect(different <= 30)
  }
}
