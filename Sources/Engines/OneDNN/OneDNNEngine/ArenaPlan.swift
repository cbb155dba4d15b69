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
  init(_ buffers: [Buffer], steps: [Step], shapes: [Shape3]) {
    self.init(buffers.map { $0.byteCount(shapes) }, lives: Self.lives(of: buffers.count, steps))
  }

  /// Places buffers of `sizes` bytes, each alive from one step to another, both included; `nil` is
  /// for those that nobody uses.
  ///
  /// First fit in the order of the steps: the lowest place that is free for the whole life.
  init(_ sizes: [Int], lives: [ClosedRange<Int>?]) {
    var offsets = [Int](repeating: 0, count: sizes.count)
    var total = 0
    var placed: [(buffer: Int, life: ClosedRange<Int>)] = []
    let order = lives.enumerated().compactMap { buffer, life in life.map { (buffer, $0) } }
      .sorted { ($0.1.lowerBound, $0.0) < ($1.1.lowerBound, $1.0) }
    for (buffer, life) in order {
      let living = placed.filter { $0.life.overlaps(life) }.map(\.buffer)
        .sorted { offsets[$0] < offsets[$1] }
      var place = 0
      for other in living {
        if offsets[other] >= place + sizes[buffer] { break }
        place = max(place, offsets[other] + sizes[other])
      }
      offsets[buffer] = place
      total = max(total, place + sizes[buffer])
      placed.append((buffer, life))
    }
    self.offsets = offsets
    byteCount = total
  }

  /// The first and the last of `steps` that use each buffer.
  static func lives(of count: Int, _ steps: [Step]) -> [ClosedRange<Int>?] {
    var lives = [ClosedRange<Int>?](repeating: nil, count: count)
    for (index, step) in steps.enumerated() {
      for buffer in step.sources + [step.destination].compactMap({ $0 }) {
        lives[buffer] = (lives[buffer]?.lowerBound ?? index)...index
      }
    }
    return lives
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
      case .quads, .pairs, .planes: shape.z * layerByteCount(of: shape)
      }
    return (bytes + 256 + 4095) / 4096 * 4096
  }

  /// Planes of one layer, where it lies in planes.
  var planeCount: Int {
    switch layout {
    case .channelsLast: 0
    case .planes: channels
    case .pairs: (channels + 1) / 2
    case .quads: (channels + 3) / 4
    }
  }

  /// Bytes of one layer of a value of `shape`, of those whose layers lie one behind the other.
  func layerByteCount(of shape: Shape3) -> Int {
    switch layout {
    case .channelsLast: shape.y * shape.x * channels * numberByteCount
    case .quads, .pairs, .planes: planeCount * t2s_pairs_plane(shape.y, shape.x) * 4
    }
  }
}
