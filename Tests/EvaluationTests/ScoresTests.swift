import Evaluation
import Testing

@Suite struct `The scores of a prediction` {
  @Test func `are one where all is right`() {
    let scores = Scores(matrix(prediction: [0, 1, 2, 2], truth: [0, 1, 2, 2]))
    #expect(scores.classes.map(\.jaccard) == [1, 1, 1])
    #expect(scores.meanJaccard == 1)
    #expect(scores.accuracy == 1)
  }

  @Test func `follow from hits, false alarms and misses`() throws {
    // Class 1: two hits, one false alarm, three misses.
    let scores = Scores(
      matrix(prediction: [1, 1, 1, 0, 0, 0, 0], truth: [1, 1, 0, 1, 1, 1, 0]))
    let one = try #require(scores.classes.last)
    #expect(
      one
        == ClassScore(
          value: 1, truePositives: 2, falsePositives: 1, falseNegatives: 3, trueNegatives: 1))
    #expect(one.jaccard == 2.0 / 6)
    #expect(one.precision == 2.0 / 3)
    #expect(one.recall == 2.0 / 5)
    #expect(one.f1 == 4.0 / 8)
    #expect(scores.accuracy == 3.0 / 7)
    let zero = 1.0 / 5
    #expect(scores.meanJaccard == (zero + 2.0 / 6) / 2)
  }

  @Test func `leave a class out of the mean that is in neither`() throws {
    let scores = Scores(matrix(prediction: [0, 1], truth: [0, 1]), expected: [0, 1, 2])
    #expect(scores.classes.map(\.value) == [0, 1, 2])
    let absent = try #require(scores.classes.last)
    #expect(absent.jaccard == nil)
    #expect(absent.precision == nil)
    #expect(absent.recall == nil)
    #expect(absent.f1 == nil)
    #expect(scores.meanJaccard == 1)
  }

  @Test func `leave what is outside out of the mean, and count what of the specimen is called so`()
  {
    let scores = Scores(
      matrix(prediction: [0, 254, 254, 254, 1], truth: [0, 254, 254, 1, 254]))
    #expect(scores.classes.map(\.value) == [0, 1, 254])
    #expect(scores.meanJaccard == 0.5)
    #expect(scores.classes.last?.jaccard == 2.0 / 4)
    #expect(scores.specimenCalledOutside == 1)
    #expect(scores.specimenVoxels == 2)
    #expect(scores.accuracy == 3.0 / 5)
  }

  @Test func `count a class as missed that the prediction never names`() throws {
    let scores = Scores(matrix(prediction: [0, 0], truth: [0, 2]))
    let missed = try #require(scores.classes.last)
    #expect(missed.value == 2)
    #expect(missed.jaccard == 0)
    #expect(missed.precision == nil)
    #expect(missed.recall == 0)
    #expect(scores.meanJaccard == 0.25)
  }

  @Test func `skip voxels that nobody annotated`() {
    let some = Scores(matrix(prediction: [0, 1, 1, 0], truth: [0, 1, 255, 255]))
    #expect(some == Scores(matrix(prediction: [0, 1], truth: [0, 1])))
  }

  @Test func `are none where no voxel is annotated`() {
    let scores = Scores(matrix(prediction: [0, 1], truth: [255, 255]))
    #expect(scores.classes.isEmpty)
    #expect(scores.accuracy == nil)
    #expect(scores.meanJaccard == nil)
  }
}
