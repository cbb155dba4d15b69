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
    file: PlanFile? = nil, streams: StreamChoice = .automatic
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
        plans.append((shape, try CardPlan(lowering, shape, format, streams: streams)))
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

  /// The engines that cuDNN was found to have, for people: one line for each convolution, as most of a
  /// tile's layers see it.
  func report(_ shape: Shape3) -> [PlannedConvolution] {
    guard let tile = tiles[shape] else { return [] }
    return lowering.steps.enumerated().compactMap { index, step in
      guard case .convolution(let fused, _, _, _) = step else { return nil }
      let calls = tile.calls.filter { $0.step == index }
      guard case .convolution(let convolution) = calls[calls.count / 2].work else { return nil }
      let plan = convolution.plan
      return PlannedConvolution(
        layer: fused.name, geometry: plan.geometry, engine: plan.engine, isBare: plan.isBare,
        workspaceByteCount: plan.workspaceByteCount)
    }
  }

  // MARK: - Preparing

  /// The layers `range` of a buffer, where its window lies; of one with several values, of this one.
  private func value(
    _ buffer: Int, _ range: Range<Int>, _ card: CardPlan, block: Int = 0
  ) -> Kernels.Value {
    let of = lowering.buffers[buffer]
    var shape = card.extents[of.extentOfNode]
    shape.z = range.count
    // By planes a value is taken whole: its layers do not lie together.
    precondition(range.lowerBound == 0 || !format.isPlanes, "layers of planes")
    let layers = block * card.layers[buffer] + range.lowerBound
    let before = format.byteCount(layers * shape.y * shape.x, of.channels)
    return Kernels.Value(
      arena.address + UInt64(card.offsets[buffer] + before), shape, of.channels)
  }

  private func prepared(
    _ card: CardPlan, _ plans: [ConvolutionPlan?]
  ) throws(GPUError) -> PreparedTile {
    var packs = VariantPacks(workspace: workspace.address)
    var calls: [PreparedCall] = []
    for (call, plan) in zip(card.calls, plans) {
      switch call.work {
      case .step(let step):
        calls.append(try prepared(call, step, card, plan, &packs))
      case .move(let buffer):
        calls.append(
          PreparedCall(
            step: nil, layers: call.layers,
            work: .kernels(
              (0..<lowering.buffers[buffer].blocks).map { block in
                Kernels.copy(
                  from: value(buffer, call.sources[0], card, block: block),
                  to: value(buffer, call.destination, card, block: block), format)
              })))
      }
    }
    return PreparedTile(calls: calls)
  }

  private func prepared(
    _ call: CardCall, _ index: Int, _ card: CardPlan, _ plan: ConvolutionPlan?,
    _ packs: inout VariantPacks
  ) throws(GPUError) -> PreparedCall {
    let step = lowering.steps[index]
    let place = weights.places[index]
    let sources = zip(step.sources, call.sources).map { value($0, $1, card) }
    // What goes to the slot's output is told by `slotCall`.
    let to =
      step.destination.map { value($0, call.destination, card, block: step.block) }
      ?? Kernels.Value(0, lowering.graph.output(of: card, layers: call.layers.count), 0)
    func added() -> UInt64 { sources.count > 1 ? sources[1].address : 0 }
    let work: PreparedCall.Work =
      switch step {
      case .normalise: .ofSlot(to)
      case .result, .head: .ofSlot(sources[0])
      case .softmaxOfScores: .ofSlot(to)
      case .convolution:
        try prepared(plan, sources[0], added: added(), to, place, &packs)
      case .depthwise(let layer, _, _, let relu):
        .kernel(
          Kernels.depthwise(
            Kernels.DepthwiseGeometry(layer, before: call.before), from: sources[0],
            weights: place.weights, bias: place.bias, to: to, relu: relu, format))
      case .spread(let from, _, let factor, let phases, let offset, let isLast):
        .kernel(
          Kernels.spread(
            from: sources[0], to: to, factor: factor, phases: phases,
            distance: distance(from, card), offset: offset, isLast: isLast, format))
      case .join(let layers, _, _):
        .kernels(Kernels.join(layers: layers, from: sources[0], to: to, format))
      case .pool(_, _, let window):
        .kernel(Kernels.pool(from: sources[0], to: to, window: window, format))
      case .combine(_, _, _, let relu):
        .kernel(
          Kernels.combine(sources[0], added(), bias: 0, to: to.address, relu: relu, format))
      case .affine(_, _, _, _, let relu):
        .kernel(
          Kernels.affine(
            from: sources[0], scale: place.weights, shift: place.bias, to: to.address,
            relu: relu, format))
      case .softmax:
        .kernel(Kernels.softmax(from: sources[0], to: to.address, format))
      }
    return PreparedCall(step: index, layers: call.layers, work: work)
  }

  /// Numbers from one of a buffer's values to the next, where there are several.
  private func distance(_ buffer: Int, _ card: CardPlan) -> Int? {
    let of = lowering.buffers[buffer]
    guard of.blocks > 1 else { return nil }
    let extent = card.extents[of.extentOfNode]
    return card.layers[buffer] * extent.y * extent.x * format.padded(of.channels)
  }

  private func prepared(
    _ plan: ConvolutionPlan?, _ from: Kernels.Value, added: UInt64, _ to: Kernels.Value,
    _ place: (weights: UInt64, bias: UInt64), _ packs: inout VariantPacks
  ) throws(GPUError) -> PreparedCall.Work {
    guard let plan else { preconditionFailure("a convolution has a plan") }
    let pack = try packs.pack(
      plan, input: from.address, weights: place.weights, output: to.address, added: added,
      bias: place.bias)
    var rest: KernelCall?
    if plan.isBare {
      rest = Kernels.combineBare(
        to, added: added, bias: plan.geometry.epilogue.hasBias ? place.bias : 0,
        relu: plan.geometry.epilogue.relu, format)
    }
    return .convolution(
      PreparedConvolution(plan: plan, pack: pack, rest: rest, from: from, added: added, to: to))
  }

  // MARK: - Running

  /// Begins the computation of one tile, whose grey values are at `input`.
  func run(_ shape: Shape3, input: UInt64, output: UInt64, flag: UInt64) throws(GPUError) {
    guard let tile = tiles[shape] else { preconditionFailure("the plan has no tile of \(shape)") }
    try launch(Kernels.fill(flag, byteCount: 4, word: 0))
    let layers = lowering.graph.isLayerwise ? plan.outputShape(for: shape).z : 1
    for layer in 0..<layers {
      for call in tile.calls {
        switch call.work {
        case .kernel(let kernel): try launch(kernel)
        case .kernels(let kernels): for kernel in kernels { try launch(kernel) }
        case .convolution(let convolution): try execute(convolution)
        case .ofSlot(let value):
          // The voxels of a layer are as many as in the tile: what changes them is refused.
          let voxels = (layer + call.layers.lowerBound) * shape.y * shape.x
          try launch(
            slotCall(
              call.step, value, from: input + UInt64(voxels * plan.voxelType.byteCount),
              to: output + UInt64(voxels * plan.outputVoxelByteCount), flag: flag))
        }
      }
    }
  }

  /// Begins a kernel of ours.
  func launch(_ call: KernelCall) throws(GPUError) { try session.kernels.launch(call, on: stream) }

  /// Begins a convolution of cuDNN's, and what it leaves to a kernel of ours.
  func execute(_ convolution: PreparedConvolution) throws(GPUError) {
    try unsafe session.libraries.check(
      "cudnnBackendExecute",
      cudnn: session.libraries.cudnn.execute(
        handle.handle, convolution.plan.plan.descriptor, convolution.pack.descriptor))
    if let rest = convolution.rest { try launch(rest) }
  }

  /// The call of a step that reads or writes a slot's memory: `value` to or from there.
  private func slotCall(
    _ index: Int?, _ value: Kernels.Value, from: UInt64, to: UInt64, flag: UInt64
  ) -> KernelCall {
    guard let index else { preconditionFailure("layers that move stay in their window") }
    let labels = plan.output == .labels
    switch lowering.steps[index] {
    case .normalise:
      let rule = plan.normalisation
      return Kernels.normalise(
        plan.voxelType, from: from, to: value, low: rule.low, high: rule.high,
        clips: rule.clips, format)
    case .result:
      return Kernels.result(from: value, to: to, flag: flag, labels: labels, format)
    case .head(let layer, _):
      let place = weights.places[index]
      return Kernels.head(
        from: value, weights: place.weights, bias: place.bias, classes: layer.outputs, to: to,
        flag: flag, labels: labels, format)
    case .softmaxOfScores(let classes):
      let scores = Kernels.Value(to, value.shape, classes)
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
  /// A plan for each call that is a convolution of cuDNN's.
  func convolutionPlans(
    _ card: CardPlan, _ format: NumberFormat, _ planner: ConvolutionPlanner
  ) throws(GPUError) -> [ConvolutionPlan?] {
    var plans: [ConvolutionPlan?] = []
    for geometry in geometries(card, format) {
      plans.append(try geometry.map { (geometry) throws(GPUError) in try planner.plan(geometry) })
    }
    return plans
  }

  /// The geometry of each call that is a convolution of cuDNN's; pure.
  package func geometries(_ card: CardPlan, _ format: NumberFormat) -> [ConvolutionGeometry?] {
    card.calls.map { call in
      guard case .step(let index) = call.work,
        case .convolution(let fused, let from, let adding, let to) = steps[index]
      else { return nil }
      var input = card.extents[buffers[from].extentOfNode]
      var output = card.extents[buffers[to].extentOfNode]
      (input.z, output.z) = (call.sources[0].count, call.destination.count)
      var geometry = ConvolutionGeometry(
        fused, adds: adding != nil, input: input, output: output, isPlanar: graph.isLayerwise,
        format: format)
      (geometry.padding.before.z, geometry.padding.after.z) = (call.before, call.after)
      return geometry
    }
  }

  /// The convolutions of a tile that differ for cuDNN, each with the layer that is the first to have it.
  package func distinctGeometries(
    _ card: CardPlan, _ format: NumberFormat
  ) -> [(layer: String, geometry: ConvolutionGeometry)] {
    var seen: Set<ConvolutionGeometry> = []
    return zip(card.calls, geometries(card, format)).compactMap { call, geometry in
      guard let geometry, seen.insert(geometry).inserted, case .step(let index) = call.work,
        case .convolution(let fused, _, _, _) = steps[index]
      else { return nil }
      return (fused.name, geometry)
    }
  }
}

extension Graph {
  /// The extent of `layers` of the network's result.
  fileprivate func output(of card: CardPlan, layers: Int) -> Shape3 {
    var shape = card.extents[output]
    shape.z = layers
    return shape
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
