import EngineCore
import Exterior
import TilePlanning
import VolumeCore

/// What is done about voxels outside the specimen: tiles wholly there are not computed, and in computed
/// ones they get the label of what is outside all the same. So labels do not depend on the tiles.
extension SegmentationPlan {
  /// Whether no voxel that the tile writes is of the specimen.
  func isOutside(_ tile: Tile) -> Bool { exterior?.covers(tile.core) ?? false }

  /// What is computed and read: all of the tiles, but for those that lie outside.
  public var work: TileWork { exterior?.work(of: tiling) ?? TileWork(all: tiling) }

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

  /// What of `tiling` is computed all the same.
  func work(of tiling: TilePlan) -> TileWork {
    var work = TileWork()
    let volume = Region(tiling.volume)
    for slab in tiling.slabs {
      for column in tiling.columns {
        for tile in tiling.tiles(of: column, in: slab) {
          if !covers(tile.core) {
            work.tiles += 1
            work.computedVoxels += tile.output.voxelCount
            work.readVoxels += tile.input.clamped(to: volume).voxelCount
          }
        }
      }
    }
    work.tilesOutside = tiling.tileCountOfRegion - work.tiles
    return work
  }
}

/// What tiles take to be computed, without those that lie outside the specimen.
public struct TileWork: Hashable, Sendable {
  /// Tiles computed.
  public var tiles = 0
  /// Tiles that are not, because all that they write lies outside.
  public var tilesOutside = 0
  /// Voxels that the network gives a result for, those of the halo included.
  public var computedVoxels = 0
  /// Voxels of the scan that tiles ask for, those asked for again included.
  public var readVoxels = 0

  init() {}

  /// All tiles of `tiling`.
  init(all tiling: TilePlan) {
    tiles = tiling.tileCount
    computedVoxels = tiling.computedVoxelCount
    readVoxels = tiling.readVoxelCount
  }
}
