import VolumeCore

/// What a layout says of a volume beside its numbers.
struct AboutVolume: Hashable {
  var spacing: VoxelSpacing?
  var position: PhysicalPosition?
  var classes: [LabelClass]?
  var remarks: [String] = []
}
