import Evaluation
import Glibc
import Testing
import VolumeCore

@Suite struct `Scores of a report` {
  private func matrix(_ counts: [[Int]], values: [Int]? = nil) -> ConfusionMatrix {
    var matrix = ConfusionMatrix()
    let values = values ?? Array(counts.indices)
    for (t, row) in counts.enumerated() {
      for (p, count) in row.enumerated() {
        let truth = [UInt8](repeating: UInt8(values[t]), count: count)
        let prediction = [UInt8](repeating: UInt8(values[p]), count: count)
        unsafe matrix.add(prediction: prediction.span.bytes, truth: truth.span.bytes)
      }
    }
    return matrix
  }

  /// What the original published of its best model: matrix counts follow from its table.
  @Test func `are the published ones for the published counts`() {
    let fibre = ClassScore(
      value: 1, truePositives: 67_420_604, falsePositives: 1_474_782, falseNegatives: 1_692_015)
    let porosity = ClassScore(
      value: 2, truePositives: 1_663_498, falsePositives: 299_198, falseNegatives: 459_590)
    #expect(abs((fibre.jaccard ?? 0) - 0.955137) < 5e-7)
    #expect(abs((porosity.jaccard ?? 0) - 0.686747) < 5e-7)
    #expect(abs((porosity.precision ?? 0) - 0.8476) < 5e-5)
    #expect(abs((porosity.recall ?? 0) - 0.7835) < 5e-5)
    #expect(fibre.support == 69_112_619 && porosity.support == 2_123_088)
    // Of the matrix 334,364,293 are true and 334,741,918 predicted; the published Jaccard index
    // leaves one count for what is in both.
    let both = Int((0.988335 * Double(334_364_293 + 334_741_918) / 1.988335).rounded())
    let matrix = ClassScore(
      value: 0, truePositives: both, falsePositives: 334_741_918 - both,
      falseNegatives: 334_364_293 - both)
    let scores = [matrix, fibre, porosity].compactMap(\.jaccard)
    let mean: Double = scores.reduce(0, +) / 3
    #expect(abs(mean - 0.876739) < 1e-6)
  }

  @Test func `average over the classes that occur, and count 0 where one has no score`() {
    // Class 2 is never predicted; class 3 occurs nowhere.
    let scores = Scores(matrix([[6, 2, 0], [1, 3, 0], [1, 1, 0]]), expected: [0, 1, 2, 3])
    #expect(scores.classes.map(\.support) == [8, 4, 2, 0])
    #expect(scores.classes.map(\.predicted) == [8, 6, 0, 0])
    #expect(scores.classes[0].trueNegatives == 4)
    #expect(scores.classes[0].accuracy == 10.0 / 14)
    #expect(scores.classes[2].precision == nil && scores.classes[3].jaccard == nil)
    #expect(abs((scores.macro.precision ?? 0) - (0.75 + 0.5 + 0) / 3) < 1e-12)
    #expect(abs((scores.macro.recall ?? 0) - (0.75 + 0.75 + 0) / 3) < 1e-12)
    #expect(abs((scores.weighted.recall ?? 0) - 9.0 / 14) < 1e-12)
    #expect(abs((scores.weighted.precision ?? 0) - (8 * 0.75 + 4 * 0.5) / 14) < 1e-12)
    #expect(scores.micro.precision == 9.0 / 14 && scores.micro.jaccard == 9.0 / 19)
    #expect(scores.undefined.map(\.value) == [2])
    #expect(scores.undefined.map(\.score) == ["precision"])
  }

  @Test func `leave what is outside the specimen out of the means`() {
    let scores = Scores(matrix([[4, 0], [2, 4]], values: [0, 254]))
    #expect(scores.macro.recall == 1)
    #expect(scores.macro.precision == 4.0 / 6)
    #expect(scores.weighted.recall == 1)
  }

  @Test func `know how much each says that the other does not`() throws {
    let swapped = try #require(InformationVariation(matrix([[0, 5], [7, 0]])))
    #expect(swapped.sum == 0)
    // The prediction knows nothing of two equal classes.
    let blind = try #require(InformationVariation(matrix([[4, 0], [4, 0]])))
    #expect(blind.merges == 1 && blind.splits == 0)
    let split = try #require(InformationVariation(matrix([[2, 2], [0, 0]])))
    #expect(split.merges == 0 && split.splits == 1)
    let mixed = try #require(InformationVariation(matrix([[3, 1], [1, 3]])))
    let entropy = -(0.75 * log2(0.75) + 0.25 * log2(0.25))
    #expect(abs(mixed.splits - entropy) < 1e-12 && abs(mixed.merges - entropy) < 1e-12)
    #expect(InformationVariation(ConfusionMatrix()) == nil)
  }
}
