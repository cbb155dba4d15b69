import EngineCore
import Exterior
import TilePlanning
import VolumeCore

/// What is done about voxels outside the specimen: tiles wholly there are not computed, and in computed
/// ones they get the label of what is outside all the same. So labels do not depend on the tiles.
extension SegmentationPlan {
  /// Whether no voxel that the tile writes is of the specimen.
  func isOutside(_ tile: Tile) -> Bool { exterior?.covers(tile.core) ?? false }

  /// The tiles that are not computed, because all that they write lies outside the specimen.
  public var tilesOutside: Int { exterior?.tilesSkipped(of: tiling) ?? 0 }

  /// The part of the tiles' voxels that is computed: 1 where nothing is outside.
  public var computedShare: Double { exterior?.computedShare(of: tiling) ?? 1 }

  /// Gives the voxels of the slot's core that are outside what such voxels have.
  func paintOutside(_ slot: TileSlot) {
    guard let exterior else { return }
    slot.labels.withMutableBytes(first: slot.held.voxelCount * reduction.planes.byteCount) {
      exterior.paint(slot.core, planes: reduction.planes, &$0, of: slot.held)
    }
  }
}

extension Exterior {
  /// What a voxel outside has in `plane`: a label of its own, and no probability of anything.
  static func value(in plane: ResultPlane) -> UInt8 { plane == .label ? label : 0 }

  /// Paints `part` in planes of `box` that lie one after the other.
  func paint(
    _ part: Region, planes: [ResultPlane], _ bytes: inout MutableRawSpan, of box: Region
  ) {
    unsafe bytes.withUnsafeMutableBytes { bytes in
      var start = 0
      for plane in planes {
        let count = box.voxelCount * plane.byteCount
        let place = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[start..<(start + count)])
        var span = unsafe place.mutableBytes
        paint(&span, of: box, only: part, value: Self.value(in: plane), width: plane.byteCount)
        start += count
      }
    }
  }

  /// The part of the voxels that tiles of `tiling` compute all the same.
  func computedShare(of tiling: TilePlan) -> Double {
    var (all, computed) = (0, 0)
    for slab in tiling.slabs {
      for column in tiling.columns {
        for tile in tiling.tiles(of: column, in: slab) {
          all += tile.output.voxelCount
          if !covers(tile.core) { computed += tile.output.voxelCount }
        }
      }
    }
    return Double(computed) / Double(max(all, 1))
  }

  /// The tiles of `tiling` that are not computed.
  func tilesSkipped(of tiling: TilePlan) -> Int {
    tiling.slabs.reduce(0) { sum, slab in
      tiling.columns.reduce(sum) { sum, column in
        sum + tiling.tiles(of: column, in: slab).count { covers($0.core) }
      }
    }
  }
}
