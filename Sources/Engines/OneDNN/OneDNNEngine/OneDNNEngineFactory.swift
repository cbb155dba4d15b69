import CKernels
import EngineCore
import NeuralGraph
import VolumeCore

/// Makes engines that compute with Intel's oneDNN (2.6, C interface) on the processor's cores.
public struct OneDNNEngineFactory: EngineFactory {
  private let streams: StreamChoice
  private let lowered = LoweringCache()

  /// The factory.
  public init() { streams = .automatic }

  /// The factory, with engines that always, or never, compute deep tiles a few layers at a time.
  package init(streams: StreamChoice) { self.streams = streams }

  /// Makes the library make every primitive anew, in this process: so that tests see it make many.
  package static func keepNoPrimitives() throws(EngineError) { try Processor.keepPrimitives(0) }

  /// `onednn`.
  public var name: String { "onednn" }

  /// "oneDNN 2.6.3 (AVX-512 with bfloat16)".
  public var words: String { "oneDNN \(Processor.version) (\(Processor.instructionSet))" }

  /// bfloat16 first where the processor multiplies it; emulated it would be slower than f32.
  public var precisions: [Precision] { Processor.hasBFloat16 ? [.bf16, .f32] : [.f32] }

  /// Fast with AVX-512 and its byte dot product (VNNI).
  public var byteArithmetic: ByteArithmetic { t2s_has_quads_kernels() != 0 ? .fast : .slow }

  /// The plan's network as steps.
  func network(for plan: ExecutionPlan) throws(EngineError) -> LoweredNetwork {
    try lowered.network(for: plan)
  }

  /// Working memory of each worker, weights, and the slots' buffers.
  public func byteCount(for plan: ExecutionPlan, slots: Int) throws(EngineError) -> Int {
    try byteCount(of: lowered.network(for: plan), for: plan, slots: slots, streams: streams)
  }

  /// A calibration looks at whole values, channels last, which take more than planes do.
  public func calibrationByteCount(for plan: ExecutionPlan) throws(EngineError) -> Int {
    let network = try LoweredNetwork(plan, channelsLast: true)
    return try byteCount(of: network, for: plan, slots: 1, streams: .never)
  }

  private func byteCount(
    of lowering: LoweredNetwork, for plan: ExecutionPlan, slots: Int, streams: StreamChoice
  ) throws(EngineError) -> Int {
    let graph = lowering.graph
    var arena = 0
    var convolutions = 0
    for shape in plan.shapes where graph.isLayerwise || !shape.isWithinAnother(of: plan.shapes) {
      guard
        let extents = try? graph.shapes(forInput: graph.shapeComputedAtOnce(of: shape))
      else { continue }
      let places = ArenaPlan(lowering.buffers, steps: lowering.steps, shapes: extents)
      let stream = StreamPlan(
        graph, lowering.buffers, lowering.steps, shape, shapes: extents, whole: places.byteCount,
        streams: streams)
      arena = max(arena, stream?.byteCount ?? places.byteCount)
      convolutions = max(convolutions, stream?.convolutionCount(lowering.steps) ?? 0)
    }
    let workers = max(1, min(plan.threads, slots))
    let largest = plan.shapes.map(\.voxelCount).max() ?? 0
    let outputs = plan.shapes.map { plan.outputShape(for: $0).voxelCount }.max() ?? 0
    let slot = largest * plan.voxelType.byteCount + outputs * plan.outputVoxelByteCount
    // Weights are kept as read, as packed, and as each primitive's order; code is generated.
    let weights = 4 * 4 * graph.weightCount
    // The library makes each convolution anew for every extent that tiles have, at edges they are smaller, and
    // for the first and the last parts of one that comes in parts.
    let once = graph.convolutionCount
    let further =
      (max(0, plan.shapes.count - 1) * max(once, convolutions) + max(0, convolutions - once))
      * Self.convolution
    return workers * (arena + Self.workspace) + slots * slot + weights + Self.library + further
  }

  /// Makes an engine with its worker threads.
  public func makeEngine(
    for plan: ExecutionPlan, slots: Int
  ) throws(EngineError) -> any InferenceEngine {
    guard plan.precision == .int8 || precisions.contains(plan.precision) else {
      throw .unsupported(
        engine: "oneDNN", node: "input",
        why: "this processor (\(Processor.instructionSet)) has no \(plan.precision.rawValue) "
          + "arithmetic; use --precision f32")
    }
    return try OneDNNEngine(
      plan, lowered.network(for: plan), slots: slots, streams: streams)
  }

  /// A primitive's scratch space, and a thread's stack.
  private static let workspace = 1 << 20
  /// The library's generated code and tables, as measured.
  private static let library = 8 << 20
  /// One convolution made for another extent, as measured.
  private static let convolution = 54 << 10
}

extension Shape3 {
  /// Whether another of `shapes` is at least as long along every axis.
  fileprivate func isWithinAnother(of shapes: [Shape3]) -> Bool {
    shapes.contains { $0 != self && $0.z >= z && $0.y >= y && $0.x >= x }
  }
}

extension Graph {
  /// Convolutions, transposed ones too.
  fileprivate var convolutionCount: Int {
    nodes.count { node in
      switch node.operation {
      case .convolution, .depthwiseConvolution, .transposedConvolution: true
      default: false
      }
    }
  }

  /// The number of weights.
  fileprivate var weightCount: Int {
    nodes.reduce(0) { sum, node in
      switch node.operation {
      case .convolution(let layer): sum + layer.weights.count
      case .depthwiseConvolution(let layer): sum + layer.weights.count
      case .transposedConvolution(let layer): sum + layer.weights.count
      default: sum
      }
    }
  }
}
