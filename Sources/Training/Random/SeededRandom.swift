import Glibc

/// Random numbers that follow from a seed and from what they are for: the step, the crop, the purpose.
///
/// Nothing is carried from one crop to the next, so that crops are the same whichever thread makes
/// them, and a training that goes on needs the number of its step and nothing else (SplitMix64).
struct SeededRandom: Hashable, Sendable {
  private var state: UInt64

  /// The numbers of `seed` for `purposes`: say, the step and the crop in it.
  init(seed: UInt64, _ purposes: UInt64...) {
    state = seed
    for purpose in purposes {
      let mixed = next()
      state = mixed ^ (purpose &* 0xD6E8_FEB8_6659_FD93)
      _ = next()
    }
  }

  /// 64 random bits.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number of at least 0 and less than 1.
  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number of at least `-width` and less than `width`.
  mutating func around(_ width: Double) -> Double { (2 * unit() - 1) * width }

  /// A whole number of at least 0 and less than `count`.
  mutating func below(_ count: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(max(count, 1))).high)
  }

  /// Two independent numbers of a normal distribution with mean 0 and deviation 1.
  mutating func normals() -> (Float, Float) {
    let radius = (-2 * log(1 - unit())).squareRoot()
    let angle = 2 * Double.pi * unit()
    return (Float(radius * cos(angle)), Float(radius * sin(angle)))
  }

  /// `count` numbers of a normal distribution with mean 0 and deviation 1.
  mutating func normals(count: Int) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(count + 1)
    while result.count < count {
      let (a, b) = normals()
      result.append(a)
      result.append(b)
    }
    if result.count > count { result.removeLast() }
    return result
  }
}
