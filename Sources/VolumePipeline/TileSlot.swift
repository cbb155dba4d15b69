import SystemIO
import TilePlanning
import VolumeCore

/// The buffers of one tile, which go round: empty, read, computed, written, empty.
///
/// A slot belongs to the stage that took it from a queue, and to no one else.
final class TileSlot: @unchecked Sendable {
  let index: Int
  var voxels: PageBuffer
  /// What is kept of the tile's voxels, plane after plane; at first labels alone.
  var labels: PageBuffer
  /// Sums of earlier passes for the tile's core, where there are any.
  var prior: PageBuffer
  /// Cores of tiles that come before this one and are outside the specimen.
  var skipped: [Region] = []
  /// The tile's place in the order of the plan.
  var number = 0
  var core = Region(z: 0..<0, y: 0..<0, x: 0..<0)
  var input = Region(z: 0..<0, y: 0..<0, x: 0..<0)
  var output = Region(z: 0..<0, y: 0..<0, x: 0..<0)
  /// The voxels that `labels` holds.
  var held = Region(z: 0..<0, y: 0..<0, x: 0..<0)

  /// Takes over what was skipped before it.
  func take(_ skipped: inout [Region]) {
    self.skipped = skipped
    skipped = []
  }

  init(index: Int, voxelByteCount: Int, labelByteCount: Int, priorByteCount: Int) {
    self.index = index
    voxels = PageBuffer(byteCount: voxelByteCount)
    labels = PageBuffer(byteCount: labelByteCount)
    prior = PageBuffer(byteCount: priorByteCount)
  }
}
