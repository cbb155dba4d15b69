import VolumeCore

/// Looks at the voxels of a run while they are in memory, and finds facts of each block of labels:
/// hashes, counts, profiles. So nothing is read a second time for them.
///
/// Facts are kept with the block, and survive a run that is killed and gone on with: after the run
/// `SegmentationRun.facts(of:)` has them of every block, whichever run computed it, and what the
/// whole volume's figures are is their sum. Blocks without facts of an observer (of an older store, or
/// damaged since) are computed again.
///
///     final class LabelCounts: BlockObserver {
///       let name = "label_counts"
///       func begin(_ block: Index3, _ region: Region) -> any BlockObservation { … }
///     }
///     let run = SegmentationRun(plan, from: scan, to: writer, observers: [LabelCounts()])
public protocol BlockObserver: Sendable {
  /// Under which name its facts are kept: letters and underscores.
  var name: String { get }

  /// Begins with a block, which covers `region` of the scan.
  ///
  /// Blocks are begun before the first of their parts comes, and forgotten when their facts are
  /// there: no more are begun at a time than the run has open.
  func begin(_ block: Index3, _ region: Region) -> any BlockObservation
}

/// What an observer gathers of one block.
///
/// It is touched by one thread at a time: by the writer's until the block is whole, then by the
/// encoder's.
public protocol BlockObservation: AnyObject {
  /// Looks at a part of the block.
  ///
  /// Parts do not overlap, and together are the block; how they cut it depends on the tiles, so the
  /// facts must not depend on that. Regions are the scan's.
  ///
  /// - Parameters:
  ///   - part: what is new.
  ///   - labels: one byte for each voxel of `labelBox`, which holds `part`, in C order.
  ///   - voxels: the scan's voxels of `voxelBox`, which holds `part`, in C order, in the type that
  ///     the network is computed on; no bytes at all where they were not read. What of `voxelBox` lies
  ///     outside of the scan is the scan reflected.
  func add(
    _ part: Region, labels: RawSpan, of labelBox: Region, voxels: RawSpan, of voxelBox: Region)

  /// The facts, once all parts were there; `labels` are those of the whole block in C order. Equal
  /// labels and voxels must give equal facts.
  func facts(_ labels: RawSpan) -> JSONValue
}

extension Region {
  /// Calls `body` for each row of this region with its layer and row, and the offsets of its first
  /// voxel in two boxes that hold it and lie in memory in C order: those of labels and of voxels.
  public func forEachRow(
    in labelBox: Region, and voxelBox: Region,
    _ body: (_ z: Int, _ y: Int, _ label: Int, _ voxel: Int) -> Void
  ) {
    for z in z {
      for y in y {
        body(
          z, y, labelBox.offset(z: z, y: y, x: x.lowerBound),
          voxelBox.offset(z: z, y: y, x: x.lowerBound))
      }
    }
  }

  private func offset(z: Int, y: Int, x: Int) -> Int {
    ((z - self.z.lowerBound) * self.y.count + y - self.y.lowerBound) * self.x.count
      + x - self.x.lowerBound
  }
}
