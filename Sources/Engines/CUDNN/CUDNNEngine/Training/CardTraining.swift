import CCUDNN
import EngineCore
import NeuralGraph
import VolumeCore

/// A training's steps with their memory on a card: runs forward and back on the weights that lie there.
/// Belongs to one thread; all work is on one stream, in order.
final class CardTraining {
  let plan: TrainingPlan
  let program: TrainingProgram
  let layout: ParameterLayout
  let session: GPUSession
  let stream: GPUStream
  let sizes: CardTrainingSizes
  /// This card's part, where several share each batch.
  let part: CardPart?
  private let handle: CUDNNHandle
  private let kernels: KernelModule
  private let arena: TrainingArena
  private let values: DeviceMemory
  let workspace: DeviceMemory
  let convolutions: [CardConvolution]
  /// The gradient of one kernel, before it is added to the others.
  let kernelGradient: DeviceMemory
  /// Sums in double precision, and where they are folded to.
  let sums: [DeviceMemory]
  /// The table of quantiles, where there is noise.
  let normal: DeviceMemory
  /// For each batch normalisation its seven rows, then mean and variance.
  private let normNumbers: [DeviceMemory]
  /// For each group normalisation mean and 1 / deviation of its rows.
  let groupStatistics: [GroupKey: DeviceMemory]

  /// A buffer, and how it is normalised.
  struct GroupKey: Hashable {
    var from: Int
    var groups: TrainingKernels.Groups
    var epsilon: Float
  }

  init(
    _ plan: TrainingPlan, _ shapes: [Shape3], _ table: ParameterTable, _ session: GPUSession,
    part: CardPart? = nil
  ) throws(any Error) {
    self.plan = plan
    self.session = session
    self.part = part
    let program = try TrainingLowering(
      plan, table, shapes: shapes, limits: TrainingLimits(engine: "cudnn")
    ).program
    self.program = program
    layout = ParameterLayout(table, program)
    try session.enter()
    stream = try GPUStream(session)
    handle = try CUDNNHandle(session.libraries)
    try handle.use(stream)
    kernels = try KernelModule(session.libraries, .training)
    arena = TrainingArena(program, samples: plan.samples)
    values = try DeviceMemory(arena.byteCount, session)

    var goesBack: Set<Int> = []
    for step in program.backward {
      if case .convolveData(let number, _, _) = step { goesBack.insert(number) }
    }
    let planner = ConvolutionPlanner(
      session.libraries, .card(handle), workspaceLimit: session.workspaceLimit)
    let verification = PassVerification(session, stream, handle)
    planner.verification = { (plan) throws(GPUError) in try verification.fault(of: plan) }
    var convolutions: [CardConvolution] = []
    for (number, node) in program.convolutions.enumerated() {
      convolutions.append(
        try CardConvolution(
          node, samples: plan.samples, goesBack: goesBack.contains(number), planner))
    }
    self.convolutions = convolutions
    faults = planner.faults
    let workspaceBytes = convolutions.reduce(0) { max($0, $1.workspaceByteCount) }
    workspace = try DeviceMemory(workspaceBytes, session)
    sizes = CardTrainingSizes(
      plan, program, layout, output: shapes[plan.graph.output], workspace: workspaceBytes)
    kernelGradient = try DeviceMemory(sizes.kernel, session)
    sums = [
      try DeviceMemory(8 * sizes.sumCount, session), try DeviceMemory(8 * sizes.sumCount, session),
    ]
    let hasNoise = plan.graph.nodes.contains {
      if case .gaussianNoise = $0.operation { true } else { false }
    }
    let quantiles = hasNoise ? NormalTable.values : [0]
    normal = try DeviceMemory(4 * quantiles.count, session)
    try stream.upload(quantiles, to: normal.address)
    var normNumbers: [DeviceMemory] = []
    for norm in program.norms {
      normNumbers.append(try DeviceMemory(36 * norm.layer.scale.count, session))
    }
    self.normNumbers = normNumbers
    var statistics: [GroupKey: DeviceMemory] = [:]
    for step in program.forward {
      guard case .groupNorm(let layer, _, let from, _) = step else { continue }
      let buffer = program.buffers[from]
      let groups = TrainingKernels.Groups(layer, buffer.shape)
      statistics[GroupKey(from: from, groups: groups, epsilon: layer.epsilon)] = try DeviceMemory(
        8 * plan.samples * groups.groups * groups.runs, session)
    }
    groupStatistics = statistics
  }

  deinit {
    try? session.enter()
    // What was begun ends before its memory goes.
    try? stream.synchronise()
    kernels.unload()
  }

  /// Engines of cuDNN that computed wrongly and were passed over.
  let faults: [String]

  /// How cuDNN computes each pass of each convolution.
  var report: [PlannedConvolution] {
    convolutions.flatMap { $0.report(plan.graph.nodes[$0.node.node].name) }
  }

  // MARK: - Places

  /// Some channels of a buffer.
  func value(_ view: BufferView) -> TrainingKernels.Value {
    let buffer = program.buffers[view.buffer]
    let voxels = buffer.shape.voxelCount
    return TrainingKernels.Value(
      values.address + UInt64(arena.offsets[view.buffer] + 4 * view.offset * voxels),
      stride: buffer.channels * voxels, samples: plan.samples, channels: view.channels,
      shape: buffer.shape)
  }

  /// A whole buffer.
  func value(_ buffer: Int) -> TrainingKernels.Value {
    value(BufferView(buffer: buffer, channels: program.buffers[buffer].channels))
  }

  /// The class scores, and where their gradient goes.
  var scores: TrainingKernels.Value { value(program.scores) }
  var scoresGradient: TrainingKernels.Value { value(program.scoresGradient) }

  /// Where list `number` of an array at `base` lies.
  func list(_ base: UInt64, _ number: Int) -> UInt64 {
    base + UInt64(4 * layout.offsets[number])
  }

  func row(_ norm: Int, _ row: Int) -> UInt64 {
    normNumbers[norm].address + UInt64(4 * row * program.norms[norm].layer.scale.count)
  }

  // MARK: - Running

  /// Takes the time of every call, where somebody asks.
  var timer: CallTimer?

  /// Begins a kernel of training.
  func launch(_ call: KernelCall) throws(GPUError) { try launch(call, of: kernels) }

  /// Begins one of the kernels that all use.
  func launchCommon(_ call: KernelCall) throws(GPUError) {
    try launch(call, of: session.kernels)
  }

  private func launch(_ call: KernelCall, of module: KernelModule) throws(GPUError) {
    guard let timer else { return try module.launch(call, on: stream) }
    try timer.time(call.name, on: stream) { () throws(GPUError) in
      try module.launch(call, on: stream)
    }
  }

  func execute(_ plan: ConvolutionPlan, _ pack: BackendDescriptor) throws(GPUError) {
    guard let timer else { return try begin(plan, pack) }
    let name = "\(plan.geometry.words) [\(plan.engine.words)]"
    try timer.time(name, on: stream) { () throws(GPUError) in try begin(plan, pack) }
  }

  private func begin(_ plan: ConvolutionPlan, _ pack: BackendDescriptor) throws(GPUError) {
    try unsafe session.libraries.check(
      "cudnnBackendExecute",
      cudnn: session.libraries.cudnn.execute(
        handle.handle, plan.plan.descriptor, pack.descriptor))
  }

  /// Begins a reduction: `call` is given where its parts go; the folded sums lie at the address that comes
  /// back until the next.
  func reduced(
    rows: Int, parts: Int, _ call: (UInt64) -> KernelCall
  ) throws(GPUError) -> UInt64 {
    precondition(rows * parts <= sizes.sumCount, "\(rows) sums of \(parts) parts")
    try launch(call(sums[0].address))
    var (place, left) = (0, parts)
    while left > 1 {
      try launch(
        TrainingKernels.fold(
          from: sums[place].address, to: sums[1 - place].address, rows: rows, parts: left,
          width: left / 64))
      (place, left) = (1 - place, left / 64)
    }
    return sums[place].address
  }
}
