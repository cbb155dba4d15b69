/// The numbers of the kernel `pattern`, on the host: 64ths from -1 to 1, which half precision holds
/// exactly, from place and seed alone. So what a convolution makes of them can be told for any one
/// output without looking at the input.
package enum TestPattern {
  /// The number of channel `channel` of voxel `voxel`.
  package static func number(_ voxel: Int, _ channel: Int, seed: Int) -> Float {
    func word(_ value: Int) -> UInt32 { UInt32(truncatingIfNeeded: value) }
    var hash =
      word(voxel) &* 2_654_435_761 ^ word(channel) &* 2_246_822_519 ^ word(seed) &* 3_266_489_917
    hash ^= hash >> 15
    hash = hash &* 2_246_822_519
    hash ^= hash >> 13
    hash = hash &* 3_266_489_917
    hash ^= hash >> 16
    return Float(hash % 129) / 64 - 1
  }
}
