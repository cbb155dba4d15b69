import EngineCore
import NeuralGraph
import VolumeCore

/// The calls of the kernels in training.cu: pure functions of places and extents.
package enum TrainingKernels {
  /// Where some channels of a batch lie: number (sample, channel, voxel) at
  /// sample * stride + channel * voxels + voxel.
  package struct Value: Hashable, Sendable {
    package var address: UInt64
    /// Numbers of the whole buffer for each sample.
    package var stride: Int
    package var samples: Int
    package var channels: Int
    package var shape: Shape3

    /// A value at `address`.
    package init(_ address: UInt64, stride: Int, samples: Int, channels: Int, shape: Shape3) {
      self.address = address
      self.stride = stride
      self.samples = samples
      self.channels = channels
      self.shape = shape
    }

    var voxels: Int { shape.voxelCount }
    var count: Int { samples * channels * voxels }
    /// Address and stride, as kernels take them.
    var place: [KernelCall.Argument] { [.address(address), .count(stride)] }
    /// Samples, channels and voxels.
    var extents: [KernelCall.Argument] { [samples, channels, voxels].map { .count($0) } }
  }

  /// Nothing in the place of a value.
  static let nothing: [KernelCall.Argument] = [.address(0), .count(0)]

  static func counts(_ numbers: Int...) -> [KernelCall.Argument] {
    numbers.map { .count($0) }
  }

  static func counts(_ shapes: Shape3...) -> [KernelCall.Argument] {
    shapes.flatMap { [.count($0.z), .count($0.y), .count($0.x)] }
  }

  static func key(_ key: UInt64) -> [KernelCall.Argument] {
    [
      .count(Int(UInt32(truncatingIfNeeded: key))),
      .count(Int(UInt32(truncatingIfNeeded: key >> 32))),
    ]
  }

  // MARK: - Between two convolutions

  /// A batch as it comes, in the order (sample, voxel, channel), to planes.
  package static func input(from: UInt64, to: Value) -> KernelCall {
    KernelCall(
      "train_input", to.count, [.address(from), .address(to.address)] + to.extents)
  }

  /// One of the values that a tail sums; an address of 0 stands for a factor of 1 or an offset of 0.
  package struct Term: Hashable, Sendable {
    package var value: Value
    package var scale: UInt64 = 0
    package var shift: UInt64 = 0

    /// `value` times `scale` plus `shift`.
    package init(_ value: Value, scale: UInt64 = 0, shift: UInt64 = 0) {
      self.value = value
      self.scale = scale
      self.shift = shift
    }
  }

  /// What a tail does at random.
  package struct Chance: Hashable, Sendable {
    package var dropout: (rule: DropoutRule, layer: Int)?
    package var noise: (sigma: Float, layer: Int)?
    /// The table of 65,536 quantiles, for noise.
    package var normal: UInt64
    package var key: UInt64

    /// Dropout and noise, where there are any.
    package init(
      dropout: (rule: DropoutRule, layer: Int)?, noise: (sigma: Float, layer: Int)?, normal: UInt64,
      key: UInt64
    ) {
      self.dropout = dropout
      self.noise = noise
      self.normal = normal
      self.key = key
    }

    package static func == (a: Chance, b: Chance) -> Bool {
      a.dropout?.rule == b.dropout?.rule && a.dropout?.layer == b.dropout?.layer
        && a.noise?.sigma == b.noise?.sigma && a.noise?.layer == b.noise?.layer
        && a.normal == b.normal && a.key == b.key
    }

    package func hash(into hasher: inout Hasher) {
      hasher.combine(key)
      hasher.combine(dropout?.layer)
      hasher.combine(noise?.layer)
    }
  }

  /// The sum of up to three terms; ReLU, dropout, noise; to up to three places.
  package static func tail(
    _ terms: [Term], relu: Bool, _ chance: Chance?, to: [Value], firstSample: Int = 0
  ) -> KernelCall {
    precondition((1...3).contains(terms.count) && (1...3).contains(to.count))
    var arguments: [KernelCall.Argument] = []
    for k in 0..<3 {
      guard k < terms.count else {
        arguments += nothing + [.address(0), .address(0)]
        continue
      }
      arguments += terms[k].value.place + [.address(terms[k].scale), .address(terms[k].shift)]
    }
    for k in 0..<3 { arguments += k < to.count ? to[k].place : nothing }
    arguments += to[0].extents
    arguments += [
      .count(relu ? 1 : 0), .count(Int(chance?.dropout?.rule.threshold ?? 0)),
      .number(chance?.dropout?.rule.factor ?? 1), .count(chance?.dropout?.layer ?? 0),
      .number(chance?.noise?.sigma ?? 0), .count(chance?.noise?.layer ?? 0),
      .address(chance?.noise == nil ? 0 : chance?.normal ?? 0),
    ]
    return KernelCall(
      "train_tail", to[0].count, arguments + key(chance?.key ?? 0) + [.count(firstSample)])
  }

  /// The sum of up to four gradients, zero where `value` is (a ReLU's) or where `dropout` dropped, times
  /// `keep`.
  package static func gradient(
    _ pieces: [Value], value: Value?, dropout: (threshold: Int, layer: Int, key: UInt64)?,
    keep: Float, to: Value, firstSample: Int = 0
  ) -> KernelCall {
    precondition((1...4).contains(pieces.count))
    var arguments: [KernelCall.Argument] = []
    for k in 0..<4 { arguments += k < pieces.count ? pieces[k].place : nothing }
    arguments += value?.place ?? nothing
    arguments += to.place + to.extents
    arguments += [.count(dropout?.threshold ?? 0), .count(dropout?.layer ?? 0)]
    arguments += key(dropout?.key ?? 0) + [.number(keep), .count(firstSample)]
    return KernelCall("train_gradient", to.count, arguments)
  }

  // MARK: - Sums

  /// How many parts the sum of `count` numbers is cut into: 1, 64 or 4096, which folds by 64 lead from one to
  /// the next.
  package static func parts(_ count: Int) -> Int { count >= 1 << 16 ? 4096 : count >= 256 ? 64 : 1 }

  /// `rows` of `parts` sums to rows of `width`.
  package static func fold(
    from: UInt64, to: UInt64, rows: Int, parts: Int, width: Int
  ) -> KernelCall {
    KernelCall(
      "train_fold", rows * width, [.address(from), .address(to)] + counts(rows, parts, width))
  }

  /// The same with the largest.
  package static func largest(
    from: UInt64, to: UInt64, rows: Int, parts: Int, width: Int
  ) -> KernelCall {
    KernelCall(
      "train_largest", rows * width, [.address(from), .address(to)] + counts(rows, parts, width))
  }

  /// Sums of each channel and of its squares.
  package static func moments(_ value: Value, sums: UInt64, parts: Int) -> KernelCall {
    KernelCall(
      "train_moments", value.channels * parts,
      value.place + [.address(sums)] + value.extents + counts(parts))
  }

  /// Sums of a gradient, and of it times the normalised `x`.
  package static func products(
    _ gradient: Value, x: Value?, mean: UInt64, inverse: UInt64, sums: UInt64, parts: Int
  ) -> KernelCall {
    KernelCall(
      "train_products", gradient.channels * parts,
      gradient.place + (x?.place ?? nothing) + [.address(mean), .address(inverse), .address(sums)]
        + gradient.extents + counts(parts))
  }

  // MARK: - Normalisation

  /// Where the numbers of a batch normalisation lie.
  package struct Norm: Hashable, Sendable {
    package var scale: UInt64
    package var shift: UInt64
    package var mean: UInt64
    package var variance: UInt64
    /// What x still lacks; 0: nothing.
    package var bias: UInt64
    /// Seven rows of channels, and two of mean and variance.
    package var numbers: UInt64
    package var moments: UInt64
    /// Running statistics that move; 0: none do.
    package var pendingMean: UInt64
    package var pendingVariance: UInt64
    package var momentum: Float
    package var epsilon: Float

    /// These places.
    package init(
      scale: UInt64, shift: UInt64, mean: UInt64, variance: UInt64, bias: UInt64, numbers: UInt64,
      moments: UInt64, pendingMean: UInt64, pendingVariance: UInt64, momentum: Float, epsilon: Float
    ) {
      self.scale = scale
      self.shift = shift
      self.mean = mean
      self.variance = variance
      self.bias = bias
      self.numbers = numbers
      self.moments = moments
      self.pendingMean = pendingMean
      self.pendingVariance = pendingVariance
      self.momentum = momentum
      self.epsilon = epsilon
    }
  }

  /// What a normalisation does to `x`, from its sums or (0) from the running statistics.
  package static func norm(_ norm: Norm, _ x: Value, sums: UInt64) -> KernelCall {
    let places = [
      sums, x.address, norm.scale, norm.shift, norm.mean, norm.variance, norm.bias, norm.numbers,
      norm.moments, norm.pendingMean, norm.pendingVariance,
    ]
    return KernelCall(
      "train_norm", x.channels,
      places.map { .address($0) } + counts(x.channels, x.voxels, x.samples * x.voxels)
        + [.number(norm.momentum), .number(norm.epsilon)])
  }

  /// Adds sums over channels to the gradients of lists, and prepares the way back.
  package static func normGradient(
    sums: UInt64, scale: UInt64, numbers: UInt64, toScale: UInt64, toShift: UInt64, toBias: UInt64,
    channels: Int, count: Int
  ) -> KernelCall {
    KernelCall(
      "train_norm_gradient", channels,
      [sums, scale, numbers, toScale, toShift, toBias].map { .address($0) }
        + counts(channels, count))
  }

  /// What a batch normalisation gives back.
  package static func normBackward(
    _ gradient: Value, x: Value, factors: UInt64, to: Value
  ) -> KernelCall {
    KernelCall(
      "train_norm_backward", to.count,
      gradient.place + x.place + [.address(factors)] + to.place + to.extents)
  }

  /// How a group normalisation cuts a value.
  package struct Groups: Hashable, Sendable {
    package var groups: Int
    /// Of a sample.
    package var runs: Int

    /// `groups` of channels, and `runs` of voxels of each sample.
    package init(groups: Int, runs: Int) {
      self.groups = groups
      self.runs = runs
    }

    /// What is normalised by itself.
    package func rows(_ value: Value) -> Int { value.samples * runs * groups }
    /// Numbers of each.
    package func length(_ value: Value) -> Int {
      value.channels / groups * (value.voxels / runs)
    }
    var arguments: [KernelCall.Argument] { counts(groups, runs) }
  }

  /// Sums of each row: of x and its square, or of a scaled gradient and it times the normalised x.
  package static func groupSums(
    _ x: Value, gradient: UInt64, scale: UInt64, statistics: UInt64, sums: UInt64, _ groups: Groups,
    parts: Int
  ) -> KernelCall {
    KernelCall(
      "train_group_sums", groups.rows(x) * parts,
      [x.address, gradient, scale, statistics, sums].map { .address($0) } + x.extents
        + groups.arguments + counts(parts))
  }

  /// Mean and 1 / deviation of each row.
  package static func groupStatistics(
    sums: UInt64, _ x: Value, statistics: UInt64, _ groups: Groups, epsilon: Float
  ) -> KernelCall {
    KernelCall(
      "train_group_statistics", groups.rows(x),
      [.address(sums), .address(x.address), .address(statistics)] + x.extents + groups.arguments
        + [.number(epsilon)])
  }

  /// Normalises.
  package static func group(
    _ x: Value, to: UInt64, statistics: UInt64, scale: UInt64, shift: UInt64, _ groups: Groups
  ) -> KernelCall {
    KernelCall(
      "train_group", x.count,
      [x.address, to, statistics, scale, shift].map { .address($0) } + x.extents
        + groups.arguments)
  }

  /// And back, with the sums of the gradient.
  package static func groupBackward(
    _ x: Value, gradient: UInt64, to: UInt64, statistics: UInt64, scale: UInt64, sums: UInt64,
    _ groups: Groups
  ) -> KernelCall {
    KernelCall(
      "train_group_backward", x.count,
      [x.address, gradient, to, statistics, scale, sums].map { .address($0) } + x.extents
        + groups.arguments)
  }

  /// Sums over channels for scale and shift.
  package static func groupProducts(
    _ x: Value, gradient: UInt64, statistics: UInt64, sums: UInt64, _ groups: Groups, parts: Int
  ) -> KernelCall {
    KernelCall(
      "train_group_products", x.channels * parts,
      [x.address, gradient, statistics, sums].map { .address($0) } + x.extents + groups.arguments
        + counts(parts))
  }

  // MARK: - What moves voxels

  private static func move(
    _ name: String, _ values: [Value], to: Value, _ shapes: [Shape3]
  ) -> KernelCall {
    KernelCall(
      name, to.count,
      values.flatMap(\.place) + to.place + counts(to.samples, to.channels)
        + shapes.flatMap { counts($0) })
  }

  /// The largest of each window.
  package static func pool(from: Value, to: Value, window: Shape3) -> KernelCall {
    move("train_pool", [from], to: to, [from.shape, window])
  }

  /// A gradient to the first of the largest.
  package static func poolBackward(
    from: Value, gradient: Value, to: Value, window: Shape3
  ) -> KernelCall {
    move("train_pool_backward", [from, gradient], to: to, [from.shape, window])
  }

  /// Each voxel repeated.
  package static func spread(from: Value, to: Value, factor: Shape3) -> KernelCall {
    move("train_spread", [from], to: to, [from.shape, factor])
  }

  /// The sum of what each voxel became.
  package static func spreadBackward(gradient: Value, to: Value, factor: Shape3) -> KernelCall {
    move("train_spread_backward", [gradient], to: to, [to.shape, factor])
  }

  /// A box from `origin` on.
  package static func crop(from: Value, to: Value, origin: Shape3) -> KernelCall {
    move("train_crop", [from], to: to, [from.shape, origin, to.shape])
  }

  /// And back, with zeros around.
  package static func cropBackward(gradient: Value, to: Value, origin: Shape3) -> KernelCall {
    move("train_crop_backward", [gradient], to: to, [to.shape, origin, gradient.shape])
  }

  /// `count` layers as channels; `from` is what has the single layers.
  package static func layers(from: Value, to: Value, count: Int) -> KernelCall {
    KernelCall(
      "train_layers", to.count,
      [.address(from.address), .address(to.address)]
        + counts(from.samples, from.channels, from.shape.z, from.shape.y * from.shape.x, count))
  }

  /// And back, to what has the single layers.
  package static func layersBackward(gradient: Value, to: Value, count: Int) -> KernelCall {
    KernelCall(
      "train_layers_backward", to.count,
      [.address(gradient.address), .address(to.address)]
        + counts(to.samples, to.channels, to.shape.z, to.shape.y * to.shape.x, count))
  }

  /// exp(x) / sum of exp over the channels.
  package static func softmax(from: Value, to: UInt64) -> KernelCall {
    KernelCall(
      "train_softmax", from.samples * from.voxels,
      [.address(from.address), .address(to)] + from.extents)
  }

  /// And back, from its result.
  package static func softmaxBackward(value: Value, gradient: UInt64, to: UInt64) -> KernelCall {
    KernelCall(
      "train_softmax_backward", value.samples * value.voxels,
      [.address(value.address), .address(gradient), .address(to)] + value.extents)
  }

  // MARK: - Depthwise convolution

  private static func depthwise(
    _ name: String, _ elements: Int, _ places: [UInt64], _ geometry: TrainingConvolutionGeometry,
    samples: Int, _ rest: [KernelCall.Argument] = []
  ) -> KernelCall {
    KernelCall(
      name, elements,
      places.map { .address($0) }
        + counts(samples, geometry.groups, geometry.coarseChannels / geometry.groups)
        + counts(
          geometry.coarse, geometry.fine, geometry.kernel, geometry.stride,
          geometry.padding.before)
        + rest)
  }

  /// Each channel by itself.
  package static func depthwise(
    _ geometry: TrainingConvolutionGeometry, samples: Int, fine: UInt64, weights: UInt64,
    bias: UInt64, coarse: UInt64
  ) -> KernelCall {
    depthwise(
      "train_depthwise", samples * geometry.coarseChannels * geometry.coarse.voxelCount,
      [fine, weights, bias, coarse], geometry, samples: samples)
  }

  /// Its gradient by the fine value.
  package static func depthwiseData(
    _ geometry: TrainingConvolutionGeometry, samples: Int, gradient: UInt64, weights: UInt64,
    to: UInt64
  ) -> KernelCall {
    depthwise(
      "train_depthwise_data", samples * geometry.fineChannels * geometry.fine.voxelCount,
      [gradient, weights, to], geometry, samples: samples)
  }

  /// Its gradient by the weights, in parts.
  package static func depthwiseWeights(
    _ geometry: TrainingConvolutionGeometry, samples: Int, fine: UInt64, gradient: UInt64,
    sums: UInt64, parts: Int
  ) -> KernelCall {
    depthwise(
      "train_depthwise_weights", geometry.weightCount * parts, [fine, gradient, sums], geometry,
      samples: samples, counts(parts))
  }
}
