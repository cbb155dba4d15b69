/// A volume whose voxels are computed while they are read: what reading takes beside the destination is
/// part of a copy's plan.
public protocol ComputedVolume: VolumeReader {
  /// Memory beside the destination that one thread needs to read boxes of `shape`.
  func scratchByteCount(forBoxesOf shape: Shape3) -> Int
}
