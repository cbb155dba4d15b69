import EngineCore
import NeuralGraph
import VolumeCore

extension CardTraining {
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
          keep: tail.dropout?.rule.factor ?? 1, to: whole, firstSample: part?.firstSample ?? 0))
    }
    let entries = layout.table.entries
    for term in tail.terms {
      guard let bias = term.bias, entries[bias].isLearned else { continue }
      try addChannelSums(of: whole, to: list(gradients, bias))
    }
    let count = whole.samples * whole.shape.voxelCount
    let allCount = (part?.allSamples ?? whole.samples) * whole.shape.voxelCount
    for (place, term) in tail.terms.enumerated() {
      guard let number = term.norm else { continue }
      let lists = program.norms[number].lists
      let x = value(term.from)
      let parts = TrainingKernels.parts(count)
      let folded = try reduced(rows: 2 * whole.channels, parts: parts) {
        TrainingKernels.products(
          whole, x: x, mean: row(number, 2), inverse: row(number, 3), sums: $0, parts: parts)
      }
      if let part {
        let own = try stream.download(2 * whole.channels, 0.0, from: folded)
        try stream.upload(try part.total(own), to: folded)
      }
      // The sums of all cards are added once.
      let isFirst = part.map { $0.card == 0 } ?? true
      func learned(_ list: Int) -> UInt64 {
        isFirst && entries[list].isLearned ? self.list(gradients, list) : 0
      }
      try launch(
        TrainingKernels.normGradient(
          sums: folded, scale: list(weights, lists[0]), numbers: row(number, 0),
          toScale: learned(lists[0]), toShift: learned(lists[1]), toBias: 0,
          channels: whole.channels, count: allCount))
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
