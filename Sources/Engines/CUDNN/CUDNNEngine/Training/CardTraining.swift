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
  private let handle: CUDNNHandle
  private let kernels: KernelModule
  private let arena: TrainingArena
  private let values: DeviceMemory
  private let workspace: DeviceMemory
  private let convolutions: [CardConvolution]
  /// The gradient of one kernel, before it is added to the others.
  private let kernelGradient: DeviceMemory
  /// Sums in double precision, and where they are folded to.
  private let sums: [DeviceMemory]
  /// The table of quantiles, where there is noise.
  private let normal: DeviceMemory
  /// For each batch normalisation its seven rows, then mean and variance.
  private let normNumbers: [DeviceMemory]
  /// For each group normalisation mean and 1 / deviation of its rows.
  private let groupStatistics: [GroupKey: DeviceMemory]

  /// A buffer, and how it is normalised.
  private struct GroupKey: Hashable {
    var from: Int
    var groups: TrainingKernels.Groups
    var epsilon: Float
  }

  init(
    _ plan: TrainingPlan, _ shapes: [Shape3], _ table: ParameterTable, _ session: GPUSession
  ) throws(any Error) {
    self.plan = plan
    self.session = session
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
    var convolutions: [CardConvolution] = []
    for (number, node) in program.convolutions.enumerated() {
      convolutions.append(
        try CardConvolution(
          node, samples: plan.samples, goesBack: goesBack.contains(number), planner))
    }
    self.convolutions = convolutions
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
  private func list(_ base: UInt64, _ number: Int) -> UInt64 {
    base + UInt64(4 * layout.offsets[number])
  }

  private func row(_ norm: Int, _ row: Int) -> UInt64 {
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

  private func execute(_ plan: ConvolutionPlan, _ pack: BackendDescriptor) throws(GPUError) {
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

  /// Computes the scores of the batch at `input`, in the order (sample, voxel, channel), with the weights of
  /// the array at `weights`. In training mode the statistics at `pending` move.
  func forward(
    input: UInt64, weights: UInt64, pending: UInt64, mode: TrainingMode
  ) throws(GPUError) {
    for step in program.forward {
      switch step {
      case .input(let to): try launch(TrainingKernels.input(from: input, to: value(to)))
      case .convolve(let number): try convolve(number, weights)
      case .tail(let tail): try run(tail, weights, pending, mode)
      case .pool(let from, let to, let window):
        try launch(TrainingKernels.pool(from: value(from), to: value(to), window: window))
      case .spread(let from, let to, let factor):
        try launch(TrainingKernels.spread(from: value(from), to: value(to), factor: factor))
      case .layers(let from, let to, let count):
        try launch(TrainingKernels.layers(from: value(from), to: value(to), count: count))
      case .crop(let cut, let from, let to):
        try launch(
          TrainingKernels.crop(from: value(from), to: value(to), origin: cut.before))
      case .groupNorm(let layer, let lists, let from, let to):
        try normalise(layer, lists, from, to, weights)
      case .softmax(let from, let to):
        try launch(TrainingKernels.softmax(from: value(from), to: value(to).address))
      }
    }
  }

  private func convolve(_ number: Int, _ weights: UInt64) throws(GPUError) {
    let convolution = convolutions[number]
    let node = convolution.node
    let (kernel, bias) = (list(weights, node.kernel), list(weights, node.bias))
    let (from, to) = (value(node.from).address, value(node.to).address)
    if node.spec.groups > 1 {
      try launch(
        TrainingKernels.depthwise(
          node.spec, samples: plan.samples, fine: from, weights: kernel, bias: bias, coarse: to))
      return
    }
    if node.spec.isTransposed {
      guard let up = convolution.up else { preconditionFailure("it was planned") }
      try execute(
        up,
        convolution.pack(
          up, fine: to, weights: kernel, coarse: from, bias: 0, workspace: workspace.address))
      return
    }
    guard let down = convolution.down else { preconditionFailure("it was planned") }
    try execute(
      down,
      convolution.pack(
        down, fine: from, weights: kernel, coarse: to, bias: bias, workspace: workspace.address))
    guard down.isBare else { return }
    // cuDNN did not add the bias.
    let result = value(node.to)
    try launch(
      TrainingKernels.tail(
        [TrainingKernels.Term(result, shift: bias)], relu: false, nil, to: [result]))
  }

  private func run(
    _ tail: Tail, _ weights: UInt64, _ pending: UInt64, _ mode: TrainingMode
  ) throws(GPUError) {
    var terms: [TrainingKernels.Term] = []
    for term in tail.terms {
      var (scale, shift) = (UInt64(0), UInt64(0))
      if let number = term.norm {
        try prepare(number, term, weights, pending, mode)
        (scale, shift) = (row(number, 0), row(number, 1))
      } else if let bias = term.bias {
        shift = list(weights, bias)
      }
      terms.append(TrainingKernels.Term(value(term.from), scale: scale, shift: shift))
    }
    var chance: TrainingKernels.Chance?
    if case .training(let key) = mode, tail.dropout != nil || tail.noise != nil {
      chance = TrainingKernels.Chance(
        dropout: tail.dropout, noise: tail.noise, normal: normal.address, key: key)
    }
    try launch(
      TrainingKernels.tail(terms, relu: tail.relu, chance, to: tail.to.map { value($0) }))
  }

  /// Sets what a batch normalisation multiplies by and adds.
  private func prepare(
    _ number: Int, _ term: TailTerm, _ weights: UInt64, _ pending: UInt64, _ mode: TrainingMode
  ) throws(GPUError) {
    let node = program.norms[number]
    let from = value(term.from)
    var folded: UInt64 = 0
    if mode != .inference {
      let parts = TrainingKernels.parts(from.samples * from.shape.voxelCount)
      folded = try reduced(rows: 2 * from.channels, parts: parts) {
        TrainingKernels.moments(from, sums: $0, parts: parts)
      }
    }
    var moves = false
    if case .training = mode { moves = true }
    let norm = TrainingKernels.Norm(
      scale: list(weights, node.lists[0]), shift: list(weights, node.lists[1]),
      mean: list(weights, node.lists[2]), variance: list(weights, node.lists[3]),
      bias: term.bias.map { list(weights, $0) } ?? 0, numbers: row(number, 0),
      moments: row(number, 7), pendingMean: moves ? list(pending, node.lists[2]) : 0,
      pendingVariance: moves ? list(pending, node.lists[3]) : 0, momentum: node.layer.momentum,
      epsilon: node.layer.epsilon)
    try launch(TrainingKernels.norm(norm, from, sums: folded))
  }

  /// Mean and variance of each batch normalisation in the pass before; waits for it.
  func moments() throws(GPUError) -> [(mean: [Float], variance: [Float])] {
    var result: [(mean: [Float], variance: [Float])] = []
    for (number, norm) in program.norms.enumerated() {
      let count = norm.layer.scale.count
      let both = try stream.download(2 * count, Float(0), from: row(number, 7))
      result.append((Array(both[..<count]), Array(both[count...])))
    }
    // Also where there are none: the batch on the host may be filled again.
    try stream.synchronise()
    return result
  }

  private func normalise(
    _ layer: GroupNormalisation, _ lists: [Int], _ from: Int, _ to: Int, _ weights: UInt64
  ) throws(GPUError) {
    let x = value(from)
    let groups = TrainingKernels.Groups(layer, x.shape)
    let key = GroupKey(from: from, groups: groups, epsilon: layer.epsilon)
    guard let statistics = groupStatistics[key] else { preconditionFailure("it was made") }
    let parts = TrainingKernels.parts(groups.length(x))
    let folded = try reduced(rows: 2 * groups.rows(x), parts: parts) {
      TrainingKernels.groupSums(
        x, gradient: 0, scale: 0, statistics: 0, sums: $0, groups, parts: parts)
    }
    try launch(
      TrainingKernels.groupStatistics(
        sums: folded, x, statistics: statistics.address, groups, epsilon: layer.epsilon))
    try launch(
      TrainingKernels.group(
        x, to: value(to).address, statistics: statistics.address, scale: list(weights, lists[0]),
        shift: list(weights, lists[1]), groups))
  }

  // MARK: - Backward

  /// Adds the gradients of all lists to the array at `gradients`, for the gradient of the scores that lies in
  /// its place.
  func backward(weights: UInt64, gradients: UInt64, key: UInt64) throws(GPUError) {
    for step in program.backward {
      switch step {
      case .tail(let tail, let pieces, let to, let terms):
        try back(tail, pieces, to, terms, weights, gradients, key)
      case .sum(let pieces, let to): try add(pieces, to)
      case .convolveData(let number, let from, let to):
        try convolveBack(number, value(from).address, value(to).address, weights)
      case .convolveWeights(let number, let gradient):
        try weightGradient(number, value(gradient), gradients)
      case .pool(let from, let gradient, let to, let window):
        try launch(
          TrainingKernels.poolBackward(
            from: value(from), gradient: value(gradient), to: value(to), window: window))
      case .spread(let gradient, let to, let factor):
        try launch(
          TrainingKernels.spreadBackward(
            gradient: value(gradient), to: value(to), factor: factor))
      case .layers(let gradient, let to, let count):
        try launch(
          TrainingKernels.layersBackward(
            gradient: value(gradient), to: value(to), count: count))
      case .crop(let cut, let gradient, let to):
        try launch(
          TrainingKernels.cropBackward(
            gradient: value(gradient), to: value(to), origin: cut.before))
      case .groupNorm(let layer, let lists, let from, let gradient, let to):
        try back(layer, lists, from, gradient, to, weights, gradients)
      case .softmax(let from, let gradient, let to):
        try launch(
          TrainingKernels.softmaxBackward(
            value: value(from), gradient: value(gradient).address, to: value(to).address))
      }
    }
  }

  private func add(_ pieces: [BufferView], _ to: BufferView) throws(GPUError) {
    var rest = pieces[...]
    var known: [BufferView] = []
    while !rest.isEmpty {
      let some = known + rest.prefix(4 - known.count)
      rest = rest.dropFirst(4 - known.count)
      try launch(
        TrainingKernels.gradient(
          some.map { value($0) }, value: nil, dropout: nil, keep: 1, to: value(to)))
      known = [to]
    }
  }

  private func convolveBack(
    _ number: Int, _ from: UInt64, _ to: UInt64, _ weights: UInt64
  ) throws(GPUError) {
    let convolution = convolutions[number]
    let node = convolution.node
    let kernel = list(weights, node.kernel)
    if node.spec.groups > 1 {
      try launch(
        TrainingKernels.depthwiseData(
          node.spec, samples: plan.samples, gradient: from, weights: kernel, to: to))
    } else if node.spec.isTransposed {
      guard let down = convolution.down else { preconditionFailure("it was planned") }
      try execute(
        down,
        convolution.pack(
          down, fine: from, weights: kernel, coarse: to, bias: 0, workspace: workspace.address))
    } else {
      guard let up = convolution.up else { preconditionFailure("it was planned") }
      try execute(
        up,
        convolution.pack(
          up, fine: to, weights: kernel, coarse: from, bias: 0, workspace: workspace.address))
    }
  }

  private func weightGradient(
    _ number: Int, _ gradient: TrainingKernels.Value, _ gradients: UInt64
  ) throws(GPUError) {
    let convolution = convolutions[number]
    let node = convolution.node
    let from = value(node.from).address
    let kernel = list(gradients, node.kernel)
    if node.spec.groups > 1 {
      let parts = TrainingKernels.parts(plan.samples * node.spec.coarse.voxelCount)
      let folded = try reduced(rows: node.spec.weightCount, parts: parts) {
        TrainingKernels.depthwiseWeights(
          node.spec, samples: plan.samples, fine: from, gradient: gradient.address, sums: $0,
          parts: parts)
      }
      try launch(
        TrainingKernels.addSums(from: folded, to: kernel, count: node.spec.weightCount))
    } else {
      guard let weights = convolution.weights else { preconditionFailure("it was planned") }
      let (fine, coarse) =
        node.spec.isTransposed ? (gradient.address, from) : (from, gradient.address)
      try execute(
        weights,
        convolution.pack(
          weights, fine: fine, weights: kernelGradient.address, coarse: coarse, bias: 0,
          workspace: workspace.address))
      try launch(
        TrainingKernels.add(
          from: kernelGradient.address, to: kernel, count: node.spec.weightCount))
    }
    // A transposed one's is the tail's.
    guard !node.spec.isTransposed, layout.table.entries[node.bias].isLearned else { return }
    try addChannelSums(of: gradient, to: list(gradients, node.bias))
  }

  /// Adds the sum of each channel of a gradient to a list.
  private func addChannelSums(
    of gradient: TrainingKernels.Value, to list: UInt64
  ) throws(GPUError) {
    let count = gradient.samples * gradient.shape.voxelCount
    let parts = TrainingKernels.parts(count)
    let folded = try reduced(rows: 2 * gradient.channels, parts: parts) {
      TrainingKernels.products(gradient, x: nil, mean: 0, inverse: 0, sums: $0, parts: parts)
    }
    try launch(
      TrainingKernels.normGradient(
        sums: folded, scale: 0, numbers: 0, toScale: 0, toShift: 0, toBias: list,
        channels: gradient.channels, count: count))
  }

  private func back(
    _ tail: Tail, _ pieces: [BufferView], _ to: BufferView?, _ terms: [BufferView?],
    _ weights: UInt64, _ gradients: UInt64, _ key: UInt64
  ) throws(GPUError) {
    let whole = value(to ?? pieces[0])
    if to != nil {
      var dropout: (threshold: Int, layer: Int, key: UInt64)?
      // Where there is a ReLU, its value says what was dropped.
      if let (rule, layer) = tail.dropout, !tail.relu {
        dropout = (Int(rule.threshold), layer, key)
      }
      try launch(
        TrainingKernels.gradient(
          pieces.map { value($0) }, value: tail.relu ? value(tail.to[0]) : nil, dropout: dropout,
          keep: tail.dropout?.rule.factor ?? 1, to: whole))
    }
    let entries = layout.table.entries
    for term in tail.terms {
      guard let bias = term.bias, entries[bias].isLearned else { continue }
      try addChannelSums(of: whole, to: list(gradients, bias))
    }
    let count = whole.samples * whole.shape.voxelCount
    for (place, term) in tail.terms.enumerated() {
      guard let number = term.norm else { continue }
      let lists = program.norms[number].lists
      let x = value(term.from)
      let parts = TrainingKernels.parts(count)
      let folded = try reduced(rows: 2 * whole.channels, parts: parts) {
        TrainingKernels.products(
          whole, x: x, mean: row(number, 2), inverse: row(number, 3), sums: $0, parts: parts)
      }
      func learned(_ list: Int) -> UInt64 {
        entries[list].isLearned ? self.list(gradients, list) : 0
      }
      try launch(
        TrainingKernels.normGradient(
          sums: folded, scale: list(weights, lists[0]), numbers: row(number, 0),
          toScale: learned(lists[0]), toShift: learned(lists[1]), toBias: 0,
          channels: whole.channels, count: count))
      guard let out = terms[place] else { continue }
      try launch(
        TrainingKernels.normBackward(whole, x: x, factors: row(number, 4), to: value(out)))
    }
  }

  private func back(
    _ layer: GroupNormalisation, _ lists: [Int], _ from: Int, _ gradient: Int, _ to: Int,
    _ weights: UInt64, _ gradients: UInt64
  ) throws(GPUError) {
    let x = value(from)
    let g = value(gradient).address
    let groups = TrainingKernels.Groups(layer, x.shape)
    let group = GroupKey(from: from, groups: groups, epsilon: layer.epsilon)
    guard let statistics = groupStatistics[group]?.address else {
      preconditionFailure("it was made")
    }
    let channelParts = TrainingKernels.parts(x.samples * x.shape.voxelCount)
    let products = try reduced(rows: 2 * x.channels, parts: channelParts) {
      TrainingKernels.groupProducts(
        x, gradient: g, statistics: statistics, sums: $0, groups, parts: channelParts)
    }
    let entries = layout.table.entries
    try launch(
      TrainingKernels.normGradient(
        sums: products, scale: 0, numbers: 0,
        toScale: entries[lists[0]].isLearned ? list(gradients, lists[0]) : 0,
        toShift: entries[lists[1]].isLearned ? list(gradients, lists[1]) : 0, toBias: 0,
        channels: x.channels, count: 1))
    let scale = list(weights, lists[0])
    let parts = TrainingKernels.parts(groups.length(x))
    let folded = try reduced(rows: 2 * groups.rows(x), parts: parts) {
      TrainingKernels.groupSums(
        x, gradient: g, scale: scale, statistics: statistics, sums: $0, groups, parts: parts)
    }
    try launch(
      TrainingKernels.groupBackward(
        x, gradient: g, to: value(to).address, statistics: statistics, scale: scale,
        sums: folded, groups))
  }
}
