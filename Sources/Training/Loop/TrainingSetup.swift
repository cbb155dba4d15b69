import EngineCore
import NeuralGraph
import VolumeCore

/// A training that has been checked: its data counted, its network fitted to them.
public struct TrainingSetup: Sendable {
  /// The scans.
  public let scans: [AnnotatedScan]
  /// What is trained on, and what validates.
  public let partition: Partition
  /// The classes.
  public let map: ClassMap
  /// What was asked for, with every default filled in.
  public let recipe: TrainingRecipe
  /// The network with the weights to begin with.
  public let graph: Graph
  /// What crops are like.
  public let crop: CropShape
  /// What the training parts hold.
  public let statistics: ClassStatistics
  /// Makes crops.
  public let maker: CropMaker

  /// Checks everything against everything, and counts the training parts' voxels.
  ///
  /// - Parameters:
  ///   - graph: made for grey scans of one channel, with one output for each class.
  ///   - checkForStop: called now and then while voxels are counted.
  public init(
    scans: [AnnotatedScan], partition: Partition, map: ClassMap, recipe: TrainingRecipe,
    graph: Graph, checkForStop: @escaping () throws(TrainingDataError) -> Void = {}
  ) throws(Explanation) {
    let shape = try Self.cropShape(recipe, graph, partition, scans)
    let (statistics, grids) = try explained { () throws(TrainingDataError) in
      try StatisticsScan(scans: scans, map: map, checkForStop: checkForStop)
        .run(partition.training, crop: shape.output)
    }
    var recipe = recipe
    recipe.crop = shape.input
    if case .quota(let shares) = recipe.sampling.rule {
      recipe.sampling.rule = .quota(Self.quota(shares, statistics))
      guard shares.isEmpty || shares.count == map.classes.count else {
        throw Explanation(
          .input,
          "the recipe's quota names \(shares.count) shares, and there are \(map.classes.count) classes",
          remedy: "give one share for each class, or none for what suits the data")
      }
    }
    let scanShares = recipe.sampling.scanShares
    guard scanShares.isEmpty || scanShares.count == scans.count else {
      throw Explanation(
        .input,
        "the recipe's scan_shares are \(scanShares.count), and there are \(scans.count) scans",
        remedy:
          "give one for each scan, or leave them out: crops are then taken by the scans' sizes")
    }
    if let scan = scans.indices.first(where: { number in
      !scanShares.isEmpty && scanShares[number] > 0
        && !partition.training.contains { $0.scan == number }
    }) {
      throw Explanation(
        .input,
        "the recipe's scan_shares give scan \(scan + 1) a share of the crops, and no part of it is "
          + "trained on", remedy: "give it the share 0, or a part: --train scan=\(scan + 1)")
    }
    for term in recipe.loss.terms
    where !term.classWeights.isEmpty && term.classWeights.count != map.classes.count {
      throw Explanation(
        .input,
        "the recipe's class_weights are \(term.classWeights.count), and there are "
          + "\(map.classes.count) classes", remedy: "give one for each class, or leave them out")
    }
    self.scans = scans
    self.partition = partition
    self.map = map
    self.recipe = recipe
    self.graph = graph
    crop = shape
    self.statistics = statistics
    maker = CropMaker(
      scans: scans, parts: partition.training,
      sampler: CropSampler(grids, crop: shape.output, recipe.sampling), map: map,
      shape: shape, augmentation: recipe.augmentation, statistics: statistics, seed: recipe.seed)
  }

  /// What an engine is asked for.
  public func plan(precision: Precision, threads: Int) -> TrainingPlan {
    TrainingPlan(
      graph: graph, samples: recipe.batch, shape: crop.input, loss: recipe.loss,
      optimiser: recipe.optimiser, precision: precision, threads: threads)
  }

  /// Bytes beside the engine's: batches made ahead, what a crop is made from, and what a checkpoint
  /// copies.
  public func byteCount(loaders: Int) -> Int {
    let voxels = crop.input.voxelCount
    let batch = recipe.batch * (4 * voxels + crop.output.voxelCount)
    // A crop turned by 45 degrees and scaled comes from a box twice as wide.
    let window = recipe.augmentation.resamples ? 4 * voxels : voxels
    let weights = graph.parameterCount.trainable + graph.parameterCount.frozen
    let cache = scans.reduce(0) {
      $0 + $1.scan.cacheByteCount(forBoxesOf: crop.input)
        + $1.labels.cacheByteCount(forBoxesOf: crop.output)
    }
    return (loaders * 3 + 1) * batch + loaders * 12 * window + 16 * weights + cache
      + DecisionSample.largestByteCount(classes: map.classes.count)
      + StatisticsScan.bandVoxels * 8
  }

  /// The fingerprints of the scans and labels, in their order.
  public var fingerprints: [String] { scans.map(\.fingerprint) }

  /// The shares of crops that hold each class for sure where the recipe leaves it to us: half of all
  /// crops are for the classes below a twentieth of the voxels, alike.
  private static func quota(_ shares: [Double], _ statistics: ClassStatistics) -> [Double] {
    guard shares.isEmpty else { return shares }
    let rare = statistics.shares.map { $0 < 0.05 }
    let count = rare.filter { $0 }.count
    return rare.map { $0 ? 0.5 / Double(count) : 0 }
  }

  private static func cropShape(
    _ recipe: TrainingRecipe, _ graph: Graph, _ partition: Partition, _ scans: [AnnotatedScan]
  ) throws(Explanation) -> CropShape {
    let stride = graph.totalStride
    let input = recipe.crop ?? usual(graph, partition, stride)
    var wanted = input
    // What is said of a 2D crop holds for the layers that its network looks at.
    if graph.isPlanar { wanted.z = graph.layersAsChannels ?? 1 }
    let output: Shape3
    do throws(GraphError) {
      output = try TrainingPlan(graph: graph, samples: recipe.batch, shape: wanted).outputShape()
    } catch {
      throw Explanation(
        .input, "crops of \(wanted) do not fit the network: \(error.explanation.what)",
        remedy: "give multiples of \(stride.y) rows and \(stride.x) columns"
          + (graph.isPlanar ? "" : " and \(stride.z) layers")
          + ", or for a network without padding an extent that it can halve")
    }
    return CropShape(input: wanted, output: output, isPlanar: graph.isPlanar)
  }

  /// 128 rows and columns of single layers, 32 along each axis of volumes; less where the parts are
  /// smaller.
  private static func usual(_ graph: Graph, _ partition: Partition, _ stride: Shape3) -> Shape3 {
    func fitted(_ usual: Int, _ extents: [Int], _ step: Int) -> Int {
      let room = max(extents.min() ?? usual, step)
      return max(step, min(usual, room) / step * step)
    }
    let regions = partition.training.map(\.region)
    let edge = graph.isPlanar ? 128 : 48
    return Shape3(
      z: graph.isPlanar ? 1 : fitted(edge, regions.map(\.z.count), stride.z),
      y: fitted(edge, regions.map(\.y.count), stride.y),
      x: fitted(edge, regions.map(\.x.count), stride.x))
  }
}

/// Runs `body` and lets what it throws cross the seam in words.
func explained<Value, Failure: ExplainedError>(
  _ body: () throws(Failure) -> Value
) throws(Explanation) -> Value {
  do throws(Failure) { return try body() } catch { throw error.explanation }
}
