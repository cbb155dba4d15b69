import VolumeCore
import VolumePasses

/// Voxels of a class in each layer.
public struct LayerCounts: Sendable {
  /// Of the class.
  public let ofClass: [Int]
  /// Of any class.
  public let known: [Int]

  /// The pass over `labels` in `region`.
  public static func pass(_ labels: any VolumeReader, region: Region) -> BlockPass {
    BlockPass([PassInput(labels, as: .labels)], region: region)
  }

  /// Counts with a prepared pass.
  public init(
    _ pass: PreparedPass, isClass: [Bool], isKnown: [Bool],
    isStopped: @escaping @Sendable () -> Bool, progress: @escaping @Sendable (Int) -> Void
  ) throws(Explanation) {
    let region = pass.pass.region
    let layers = region.z.count
    let parts = try pass.run(
      isStopped: isStopped, progress: progress, gather: { Counts(2 * layers) }
    ) { counts, block throws(Explanation) in
      block.withVoxels { voxels in
        unsafe voxels.withUnsafeBytes { labels in
          let size = block.core.y.count * block.core.x.count
          for (layer, z) in block.core.z.enumerated() {
            var (own, all) = (0, 0)
            for i in (layer * size)..<((layer + 1) * size) {
              let value = unsafe Int(labels[i])
              own += isClass[value] ? 1 : 0
              all += isKnown[value] ? 1 : 0
            }
            counts.values[z - region.z.lowerBound] += Int64(own)
            counts.values[layers + z - region.z.lowerBound] += Int64(all)
          }
        }
      }
    }
    let sums = Counts.sum(parts, 2 * layers)
    ofClass = Array(sums[..<layers])
    known = Array(sums[layers...])
  }
}
