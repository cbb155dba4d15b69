import EngineCore
import NeuralGraph
import VolumeCore

/// How long a card takes for a tile of a network, all and step by step, copies left out.
package struct CardSpeed: Hashable, Sendable {
  /// Milliseconds of the whole tile, the least of several.
  package var milliseconds: Float
  /// What is done, in the order in which it is first done: its name, how often, and its milliseconds together.
  package private(set) var calls: [Call] = []

  /// Calls that do the same.
  package struct Call: Hashable, Sendable {
    package var name: String
    package var count: Int
    package var milliseconds: Float
  }

  /// How cuDNN computes each convolution.
  package var convolutions: [PlannedConvolution]

  /// Measures a tile of `shape`.
  ///
  /// - Parameter streams: whether a deep tile goes through a few layers at a time.
  package init(
    _ session: GPUSession, _ graph: Graph, _ shape: Shape3, _ precision: Precision,
    streams: StreamChoice = .automatic, file: PlanFile? = nil
  ) throws(GPUError) {
    guard !session.card.isEmulated else { throw .emulated(card: session.card.name) }
    try session.enter()
    let plan = ExecutionPlan(
      graph: graph, normalisation: Normalisation(low: 0, high: 255, clips: false),
      voxelType: .uint8, shapes: [shape], precision: precision, threads: 1)
    let program: CardProgram
    do throws(EngineError) {
      let lowering = try GPULowering(graph, output: .labels, precision: precision)
      let format: NumberFormat
      do { format = try NumberFormat(lowering, [shape], precision, streams: streams) } catch {
        throw GPUError.networkRefuses(error.explanation.what).asEngineError
      }
      do throws(GPUError) {
        program = try CardProgram(
          plan, lowering, session, format: format, file: file, streams: streams)
      } catch { throw error.asEngineError }
    } catch { throw .networkRefuses(error.explanation.what) }
    convolutions = program.report(shape)
    let bytes = SlotBytes(plan)
    let input = try DeviceMemory(bytes.input, session)
    let output = try DeviceMemory(bytes.output, session)
    let flag = try DeviceMemory(4, session)
    try program.launch(
      Kernels.fill(input.address, byteCount: bytes.input / 4 * 4, word: 0x8040_2010))
    let (start, end) = (
      try GPUEvent(session, isTimed: true), try GPUEvent(session, isTimed: true)
    )
    milliseconds = .infinity
    for _ in 0..<5 {
      try program.stream.record(start)
      try program.run(
        shape, input: input.address, output: output.address, flag: flag.address)
      try program.stream.record(end)
      try program.stream.synchronise()
      milliseconds = min(milliseconds, try start.milliseconds(to: end))
    }
    guard let tile = program.tiles[shape] else { return }
    var places: [String: Int] = [:]
    for call in tile.calls {
      guard let name = call.words else { continue }
      var least = Float.infinity
      for _ in 0..<3 {
        try program.stream.record(start)
        switch call.work {
        case .kernel(let kernel): try program.launch(kernel)
        case .kernels(let kernels): for kernel in kernels { try program.launch(kernel) }
        case .convolution(let convolution): try program.execute(convolution)
        case .ofSlot: break
        }
        try program.stream.record(end)
        try program.stream.synchronise()
        least = min(least, try start.milliseconds(to: end))
      }
      if let place = places[name] {
        calls[place].count += 1
        calls[place].milliseconds += least
      } else {
        places[name] = calls.count
        calls.append(Call(name: name, count: 1, milliseconds: least))
      }
    }
    withExtendedLifetime((program, input, output, flag)) {}
  }
}

extension PreparedCall {
  /// What it does, for people; `nil` for what needs a slot.
  fileprivate var words: String? {
    switch work {
    case .kernel(let kernel): return kernel.name
    case .kernels(let kernels):
      let name = kernels.first?.name ?? ""
      return kernels.count == 1 ? name : "\(kernels.count) x \(name)"
    case .convolution(let convolution):
      let plan = convolution.plan
      return "\(plan.geometry.words) [\(plan.engine.words)\(plan.isBare ? ", bare" : "")]"
    case .ofSlot: return nil
    }
  }
}

extension PlannedEngine {
  /// "engine 47, tensor cores".
  package var words: String {
    "engine \(index)" + (usesTensorCores ? ", tensor cores" : "")
      + (isWinograd ? ", Winograd" : "") + (isCompiledAtRunTime ? ", compiled at run time" : "")
  }
}
