import CCUDNN
import EngineCore
import NeuralGraph
import VolumeCore

/// The three passes of one convolution of a training, by cuDNN; for a transposed one the first two change
/// places. Depthwise ones are kernels of ours.
final class CardConvolution {
  let node: ConvolutionNode
  /// From fine to coarse, with a bias where it is the network's own; from coarse to fine; to the weights.
  private(set) var down: ConvolutionPlan?
  private(set) var up: ConvolutionPlan?
  private(set) var weights: ConvolutionPlan?
  private var packs: [PackKey: BackendDescriptor] = [:]

  private struct PackKey: Hashable {
    var plan: ObjectIdentifier
    var places: [UInt64]
  }

  /// - Parameter goesBack: whether the gradient of its input is asked for.
  init(
    _ node: ConvolutionNode, samples: Int, goesBack: Bool, _ planner: ConvolutionPlanner
  ) throws(GPUError) {
    self.node = node
    let spec = node.spec
    guard spec.groups == 1 else { return }
    func plan(_ pass: ConvolutionGeometry.Pass, hasBias: Bool) throws(GPUError) -> ConvolutionPlan {
      try planner.plan(
        ConvolutionGeometry(
          training: spec.kernel, stride: spec.stride, padding: spec.padding,
          fineChannels: spec.fineChannels, coarseChannels: spec.coarseChannels, fine: spec.fine,
          coarse: spec.coarse, samples: samples, pass: pass, hasBias: hasBias,
          format: NumberFormat(.f32)))
    }
    weights = try plan(.weights, hasBias: false)
    if goesBack || !spec.isTransposed { down = try plan(.forward, hasBias: !spec.isTransposed) }
    if goesBack || spec.isTransposed { up = try plan(.data, hasBias: false) }
  }

  /// The largest workspace of its passes.
  var workspaceByteCount: Int {
    [down, up, weights].compactMap { $0?.workspaceByteCount }.max() ?? 0
  }

  /// How cuDNN computes each pass, for people.
  func report(_ layer: String) -> [PlannedConvolution] {
    [down, up, weights].compactMap { $0 }.map { plan in
      PlannedConvolution(
        layer: layer, geometry: plan.geometry, engine: plan.engine, isBare: plan.isBare,
        workspaceByteCount: plan.workspaceByteCount)
    }
  }

  /// The pack for these places; made once.
  func pack(
    _ plan: ConvolutionPlan, fine: UInt64, weights: UInt64, coarse: UInt64, bias: UInt64,
    workspace: UInt64
  ) throws(GPUError) -> BackendDescriptor {
    let key = PackKey(plan: ObjectIdentifier(plan), places: [fine, weights, coarse, bias])
    if let pack = packs[key] { return pack }
    let pack = try plan.pack(
      input: fine, weights: weights, output: coarse, bias: bias, workspace: workspace)
    packs[key] = pack
    return pack
  }
}
