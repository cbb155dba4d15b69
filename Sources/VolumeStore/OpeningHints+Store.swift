import VolumeCore

extension OpeningHints {
  /// Whether what was said of an input's bytes is what a store says of itself.
  ///
  /// A command gives what was said to all of its inputs: `show scan.raw --labels labels.zarr --shape ... --type uint8`
  /// means the scan, and is true of the labels.
  func agree(with volume: VolumeDescription) -> Bool {
    isSilentAboutBytes
      || (shape == nil || shape == volume.shape)
        && (voxelType == nil || voxelType == volume.voxelType)
        && (byteOrder == nil || volume.voxelType.byteCount == 1) && (offset ?? 0) == 0
  }

  /// Why a store at `path`, which says `what` of itself, is not opened with what was said.
  static func useless(path: String, _ what: String) -> Explanation {
    Explanation(
      .input,
      "\(path) is a store, which says itself what its voxels are (\(what)), and not what the "
        + "options say",
      remedy:
        "leave --shape, --type, --byte-order, --offset and --channel out; where another input "
        + "needs them, write them beside it as FILE.info, or convert it first")
  }
}
