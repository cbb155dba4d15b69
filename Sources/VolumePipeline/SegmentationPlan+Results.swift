import EngineCore
import NeuralGraph
import Pipelines
import TilePlanning
import VolumeCore

extension SegmentationOptions {
  /// The network that is computed: of probabilities wherever more than labels is made of them.
  func graph(of model: Model) throws(GraphError) -> Graph {
    let graph = try model.graph.forGreyScans()
    let isAlone = isLabelsAlone(of: graph)
    if flips > 1 {
      let mean = try graph.averaged(over: Orientation.all(flips, isPlanar: graph.isPlanar))
      return isAlone && !factors.isEmpty
        ? mean.decided(by: factors, givesProbabilities: true) : mean
    }
    guard isAlone else { return graph.withProbabilities() }
    return factors.isEmpty ? graph : graph.decided(by: factors, givesProbabilities: false)
  }

  /// Whether labels are all that is made of each tile, by the engine itself.
  private func isLabelsAlone(of graph: Graph) -> Bool {
    planes == [.label] && passes == nil && tiling.overlap == nil
      && graph.normalisesOverSpace == nil
  }

  /// What is made of the probabilities of `graph`, that `graph(of:)` gave.
  func reduction(for graph: Graph) -> ScoreReduction {
    var reduction = ScoreReduction(planes, classes: graph.classCount)
    if let passes { (reduction.passes, reduction.passesBefore) = (passes.count, passes.before) }
    // Where labels are all, the network itself decides by the factors.
    if !isLabelsAlone(of: graph) { reduction.factors = factors }
    return reduction
  }
}

extension ScoreReduction {
  /// Whether the engine's own labels are all that is kept.
  var isLabelsAlone: Bool { planes == [.label] && passes == 1 }

  /// Bytes of what is kept of a tile.
  func heldByteCount(_ tiling: TilePlan, _ plan: ExecutionPlan) -> Int {
    if plan.output == .labels {
      return tiling.inputShapes.map { plan.outputShape(for: $0).voxelCount }.max() ?? 0
    }
    return tiling.largestCoreVoxelCount * planes.byteCount
  }

  /// Bytes of the sums of earlier passes for a tile.
  func priorByteCount(_ tiling: TilePlan) -> Int {
    tiling.largestCoreVoxelCount * 2 * priorCount
  }
}

extension TilePlan {
  /// Voxels of the largest core.
  fileprivate var largestCoreVoxelCount: Int {
    min(core.z, region.z.count) * min(core.y, region.y.count) * min(core.x, region.x.count)
  }
}

extension SegmentationPlan {
  /// Bytes of what is kept of a tile.
  var heldByteCount: Int { reduction.heldByteCount(tiling, execution) }
  /// Bytes of the sums of earlier passes for a tile.
  var priorByteCount: Int { reduction.priorByteCount(tiling) }

  /// Puts into `slot` what is kept of `output`, the engine's for the slot's tile.
  func keep(_ output: RawSpan, in slot: TileSlot) {
    if execution.output == .labels {
      slot.held = slot.output
      slot.labels.withMutableBytes(first: output.byteCount) { $0.copy(output) }
      return
    }
    slot.held = slot.core
    let voxels = slot.core.voxelCount
    slot.prior.withBytes(first: 2 * reduction.priorCount * voxels) { prior in
      slot.labels.withMutableBytes(first: reduction.planes.byteCount * voxels) {
        reduction.reduce(output, of: slot.output, core: slot.core, prior: prior, into: &$0)
      }
    }
  }

  /// Reads what earlier passes found of the slot's tile.
  func readPrior(for slot: TileSlot) throws(VolumeReadError) {
    guard let passes, passes.before > 0 else { return }
    let byteCount = 2 * slot.core.voxelCount
    try slot.prior.withMutableBytes(first: byteCount * passes.sums.count) {
      bytes throws(VolumeReadError) in
      for (number, sum) in passes.sums.enumerated() {
        try unsafe bytes.withUnsafeMutableBytes { all throws(VolumeReadError) in
          let place = number * byteCount
          var part =
            unsafe UnsafeMutableRawBufferPointer(rebasing: all[place..<(place + byteCount)])
            .mutableBytes
          try sum.read(slot.core.relative(to: tiling.region.origin), into: &part)
        }
      }
    }
  }
}

extension TilePlan {
  /// What computes these tiles: `engine`, or windows of it that are blended.
  func factory(_ engine: any EngineFactory) -> any EngineFactory {
    blend.map { BlendingFactory(inner: engine, layout: $0) } ?? engine
  }
}
