import NeuralGraph
import SystemIO
import VolumeCore
import VolumePipeline

/// A segmentation that was planned and checked against the machine: whatever would fail in an hour
/// has failed by now, and nothing has been written.
struct PreparedSegmentation: Sendable {
  let request: SegmentRequest
  let format: any VolumeFormat
  let output: OutputDescription
  let plan: SegmentationPlan
  /// Bytes free on the output's disk, by the file system's own figure.
  let freeBytes: Int?
  /// Bytes that the labels should take on disk, about: they shrink to a thirtieth or less.
  var expectedByteCount: Int { request.region.voxelCount / 30 }
  /// Bytes of free disk that are asked for, to be sure: a tenth of the voxels.
  private var neededByteCount: Int { request.region.voxelCount / 10 }

  /// Checks output, model, memory and disk, in this order.
  init(_ request: SegmentRequest, _ context: CommandContext) throws(Explanation) {
    self.request = request
    format = try context.catalogue.formatWriting(request.output)
    output = request.outputDescription
    // It names options where the format would name members of its plan.
    try ResumeCheck(request: request, context: context).check()
    try format.check(output, at: request.output)
    try checkFit(of: request.model.graph, named: request.model.card.name, on: request.region)
    var options = request.segmentationOptions
    options.outputByteCount = format.cacheByteCount(of: output)
    plan = try SegmentationPlan(
      options, model: request.model, scan: request.reader, factory: request.engine)
    freeBytes = SystemIO.freeBytes(onDiskOf: request.output)
    if let freeBytes, freeBytes < neededByteCount, kind(ofPath: request.output) == .missing {
      throw Explanation(
        .input,
        "\(request.output) may take \(Words.bytes(neededByteCount)), and the disk has "
          + "\(Words.bytes(freeBytes)) free",
        remedy: "make room or write to another disk")
    }
  }
}

/// Throws where a network looks along an axis that the scan hardly has.
///
/// How many channels it takes is checked when it is read as a network of grey scans.
private func checkFit(
  of graph: Graph, named name: String, on region: Region
) throws(Explanation) {
  let layers = region.z.count
  if graph.layerMargin > 0, layers == 1 {
    throw Explanation(
      .input,
      "'\(name)' labels a layer from \(2 * graph.layerMargin + 1) layers around it (2.5D), and "
        + "the scan is a single layer",
      remedy: "give a 2D model, or a scan of several layers")
  }
  if !graph.isPlanar, layers == 1 {
    throw Explanation(
      .input, "'\(name)' is a network of volumes (3D), and the scan is a single layer",
      remedy: "give a 2D model, or a scan of several layers")
  }
}
