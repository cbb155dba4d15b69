import EngineCore
import NeuralGraph
import VolumeCore

/// How long a card takes for a tile of a network, all and step by step, copies left out.
package struct CardSpeed: Hashable, Sendable {
  /// Milliseconds of the whole tile, the least of several.
  package var milliseconds: Float
  /// Each step's name and milliseconds.
  package var steps: [(name: String, milliseconds: Float)] {
    zip(names, times).map { ($0, $1) }
  }
  private var names: [String] = []
  private var times: [Float] = []
  /// How cuDNN computes each convolution.
  package var convolutions: [PlannedConvolution]

  /// Measures a tile of `shape`.
  package init(
    _ session: GPUSession, _ graph: Graph, _ shape: Shape3, _ precision: Precision,
    format: NumberFormat? = nil, file: PlanFile? = nil
  ) throws(GPUError) {
    guard !session.card.isEmulated else { throw .emulated(card: session.card.name) }
    try session.enter()
    let plan = ExecutionPlan(
      graph: graph, normalisation: Normalisation(low: 0, high: 255, clips: false),
      voxelType: .uint8, shapes: [shape], precision: precision, threads: 1)
    let program: CardProgram
    do throws(EngineError) {
      let lowering = try GPULowering(graph, output: .labels)
      let chosen: NumberFormat
      do { chosen = try NumberFormat(lowering, [shape], precision) } catch {
        throw GPUError.networkRefuses(error.explanation.what).asEngineError
      }
      do throws(GPUError) {
        program = try CardProgram(plan, lowering, session, format: format ?? chosen, file: file)
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
    for call in tile.calls {
      var least = Float.infinity
      for _ in 0..<3 {
        try program.stream.record(start)
        let name: String
        switch call.work {
        case .kernel(let kernel):
          try program.launch(kernel)
          name = kernel.name
        case .kernels(let kernels):
          for kernel in kernels { try program.launch(kernel) }
          name = "\(kernels.count) x \(kernels.first?.name ?? "")"
        case .convolution(let convolution):
          try program.execute(convolution)
          let plan = convolution.plan
          name = "\(plan.geometry.words) [\(plan.engine.words)\(plan.isBare ? ", bare" : "")]"
        case .ofSlot: continue
        }
        try program.stream.record(end)
        try program.stream.synchronise()
        least = min(least, try start.milliseconds(to: end))
        if names.count == times.count { names.append(name) }
      }
      if least.isFinite { times.append(least) }
    }
    withExtendedLifetime((program, input, output, flag)) {}
  }
}

extension PlannedEngine {
  /// "engine 47, tensor cores".
  package var words: String {
    "engine \(index)" + (usesTensorCores ? ", tensor cores" : "")
      + (isWinograd ? ", Winograd" : "") + (isCompiledAtRunTime ? ", compiled at run time" : "")
  }
}
