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
    /// Ways that compute something else than the library's first, and were left out.
    package var wrong: [PlannedEngine]
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
    let format: NumberFormat
    let lowering: GPULowering
    let card: CardPlan
    do {
      lowering = try GPULowering(graph, output: .labels, precision: precision)
      format = try NumberFormat(lowering, [shape], precision)
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
    for (_, geometry) in lowering.distinctGeometries(card, format) {
      try stop()
      let all = try planner.candidates(geometry, most: Self.most)
      let memory = try BenchMemory(geometry, all, session, stream)
      let agrees = try bench.agreement(all, memory)
      let plans = zip(all, agrees).filter(\.1).map(\.0)
      let times = try bench.milliseconds(plans, memory, rounds: Self.rounds)
      guard let best = times.indices.min(by: { times[$0] < times[$1] }) else { continue }
      file.add(plans[best])
      rows.append(
        Row(
          geometry: geometry, first: plans[0].engine, firstMilliseconds: times[0],
          best: plans[best].engine, bestMilliseconds: times[best], candidates: plans.count,
          wrong: zip(all, agrees).filter { !$1 }.map(\.0.engine)))
    }
    // What is fastest must be right, too: as a run would see it, before the file is kept.
    let plan = ExecutionPlan(
      graph: graph, normalisation: Normalisation(low: 0, high: 255, clips: false),
      voxelType: .uint8, shapes: [shape], precision: precision, threads: 1)
    try CardProgram(plan, lowering, session, format: format, file: file).check()
  }
}

/// What the plans of one geometry are run on, with numbers that follow from their places.
private struct BenchMemory {
  let input, weights, output, added, bias, workspace: DeviceMemory
  let geometry: ConvolutionGeometry

  init(
    _ geometry: ConvolutionGeometry, _ plans: [ConvolutionPlan], _ session: GPUSession,
    _ stream: GPUStream
  ) throws(GPUError) {
    self.geometry = geometry
    let size = geometry.format.precision.byteCount
    func memory(_ shape: Shape3, _ channels: Int, seed: Int) throws(GPUError) -> DeviceMemory {
      let memory = try DeviceMemory(shape.voxelCount * channels * size, session)
      let value = Kernels.Value(memory.address, shape, channels)
      try session.kernels.launch(
        Kernels.pattern(to: value, seed: seed, geometry.format), on: stream)
      return memory
    }
    input = try memory(geometry.input, geometry.inputs, seed: 1)
    weights = try memory(geometry.kernel, geometry.inputs * geometry.outputs, seed: 2)
    output = try memory(geometry.output, geometry.outputs, seed: 3)
    added = try memory(geometry.output, geometry.outputs, seed: 4)
    bias = try memory(Shape3(z: 1, y: 1, x: 1), geometry.outputs, seed: 5)
    workspace = try DeviceMemory(plans.map(\.workspaceByteCount).max() ?? 0, session)
  }

  func pack(_ plan: ConvolutionPlan) throws(GPUError) -> BackendDescriptor {
    try plan.pack(
      input: input.address, weights: weights.address, output: output.address,
      added: added.address, bias: bias.address, workspace: workspace.address)
  }
}

/// Runs plans between two events.
private struct Bench {
  let session: GPUSession
  let stream: GPUStream
  let handle: CUDNNHandle
  let measured: ((PlannedEngine) -> Float)?
  let start: GPUEvent
  let end: GPUEvent
  /// Numbers that are compared at the beginning, in the middle and at the end.
  static let compared = 1 << 16

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

  private func run(_ plan: ConvolutionPlan, _ pack: BackendDescriptor) throws(GPUError) {
    try unsafe session.libraries.check(
      "cudnnBackendExecute",
      cudnn: session.libraries.cudnn.execute(
        handle.handle, plan.plan.descriptor, pack.descriptor))
  }

  /// Whether each plan computes what the first does, which is checked against sums before it is used.
  func agreement(
    _ plans: [ConvolutionPlan], _ memory: BenchMemory
  ) throws(GPUError) -> [Bool] {
    var first: [Float] = []
    var agrees: [Bool] = []
    for plan in plans {
      let pack = try memory.pack(plan)
      let bytes = memory.output.byteCount / 4 * 4
      try session.kernels.launch(
        Kernels.fill(memory.output.address, byteCount: bytes, word: Kernels.poison), on: stream)
      try run(plan, pack)
      let numbers = try sample(memory)
      withExtendedLifetime(pack) {}
      if first.isEmpty { first = numbers }
      let largest = first.reduce(0) { max($0, abs($1)) }
      let allowed = largest * (memory.geometry.format.precision == .f32 ? 1e-4 : 1e-2)
      agrees.append(zip(first, numbers).allSatisfy { abs($0 - $1) <= allowed })
    }
    // A first that is no number agrees with nothing: it is left to the check that follows.
    if !agrees.isEmpty { agrees[0] = true }
    return agrees
  }

  /// Some of the output's numbers.
  private func sample(_ memory: BenchMemory) throws(GPUError) -> [Float] {
    let count = memory.geometry.count(.forward)
    let part = min(count, Self.compared)
    let size = memory.geometry.format.precision.byteCount
    var numbers: [Float] = []
    for from in Set([0, (count - part) / 2, count - part]).sorted() {
      let address = memory.output.address + UInt64(from * size)
      if size == 2 {
        numbers += try stream.download(part, UInt16(0), from: address)
          .map { Float(Float16(bitPattern: $0)) }
      } else {
        numbers += try stream.download(part, Float(0), from: address)
      }
    }
    return numbers
  }

  /// The least milliseconds of each plan, all of one geometry: by turns, so that a card that grows warm
  /// is as warm for all.
  func milliseconds(
    _ plans: [ConvolutionPlan], _ memory: BenchMemory, rounds: Int
  ) throws(GPUError) -> [Float] {
    var packs: [BackendDescriptor] = []
    for plan in plans { packs.append(try memory.pack(plan)) }
    var least = [Float](repeating: .infinity, count: plans.count)
    // The first round warms up.
    for round in 0...rounds {
      for (place, plan) in plans.enumerated() {
        try stream.record(start)
        try run(plan, packs[place])
        try stream.record(end)
        try stream.synchronise()
        let time = try start.milliseconds(to: end)
        if round > 0 { least[place] = min(least[place], measured?(plan.engine) ?? time) }
      }
    }
    withExtendedLifetime(packs) {}
    return least
  }
}
