import VolumeCore

/// How often each value of a truth met each value of a prediction; what all scores follow from.
///
/// Voxels that nobody annotated (255 in the truth) are counted apart and score nothing.
public struct ConfusionMatrix: Hashable, Sendable {
  // One row for each value of the truth; UInt32 counters would overflow at 2^32 voxels of matrix.
  private var counts = [Int](repeating: 0, count: 256 * 256)
  /// Voxels without a truth.
  public private(set) var skipped = 0

  /// Nothing counted yet.
  public init() {}

  /// Voxels of which the truth says `truth` and the prediction `prediction`.
  public func count(truth: Int, prediction: Int) -> Int { counts[truth << 8 | prediction] }

  /// All voxels that score.
  public var total: Int { counts.reduce(0, +) }

  /// Counts the voxels of two equally long runs of labels, one byte each.
  public mutating func add(prediction: RawSpan, truth: RawSpan) {
    precondition(prediction.byteCount == truth.byteCount, "both are of the same voxels")
    // Labels come in runs, and adding to one counter again and again waits for the store before;
    // so a run is counted in a register.
    var run = 0
    var cell = -1
    var counts: [Int] = []
    swap(&counts, &self.counts)
    unsafe prediction.withUnsafeBytes { prediction in
      unsafe truth.withUnsafeBytes { truth in
        for i in 0..<truth.count {
          let here = unsafe Int(truth[i]) << 8 | Int(prediction[i])
          if here == cell {
            run += 1
            continue
          }
          if cell >= 0 { counts[cell] += run }
          cell = here
          run = 1
        }
      }
    }
    if cell >= 0 { counts[cell] += run }
    let row = LabelClass.unannotatedValue << 8
    for cell in row..<(row + 256) {
      skipped += counts[cell]
      counts[cell] = 0
    }
    swap(&counts, &self.counts)
  }

  /// Adds `number` voxels of which the truth says `truth` and the prediction `prediction`.
  public mutating func add(_ number: Int, truth: Int, prediction: Int) {
    if truth == LabelClass.unannotatedValue {
      skipped += number
    } else {
      counts[truth << 8 | prediction] += number
    }
  }

  /// Adds what another has counted, of other voxels.
  public mutating func add(_ other: ConfusionMatrix) {
    for i in counts.indices { counts[i] += other.counts[i] }
    skipped += other.skipped
  }

  /// The values that occur in the truth or in the prediction, in their order.
  public var values: [Int] {
    (0..<256).filter { value in
      (0..<256).contains { other in
        count(truth: value, prediction: other) > 0 || count(truth: other, prediction: value) > 0
      }
    }
  }
}
