import EngineCore
import NeuralGraph
import VolumeCore

/// Times the ways in which cuDNN computes each convolution of a network, and puts the fastest into a file.
///
/// All that are timed give the same bits each time, in the precision that was asked for, within the
/// workspace: only speed is left to decide.
package struct CardTuning {
  /// What was found for one kind of convolution.
  package struct Row: Hashable, Sendable {
    /// The convolution.
    package var geometry: ConvolutionGeometry
    /// What the library would take, and its milliseconds.
    package var first: PlannedEngine
    package var firstMilliseconds: Float
    /// The fastest, and its milliseconds.
    package var best: PlannedEngine
    package var bestMilliseconds: Float
    /// How many ways were timed.
    package var candidates: Int
  }

  /// One for each kind of convolution.
  package private(set) var rows: [Row] = []
  /// Ways that are timed of one convolution, at most.
  static let most = 24
  private static let rounds = 5

  /// Times the convolutions of a tile of `shape`, and adds the fastest to `file`, which is not saved yet.
  ///
  /// - Parameters:
  ///   - measured: what stands for the milliseconds of a way, in tests: the emulator has none, and is refused
  ///     without.
  ///   - stop: throws where the user wants no more.
  package init(
    _ session: GPUSession, _ graph: Graph, _ shape: Shape3, _ precision: Precision,
    file: PlanFile, measured: ((PlannedEngine) -> Float)? = nil,
    stop: () throws(GPUError) -> Void = {}
  ) throws(GPUError) {
    guard !session.card.isEmulated || measured != nil else {
      throw .emulated(card: session.card.name)
    }
    try session.enter()
    let format = NumberFormat(precision)
    let lowering: GPULowering
    let card: CardPlan
    do {
      lowering = try GPULowering(graph, output: .labels)
      card = try CardPlan(lowering, shape, format)
    } catch let error as EngineError {
      throw .networkRefuses(error.explanation.what)
    } catch let error as GraphError {
      throw .networkRefuses(error.explanation.what)
    } catch { throw .networkRefuses("\(error)") }
    let stream = try GPUStream(session)
    let handle = try CUDNNHandle(session.libraries)
    try handle.use(stream)
    let bench = try Bench(session, stream, handle, measured)
    let planner = ConvolutionPlanner(
      session.libraries, .card(handle), workspaceLimit: session.workspaceLimit)
    var seen: Set<ConvolutionGeometry> = []
    for case .some(let geometry) in lowering.geometries(card, format)
    where seen.insert(geometry).inserted {
      try stop()
      let plans = try planner.candidates(geometry, most: Self.most)
      let times = try bench.milliseconds(plans, geometry, rounds: Self.rounds)
      guard let best = times.indices.min(by: { times[$0] < times[$1] }) else { continue }
      file.add(plans[best])
      rows.append(
        Row(
          geometry: geometry, first: plans[0].engine, firstMilliseconds: times[0],
          best: plans[best].engine, bestMilliseconds: times[best], candidates: plans.count))
    }
    // What is fastest must be right, too: as a run would see it, before the file is kept.
    let plan = ExecutionPlan(
      graph: graph, normalisation: Normalisation(low: 0, high: 255, clips: false),
      voxelType: .uint8, shapes: [shape], precision: precision, threads: 1)
    try CardProgram(plan, lowering, session, format: format, file: file).check()
  }
}

/// Runs plans on memory of their own, between two events.
private struct Bench {
  let session: GPUSession
  let stream: GPUStream
  let handle: CUDNNHandle
  let measured: ((PlannedEngine) -> Float)?
  let start: GPUEvent
  let end: GPUEvent

  init(
    _ session: GPUSession, _ stream: GPUStream, _ handle: CUDNNHandle,
    _ measured: ((PlannedEngine) -> Float)?
  ) throws(GPUError) {
    self.session = session
    self.stream = stream
    self.handle = handle
    self.measured = measured
    start = try GPUEvent(session, isTimed: true)
    end = try GPUEvent(session, isTimed: true)
  }

  /// The least milliseconds of each plan, all of one geometry: by turns, so that a card that grows warm
  /// is as warm for all.
  func milliseconds(
    _ plans: [ConvolutionPlan], _ geometry: ConvolutionGeometry, rounds: Int
  ) throws(GPUError) -> [Float] {
    let size = geometry.format.precision.byteCount
    let workspace = try DeviceMemory(plans.map(\.workspaceByteCount).max() ?? 0, session)
    func memory(_ count: Int) throws(GPUError) -> DeviceMemory {
      let memory = try DeviceMemory(count * size, session)
      // Zeros: what the numbers are does not matter to the time, so long as they are some.
      try session.kernels.launch(
        Kernels.fill(memory.address, byteCount: memory.byteCount / 4 * 4, word: 0), on: stream)
      return memory
    }
    let input = try memory(geometry.count(.data))
    let weights = try memory(geometry.count(.weights))
    let output = try memory(geometry.count(.forward))
    let added = try memory(geometry.count(.forward))
    let bias = try memory(geometry.outputs)
    var packs: [BackendDescriptor] = []
    for plan in plans {
      packs.append(
        try plan.pack(
          input: input.address, weights: weights.address, output: output.address,
          added: added.address, bias: bias.address, workspace: workspace.address))
    }
    var least = [Float](repeating: .infinity, count: plans.count)
    // The first round warms up.
    for round in 0...rounds {
      for (place, plan) in plans.enumerated() {
        try stream.record(start)
        try unsafe session.libraries.check(
          "cudnnBackendExecute",
          cudnn: session.libraries.cudnn.execute(
            handle.handle, plan.plan.descriptor, packs[place].descriptor))
        try stream.record(end)
        try stream.synchronise()
        let time = try start.milliseconds(to: end)
        if round > 0 { least[place] = min(least[place], measured?(plan.engine) ?? time) }
      }
    }
    withExtendedLifetime((workspace, input, weights, output, added, bias, packs)) {}
    return least
  }
}
