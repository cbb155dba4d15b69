import SystemIO
import TilePlanning
import VolumeCore

extension SegmentationPlan {
  /// Reads from `scan` all that a run reads, in its order, with the cache that it has, and does nothing
  /// with it: what a counting reader is shown. Returns the bytes asked for.
  public func rehearseReading(of scan: any VolumeReader) throws(Explanation) -> Int {
    let counted = CountingReader(scan)
    counted.limitCache(to: memory.reader)
    let reading = TileReading(reader: counted)
    let width = execution.voxelType.byteCount
    var buffer = PageBuffer(
      byteCount: (tiling.inputShapes.map(\.voxelCount).max() ?? 0) * width)
    do throws(VolumeReadError) {
      for slab in tiling.slabs {
        for column in tiling.columns {
          for tile in tiling.tiles(of: column, in: slab) {
            try buffer.withMutableBytes(first: tile.input.voxelCount * width) {
              bytes throws(VolumeReadError) in try reading.read(tile.input, into: &bytes)
            }
          }
        }
      }
    } catch { throw error.explanation }
    return counted.bytesRead
  }
}
