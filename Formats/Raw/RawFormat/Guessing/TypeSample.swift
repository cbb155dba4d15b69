import Glibc
import VolumeCore

/// What a file's voxels look like, read as one type in one byte order.
struct TypeSample {
  let levels: VoxelLevels
  /// Equally long stretches of levels.
  let windows: [[UInt8]]
  /// How much less voxels differ from their neighbours than from any others: 0 in noise, 1 where all
  /// are equal.
  let smoothness: Double
  /// Bits in a voxel's difference from its neighbour, of the bits in its difference from any other.
  let entropy: Double
  /// What speaks for this type.
  let score: Double

  var type: VoxelType { levels.type }
  var order: ByteOrder { levels.order }

  /// The voxels after `offset`; `nil` where there are too few to judge, or all are equal.
  init?(
    _ type: VoxelType, _ order: ByteOrder, of file: RawFile, after offset: Int,
    _ phases: BytePhases
  ) {
    let spread = SpreadWindows(in: (file.byteCount - offset) / type.byteCount)
    let stretches = spread.bytes(of: file, width: type.byteCount, after: offset)
    levels = VoxelLevels(type, order, of: stretches)
    windows = stretches.map { [levels] in levels.levels(of: $0) }
    guard spread.length >= 64, !windows.isEmpty else { return nil }

    let most = VoxelLevels.highest
    var ofLevel = [Double](repeating: 0, count: most + 1)
    var ofChange = [Double](repeating: 0, count: 2 * most + 1)
    for window in windows {
      for level in window { ofLevel[Int(level)] += 1 }
      for (one, next) in zip(window, window.dropFirst()) {
        ofChange[Int(next) - Int(one) + most] += 1
      }
    }
    // What the changes would be if neighbours had nothing to do with each other.
    var ofChance = [Double](repeating: 0, count: 2 * most + 1)
    for (one, count) in ofLevel.enumerated() where count > 0 {
      for (other, share) in ofLevel.enumerated() { ofChance[other - one + most] += count * share }
    }
    func mean(_ counts: [Double]) -> Double {
      var sum = 0.0
      for (place, count) in counts.enumerated() { sum += count * Double((place - most).magnitude) }
      return sum / max(counts.reduce(0, +), 1)
    }
    func bits(_ counts: [Double]) -> Double {
      let all = counts.reduce(0, +)
      return counts.reduce(0) { $0 - ($1 > 0 ? $1 / all * log2($1 / all) : 0) }
    }
    guard mean(ofChance) > 0 else { return nil }
    smoothness = 1 - mean(ofChange) / mean(ofChance)
    entropy = bits(ofChange) / bits(ofChance)
    score =
      smoothness - phases.misfit(ofWidth: type.byteCount) - 2 * levels.nonsense - Self.rarity(type)
      - (type.byteCount > 1 && order == .big ? 0.04 : 0)
  }

  /// How much better a rarer type must fit: many are told apart by nothing else, such as counts of
  /// 0 to 127 in one byte with or without a sign.
  private static func rarity(_ type: VoxelType) -> Double {
    switch type {
    case .uint8, .uint16, .float32: 0
    case .int16: 0.03
    case .int32, .uint32, .float64: 0.05
    case .int8: 0.06
    case .int64: 0.08
    case .uint64: 0.1
    }
  }
}
