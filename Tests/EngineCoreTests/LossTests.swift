import EngineCore
import Testing
import VolumeCore

@Suite struct `A loss` {
  /// Scores whose softmax are `probabilities`.
  private func scores(_ probabilities: [Double], voxels: Int) -> TrainingValue<Double> {
    TrainingValue(
      samples: 1, shape: Shape3(z: 1, y: 1, x: voxels), channels: probabilities.count,
      values: (0..<voxels).flatMap { _ in probabilities.map { Double.logarithm($0) } })
  }

  @Test func `of even probabilities is two thirds by Jaccard`() {
    let labels: [UInt8] = (0..<600).map { UInt8($0 * $0 % 3) }
    let loss = LossOptions([.init(.flatJaccard(epsilon: 0))])
    let even = loss.evaluate(scores([1 / 3.0, 1 / 3.0, 1 / 3.0], voxels: 600), labels)
    #expect(abs(even.loss - 2.0 / 3) < 1e-12)
    // With the original's epsilon the same but for the number of voxels.
    #expect(
      abs(
        LossOptions().evaluate(scores([1 / 3.0, 1 / 3.0, 1 / 3.0], voxels: 600), labels).loss
          - (1 - 201.0 / 601)) < 1e-12)
  }

  @Test func `of saying always the commonest class follows from its share`() {
    let labels = [UInt8](repeating: 0, count: 810) + [UInt8](repeating: 1, count: 190)
    let sure = scores([1 - 2e-16, 1e-16, 1e-16], voxels: 1000)
    let loss = LossOptions([.init(.flatJaccard(epsilon: 0))]).evaluate(sure, labels).loss
    #expect(abs(loss - (1 - 0.81 / (2 - 0.81))) < 1e-9)
    // The macro index: the first class has 810 of 1000, the others nothing.
    let macro = LossOptions([.init(.macroJaccard(epsilon: 0))]).evaluate(sure, labels).loss
    #expect(abs(macro - (1 - 0.81 / 3)) < 1e-9)
  }

  @Test func `is the mean of logarithms by cross-entropy, of annotated voxels only`() {
    let labels: [UInt8] = [0, 1, 255, 255]
    let loss = LossOptions([.init(.crossEntropy)])
    let result = loss.evaluate(scores([0.2, 0.8], voxels: 4), labels)
    #expect(abs(result.loss + (Double.logarithm(0.2) + Double.logarithm(0.8)) / 2) < 1e-12)
    #expect(result.counts.ignored == 2)
    #expect(result.counts.confusion == [0, 1, 0, 1])
    #expect(result.gradient.values[4...].allSatisfy { $0 == 0 })
    let weighted = LossOptions([.init(.crossEntropy, classWeights: [3, 1])])
    #expect(
      abs(
        weighted.evaluate(scores([0.2, 0.8], voxels: 4), labels).loss
          + (3 * Double.logarithm(0.2) + Double.logarithm(0.8)) / 4) < 1e-12)
  }

  @Test(arguments: [0.0, 1.0] as [Float])
  func `of a batch that nobody annotated is nothing`(epsilon: Float) {
    let loss = LossOptions([
      .init(.flatJaccard(epsilon: epsilon)), .init(.macroJaccard(epsilon: epsilon)),
      .init(.crossEntropy),
    ])
    let result = loss.evaluate(scores([0.2, 0.8], voxels: 3), [255, 255, 255])
    #expect(result.loss == 0)
    #expect(result.gradient.values.allSatisfy { $0 == 0 })
  }

  @Test func `stays a number where the right class has no probability left`() {
    let far = TrainingValue<Float>(
      samples: 1, shape: Shape3(z: 1, y: 1, x: 1), channels: 2, values: [400, -400])
    for kind in [LossOptions.Kind.crossEntropy, .focal(gamma: 2), .macroJaccard(epsilon: 0)] {
      for label in [0, 1] as [UInt8] {
        let result = LossOptions([.init(kind)]).evaluate(far, [label])
        #expect(result.loss.isFinite && result.gradient.values.allSatisfy(\.isFinite))
      }
    }
  }
}
