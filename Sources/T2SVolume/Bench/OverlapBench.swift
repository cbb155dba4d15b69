import EngineCore
import Synchronization
import TilePlanning
import VolumeCommands
import VolumeCore
import VolumePipeline

/// Shows that reading and computing overlap: a run whose reader is slowed until reading takes as
/// long as computing takes hardly longer than either.
struct OverlapBench {
  var threads: Int

  func measure(
    model given: String?, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let model = try context.catalogue.model(modelPath(given, context))
    let scan = NoiseScan(Shape3(z: 96, y: 1024, x: 1024))
    let engine = try chosenEngine(nil, nil, for: model.graph, context)
    // The first run also loads pages and makes primitives.
    _ = try seconds(scan, model, engine)
    let computing = try seconds(scan, model, engine)
    let slow = SlowReader(scan, secondsPerVoxel: computing / Double(scan.volume.shape.voxelCount))
    let whole = try seconds(slow, model, engine)
    let ratio = whole / computing
    context.console.say("  reading alone, slowed    \(Words.fixed(computing, 2)) s")
    context.console.say("  computing alone          \(Words.fixed(computing, 2)) s")
    context.console.say("  both, overlapped         \(Words.fixed(whole, 2)) s")
    context.console.say("  over the slower          \(Words.fixed(ratio, 3)) (2 without overlap)")
    return [
      "computing_seconds": .number(computing), "reading_seconds": .number(computing),
      "whole_seconds": .number(whole), "ratio": .number(ratio),
    ]
  }

  private func seconds(
    _ scan: any VolumeReader, _ model: Model, _ engine: any EngineFactory
  ) throws(Explanation) -> Double {
    var options = SegmentationOptions()
    options.threads = threads
    options.memoryByteCount = 4 << 30
    let plan = try SegmentationPlan(options, model: model, scan: scan, factory: engine)
    let output = DiscardingOutput(scan.volume.shape, block: options.block)
    return try SegmentationRun(plan, from: scan, to: output).run().seconds
  }
}

/// A scan of noise that costs next to nothing to read.
private final class NoiseScan: VolumeReader {
  let volume: VolumeDescription
  private let layer: [UInt8]
  var fingerprint: String { "noise" }

  init(_ shape: Shape3) {
    volume = VolumeDescription(shape: shape, voxelType: .uint8, format: "noise")
    var state: UInt32 = 1
    layer = (0..<(shape.y * shape.x)).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(truncatingIfNeeded: state >> 24)
    }
  }

  func read(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(VolumeReadError) {
    let whole = Region(z: 0..<1, y: 0..<volume.shape.y, x: 0..<volume.shape.x)
    let here = Region(z: 0..<1, y: region.y, x: region.x)
    precondition(region.z.count == 1, "one layer at a time")
    let layer = layer
    copyVoxels(
      here, from: unsafe layer.span.bytes, of: whole, to: &destination, of: here, width: 1)
  }
}

/// An output that keeps nothing.
private final class DiscardingOutput: VolumeWriter {
  let grid: ChunkGrid
  var writesInOrder: Bool { false }

  init(_ shape: Shape3, block: Shape3) { grid = ChunkGrid(volume: shape, chunk: block) }

  func isCommitted(_ block: Index3) -> Bool { false }
  func commit(_ block: Index3, _ voxels: RawSpan) throws(VolumeWriteError) -> Int { 0 }
  func finish(record: [String: JSONValue]) throws(VolumeWriteError) {}
}
