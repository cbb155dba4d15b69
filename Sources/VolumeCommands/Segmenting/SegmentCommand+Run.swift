import VolumeCore

/// Plans the segmentation, runs it, and returns its figures.
func runSegmentation(
  _ request: SegmentRequest, _ context: CommandContext
) throws(Explanation) -> SegmentFigures {
  throw Explanation(
    .failed, "segmentation is not part of this build", remedy: "build the tool from its sources")
}
