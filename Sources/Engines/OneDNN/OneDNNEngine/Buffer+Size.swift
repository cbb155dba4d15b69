import CKernels
import EngineCore
import VolumeCore

extension ArenaPlan {
  /// Places `buffers`, used by `steps`, for values of `shapes` (one for each node).
  init(_ buffers: [Buffer], steps: [Step], shapes: [Shape3]) {
    self.init(buffers.map { $0.byteCount(shapes) }, lives: Self.lives(of: buffers.count, steps))
  }

  /// The first and the last of `steps` that use each buffer.
  static func lives(of count: Int, _ steps: [Step]) -> [ClosedRange<Int>?] {
    lives(of: count, steps.map { $0.sources + [$0.destination].compactMap { $0 } })
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
