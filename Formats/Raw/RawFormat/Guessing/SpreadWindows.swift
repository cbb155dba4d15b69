import VolumeCore

/// Stretches of a file, spread over all of it, from which is judged what it is.
///
/// Their places are shifted by the golden ratio: at equal distances they might all meet the same
/// place of each layer, such as its empty corner.
struct SpreadWindows {
  /// Voxels of a window.
  static let longest = 32_768
  /// Windows.
  static let most = 24

  /// Where each begins, in voxels.
  let starts: [Int]
  /// Voxels of each.
  let length: Int

  /// Windows in `voxelCount` voxels.
  init(in voxelCount: Int) {
    length = min(Self.longest, voxelCount)
    let count = length > 0 ? max(1, min(Self.most, voxelCount / length)) : 0
    let (room, length) = (Double(voxelCount), length)
    starts = (0..<count).map { index in
      let share = room / Double(count)
      let start = Double(index) * share + goldenPart(index) * (share - Double(length))
      return min(max(0, Int(start)), voxelCount - length)
    }
  }

  /// The bytes of each, of voxels of `width` bytes after `offset`; one that cannot be read is left
  /// away.
  func bytes(of file: RawFile, width: Int, after offset: Int) -> [[UInt8]] {
    starts.compactMap { start in
      file.bytes(at: offset + start * width, count: length * width)
    }
  }
}

/// The `index`-th of numbers between 0 and 1 that never come in step with anything.
func goldenPart(_ index: Int) -> Double {
  let part = 0.5 + Double(index) * 0.618_033_988_749_895
  return part - part.rounded(.down)
}

extension RawFile {
  /// `count` bytes from `place` on, or `nil` where they cannot all be read.
  func bytes(at place: Int, count: Int) -> [UInt8]? {
    guard place >= 0, count >= 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    guard let read = try? handle.read(at: place, into: &raw), read == count else { return nil }
    return bytes
  }
}

/// Levels without what changes over more than `reach` voxels: a scan's large shapes are alike at
/// every distance and say nothing about rows.
func highPassed(_ levels: [UInt8], reach: Int) -> [Float] {
  let count = levels.count
  var sums = [Int32](repeating: 0, count: count + 1)
  for index in 0..<count { sums[index + 1] = sums[index] + Int32(levels[index]) }
  return (0..<count).map { index in
    let low = max(0, index - reach)
    let high = min(count, index + reach + 1)
    return Float(levels[index]) - Float(sums[high] - sums[low]) / Float(high - low)
  }
}
