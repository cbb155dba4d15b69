import EngineCore
import TilePlanning
import VolumeCore

extension SegmentationPlan {
  /// The network's output values for the plan's region, tile after tile: what the labels of a run
  /// are the largest of.
  ///
  /// For comparisons of small volumes: all of it is kept in memory.
  public func scores(from scan: any VolumeReader) throws(Explanation) -> FeatureMap {
    var plan = execution
    plan.output = .scores
    let region = tiling.region
    var result = FeatureMap(shape: region.shape, channels: plan.graph.classCount)
    let width = 4 * result.channels
    let reading = TileReading(reader: scan)
    let engine: any InferenceEngine
    do { engine = try factory.makeEngine(for: plan, slots: 1) } catch { throw error.explanation }
    for slab in tiling.slabs {
      for tile in tiling.columns.flatMap({ tiling.tiles(of: $0, in: slab) }) {
        var voxels = [UInt8](
          repeating: 0, count: tile.input.voxelCount * plan.voxelType.byteCount)
        do throws(VolumeReadError) {
          var span = voxels.mutableSpan
          var bytes = unsafe span.mutableBytes
          try reading.read(tile.input, into: &bytes)
        } catch { throw error.explanation }
        do throws(EngineError) {
          try engine.submit(0, shape: tile.input.shape, unsafe voxels.span.bytes)
          try engine.collect(0) { scores throws(EngineError) in
            var span = result.values.mutableSpan
            var bytes = unsafe span.mutableBytes
            copyVoxels(
              tile.core, from: scores, of: tile.output, to: &bytes, of: region,
              width: width)
          }
        } catch { throw error.explanation }
      }
    }
    return result
  }
}
