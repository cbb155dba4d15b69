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
  /// What is written beside the labels.
  let siblings: SiblingStores
  /// The runs along x and y before this one, and their plans, where all axes are looked along.
  let passes: AxisPasses?
  let passPlans: [SegmentationPlan]
  /// Bytes free on the output's disk, by the file system's own figure.
  let freeBytes: Int?
  /// Bytes that the outputs should take on disk, about: labels shrink to a thirtieth or less.
  var expectedByteCount: Int {
    request.region.voxelCount / 30 + siblings.expectedByteCount(voxels: request.region.voxelCount)
  }
  /// Bytes of scratch, at most.
  var scratchByteCount: Int { passes?.byteCount ?? 0 }
  /// What the process holds at its peak, in whichever pass that is, or while the scan is copied; or
  /// held, when the air around the specimen was looked for.
  var peakByteCount: Int {
    let before = [
      passes?.copyByteCount(beside: plan.memory.process) ?? 0, request.outside?.peakByteCount ?? 0,
    ]
    return (before + passPlans.map(\.memory.total)).reduce(plan.memory.total) { max($0, $1) }
  }
  /// Bytes of free disk that are asked for, to be sure: a tenth of the voxels.
  private var neededByteCount: Int {
    request.region.voxelCount / 10 + siblings.expectedByteCount(voxels: request.region.voxelCount)
      + scratchByteCount
  }

  /// Checks output, model, memory and disk, in this order.
  init(_ request: SegmentRequest, _ context: CommandContext) throws(Explanation) {
    self.request = request
    format = try context.catalogue.formatWriting(request.output)
    output = request.outputDescription
    // It names options where the format would name members of its plan.
    try ResumeCheck(request: request, context: context).check()
    try format.check(output, at: request.output)
    try checkFit(of: request.model.graph, named: request.model.card.name, on: request.region)
    siblings = try SiblingStores(request, format)
    try siblings.check(labels: request.output, overwrites: request.choices.overwrites)
    passes = request.choices.opinions.alongAllAxes ? try AxisPasses(request, format) : nil
    passPlans = try passes?.plans() ?? []
    var options = try passes?.lastOptions ?? request.segmentationOptions
    options.outputByteCount = format.cacheByteCount(of: output) + siblings.cacheByteCount
    plan = try SegmentationPlan(
      options, model: request.model, scan: passes?.unwrittenScan ?? request.reader,
      factory: request.engine)
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
