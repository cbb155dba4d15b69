import Quantification
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `A volume fraction` {
  private func tally(
    _ labels: [UInt8], _ shape: Shape3, classes: [Int] = [0, 1]
  ) -> LabelTally {
    var tally = LabelTally(of: Region(shape), in: shape, classes: classes)
    tally.count(unsafe labels.span.bytes)
    return tally
  }

  /// 1 - exp(-0.2).
  static let fraction = 0.181_269

  @Test func `has an interval that holds the process's mean as often as it says`() throws {
    let shape = Shape3(z: 40, y: 40, x: 40)
    var held = 0
    var widths = 0.0
    var squares = 0.0
    let runs = 120
    for seed in 0..<runs {
      let labels = Fields.balls(40, radius: 6, mean: 0.2, seed: UInt64(seed))
      let estimate = VolumeFractions(tally(labels, shape)).classes[1]
      let interval = try #require(estimate.material)
      if interval.contains(Self.fraction) { held += 1 }
      widths += (interval.high - interval.low) / 4 / Double(runs)
      squares += (estimate.fraction - Self.fraction) * (estimate.fraction - Self.fraction)
    }
    // 95 % of 120 are 114; two standard deviations of that are 4.8.
    #expect(held >= 108 && held <= 119)
    // Neither is it so wide that it would hold anything.
    let spread = (squares / Double(runs)).squareRoot()
    #expect(widths > 0.7 * spread && widths < 1.6 * spread, "\(widths) \(spread)")
  }

  @Test func `is known better the larger the volume`() throws {
    func width(_ edge: Int) throws -> Double {
      let labels = Fields.balls(edge, radius: 4, mean: 0.2, seed: 3)
      let interval = try #require(
        VolumeFractions(tally(labels, Shape3(z: edge, y: edge, x: edge))).classes[1].material)
      return interval.high - interval.low
    }
    #expect(try width(64) < 0.75 * width(32))
  }

  @Test func `is of the specimen where there is an outside`() throws {
    let shape = Shape3(z: 8, y: 8, x: 16)
    let labels = Region(shape).indices.map { at -> UInt8 in
      at.x < 8 ? 254 : (at.z + at.y + at.x) % 4 == 0 ? 1 : 0
    }
    let fractions = VolumeFractions(tally(labels, shape, classes: [0, 1, 254]), outside: 254)
    #expect(fractions.inside == 512)
    #expect(fractions.classes.map(\.value) == [0, 1])
    #expect(fractions.classes.map(\.fraction) == [0.75, 0.25])
    #expect(fractions.classes[1].ofAll == 0.125)
    #expect(try #require(fractions.classes[1].material).contains(0.25))
  }

  @Test func `of a class that is nowhere or everywhere, or in too small a volume, has no interval`()
  {
    let shape = Shape3(z: 8, y: 8, x: 8)
    let one = VolumeFractions(tally([UInt8](repeating: 1, count: 512), shape))
    #expect(one.classes.map(\.fraction) == [0, 1])
    #expect(one.classes.map(\.material) == [nil, nil])
    let small = Shape3(z: 1, y: 1, x: 3)
    let three = VolumeFractions(tally([0, 1, 1], small))
    #expect(three.classes[1].labelled == 2.0 / 3)
    #expect(three.classes[1].material == nil)
  }
}

@Suite struct `Annotated layers` {
  static let shape = Shape3(z: 40, y: 40, x: 40)

  /// What a classifier makes of them that misses some, and sees more where there are none.
  private func predicted(_ truth: [UInt8], seed: UInt64) -> [UInt8] {
    var random = SeededRandom(seed: seed)
    return truth.map { label in
      let chance = Int.random(in: 0..<100, using: &random)
      return label == 1 ? (chance < 95 ? 1 : 0) : (chance < 8 ? 1 : 0)
    }
  }

  private func fractions(
    _ truth: [UInt8], _ prediction: [UInt8], layers: [Int]
  ) -> VolumeFractions {
    var tally = LabelTally(of: Region(Self.shape), in: Self.shape, classes: [0, 1])
    tally.count(unsafe prediction.span.bytes)
    var comparison = LayerComparison(rows: 40, columns: 40, classes: [0, 1])
    for z in layers {
      let range = (z * 1600)..<((z + 1) * 1600)
      let (a, b) = (Array(prediction[range]), Array(truth[range]))
      comparison.add(layer: z, prediction: unsafe a.span.bytes, truth: unsafe b.span.bytes)
    }
    return VolumeFractions(tally, layers: comparison)
  }

  @Test func `take the classifier's bias out, and the interval holds the volume's own fraction`()
    throws
  {
    var held = 0
    var labelledHeld = 0
    let runs = 100
    for seed in 0..<runs {
      let truth = Fields.balls(40, radius: 5, mean: 0.2, seed: UInt64(seed))
      let prediction = predicted(truth, seed: UInt64(1000 + seed))
      let result = fractions(truth, prediction, layers: [4, 20, 36]).classes[1]
      let own = Double(truth.count { $0 == 1 }) / Double(truth.count)
      let interval = try #require(result.volume)
      if interval.contains(own) { held += 1 }
      if interval.contains(result.labelled) { labelledHeld += 1 }
      // The material's is wider: it also is a sample.
      let material = try #require(result.material)
      #expect(material.low < interval.low && material.high > interval.high)
    }
    #expect(held >= 88 && held <= 100, "\(held)")
    // What is labelled is off by more than that.
    #expect(labelledHeld < 5, "\(labelledHeld)")
  }

  @Test func `that are all there leave nothing unknown`() throws {
    let truth = Fields.balls(40, radius: 5, mean: 0.2, seed: 1)
    let result = fractions(truth, predicted(truth, seed: 2), layers: Array(0..<40)).classes[1]
    let own = Double(truth.count { $0 == 1 }) / Double(truth.count)
    #expect(abs(result.fraction - own) < 1e-12)
    let interval = try #require(result.volume)
    #expect(interval.high - interval.low < 1e-9)
  }

  @Test func `come back from their document`() throws {
    let truth = Fields.balls(40, radius: 5, mean: 0.2, seed: 1)
    var comparison = LayerComparison(rows: 40, columns: 40, classes: [0, 1])
    let (a, b) = (Array(predicted(truth, seed: 2)[0..<1600]), Array(truth[0..<1600]))
    comparison.add(layer: 7, prediction: unsafe a.span.bytes, truth: unsafe b.span.bytes)
    let text = comparison.json.text()
    #expect(JSONValue(parsing: text).flatMap { LayerComparison($0) } == comparison)
    let other = text.replacing("\"rows\":40", with: "\"rows\":41")
    #expect(JSONValue(parsing: other).flatMap { LayerComparison($0) } == nil)
  }

  @Test func `count as one where they are close`() throws {
    let truth = Fields.balls(40, radius: 5, mean: 0.2, seed: 1)
    let prediction = predicted(truth, seed: 2)
    let apart = try #require(
      fractions(truth, prediction, layers: [4, 20, 36]).classes[1].volume)
    let close = try #require(
      fractions(truth, prediction, layers: [19, 20, 21]).classes[1].volume)
    #expect(close.high - close.low > apart.high - apart.low)
  }

  @Test func `say nothing of voxels that are not annotated`() throws {
    let truth = Fields.balls(40, radius: 5, mean: 0.2, seed: 1)
    var annotated = truth
    for index in annotated.indices where index % 40 < 20 { annotated[index] = 255 }
    var comparison = LayerComparison(rows: 40, columns: 40, classes: [0, 1])
    let (a, b) = (Array(truth[0..<1600]), Array(annotated[0..<1600]))
    comparison.add(layer: 0, prediction: unsafe a.span.bytes, truth: unsafe b.span.bytes)
    #expect(comparison.voxels == 800)
    #expect(comparison.count(prediction: 0, truth: 1) == 0)
  }
}

@Suite struct `Student's factor` {
  @Test(arguments: [
    (1.0, 12.7062), (2, 4.30265), (4.5, 2.65891), (10, 2.22814), (53, 2.00575), (1e6, 1.95997),
  ])
  func `is that of the tables`(freedom: Double, factor: Double) {
    #expect(
      abs(StudentT.factor(confidence: 0.95, freedom: freedom) - factor) < 2e-4 * factor)
  }
}
