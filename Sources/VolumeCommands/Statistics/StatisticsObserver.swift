import EngineCore
import Quantification
import VolumeCore
import VolumePipeline

/// Counts classes, profiles and greys of each block while it is in memory.
struct StatisticsObserver: BlockObserver {
  let name = "statistics"
  /// The labelled part of the scan.
  let region: Region
  /// The values that are counted.
  let classes: [Int]
  let bins: GreyBins

  init(region: Region, classes: [LabelClass], voxelType: VoxelType, normalisation: Normalisation) {
    self.region = region
    self.classes = classes.map(\.value)
    bins = GreyBins(voxelType, low: normalisation.low, high: normalisation.high)
  }

  func begin(_ block: Index3, _ region: Region) -> any BlockObservation {
    BlockStatistics(
      VolumeStatistics(
        of: region.relative(to: self.region.origin), in: self.region.shape, classes: classes,
        bins: bins))
  }

  /// The sum over all blocks of a run; `nil` where the facts of one are not there.
  func sum(_ blocks: ChunkGrid, _ facts: (Index3) -> [String: JSONValue]?) -> VolumeStatistics? {
    var sum = VolumeStatistics(
      of: Region(region.shape), in: region.shape, classes: classes, bins: bins)
    for index in blocks.indices {
      guard let document = facts(index)?[name],
        let block = VolumeStatistics(
          document, of: blocks.region(of: index), in: region.shape),
        block.tally.classes.map(\.value) == classes, block.greys.bins == bins
      else { return nil }
      sum.add(block)
    }
    return sum
  }
}

/// What is counted of one block.
private final class BlockStatistics: BlockObservation {
  private var statistics: VolumeStatistics

  init(_ statistics: VolumeStatistics) { self.statistics = statistics }

  func add(
    _ part: Region, labels: RawSpan, of labelBox: Region, voxels: RawSpan, of voxelBox: Region
  ) {
    // Voxels that were not read, such as air that was skipped, have no grey to count.
    guard voxels.byteCount > 0 else { return }
    statistics.countGreys(part, labels: labels, of: labelBox, greys: voxels, of: voxelBox)
  }

  func facts(_ labels: RawSpan) -> JSONValue {
    statistics.count(labels)
    return statistics.json
  }
}
