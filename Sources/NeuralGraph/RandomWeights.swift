/// Weights that follow from a seed alone, for networks that nobody trained (SplitMix64).
struct RandomWeights {
  private var state: UInt64
  /// Whether all are 0 instead: for questions that no weight answers.
  private let isZero: Bool

  init(seed: UInt64?) {
    state = seed ?? 0
    isZero = seed == nil
  }

  /// A number of at least `low` and less than `high`.
  mutating func uniform(_ low: Float, _ high: Float) -> Float {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    z ^= z >> 31
    return low + (high - low) * (Float(z >> 40) / 16_777_216)
  }

  /// `count` such numbers.
  mutating func uniform(_ low: Float, _ high: Float, count: Int) -> [Float] {
    if isZero { return [Float](repeating: 0, count: count) }
    var result: [Float] = []
    result.reserveCapacity(count)
    for _ in 0..<count { result.append(uniform(low, high)) }
    return result
  }

  /// `count` weights of a layer whose outputs each sum `terms` of them, so that values keep their
  /// size from layer to layer (He et al., 2015).
  mutating func weights(count: Int, terms: Int) -> [Float] {
    let bound = (6 / Float(max(terms, 1))).squareRoot()
    return uniform(-bound, bound, count: count)
  }
}
