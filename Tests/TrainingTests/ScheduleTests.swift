import Testing
import Training

@Suite struct `A schedule` {
  /// The original's teeth at every place where they change, from its code.
  static let teeth: [(epoch: Int, rate: Double)] = [
    (0, 1e-4), (9, 1e-3), (10, 1e-3), (29, 1e-3), (30, 1e-3), (39, 1e-4), (40, 1e-4), (59, 1e-3),
    (60, 1e-3), (79, 1e-3), (80, 1e-3), (99, 1e-4), (100, 1e-4), (119, 1e-3), (120, 1e-3),
    (139, 1e-3), (140, 1e-3), (159, 1e-4), (160, 1e-4), (209, 1e-4), (210, 1e-4), (259, 1e-5),
    (260, 1e-5), (1000, 1e-5),
  ]

  @Test(arguments: teeth)
  func `has the original's teeth exactly`(epoch: Int, rate: Double) {
    #expect(Schedule.schedule00.rate(at: Double(epoch)) == rate)
  }

  @Test func `rises by equal factors between them`() {
    let rates = (0..<10).map { Schedule.schedule00.rate(at: Double($0)) }
    for (a, b) in zip(rates, rates.dropFirst()) {
      #expect(abs(b / a - 1.2915496650148839) < 1e-9)
    }
    // Within an epoch nothing changes.
    #expect(Schedule.schedule00.rate(at: 3.9) == Schedule.schedule00.rate(at: 3))
  }

  @Test func `is the paper's`() {
    #expect(Schedule.paper.rate(at: 0) == 1e-3)
    #expect(Schedule.paper.rate(at: 99) == 1e-3)
    #expect(abs(Schedule.paper.rate(at: 199) - (1e-3 - 9e-4 * 99 / 101)) < 1e-15)
    #expect(abs(Schedule.paper.rate(at: 199) - 1.18e-4) < 5e-7)
  }

  @Test func `goes up once and down again, step by step`() {
    let schedule = Schedule.oneCycle(peak: 1e-2, epochs: 10, rise: 0.2)
    #expect(abs(schedule.rate(at: 0) - 2e-4) < 1e-12)
    #expect(abs(schedule.rate(at: 2) - 1e-2) < 1e-12)
    #expect(abs(schedule.rate(at: 10) - 1e-5) < 1e-12)
    #expect(schedule.rate(at: 1.5) > schedule.rate(at: 1.4))
    #expect(schedule.rate(at: 5.5) < schedule.rate(at: 5.4))
  }

  @Test func `falls along a cosine, and is held`() {
    let schedule = Schedule.cosine(from: 1, to: 0.5, epochs: 4)
    #expect(schedule.rate(at: 0) == 1)
    #expect(abs(schedule.rate(at: 2) - 0.75) < 1e-12)
    #expect(schedule.rate(at: 4) == 0.5)
    #expect(schedule.rate(at: 9) == 0.5)
  }

  @Test func `tests a range by equal factors`() {
    let schedule = Schedule.rangeTest(from: 1e-6, to: 1, epochs: 6)
    for epoch in 0...6 {
      #expect(
        abs(
          schedule.rate(at: Double(epoch)) / (1e-6 * [1, 10, 100, 1e3, 1e4, 1e5, 1e6][epoch]) - 1)
          < 1e-9)
    }
  }
}
