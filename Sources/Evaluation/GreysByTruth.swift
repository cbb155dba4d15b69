import VolumeCore
import VolumePasses

extension LabelPairing {
  /// For each class, how often each grey value of `scan` occurs in it: of 8 and 16 bits each value is
  /// counted, else 4096 bins of what the first walk finds as range.
  public func greysByTruth(
    _ scan: any VolumeReader, classes: [Int], _ control: WalkControl
  ) throws(Explanation) -> [[Int]] {
    let index = ClassIndex(classes)
    let type = scan.volume.voxelType
    var inputs = [PassInput(scan, as: .float), PassInput(truth, as: .labels)]
    if let mask { inputs.append(PassInput(mask, as: .labels)) }
    var pass = BlockPass(inputs, region: region)
    let masked = mask != nil
    let (bins, low, scale): (Int, Float, Float)
    switch type {
    case .uint8, .int8: (bins, low, scale) = (256, type == .int8 ? -128 : 0, 1)
    case .uint16, .int16: (bins, low, scale) = (65536, type == .int16 ? -32768 : 0, 1)
    default:
      let range = try range(pass, control)
      (bins, low) = (4096, range.low)
      scale = range.high > range.low ? 4095 / (range.high - range.low) : 1
    }
    pass.workBytes = bins * index.count * 8
    let prepared = try pass.prepared(memory: control.memory, threads: control.threads)
    let parts = try prepared.run(
      isStopped: control.isStopped, progress: control.progress,
      gather: { [Int](repeating: 0, count: bins * index.count) }
    ) { sums, block in
      var counts: [Int] = []
      swap(&counts, &sums)
      block.withVoxels(of: 0) { greys in
        block.withVoxels(of: 1) { truth in
          block.withVoxels(of: masked ? 2 : 1) { mask in
            for i in 0..<truth.byteCount {
              let label = unsafe truth.unsafeLoad(fromByteOffset: i, as: UInt8.self)
              let k = Int(index.ofTruth[Int(label)])
              guard k < index.count else { continue }
              if masked, unsafe mask.unsafeLoad(fromByteOffset: i, as: UInt8.self) == 0 { continue }
              let grey = unsafe greys.unsafeLoad(fromByteOffset: i * 4, as: Float.self)
              let bin = ((grey - low) * scale).rounded(.down)
              guard bin >= 0, bin < Float(bins) else { continue }
              counts[k * bins + Int(bin)] += 1
            }
          }
        }
      }
      swap(&counts, &sums)
    }
    var sum = [Int](repeating: 0, count: bins * index.count)
    for part in parts { for i in sum.indices { sum[i] += part[i] } }
    return classes.indices.map { Array(sum[($0 * bins)..<(($0 + 1) * bins)]) }
  }

  /// The least and the greatest finite grey value.
  private func range(
    _ pass: BlockPass, _ control: WalkControl
  ) throws(Explanation) -> (low: Float, high: Float) {
    let prepared = try pass.prepared(memory: control.memory, threads: control.threads)
    let parts = try prepared.run(
      isStopped: control.isStopped, gather: { [Float.infinity, -Float.infinity] }
    ) { ends, block in
      var (low, high) = (ends[0], ends[1])
      block.withVoxels(of: 0) { greys in
        for i in 0..<(greys.byteCount / 4) {
          let grey = unsafe greys.unsafeLoad(fromByteOffset: i * 4, as: Float.self)
          guard grey.isFinite else { continue }
          low = min(low, grey)
          high = max(high, grey)
        }
      }
      ends = [low, high]
    }
    let (low, high) = (
      parts.map { $0[0] }.min() ?? 0, parts.map { $0[1] }.max() ?? 0
    )
    return low <= high ? (low, high) : (0, 0)
  }
}
