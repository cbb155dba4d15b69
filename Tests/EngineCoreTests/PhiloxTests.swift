import EngineCore
import Testing

@Suite struct `Random numbers by place` {
  /// The known answers of Random123, the generator's own test vectors.
  @Test func `are those that were published`() {
    #expect(
      Philox(key: 0).block(SIMD4(0, 0, 0, 0))
        == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    #expect(
      Philox(key: .max).block(SIMD4(repeating: .max))
        == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    #expect(
      Philox(key: 0x299f_31d0_a409_3822).block(
        SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344))
        == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test func `are even, and different in each layer and for each key`() {
    let count = 20_000
    func dropped(_ key: UInt64, _ layer: Int) -> [Bool] {
      (0..<count).map {
        Philox(key: key).bits($0, layer: layer) < DropoutRule(rate: 0.1).threshold
      }
    }
    let first = dropped(1, 3)
    // Four standard deviations of a binomial.
    let four = 4 * (Double(count) * 0.09).squareRoot()
    #expect(abs(Double(first.count { $0 }) - 0.1 * Double(count)) < four)
    for other in [dropped(2, 3), dropped(1, 4)] {
      let both = zip(first, other).count { $0 && $1 }
      #expect(abs(Double(both) - 0.01 * Double(count)) < 60)
    }
  }

  @Test func `become normal ones`() {
    let table = NormalTable.values.map { Double($0) }
    let mean = table.reduce(0, +) / 65536
    let variance = table.reduce(0) { $0 + $1 * $1 } / 65536
    let fourth = table.reduce(0) { $0 + $1 * $1 * $1 * $1 } / 65536
    #expect(abs(mean) < 1e-9)
    #expect(abs(variance - 1) < 2e-4)
    #expect(abs(fourth - 3) < 1e-2)
    // The quartile.
    #expect(abs(table[16384] + 0.674_49) < 1e-4)
    #expect(table.adjacentPairsAreOrdered)
  }
}

extension [Double] {
  fileprivate var adjacentPairsAreOrdered: Bool { zip(self, dropFirst()).allSatisfy { $0 <= $1 } }
}
