import SystemIO
import TilePlanning
import VolumeCore

/// The buffers of one tile, which go round: empty, read, computed, written, empty.
///
/// A slot belongs to the stage that took it from a queue, and to no one else.
final class TileSlot: @unchecked Sendable {
  let index: Int
  var voxels: PageBuffer
  var labels: PageBuffer
  /// The tile's place in the order of the plan.
  var number = 0
  var core = Region(z: 0..<0, y: 0..<0, x: 0..<0)
  var input = Region(z: 0..<0, y: 0..<0, x: 0..<0)
  var output = Region(z: 0..<0, y: 0..<0, x: 0..<0)

  init(index: Int, voxelByteCount: Int, labelByteCount: Int) {
    self.index = index
    voxels = PageBuffer(byteCount: voxelByteCount)
    labels = PageBuffer(byteCount: labelByteCount)
  }
}
