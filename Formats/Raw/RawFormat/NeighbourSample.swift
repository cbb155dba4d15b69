import VolumeCore

/// How alike voxels are that lie a given number of voxels apart in a file, from a few stretches.
///
/// The measure is the correlation of the pairs: 1 where they are equal, about 0 where they have
/// nothing to do with each other. Noise lowers it alike for every distance.
struct NeighbourSample {
  let file: RawFile
  let type: VoxelType
  let order: ByteOrder
  let offset: Int

  /// Voxels in the file.
  var voxelCount: Int { (file.byteCount - offset) / type.byteCount }

  /// Stretches that are looked at, spread over the file.
  static let stretches = 12
  /// Voxels of a stretch.
  static let stretchLength = 2048

  /// The correlation of voxels `distance` apart, and of those `margin` nearer and farther.
  struct Likeness {
    /// Of voxels exactly so far apart; `nil` where they are all equal or there are too few.
    var here: Float?
    /// The greater of the two beside it.
    var beside: Float?
    /// How much the distance stands out from those beside it.
    var peak: Float { (here ?? 0) - (beside ?? here ?? 0) }
  }

  /// How alike voxels are that lie `distance` apart.
  func likeness(at distance: Int, margin: Int = 0) -> Likeness {
    guard distance > margin else { return Likeness() }
    let count = voxelCount
    let length = min(Self.stretchLength, (count - distance - 2 * margin))
    guard length >= 256 else { return Likeness() }
    let room = count - distance - margin - length
    guard room >= 0 else { return Likeness() }
    var sums = [PairSums](repeating: PairSums(), count: margin == 0 ? 1 : 3)
    let stretches = min(Self.stretches, max(1, room / 64 + 1))
    for stretch in 0..<stretches {
      let first = stretches == 1 ? room / 2 : room / (2 * stretches) * (2 * stretch + 1)
      let here = voxels(from: first, count: length)
      let there = voxels(from: first + distance - margin, count: length + 2 * margin)
      guard here.count == length, there.count == length + 2 * margin else { continue }
      for index in 0..<length {
        let value = here[index]
        sums[0].add(value, there[index + margin])
        if margin > 0 {
          sums[1].add(value, there[index])
          sums[2].add(value, there[index + 2 * margin])
        }
      }
    }
    var likeness = Likeness(here: sums[0].correlation)
    if margin > 0 {
      likeness.beside = [sums[1].correlation, sums[2].correlation].compactMap { $0 }.max()
    }
    return likeness
  }

  /// The part of a sample that is no number, or absurdly large or small; 0 for integers.
  func shareOfNonsense() -> Float {
    guard type == .float32, voxelCount > 0 else { return 0 }
    let sample = voxels(
      from: max(0, voxelCount / 2 - 2048), count: min(4096, voxelCount))
    guard !sample.isEmpty else { return 0 }
    let bad = sample.count {
      !$0.isFinite || $0.magnitude > 1e12 || ($0 != 0 && $0.magnitude < 1e-12)
    }
    return Float(bad) / Float(sample.count)
  }

  private func voxels(from first: Int, count: Int) -> [Float] {
    file.voxels(from: first, count: count, of: type, in: order, after: offset)
  }
}

/// The sums that a correlation is made of.
private struct PairSums {
  private var count = 0.0
  private var a = 0.0
  private var b = 0.0
  private var aa = 0.0
  private var bb = 0.0
  private var ab = 0.0

  mutating func add(_ x: Float, _ y: Float) {
    // Beyond this, one wild value would be all that counts.
    guard x.magnitude < 1e12, y.magnitude < 1e12 else { return }
    let x = Double(x)
    let y = Double(y)
    count += 1
    a += x
    b += y
    aa += x * x
    bb += y * y
    ab += x * y
  }

  var correlation: Float? {
    guard count >= 256 else { return nil }
    let varianceA = aa / count - (a / count) * (a / count)
    let varianceB = bb / count - (b / count) * (b / count)
    let scale = max(aa, bb) / count
    guard varianceA > 1e-9 * scale, varianceB > 1e-9 * scale else { return nil }
    return Float((ab / count - (a / count) * (b / count)) / (varianceA * varianceB).squareRoot())
  }
}
