import EngineCore
import NeuralGraph
import VolumeCore

extension CardTraining {
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
      TrainingKernels.tail(
        terms, relu: tail.relu, chance, to: tail.to.map { value($0) },
        firstSample: part?.firstSample ?? 0))
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
    var norm = TrainingKernels.Norm(
      scale: list(weights, node.lists[0]), shift: list(weights, node.lists[1]),
      mean: list(weights, node.lists[2]), variance: list(weights, node.lists[3]),
      bias: term.bias.map { list(weights, $0) } ?? 0, numbers: row(number, 0),
      moments: row(number, 7), pendingMean: moves ? list(pending, node.lists[2]) : 0,
      pendingVariance: moves ? list(pending, node.lists[3]) : 0, momentum: node.layer.momentum,
      epsilon: node.layer.epsilon)
    if let part, mode != .inference {
      // First this card's own moments, then those of all in the place of the running ones.
      (norm.pendingMean, norm.pendingVariance) = (0, 0)
      try launch(TrainingKernels.norm(norm, from, sums: folded))
      let own = try stream.download(2 * from.channels, Float(0), from: norm.moments)
      try stream.upload(try part.moments(own), to: sums[0].address)
      norm.mean = sums[0].address
      norm.variance = norm.mean + UInt64(4 * from.channels)
      if moves {
        norm.pendingMean = list(pending, node.lists[2])
        norm.pendingVariance = list(pending, node.lists[3])
      }
      folded = 0
    }
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
}
