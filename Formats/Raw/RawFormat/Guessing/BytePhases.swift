import VolumeCore

/// How much the bytes of a file differ by their place in groups of eight: where voxels have two
/// bytes, the first of them has other values than the second, and so on.
struct BytePhases {
  /// For 1, 2 and 4: the largest difference between the histograms of two places so far apart (in the
  /// sense of exclusive or), 0 where they are equal to 1 where they share no value.
  private let differences: [Int: Double]
  /// What chance makes of equal histograms.
  private let chance: Double

  init(of file: RawFile, after offset: Int) {
    let windows = SpreadWindows(in: max(0, file.byteCount - offset) / 8)
    var counts = [[Double]](repeating: [Double](repeating: 0, count: 256), count: 8)
    var groups = 0.0
    for bytes in windows.bytes(of: file, width: 8, after: offset) {
      for (place, byte) in bytes.enumerated() { counts[place & 7][Int(byte)] += 1 }
      groups += Double(bytes.count / 8)
    }
    guard groups > 0 else {
      differences = [:]
      chance = 1
      return
    }
    var differences: [Int: Double] = [:]
    for apart in [1, 2, 4] {
      let all = (0..<8).map { place in
        zip(counts[place], counts[place ^ apart]).reduce(0) { $0 + ($1.0 - $1.1).magnitude }
          / (2 * groups)
      }
      differences[apart] = all.max() ?? 0
    }
    self.differences = differences
    chance = 0.03 + 2 * (256 / groups).squareRoot()
  }

  /// What speaks against voxels of `width` bytes: places that should be alike and differ, or places
  /// that should differ and are alike.
  func misfit(ofWidth width: Int) -> Double {
    guard !differences.isEmpty else { return 0 }
    let strangers = [1, 2, 4].filter { $0 >= width }.map { differences[$0] ?? 0 }.max() ?? 0
    let twins = width > 1 ? differences[width / 2] ?? 0 : 1
    return 3 * max(0, strangers - chance) + (width > 1 && twins < chance ? 1 : 0)
  }
}
