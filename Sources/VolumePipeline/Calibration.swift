import EngineCore
import NeuralGraph
import Pipelines
import SystemIO
import TilePlanning
import VolumeCore

/// Finds out how fast a plan will go, by computing a few of its tiles, or parts of them.
///
/// A tile of a 3D network may take minutes; a few of its layers, computed as a tile, take the same time
/// for each voxel, so large tiles are cut to what takes about a second.
public struct Calibration: Sendable {
  /// How long to go on, about.
  public var seconds = 3.0

  /// Calibrations of a few seconds.
  public init() {}

  /// Operations of one sample: a second or so of one core.
  private static let operationsPerSample = 5e10

  /// The rate of `plan` on `scan`; `isStopped` is asked between tiles.
  public func rate(
    of plan: SegmentationPlan, from scan: any VolumeReader,
    isStopped: @Sendable () -> Bool = { false }
  ) throws(Explanation) -> RunRate {
    scan.limitCache(to: plan.memory.reader)
    let samples = Self.samples(of: plan)
    let begin = monotonicNanoseconds()
    let round: Round
    do { round = try Round(plan, shape: samples[0].shape) } catch { throw error.explanation }
    // The first round has the kernels to make and the memory to touch: it is no measure of what comes.
    let first = try round.run(samples[...], from: scan)
    var rates: [Double] = []
    var place = round.workers
    repeat {
      let part = (0..<round.workers).map { samples[(place + $0) % samples.count] }
      rates.append(round.voxelCount / max(try round.run(part[...], from: scan), 1e-9))
      place += round.workers
    } while !isStopped() && Double(monotonicNanoseconds() - begin) < seconds * 1e9
    rates.sort()
    let rate = rates[rates.count / 2]
    var result = RunRate(
      computedVoxelsPerSecond: rate,
      source: .calibrated(tiles: place, seconds: Double(monotonicNanoseconds() - begin) / 1e9))
    result.readBytesPerSecond = try Self.readBytesPerSecond(
      of: plan, from: scan, isStopped: isStopped)
    result.startSeconds = max(0, first - round.voxelCount / rate)
    return result
  }

  /// What reading the tiles of one block gives in a second, in the order of the run: a chunk is
  /// decoded for its first layer and kept for the others, so that single tiles would say nothing.
  private static func readBytesPerSecond(
    of plan: SegmentationPlan, from scan: any VolumeReader, isStopped: () -> Bool
  ) throws(Explanation) -> Double? {
    let reading = TileReading(reader: scan)
    guard let column = plan.tiling.columns.first, let slab = plan.tiling.slabs.first else {
      return nil
    }
    let tiles = plan.tiling.tiles(of: column, in: slab)
    let voxelByteCount = plan.execution.voxelType.byteCount
    let largest = tiles.map(\.input.voxelCount).max() ?? 0
    var buffer = PageBuffer(byteCount: largest * voxelByteCount)
    var bytes = 0
    let begin = monotonicNanoseconds()
    var seconds = 0.0
    for tile in tiles where !isStopped() && seconds < mostReadingSeconds {
      let count = tile.input.voxelCount * voxelByteCount
      do throws(VolumeReadError) {
        try buffer.withMutableBytes { room throws(VolumeReadError) in
          var part = room._mutatingExtracting(0..<count)
          try reading.read(tile.input, into: &part)
        }
      } catch { throw error.explanation }
      bytes += count
      seconds = Double(monotonicNanoseconds() - begin) / 1e9
    }
    return bytes == 0 ? nil : Double(bytes) / max(seconds, 1e-9)
  }

  /// No longer than this is read to find out how fast that goes.
  private static let mostReadingSeconds = 2.0

  /// What is computed: inputs of one shape, spread over the tiles.
  private static func samples(of plan: SegmentationPlan) -> [Region] {
    let tiling = plan.tiling
    let graph = plan.execution.graph
    let largest = tiling.inputShapes[0]
    let stride = tiling.stride
    let margin = tiling.layerMargin
    let most = operationsPerSample / max(graph.operationsPerVoxel, 1)
    var shape = largest
    /// What is left of `extent` where only `limit` may be, in whole strides.
    func cut(_ extent: Int, _ limit: Double, least: Int, _ stride: Int) -> Int {
      let wanted = max(Int(max(0, min(limit, 1e9))), least)
      return extent <= wanted ? extent : min(extent, (wanted + stride - 1) / stride * stride)
    }
    let plane = Double(shape.y * shape.x)
    // Deep tiles are computed a few layers at a time, which is faster than all at once: so samples of
    // them are deep, too, and rather narrow.
    let isPlanar = graph.isPlanar
    shape.z = cut(shape.z, most / plane, least: isPlanar ? 1 + 2 * margin : 48, stride.z)
    let layers = Double(shape.z - 2 * margin)
    let edge = isPlanar ? 128 : 64
    shape.y = cut(shape.y, most / layers / Double(shape.x), least: edge, stride.y)
    shape.x = cut(shape.x, most / layers / Double(shape.y), least: edge, stride.x)
    let inputs = tiling.inputs(ofShape: largest, atMost: 64)
    return inputs.map { input in
      Region(
        z: input.z.lowerBound..<(input.z.lowerBound + shape.z),
        y: input.y.lowerBound..<(input.y.lowerBound + shape.y),
        x: input.x.lowerBound..<(input.x.lowerBound + shape.x))
    }
  }
}

/// Samples computed side by side.
private final class Round {
  let workers: Int
  private let shape: Shape3
  private let engine: any InferenceEngine
  private let outputVoxelCount: Int
  private var buffer: PageBuffer

  init(_ plan: SegmentationPlan, shape: Shape3) throws(EngineError) {
    var execution = plan.execution
    execution.shapes = [shape]
    self.shape = shape
    workers = plan.budget.engine
    outputVoxelCount = execution.outputShape(for: shape).voxelCount
    buffer = PageBuffer(byteCount: shape.voxelCount * execution.voxelType.byteCount)
    engine = try plan.factory.makeEngine(for: execution, slots: workers)
  }

  /// Voxels that a round computes.
  var voxelCount: Double { Double(workers * outputVoxelCount) }

  /// Computes as many of `samples` as there are workers; returns the seconds of the computing.
  func run(_ samples: ArraySlice<Region>, from scan: any VolumeReader) throws(Explanation) -> Double
  {
    let reading = TileReading(reader: scan)
    var begin: Int = 0
    for slot in 0..<workers {
      let sample = samples[samples.startIndex + slot % samples.count]
      do throws(VolumeReadError) {
        try buffer.withMutableBytes { bytes throws(VolumeReadError) in
          try reading.read(sample, into: &bytes)
        }
      } catch { throw error.explanation }
      if slot == 0 { begin = monotonicNanoseconds() }
      do throws(EngineError) {
        try buffer.withBytes { bytes throws(EngineError) in
          try engine.submit(slot, shape: shape, bytes)
        }
      } catch { throw error.explanation }
    }
    do throws(EngineError) {
      for slot in 0..<workers { try engine.collect(slot) { _ in } }
    } catch { throw error.explanation }
    return Double(monotonicNanoseconds() - begin) / 1e9
  }
}
