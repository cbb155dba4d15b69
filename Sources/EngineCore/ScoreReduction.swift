import Glibc
import VolumeCore

/// Makes of class probabilities what is kept of them: labels, bytes of probability, uncertainty, or
/// sums over several passes.
///
/// Sums are whole numbers, so they do not depend on the order of passes.
public struct ScoreReduction: Hashable, Sendable {
  /// What is kept, in this order, one plane after the other.
  public var planes: [ResultPlane]
  /// The network's classes.
  public var classes: Int
  /// How many passes are summed in all.
  public var passes = 1
  /// How many of them were before this one; their sums come with each tile.
  public var passesBefore = 0
  /// What each class's probability is multiplied by where the highest one decides about the label;
  /// empty: they decide as they are. Nothing else that is kept depends on it.
  public var factors: [Float] = []

  /// Keeps `planes` of the probabilities of `classes`.
  public init(_ planes: [ResultPlane], classes: Int) {
    self.planes = planes
    self.classes = classes
  }

  /// What one pass that is sure gives its class: the sums of all passes fit in 16 bits.
  public var unitsPerPass: Int { 65535 / passes }
  /// Numbers that earlier passes left of each voxel: a sum for each class but the last.
  public var priorCount: Int { passesBefore > 0 ? classes - 1 : 0 }

  /// Reduces the part `core` of `scores`, which are those of `output`: float32, classes last.
  ///
  /// - Parameters:
  ///   - prior: the sums of the passes before for `core`, plane after plane; empty where there were none.
  ///   - destination: the planes of `core`, one after the other.
  public func reduce(
    _ scores: RawSpan, of output: Region, core: Region, prior: RawSpan,
    into destination: inout MutableRawSpan
  ) {
    let voxels = core.voxelCount
    precondition(scores.byteCount == 4 * classes * output.voxelCount && output.contains(core))
    precondition(prior.byteCount == 2 * priorCount * voxels)
    precondition(destination.byteCount == planes.byteCount * voxels)
    guard voxels > 0 else { return }
    let from = core.relative(to: output.origin)
    let width = core.x.count
    // One row at a time, so that what is made of it stays in the cache.
    var row = [Float](repeating: 0, count: width * classes)
    unsafe scores.withUnsafeBytes { scores in
      let scores = unsafe scores.assumingMemoryBound(to: Float.self)
      unsafe prior.withUnsafeBytes { prior in
        let prior = unsafe prior.assumingMemoryBound(to: UInt16.self)
        unsafe destination.withUnsafeMutableBytes { to in
          unsafe row.withUnsafeMutableBufferPointer { row in
            var voxel = 0
            for z in from.z {
              for y in from.y {
                let first = ((z * output.y.count + y) * output.x.count + from.x.lowerBound)
                let source = unsafe UnsafeBufferPointer(
                  rebasing: scores[(first * classes)..<((first + width) * classes)])
                if passes == 1 {
                  unsafe write(source, to, at: voxel, of: voxels)
                } else {
                  unsafe add(source, prior, at: voxel, of: voxels, to: row)
                  unsafe write(UnsafeBufferPointer(row), to, at: voxel, of: voxels)
                }
                voxel += width
              }
            }
          }
        }
      }
    }
  }

  /// The mean of a row's probabilities with those of earlier passes, in whole units.
  @unsafe private func add(
    _ source: UnsafeBufferPointer<Float>, _ prior: UnsafeBufferPointer<UInt16>, at voxel: Int,
    of voxels: Int, to row: UnsafeMutableBufferPointer<Float>
  ) {
    let units = Float(unitsPerPass)
    let scale = 1 / (units * Float(passesBefore + 1))
    let all = Int32(unitsPerPass * (passesBefore + 1))
    for i in 0..<(source.count / classes) {
      var rest = all
      for c in 0..<(classes - 1) {
        let share = unsafe min(max(source[i * classes + c], 0), 1)
        var sum = Int32(share * units + 0.5)
        if passesBefore > 0 { unsafe sum += Int32(prior[c * voxels + voxel + i]) }
        rest -= sum
        unsafe row[i * classes + c] = Float(sum) * scale
      }
      unsafe row[i * classes + classes - 1] = Float(max(rest, 0)) * scale
    }
  }

  /// Writes what is kept of a row, whose first voxel has the number `voxel` of `voxels`.
  @unsafe private func write(
    _ row: UnsafeBufferPointer<Float>, _ to: UnsafeMutableRawBufferPointer, at voxel: Int,
    of voxels: Int
  ) {
    let count = row.count / classes
    var begin = 0
    for plane in planes {
      let out = unsafe UnsafeMutableRawBufferPointer(
        rebasing: to[
          (begin + voxel * plane.byteCount)..<(begin + (voxel + count) * plane.byteCount)])
      switch plane {
      case .label: unsafe labels(row, out)
      case .probability(let channel):
        for i in 0..<count {
          unsafe out[i] = Self.byte(row[i * classes + channel])
        }
      case .uncertainty(.entropy): unsafe entropy(row, out)
      case .uncertainty(.margin): unsafe margin(row, out)
      case .sum(let channel):
        let units = Float(unitsPerPass * (passesBefore + 1))
        let sums = unsafe out.assumingMemoryBound(to: UInt16.self)
        for i in 0..<count {
          unsafe sums[i] = UInt16(min(max(row[i * classes + channel] * units + 0.5, 0), 65535))
        }
      }
      begin += plane.byteCount * voxels
    }
  }

  @unsafe private func labels(
    _ row: UnsafeBufferPointer<Float>, _ out: UnsafeMutableRawBufferPointer
  ) {
    guard factors.isEmpty else {
      unsafe weightedLabels(row, out)
      return
    }
    for i in 0..<out.count {
      var best = 0
      for c in 1..<max(classes, 1)
      where unsafe row[i * classes + c] > row[i * classes + best] { best = c }
      unsafe out[i] = UInt8(truncatingIfNeeded: best)
    }
  }

  @unsafe private func weightedLabels(
    _ row: UnsafeBufferPointer<Float>, _ out: UnsafeMutableRawBufferPointer
  ) {
    for i in 0..<out.count {
      var best = 0
      var most = unsafe row[i * classes] * factors[0]
      for c in 1..<max(classes, 1) {
        let score = unsafe row[i * classes + c] * factors[c]
        if score > most { (best, most) = (c, score) }
      }
      unsafe out[i] = UInt8(truncatingIfNeeded: best)
    }
  }

  @unsafe private func margin(
    _ row: UnsafeBufferPointer<Float>, _ out: UnsafeMutableRawBufferPointer
  ) {
    for i in 0..<out.count {
      var (first, second): (Float, Float) = (0, 0)
      for c in 0..<classes {
        let p = unsafe row[i * classes + c]
        if p > first {
          (first, second) = (p, first)
        } else if p > second {
          second = p
        }
      }
      unsafe out[i] = classes > 1 ? Self.byte(1 - (first - second)) : 0
    }
  }

  @unsafe private func entropy(
    _ row: UnsafeBufferPointer<Float>, _ out: UnsafeMutableRawBufferPointer
  ) {
    let steps = Float(Self.entropyTerms.count - 1)
    let factor = classes > 1 ? 1 / logf(Float(classes)) : 0
    unsafe Self.entropyTerms.withUnsafeBufferPointer { terms in
      for i in 0..<out.count {
        var sum: Float = 0
        for c in 0..<classes {
          let p = unsafe min(max(row[i * classes + c], 0), 1)
          unsafe sum += terms[Int(p * steps + 0.5)]
        }
        unsafe out[i] = Self.byte(sum * factor)
      }
    }
  }

  /// -p log p for p in steps: three logarithms a voxel would take longer than the rest.
  private static let entropyTerms: [Float] = (0...8192).map { step in
    let p = Float(step) / 8192
    return p > 0 ? -p * logf(p) : 0
  }

  /// 255 for 1 and above, 0 for 0 and below.
  @inline(__always) private static func byte(_ value: Float) -> UInt8 {
    UInt8(min(max(value, 0), 1) * 255 + 0.5)
  }
}
