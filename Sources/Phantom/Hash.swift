/// Random numbers that belong to a place, not to an order.
///
/// A number is a function of the seed and of what it is for (a voxel, a fibre, a ring), so that any
/// part of a phantom can be made without what lies before it, and always comes out the same. Only
/// integer arithmetic and operations that IEEE rounds exactly are used, so also on any machine.
struct Hash: Hashable, Sendable {
  /// The state: all that went in so far, mixed.
  var state: UInt64

  /// The root of everything that is made from `seed`.
  init(seed: UInt64) { state = Self.mixed(seed &+ 0x9E37_79B9_7F4A_7C15) }

  /// The place called `value` below this one.
  @inline(__always)
  func callAsFunction(_ value: Int) -> Hash {
    var hash = self
    hash.state = Self.mixed(
      state &+ UInt64(truncatingIfNeeded: value) &* 0x9E37_79B9_7F4A_7C15)
    return hash
  }

  /// Stirs 64 bits so that each depends on all (the finaliser of SplitMix64).
  @inline(__always)
  static func mixed(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number in 0..<1.
  var uniform: Double { Double(state >> 11) * 0x1p-53 }

  /// A number of things that lie independently of each other, where there are `mean` on the average:
  /// Poisson's distribution, by the normal one with the same variance.
  func count(mean: Double) -> Int {
    max(0, Int((mean + mean.squareRoot() * Double(normal)).rounded()))
  }

  /// Nearly normal, mean 0 and variance 1: the sum of four uniform numbers of 16 bits.
  @inline(__always)
  var normal: Float {
    let sum =
      Int32(truncatingIfNeeded: state & 0xFFFF)
      &+ Int32(truncatingIfNeeded: (state >> 16) & 0xFFFF)
      &+ Int32(truncatingIfNeeded: (state >> 32) & 0xFFFF)
      &+ Int32(truncatingIfNeeded: state >> 48)
    // Each has the variance 65536² / 12, so the sum has the deviation 65536 / √3.
    return Float(sum &- 131_070) * (1.732_050_8 / 65536)
  }
}

/// Numbers drawn one after the other for one thing, such as a fibre.
struct Draws: Sendable {
  private var hash: Hash

  /// The draws that belong to `place`.
  init(_ place: Hash) { hash = place }

  /// The next number in 0..<1.
  mutating func uniform() -> Double {
    hash = hash(1)
    return hash.uniform
  }

  /// The next number between the bounds.
  mutating func uniform(_ low: Double, _ high: Double) -> Double {
    low + (high - low) * uniform()
  }

  /// The next nearly normal number.
  mutating func normal() -> Double {
    hash = hash(1)
    return Double(hash.normal)
  }
}
