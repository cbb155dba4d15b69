import EngineCore
import NeuralGraph
import VolumeCore

/// Batch normalisation's running statistics, estimated again on a scan that nobody has annotated.
///
/// Weights stay as they are. Crops are spread over the whole scan, read one batch at a time; equal seeds
/// choose equal crops.
public struct StatisticsAdaptation: Sendable {
  /// What is adapted, made for grey scans of one channel.
  public let graph: Graph
  /// What it is adapted to.
  public let scan: any VolumeReader
  /// How grey values become what the network takes.
  public let normalisation: Normalisation
  /// The crops, in the order in which they are looked at.
  public let crops: [Region]

  /// Crops in a batch, which is normalised by its own statistics while they are gathered.
  public static let batch = 8

  /// An adaptation by `count` crops of `shape` at most, as many as make whole batches.
  ///
  /// - Parameter region: of the scan that crops lie in; `nil`: all of it.
  public init(
    _ graph: Graph, to scan: any VolumeReader, _ normalisation: Normalisation, crop shape: Shape3,
    count: Int, within region: Region? = nil, seed: UInt64
  ) {
    self.graph = graph
    self.scan = scan
    self.normalisation = normalisation
    let whole = region ?? Region(scan.volume.shape)
    let batches = max(1, (count + Self.batch - 1) / Self.batch)
    let total = batches * Self.batch
    var random = SeededRandom(seed: seed, 7)
    // A sequence that leaves no large gaps (Roberts, 2018), begun anywhere; layers one after the other.
    let (y0, x0) = (random.unit(), random.unit())
    var crops = (0..<total).map { number -> Region in
      func start(_ extent: Range<Int>, _ size: Int, _ place: Double) -> Range<Int> {
        let room = extent.count - size + 1
        let first = extent.lowerBound + min(Int(place * Double(room)), room - 1)
        return first..<(first + size)
      }
      func part(_ value: Double) -> Double { value - value.rounded(.down) }
      let z = (Double(number) + random.unit()) / Double(total)
      return Region(
        z: start(whole.z, shape.z, z),
        y: start(whole.y, shape.y, part(y0 + Double(number) * 0.754_877_666_246_692_7)),
        x: start(whole.x, shape.x, part(x0 + Double(number) * 0.569_840_290_998_053_2)))
    }
    // A batch has crops of all the scan, since what is normalised together should be alike.
    crops = (0..<total).map { crops[$0 % Self.batch * batches + $0 / Self.batch] }
    self.crops = crops
  }

  /// What an engine is asked for.
  public func plan(precision: Precision, threads: Int) -> TrainingPlan {
    TrainingPlan(
      graph: graph, samples: Self.batch, shape: crops[0].shape, precision: precision,
      threads: threads)
  }

  /// Voxels that are looked at.
  public var voxelCount: Int { crops.count * crops[0].voxelCount }

  /// The network with the scan's statistics; `checkForStop` is called between batches.
  public func run(
    _ engine: any TrainingEngine, checkForStop: () throws(Explanation) -> Void
  ) throws(Explanation) -> Graph {
    for first in stride(from: 0, to: crops.count, by: Self.batch) {
      try checkForStop()
      var voxels: [Float] = []
      for crop in crops[first..<(first + Self.batch)] {
        voxels += try explained { () throws(TrainingDataError) in
          try normalisedVoxels(crop, of: scan, normalisation)
        }
      }
      try explained { () throws(EngineError) in
        try engine.gatherStatistics(voxels: voxels.span)
      }
    }
    return try explained { () throws(EngineError) in
      try engine.finishStatistics()
      return try engine.graph
    }
  }
}
