import CCUDNN
import EngineCore
import NeuralGraph
import VolumeCore

/// A network made ready on a card, for tiles of the plan's shapes; belongs to one thread.
final class CardProgram {
  let plan: ExecutionPlan
  let lowering: GPULowering
  let format: NumberFormat
  let session: GPUSession
  /// Where everything is computed.
  let stream: GPUStream
  let handle: CUDNNHandle
  let weights: CardWeights
  private let arena: DeviceMemory
  private let workspace: DeviceMemory
  private(set) var tiles: [Shape3: PreparedTile] = [:]

  init(
    _ plan: ExecutionPlan, _ lowering: GPULowering, _ session: GPUSession, format: NumberFormat,
    file: PlanFile? = nil
  ) throws(GPUError) {
    self.plan = plan
    self.lowering = lowering
    self.format = format
    self.session = session
    try session.enter()
    stream = try GPUStream(session)
    handle = try CUDNNHandle(session.libraries)
    try handle.use(stream)
    weights = try CardWeights(lowering, format, stream)
    var plans: [(Shape3, CardPlan)] = []
    for shape in plan.shapes {
      do {
        plans.append((shape, try CardPlan(lowering, shape, format)))
      } catch {
        throw .networkRefuses(error.explanation.what)
      }
    }
    arena = try DeviceMemory(plans.map(\.1.byteCount).max() ?? 0, session)
    let planner = ConvolutionPlanner(
      session.libraries, .card(handle), workspaceLimit: session.workspaceLimit, file: file)
    var tiles: [Shape3: [ConvolutionPlan?]] = [:]
    var most = 0
    for (shape, card) in plans {
      let found = try lowering.convolutionPlans(card, format, planner)
      most = max(most, found.map { $0?.workspaceByteCount ?? 0 }.max() ?? 0)
      tiles[shape] = found
    }
    workspace = try DeviceMemory(most, session)
    for (shape, card) in plans {
      self.tiles[shape] = try prepared(card, tiles[shape] ?? [])
    }
  }

  /// The engines that cuDNN was found to have, for people: one line for each convolution.
  func report(_ shape: Shape3) -> [PlannedConvolution] {
    guard let tile = tiles[shape] else { return [] }
    return zip(lowering.steps, tile.steps).compactMap { step, prepared in
      guard case .convolution(let fused, _, _, _) = step,
        case .convolution(let plan, _, _) = prepared
      else { return nil }
      return PlannedConvolution(
        layer: fused.name, geometry: plan.geometry, engine: plan.engine, isBare: plan.isBare,
        workspaceByteCount: plan.workspaceByteCount)
    }
  }

  // MARK: - Preparing

  /// Where a buffer lies, and what.
  func value(_ buffer: Int, _ card: CardPlan) -> Kernels.Value {
    let of = lowering.buffers[buffer]
    return Kernels.Value(
      arena.address + UInt64(card.offsets[buffer]), card.extents[of.extentOfNode], of.channels)
  }

  private func prepared(
    _ card: CardPlan, _ plans: [ConvolutionPlan?]
  ) throws(GPUError) -> PreparedTile {
    var steps: [PreparedStep] = []
    for (index, step) in lowering.steps.enumerated() {
      let place = weights.places[index]
      switch step {
      case .normalise, .result, .head, .softmaxOfScores:
        steps.append(.ofSlot)
      case .convolution(_, let from, let adding, let to):
        guard let plan = plans[index] else { preconditionFailure("a convolution has a plan") }
        let added = adding.map { value($0, card).address } ?? 0
        let pack = try plan.pack(
          input: value(from, card).address, weights: place.weights,
          output: value(to, card).address, added: added, bias: place.bias,
          workspace: workspace.address)
        var rest: KernelCall?
        if plan.isBare {
          rest = Kernels.combineBare(
            value(to, card), added: added, bias: plan.geometry.epilogue.hasBias ? place.bias : 0,
            relu: plan.geometry.epilogue.relu, format)
        }
        steps.append(.convolution(plan, pack, rest))
      case .depthwise(let layer, let from, let to, let relu):
        let geometry = Kernels.DepthwiseGeometry(
          kernel: layer.kernel, stride: layer.stride, before: layer.padding.before,
          multiplier: layer.multiplier)
        steps.append(
          .kernel(
            Kernels.depthwise(
              geometry, from: value(from, card), weights: place.weights, bias: place.bias,
              to: value(to, card), relu: relu, format)))
      case .spread(let from, let to, let factor, let phases, let offset, let isLast):
        steps.append(
          .kernel(
            Kernels.spread(
              from: value(from, card), to: value(to, card), factor: factor, phases: phases,
              offset: offset, isLast: isLast, format)))
      case .join(let layers, let from, let to):
        steps.append(
          .kernels(
            Kernels.join(layers: layers, from: value(from, card), to: value(to, card), format)))
      case .pool(let from, let to, let window):
        steps.append(
          .kernel(
            Kernels.pool(from: value(from, card), to: value(to, card), window: window, format)))
      case .combine(let first, let second, let to, let relu):
        steps.append(
          .kernel(
            Kernels.combine(
              value(first, card), second.map { value($0, card).address } ?? 0, bias: 0,
              to: value(to, card).address, relu: relu, format)))
      case .affine(_, _, let from, let to, let relu):
        steps.append(
          .kernel(
            Kernels.affine(
              from: value(from, card), scale: place.weights, shift: place.bias,
              to: value(to, card).address, relu: relu, format)))
      case .softmax(let from, let to):
        steps.append(
          .kernel(
            Kernels.softmax(from: value(from, card), to: value(to, card).address, format)))
      }
    }
    return PreparedTile(card: card, steps: steps)
  }

  // MARK: - Running

  /// Begins the computation of one tile, whose grey values are at `input`.
  func run(_ shape: Shape3, input: UInt64, output: UInt64, flag: UInt64) throws(GPUError) {
    guard let tile = tiles[shape] else { preconditionFailure("the plan has no tile of \(shape)") }
    try launch(Kernels.fill(flag, byteCount: 4, word: 0))
    let layers = lowering.graph.isLayerwise ? plan.outputShape(for: shape).z : 1
    let voxels = shape.y * shape.x
    for layer in 0..<layers {
      let from = input + UInt64(layer * voxels * plan.voxelType.byteCount)
      let to = output + UInt64(layer * voxels * plan.outputVoxelByteCount)
      for (index, step) in tile.steps.enumerated() {
        switch step {
        case .kernel(let call): try launch(call)
        case .kernels(let calls): for call in calls { try launch(call) }
        case .convolution(let plan, let pack, let rest):
          try execute(plan, pack)
          if let rest { try launch(rest) }
        case .ofSlot: try launch(slotCall(index, tile.card, from, to, flag))
        }
      }
    }
  }

  /// Begins a kernel of ours.
  func launch(_ call: KernelCall) throws(GPUError) { try session.kernels.launch(call, on: stream) }

  /// Begins a convolution of cuDNN's.
  func execute(_ plan: ConvolutionPlan, _ pack: BackendDescriptor) throws(GPUError) {
    try unsafe session.libraries.check(
      "cudnnBackendExecute",
      cudnn: session.libraries.cudnn.execute(
        handle.handle, plan.plan.descriptor, pack.descriptor))
  }

  /// The call of a step that reads or writes a slot's memory.
  private func slotCall(
    _ index: Int, _ card: CardPlan, _ from: UInt64, _ to: UInt64, _ flag: UInt64
  ) -> KernelCall {
    let labels = plan.output == .labels
    switch lowering.steps[index] {
    case .normalise(let buffer):
      let rule = plan.normalisation
      return Kernels.normalise(
        plan.voxelType, from: from, to: value(buffer, card), low: rule.low, high: rule.high,
        clips: rule.clips, format)
    case .result(let buffer):
      return Kernels.result(
        from: value(buffer, card), to: to, flag: flag, labels: labels, format)
    case .head(let layer, let buffer):
      let place = weights.places[index]
      return Kernels.head(
        from: value(buffer, card), weights: place.weights, bias: place.bias,
        classes: layer.outputs, to: to, flag: flag, labels: labels, format)
    case .softmaxOfScores(let classes):
      let scores = Kernels.Value(to, card.extents[lowering.graph.output], classes)
      return Kernels.softmax(from: scores, to: to, NumberFormat(.f32, isPlanes: false))
    case .convolution, .depthwise, .spread, .join, .pool, .combine, .affine, .softmax:
      preconditionFailure("the step does not touch the slot")
    }
  }

  // MARK: - Poison

  /// Fills values and workspace with what is no number.
  func poison() throws(GPUError) {
    for memory in [arena, workspace] {
      // A launch counts in 31 bits.
      for start in stride(from: 0, to: memory.byteCount, by: 1 << 32) {
        let count = min(1 << 32, memory.byteCount - start)
        try launch(
          Kernels.fill(
            memory.address + UInt64(start), byteCount: count, word: Kernels.poison))
      }
    }
  }

  /// The bounds of all values.
  var arenaRange: Range<UInt64> { arena.address..<(arena.address + UInt64(arena.byteCount)) }
}

/// A tile's steps with everything but the slot's places filled in.
struct PreparedTile {
  let card: CardPlan
  let steps: [PreparedStep]
}

/// A step ready to be begun.
enum PreparedStep {
  case kernel(KernelCall)
  /// One after the other.
  case kernels([KernelCall])
  /// By cuDNN, with its places; then what cuDNN leaves to a kernel of ours.
  case convolution(ConvolutionPlan, BackendDescriptor, KernelCall?)
  /// What reads or writes the slot.
  case ofSlot
}

/// How cuDNN computes a layer, for people.
package struct PlannedConvolution: Hashable, Sendable {
  /// The layer.
  package var layer: String
  /// What it computes.
  package var geometry: ConvolutionGeometry
  /// How.
  package var engine: PlannedEngine
  /// Whether a kernel of ours does what comes after.
  package var isBare: Bool
  /// What it needs beside its values.
  package var workspaceByteCount: Int
}

extension GPULowering {
  /// A plan for each step that is a convolution of cuDNN's.
  func convolutionPlans(
    _ card: CardPlan, _ format: NumberFormat, _ planner: ConvolutionPlanner
  ) throws(GPUError) -> [ConvolutionPlan?] {
    var plans: [ConvolutionPlan?] = []
    for geometry in geometries(card, format) {
      plans.append(try geometry.map { (geometry) throws(GPUError) in try planner.plan(geometry) })
    }
    return plans
  }

  /// The geometry of each step that is a convolution of cuDNN's; pure.
  package func geometries(_ card: CardPlan, _ format: NumberFormat) -> [ConvolutionGeometry?] {
    steps.map { step in
      guard case .convolution(let fused, let from, let adding, let to) = step else { return nil }
      return ConvolutionGeometry(
        fused, adds: adding != nil, input: card.extents[buffers[from].extentOfNode],
        output: card.extents[buffers[to].extentOfNode],
        isPlanar: graph.isLayerwise, format: format)
    }
  }
}

extension Kernels {
  /// What cuDNN did not do beside a convolution, in place.
  package static func combineBare(
    _ value: Value, added: UInt64, bias: UInt64, relu: Bool, _ format: NumberFormat
  ) -> KernelCall {
    // Offsets lie in the network's numbers for cuDNN, and our kernel takes single precision.
    let isHalf = format.precision == .f16
    return KernelCall(
      isHalf ? "combine_halves" : "combine_f32",
      value.shape.voxelCount * format.padded(value.channels),
      [
        .address(value.address), .address(added), .address(bias), .address(value.address),
        .count(value.shape.voxelCount), .count(format.padded(value.channels)),
        .count(relu ? 1 : 0), format.planes,
      ])
  }
}
