import Glibc

/// Random numbers that are computed from their place, so that the same key gives the same numbers
/// whatever the order and however many threads: Philox 4x32-10 (Salmon et al., 2011).
package struct Philox: Hashable, Sendable {
  /// The key of a stream.
  package var key: UInt64

  package init(key: UInt64) { self.key = key }

  /// The block of four numbers for a counter of four.
  package func block(_ counter: SIMD4<UInt32>) -> SIMD4<UInt32> {
    var x = counter
    var (k0, k1) = (UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key >> 32))
    for round in 0..<10 {
      if round > 0 {
        k0 &+= 0x9E37_79B9
        k1 &+= 0xBB67_AE85
      }
      let p0 = 0xD251_1F53 * UInt64(x[0])
      let p1 = 0xCD9E_8D57 * UInt64(x[2])
      x = SIMD4(
        UInt32(truncatingIfNeeded: p1 >> 32) ^ x[1] ^ k0, UInt32(truncatingIfNeeded: p1),
        UInt32(truncatingIfNeeded: p0 >> 32) ^ x[3] ^ k1, UInt32(truncatingIfNeeded: p0))
    }
    return x
  }

  /// Number `index` of layer `layer`: 16 bits, of which a block has eight, the low halves first.
  package func bits(_ index: Int, layer: Int) -> UInt16 {
    let counter = UInt64(index / 8)
    let block = block(
      SIMD4(
        UInt32(truncatingIfNeeded: counter), UInt32(truncatingIfNeeded: counter >> 32),
        UInt32(truncatingIfNeeded: layer), 0))
    let place = index % 8
    return UInt16(truncatingIfNeeded: block[place % 4] >> (place < 4 ? 0 : 16))
  }
}

/// How a layer of dropout decides: a number of 16 bits below the threshold is dropped.
package struct DropoutRule: Hashable, Sendable {
  package var threshold: UInt16
  /// What the kept numbers are multiplied by.
  package var factor: Float

  package init(rate: Float) {
    threshold = UInt16(min(max((rate * 65536).rounded(), 0), 65535))
    factor = 1 / (1 - Float(threshold) / 65536)
  }
}

/// Normally distributed numbers for 16 bits: the quantile in the middle of each of 65536 steps. The
/// largest is 4.3; their deviation is 1 within 1e-4.
package enum NormalTable {
  /// One number for each value of 16 bits.
  package static let values: [Float] = {
    var table = [Float](repeating: 0, count: 65536)
    for step in 0..<32768 {
      let quantile = quantile((Double(step) + 0.5) / 65536)
      table[step] = Float(quantile)
      table[65535 - step] = Float(-quantile)
    }
    return table
  }()

  /// The x below which a normally distributed number lies with probability `p` of at most a half, by
  /// Newton's method from a rational first guess (Abramowitz and Stegun 26.2.23).
  private static func quantile(_ p: Double) -> Double {
    let t = (-2 * log(p)).squareRoot()
    let numerator = 2.515517 + t * (0.802853 + t * 0.010328)
    let denominator = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
    var x = numerator / denominator - t
    for _ in 0..<4 {
      let error = 0.5 * erfc(-x / 2.0.squareRoot()) - p
      x -= error / (exp(-x * x / 2) / (2 * Double.pi).squareRoot())
    }
    return x
  }
}
