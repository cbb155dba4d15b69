import Evaluation
import Testing
import VolumeTesting

/// The matrix of two runs of labels.
func matrix(prediction: [UInt8], truth: [UInt8]) -> ConfusionMatrix {
  var matrix = ConfusionMatrix()
  unsafe matrix.add(prediction: prediction.span.bytes, truth: truth.span.bytes)
  return matrix
}

@Suite struct `A confusion matrix` {
  @Test func `counts every pair of values`() {
    let matrix = matrix(prediction: [0, 0, 1, 1, 1, 2], truth: [0, 1, 1, 1, 0, 2])
    #expect(matrix.count(truth: 0, prediction: 0) == 1)
    #expect(matrix.count(truth: 1, prediction: 0) == 1)
    #expect(matrix.count(truth: 1, prediction: 1) == 2)
    #expect(matrix.count(truth: 0, prediction: 1) == 1)
    #expect(matrix.count(truth: 2, prediction: 2) == 1)
    #expect(matrix.total == 6)
    #expect(matrix.values == [0, 1, 2])
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func `agrees with counting one voxel after the other`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    // Runs of labels, as volumes have them, and single voxels.
    var prediction: [UInt8] = []
    var truth: [UInt8] = []
    while prediction.count < 3000 {
      let run = Int.random(in: 1...20, using: &random)
      let pair = (UInt8.random(in: 0...3, using: &random), UInt8.random(in: 0...3, using: &random))
      prediction += [UInt8](repeating: pair.0, count: run)
      truth += [UInt8](repeating: pair.1 == 3 ? 255 : pair.1, count: run)
    }
    var expected: [Int: Int] = [:]
    var skipped = 0
    for (p, t) in zip(prediction, truth) {
      if t == 255 { skipped += 1 } else { expected[Int(t) << 8 | Int(p), default: 0] += 1 }
    }
    let matrix = matrix(prediction: prediction, truth: truth)
    #expect(matrix.skipped == skipped)
    #expect(matrix.total == prediction.count - skipped)
    for (pair, count) in expected {
      #expect(matrix.count(truth: pair >> 8, prediction: pair & 255) == count)
    }
  }

  @Test func `counts in parts what it counts at once`() {
    let prediction: [UInt8] = [0, 1, 1, 2, 2, 2, 0, 255]
    let truth: [UInt8] = [0, 1, 255, 2, 1, 255, 0, 0]
    let whole = matrix(prediction: prediction, truth: truth)
    var parts = matrix(prediction: Array(prediction[..<3]), truth: Array(truth[..<3]))
    parts.add(matrix(prediction: Array(prediction[3...]), truth: Array(truth[3...])))
    #expect(parts == whole)
    #expect(whole.skipped == 2)
  }

  @Test func `counts nothing of nothing`() {
    let matrix = matrix(prediction: [], truth: [])
    #expect(matrix == ConfusionMatrix())
    #expect(matrix.values.isEmpty)
  }
}
