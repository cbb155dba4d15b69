import Quantification
import Testing
import VolumeTesting

@Suite struct `The grey peak of a scan` {
  /// Matrix about `mode` with the deviation `spread`, and some fibres; bytes, smallest first.
  private func greys(mode: Double, spread: Double, zeros: Int = 0, scale: Double = 1) -> [Float] {
    var random = SeededRandom(seed: 3)
    let values = (0..<40_000).map { index -> Float in
      if index < zeros { return 0 }
      // Nearly normal: a sum of twelve uniform numbers.
      let normal = (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &random)
      }
      let grey = index % 6 == 0 ? 200 + 12 * normal : mode + spread * normal
      return Float((max(0, min(255, grey)) * scale).rounded()) / 255
    }
    return values.sorted()
  }

  @Test func `lies where the matrix is, and is as wide`() throws {
    let peak = try #require(
      GreyPeak(ofSorted: greys(mode: 80, spread: 12, zeros: 400), step: 1 / 255))
    #expect(abs(peak.mode * 255 - 80) < 0.5)
    #expect(abs(peak.spread * 255 - 12) < 0.6)
    #expect(abs(peak.zeros - 0.01) < 1e-9)
  }

  @Test func `is that of the histogram`() throws {
    let values = greys(mode: 80, spread: 12, zeros: 400)
    var histogram = [Int](repeating: 0, count: 256)
    for value in values { histogram[Int((value * 255).rounded())] += 1 }
    let one = try #require(GreyPeak(ofHistogram: histogram))
    let other = try #require(GreyPeak(ofSorted: values, step: 1 / 255))
    #expect(abs(one.mode - other.mode) < 1.0 / 255)
    #expect(abs(one.spread - other.spread) < 0.03 * other.spread)
    #expect(one.zeros == other.zeros)
  }

  @Test func `moves with a darker scan, beyond the limits, and is mapped back`() throws {
    let reference = try #require(GreyPeak(ofSorted: greys(mode: 80, spread: 12), step: 1 / 255))
    let dark = try #require(
      GreyPeak(ofSorted: greys(mode: 80, spread: 12, scale: 0.85), step: 1 / 255))
    let drift = GreyDrift(of: dark, from: reference)
    #expect(abs(drift.shift * 255 + 12) < 0.7)
    #expect(abs(drift.stretch - 0.85) < 0.03)
    #expect(drift.isBeyond(.betweenSteps))
    #expect(!GreyDrift(of: reference, from: reference).isBeyond(.betweenSteps))
    let map = try #require(GreyMap(from: dark, to: reference))
    #expect(abs(map.scale * dark.mode + map.offset - reference.mode) < 1e-12)
    // Fibres come back too, to a few of 255 levels.
    #expect(abs((map.scale * 200 * 0.85 / 255 + map.offset) * 255 - 200) < 6)
  }

  @Test func `of one value has no width, and no map`() throws {
    let flat = try #require(GreyPeak(ofSorted: [Float](repeating: 0.3, count: 100)))
    #expect(flat.spread == 0)
    let other = GreyPeak(mode: 0.3, spread: 0.1, zeros: 0)
    #expect(GreyMap(from: flat, to: other) == nil)
    #expect(GreyPeak(ofSorted: []) == nil)
    #expect(GreyPeak(ofSorted: [0, 0, 0]) == nil)
    #expect(GreyPeak(ofHistogram: []) == nil)
    #expect(GreyPeak(ofHistogram: [5] + [Int](repeating: 0, count: 255)) == nil)
  }

  @Test func `is beyond the limits for each of its figures`() {
    let limits = GreyDrift.Limits.betweenSteps
    let reference = GreyPeak(mode: 0.3, spread: 0.05, zeros: 0.01)
    for (peak, isBeyond) in [
      (GreyPeak(mode: 0.33, spread: 0.05, zeros: 0.01), false),
      (GreyPeak(mode: 0.345, spread: 0.05, zeros: 0.01), true),
      (GreyPeak(mode: 0.3, spread: 0.043, zeros: 0.01), true),
      (GreyPeak(mode: 0.3, spread: 0.058, zeros: 0.01), true),
      (GreyPeak(mode: 0.3, spread: 0.053, zeros: 0.01), false),
      (GreyPeak(mode: 0.3, spread: 0.05, zeros: 0.04), true),
    ] {
      #expect(GreyDrift(of: peak, from: reference).isBeyond(limits) == isBeyond, "\(peak)")
    }
  }
}
