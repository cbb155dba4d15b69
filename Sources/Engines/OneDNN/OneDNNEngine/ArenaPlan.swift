import CKernels
import VolumeCore

/// Where each buffer lies in a worker's memory, so that values share it when their lives do not
/// overlap.
struct ArenaPlan {
  /// The offset of each buffer in bytes.
  let offsets: [Int]
  /// Bytes of all.
  let byteCount: Int

  /// Places `buffers`, used by `steps`, for values of `shapes` (one for each node).
  ///
  /// First fit in the order of the steps: the lowest place that is free for the whole life.
  init(_ buffers: [Buffer], steps: [Step], shapes: [Shape3]) {
    var first = [Int](repeating: .max, count: buffers.count)
    var last = [Int](repeating: -1, count: buffers.count)
    for (index, step) in steps.enumerated() {
      for buffer in step.sources + [step.destination].compactMap({ $0 }) {
        first[buffer] = min(first[buffer], index)
        last[buffer] = max(last[buffer], index)
      }
    }
    var offsets = [Int](repeating: 0, count: buffers.count)
    var total = 0
    var placed: [Int] = []
    for buffer in buffers.indices.sorted(by: { first[$0] < first[$1] }) where last[buffer] >= 0 {
      let size = buffers[buffer].byteCount(shapes)
      let living =
        placed
        .filter { first[$0] <= last[buffer] && last[$0] >= first[buffer] }
        .sorted { offsets[$0] < offsets[$1] }
      var place = 0
      for other in living {
        if offsets[other] >= place + size { break }
        place = max(place, offsets[other] + buffers[other].byteCount(shapes))
      }
      offsets[buffer] = place
      total = max(total, place + size)
      placed.append(buffer)
    }
    self.offsets = offsets
    byteCount = total
  }
}

extension Buffer {
  /// Bytes that it takes for values of `shapes`, up to whole pages.
  func byteCount(_ shapes: [Shape3]) -> Int { byteCount(of: shapes[extentOfNode]) }

  /// Bytes that a value of `shape` takes, up to whole pages.
  ///
  /// Kernels may read up to 256 bytes past the end, which the last page always has.
  func byteCount(of shape: Shape3) -> Int {
    let bytes =
      switch layout {
      case .channelsLast(let precision): shape.voxelCount * channels * precision.byteCount
      case .pairs: (channels + 1) / 2 * t2s_pairs_plane(shape.y, shape.x) * 4
      }
    return (bytes + 256 + 4095) / 4096 * 4096
  }
}
