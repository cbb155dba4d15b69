import VolumeCore
import VolumePasses

/// How often each grey value occurs in a volume larger than memory.
///
/// Types of 8 and 16 bits have a bin for each value. Of others, 65536 bins lie between the least and the
/// greatest value, and what is no number is not counted.
public struct GreyHistogram: Hashable, Sendable {
  /// Voxels in each bin.
  public var counts: [Int]
  /// The value of the first bin.
  public var first: Double
  /// The distance of bins.
  public var step: Double

  /// `counts` of values `step` apart from `first` on.
  public init(counts: [Int], first: Double, step: Double) {
    (self.counts, self.first, self.step) = (counts, first, step)
  }

  /// The value of a bin: its middle, where it holds several.
  public func value(_ bin: Double) -> Double { first + bin * step }

  /// Counts `reader`; `nil` where it was stopped.
  public static func count(
    _ reader: any VolumeReader, memory: Int, threads: Int,
    isStopped: @escaping @Sendable () -> Bool = { false },
    progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws(Explanation) -> GreyHistogram? {
    let type = reader.volume.voxelType
    let isWhole: Bool = [.uint8, .int8, .uint16, .int16].contains(type)
    var pass = BlockPass([PassInput(reader, as: .asStored)])
    pass.workBytes = 65536 * 8
    let prepared = try pass.prepared(memory: memory, threads: threads)
    var (first, step) = (0.0, 1.0)
    switch type {
    case .uint8, .uint16: break
    case .int8: first = -128
    case .int16: first = -32768
    default:
      let ranges = try prepared.run(
        isStopped: isStopped, gather: { (Double.infinity, -Double.infinity) }
      ) { range, block in
        block.withVoxels { span in
          for i in 0..<block.region.voxelCount {
            let value = type.value(span, at: i)
            if value.isFinite { range = (min(range.0, value), max(range.1, value)) }
          }
        }
      }
      let low = ranges.map(\.0).min() ?? 0
      let high = ranges.map(\.1).max() ?? 0
      guard low <= high else {
        throw Explanation(
          .input, "no voxel is a number", remedy: "check how the scan is read: t2s-volume info")
      }
      step = high > low ? (high - low) / 65536 : 1
      first = low + step / 2
    }
    let bins = type.byteCount == 1 ? 256 : 65536
    let parts = try prepared.run(
      isStopped: isStopped, progress: progress, gather: { [Int](repeating: 0, count: bins) }
    ) { [first, step] counts, block in
      block.withVoxels { span in
        let origin = isWhole ? first : first - step / 2
        for i in 0..<block.region.voxelCount {
          let value = type.value(span, at: i)
          guard value.isFinite else { continue }
          counts[min(max(Int((value - origin) / step), 0), bins - 1)] += 1
        }
      }
    }
    guard !isStopped() else { return nil }
    var sum = [Int](repeating: 0, count: bins)
    for part in parts { for bin in sum.indices { sum[bin] += part[bin] } }
    return GreyHistogram(counts: sum, first: first, step: step)
  }

  /// The same in at most `most` bins between the least and the greatest value that occur.
  func narrowed(to most: Int) -> GreyHistogram {
    let low = counts.firstIndex { $0 > 0 } ?? 0
    let high = counts.lastIndex { $0 > 0 } ?? 0
    let width = (high - low) / most + 1
    var result = [Int](repeating: 0, count: (high - low) / width + 1)
    for bin in low...high { result[(bin - low) / width] += counts[bin] }
    return GreyHistogram(
      counts: result, first: value(Double(low) + Double(width - 1) / 2), step: step * Double(width))
  }
}
