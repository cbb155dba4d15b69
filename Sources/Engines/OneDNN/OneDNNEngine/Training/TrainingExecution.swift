import CKernels
import COneDNN
import EngineCore
import NeuralGraph
import VolumeCore

/// A training program with its memory and primitives: runs forward and backward on given weights.
@safe final class TrainingExecution {
  /// How batch normalisations and random layers behave.
  typealias Mode = TrainingMode

  let plan: TrainingPlan
  let program: TrainingProgram
  let table: ParameterTable
  private let arena: TrainingArena
  private let memory: AlignedMemory
  private let scratch: AlignedMemory
  private let convolutions: [TrainingConvolution]
  private let stream: Stream
  private let threads: Int32
  private let normal: AlignedMemory
  private let ones: AlignedMemory
  private let zeros: AlignedMemory
  /// For each batch normalisation: scale and shift of the pass forward; mean; 1 / deviation;
  /// three factors of the way back.
  private let normNumbers: [AlignedMemory]
  private let widest: Int
  private(set) var moments: [(mean: [Float], variance: [Float])]

  init(_ plan: TrainingPlan, _ shapes: [Shape3], _ table: ParameterTable) throws(EngineError) {
    self.plan = plan
    self.table = table
    threads = Int32(max(1, plan.threads))
    t2s_set_threads(threads)
    if threads > 1 { t2s_let_barriers_sleep() }
    let program = try TrainingLowering(plan, table, shapes: shapes, limits: .oneDNN).program
    self.program = program
    arena = TrainingArena(program, samples: plan.samples)
    memory = AlignedMemory(byteCount: arena.byteCount)
    let processor = try Processor()
    stream = try Stream(processor)
    var goesBack: Set<Int> = []
    var gradients: [Int: Int] = [:]
    var backs: [Int: Int] = [:]
    for step in program.backward {
      if case .convolveData(let number, _, let to) = step {
        goesBack.insert(number)
        backs[number] = to
      }
      if case .convolveWeights(let number, let gradient) = step { gradients[number] = gradient }
    }
    let convolutions = try oneAtATime.withLock { (_) throws(EngineError) in
      var result: [TrainingConvolution] = []
      for (number, node) in program.convolutions.enumerated() {
        result.append(
          try TrainingConvolution(
            node.spec,
            TrainingConvolution.Choice(
              samples: plan.samples, precision: plan.precision,
              result: program.buffers[node.to].precision,
              learnsBias: table.entries[node.bias].isLearned, goesBack: goesBack.contains(number)),
            processor))
      }
      return result
    }
    self.convolutions = convolutions
    scratch = AlignedMemory(
      byteCount: convolutions.reduce(64) { max($0, $1.scratchByteCount) })
    let widest = program.buffers.reduce(1) { max($0, $1.channels) }
    self.widest = widest
    ones = AlignedMemory([Float](repeating: 1, count: widest))
    zeros = AlignedMemory([Float](repeating: 0, count: widest))
    let hasNoise = plan.graph.nodes.contains {
      if case .gaussianNoise = $0.operation { true } else { false }
    }
    normal = AlignedMemory(hasNoise ? NormalTable.values : [])
    normNumbers = program.norms.map { AlignedMemory(byteCount: 7 * 4 * $0.layer.scale.count) }
    moments = program.norms.map { ($0.layer.mean, $0.layer.variance) }
    for (number, node) in program.convolutions.enumerated() {
      guard let gradient = gradients[number] else { continue }
      try unsafe convolutions[number].bind(
        from: address(node.from), to: address(node.to), gradient: address(gradient),
        back: backs[number].map { unsafe address($0) }, scratch: scratch.base)
    }
  }

  /// The library's kernels of each convolution, for people who look for a slow one.
  var kernels: [String] {
    zip(program.convolutions, convolutions).map {
      "\(plan.graph.nodes[$0.node].name): \($1.kernels)"
    }
  }

  // MARK: - Places

  @unsafe private func address(_ buffer: Int) -> UnsafeMutableRawPointer {
    unsafe memory.base + arena.offsets[buffer]
  }

  private func view(_ view: BufferView) -> t2s_view {
    let buffer = program.buffers[view.buffer]
    return unsafe t2s_view(
      address: address(view.buffer) + view.offset * buffer.precision.byteCount,
      stride: buffer.channels)
  }

  private func pixels(_ buffer: Int) -> Int {
    plan.samples * program.buffers[buffer].shape.voxelCount
  }

  private func isBF16(_ buffer: Int) -> Int32 {
    program.buffers[buffer].precision == .bf16 ? 1 : 0
  }

  @unsafe private func norm(_ number: Int, _ part: Int) -> UnsafeMutablePointer<Float> {
    let count = program.norms[number].layer.scale.count
    return unsafe normNumbers[number].base.assumingMemoryBound(to: Float.self) + part * count
  }

  /// The class scores: address, whether they are bfloat16, how many voxels, classes.
  @unsafe var scores: (address: UnsafeMutableRawPointer, isBF16: Int32, pixels: Int, classes: Int) {
    let buffer = program.scores
    return unsafe (
      address(buffer), isBF16(buffer), pixels(buffer), program.buffers[buffer].channels
    )
  }

  /// Where the gradient of the scores is to be put.
  @unsafe var scoresGradient: (address: UnsafeMutableRawPointer, isBF16: Int32) {
    unsafe (address(program.scoresGradient), isBF16(program.scoresGradient))
  }

  // MARK: - Forward

  /// Takes the weights as they are now.
  func pack(_ lists: [[Float]]) {
    t2s_set_threads(threads)
    for (node, convolution) in zip(program.convolutions, convolutions) {
      convolution.pack(lists[node.kernel], lists[node.bias], threads: Int(threads))
    }
  }

  /// Computes the scores of a batch; `pack` has been told of the weights.
  func forward(_ voxels: Span<Float>, _ lists: [[Float]], mode: Mode) throws(EngineError) {
    t2s_set_threads(threads)
    for step in program.forward {
      switch step {
      case .input(let to):
        unsafe voxels.withUnsafeBufferPointer { voxels in
          if let from = voxels.baseAddress {
            unsafe t2s_train_input(from, address(to), voxels.count, isBF16(to), threads)
          }
        }
      case .convolve(let number): try convolutions[number].forward(on: stream)
      case .tail(let tail): run(tail, lists, mode: mode)
      case .pool(let from, let to, let window):
        let s = program.buffers[from.buffer].shape
        unsafe t2s_train_pool(
          view(from), view(to), plan.samples, s.z, s.y, s.x, window.z, window.y, window.x,
          from.channels, isBF16(to.buffer), threads)
      case .spread(let from, let to, let factor):
        let s = program.buffers[from.buffer].shape
        unsafe t2s_train_spread(
          view(from), view(to), plan.samples, s.z, s.y, s.x, factor.z, factor.y, factor.x,
          from.channels, isBF16(to.buffer), threads)
      case .layers(let from, let to, let count):
        let (s, c) = (program.buffers[from].shape, program.buffers[from].channels)
        unsafe t2s_train_layers(
          address(from), address(to), plan.samples, s.z, s.y * s.x, c, count, isBF16(to), threads)
      case .crop(let cut, let from, let to):
        let (s, o) = (program.buffers[from.buffer].shape, program.buffers[to.buffer].shape)
        unsafe t2s_train_crop(
          view(from), view(to), plan.samples, s.z, s.y, s.x, cut.before.z, cut.before.y,
          cut.before.x, o.z, o.y, o.x, from.channels, isBF16(to.buffer), threads)
      case .groupNorm(let layer, let numbers, let from, let to):
        let (parts, pixels) = runs(of: layer, from)
        unsafe t2s_train_group_norm(
          address(from), address(to), parts, pixels, layer.scale.count, layer.groups,
          lists[numbers[0]], lists[numbers[1]], layer.epsilon, isBF16(to), threads)
      case .softmax(let from, let to):
        unsafe t2s_train_softmax(
          address(from), address(to), pixels(from), program.buffers[from].channels, isBF16(to),
          threads)
      }
    }
  }

  /// How many values a group normalisation takes by themselves, and their voxels.
  private func runs(of layer: GroupNormalisation, _ buffer: Int) -> (parts: Int, pixels: Int) {
    let shape = program.buffers[buffer].shape
    let parts =
      switch layer.extent {
      case .voxel: plan.samples * shape.voxelCount
      case .layer: plan.samples * shape.z
      case .volume: plan.samples
      }
    return (parts, plan.samples * shape.voxelCount / parts)
  }

  private func run(_ tail: Tail, _ lists: [[Float]], mode: Mode) {
    let to = tail.to[0]
    var pass = unsafe t2s_tail()
    unsafe pass.terms = Int32(tail.terms.count)
    // A bias is copied, since lists may move.
    var biases: [AlignedMemory] = []
    for (k, term) in tail.terms.enumerated() {
      var (scale, shift) = unsafe (pointer(ones), pointer(zeros))
      if let number = term.norm {
        prepare(number, term, lists, mode: mode)
        unsafe (scale, shift) = (UnsafePointer(norm(number, 0)), UnsafePointer(norm(number, 1)))
      } else if let bias = term.bias {
        let copy = AlignedMemory(lists[bias])
        biases.append(copy)
        unsafe shift = pointer(copy)
      }
      switch k {
      case 0: unsafe (pass.in.0, pass.scale.0, pass.shift.0) = (view(term.from), scale, shift)
      case 1: unsafe (pass.in.1, pass.scale.1, pass.shift.1) = (view(term.from), scale, shift)
      default: unsafe (pass.in.2, pass.scale.2, pass.shift.2) = (view(term.from), scale, shift)
      }
    }
    unsafe pass.relu = tail.relu ? 1 : 0
    unsafe pass.keep_factor = 1
    if case .training(let key) = mode {
      unsafe pass.key = key
      if let (rule, layer) = tail.dropout {
        unsafe pass.threshold = UInt32(rule.threshold)
        unsafe pass.keep_factor = rule.factor
        unsafe pass.dropout_layer = Int32(layer)
      }
      if let (sigma, layer) = tail.noise {
        unsafe pass.sigma = sigma
        unsafe pass.noise_layer = Int32(layer)
        unsafe pass.normal = pointer(normal)
      }
    }
    unsafe pass.outputs = Int32(tail.to.count)
    for (k, out) in tail.to.enumerated() {
      switch k {
      case 0: unsafe pass.out.0 = view(out)
      case 1: unsafe pass.out.1 = view(out)
      default: unsafe pass.out.2 = view(out)
      }
    }
    unsafe pass.pixels = pixels(to.buffer)
    unsafe pass.c = to.channels
    unsafe pass.bf16 = isBF16(to.buffer)
    withExtendedLifetime(biases) { unsafe t2s_tail_forward(&pass, threads) }
  }

  @unsafe private func pointer(_ memory: AlignedMemory) -> UnsafePointer<Float> {
    unsafe UnsafePointer(memory.base.assumingMemoryBound(to: Float.self))
  }

  /// Sets what a batch normalisation multiplies by and adds.
  private func prepare(_ number: Int, _ term: TailTerm, _ lists: [[Float]], mode: Mode) {
    let node = program.norms[number]
    let count = node.layer.scale.count
    // What the library could not add to the value that we read is part of the mean that is kept.
    let bias = term.bias.map { lists[$0] } ?? [Float](repeating: 0, count: count)
    if mode == .inference {
      moments[number] = (lists[node.lists[2]], lists[node.lists[3]])
    } else {
      var mean = [Float](repeating: 0, count: count)
      var variance = mean
      unsafe t2s_moments(
        view(term.from), pixels(term.from.buffer), count, isBF16(term.from.buffer), &mean,
        &variance, threads)
      moments[number] = (zip(mean, bias).map { $0 + $1 }, variance)
    }
    let (scale, shift) = (lists[node.lists[0]], lists[node.lists[1]])
    for c in 0..<count {
      let mean = moments[number].mean[c] - bias[c]
      let inverse = 1 / (moments[number].variance[c] + node.layer.epsilon).squareRoot()
      unsafe norm(number, 0)[c] = scale[c] * inverse
      unsafe norm(number, 1)[c] = shift[c] - scale[c] * inverse * mean
      unsafe norm(number, 2)[c] = mean
      unsafe norm(number, 3)[c] = inverse
    }
  }

  // MARK: - Backward

  /// Adds the gradients of all lists to `sums`, for the gradient of the scores that lies in its
  /// place.
  func backward(
    _ lists: [[Float]], _ sums: inout [[Float]], key: UInt64
  ) throws(EngineError) {
    t2s_set_threads(threads)
    for step in program.backward {
      switch step {
      case .tail(let tail, let pieces, let to, let terms):
        back(tail, pieces, to, terms, lists, &sums, key: key)
      case .sum(let pieces, let to): add(pieces, to)
      case .convolveData(let number, _, _): try convolutions[number].backward(on: stream)
      case .convolveWeights(let number, _):
        let node = program.convolutions[number]
        var kernel: [Float] = []
        var bias: [Float] = []
        // Out of the list, so that it is changed where it is.
        swap(&kernel, &sums[node.kernel])
        swap(&bias, &sums[node.bias])
        defer {
          swap(&kernel, &sums[node.kernel])
          swap(&bias, &sums[node.bias])
        }
        try convolutions[number].addGradient(
          to: &kernel, bias: &bias, on: stream, threads: Int(threads))
      case .pool(let from, let gradient, let to, let window):
        let s = program.buffers[from.buffer].shape
        unsafe t2s_train_pool_backward(
          view(from), view(gradient), view(to), plan.samples, s.z, s.y, s.x, window.z, window.y,
          window.x, from.channels, isBF16(to.buffer), threads)
      case .spread(let gradient, let to, let factor):
        let s = program.buffers[to.buffer].shape
        unsafe t2s_train_spread_backward(
          view(gradient), view(to), plan.samples, s.z, s.y, s.x, factor.z, factor.y, factor.x,
          to.channels, isBF16(to.buffer), threads)
      case .layers(let gradient, let to, let count):
        let (s, c) = (program.buffers[to].shape, program.buffers[to].channels)
        unsafe t2s_train_layers_backward(
          address(gradient), address(to), plan.samples, s.z, s.y * s.x, c, count, isBF16(to),
          threads)
      case .crop(let cut, let gradient, let to):
        let (s, o) = (program.buffers[to.buffer].shape, program.buffers[gradient.buffer].shape)
        unsafe t2s_train_crop_backward(
          view(gradient), view(to), plan.samples, s.z, s.y, s.x, cut.before.z, cut.before.y,
          cut.before.x, o.z, o.y, o.x, to.channels, isBF16(to.buffer), threads)
      case .groupNorm(let layer, let numbers, let from, let gradient, let to):
        back(layer, numbers, from, gradient, to, lists, &sums)
      case .softmax(let value, let gradient, let to):
        unsafe t2s_train_softmax_backward(
          address(value), address(gradient), address(to), pixels(to),
          program.buffers[to].channels, isBF16(to), threads)
      }
    }
  }

  private func add(_ pieces: [BufferView], _ to: BufferView) {
    var rest = pieces[...]
    var known: [BufferView] = []
    while !rest.isEmpty {
      let some = known + rest.prefix(4 - known.count)
      rest = rest.dropFirst(4 - known.count)
      var pass = unsafe gradient(of: some, to)
      unsafe t2s_gradient_pass(&pass, 0, nil, nil, nil, nil, nil, threads)
      known = [to]
    }
  }

  @unsafe private func gradient(of pieces: [BufferView], _ to: BufferView?) -> t2s_gradient {
    var pass = unsafe t2s_gradient()
    unsafe pass.pieces = Int32(pieces.count)
    for (k, piece) in pieces.enumerated() {
      switch k {
      case 0: unsafe pass.in.0 = view(piece)
      case 1: unsafe pass.in.1 = view(piece)
      case 2: unsafe pass.in.2 = view(piece)
      default: unsafe pass.in.3 = view(piece)
      }
    }
    unsafe pass.keep_factor = 1
    if let to { unsafe pass.out = view(to) }
    unsafe pass.pixels = pixels(pieces[0].buffer)
    unsafe pass.c = pieces[0].channels
    unsafe pass.bf16 = isBF16(pieces[0].buffer)
    return unsafe pass
  }

  private func back(
    _ tail: Tail, _ pieces: [BufferView], _ to: BufferView?, _ terms: [BufferView?],
    _ lists: [[Float]], _ sums: inout [[Float]], key: UInt64
  ) {
    var pass = unsafe gradient(of: pieces, to)
    let (pixels, count) = unsafe (pass.pixels, pass.c)
    let bf16 = unsafe pass.bf16
    if tail.relu { unsafe pass.value = view(tail.to[0]) }
    if let (rule, layer) = tail.dropout {
      unsafe pass.keep_factor = rule.factor
      if !tail.relu {
        unsafe pass.threshold = UInt32(rule.threshold)
        unsafe pass.dropout_layer = Int32(layer)
        unsafe pass.key = key
      }
    }
    let normed = tail.terms.indices.filter { tail.terms[$0].norm != nil }
    let toShift = AlignedMemory(byteCount: 8 * count)
    let toScale = normed.map { _ in AlignedMemory(byteCount: 8 * count) }
    let x = unsafe normed.map { unsafe view(tail.terms[$0].from) }
    let numbers = normed.compactMap { tail.terms[$0].norm }
    let means = unsafe numbers.map { unsafe UnsafePointer<Float>?(norm($0, 2)) }
    let inverses = unsafe numbers.map { unsafe UnsafePointer<Float>?(norm($0, 3)) }
    let scales = unsafe toScale.map {
      unsafe UnsafeMutablePointer<Double>?($0.base.assumingMemoryBound(to: Double.self))
    }
    withExtendedLifetime(toScale) {
      unsafe t2s_gradient_pass(
        &pass, Int32(normed.count), x, means, inverses,
        toShift.base.assumingMemoryBound(to: Double.self), scales, threads)
    }
    let shifts = toShift.doubles(count)
    for term in tail.terms {
      guard let bias = term.bias, table.entries[bias].isLearned else { continue }
      for c in 0..<count { sums[bias][c] += Float(shifts[c]) }
    }
    let whole = to ?? pieces[0]
    for (k, place) in normed.enumerated() {
      guard let number = tail.terms[place].norm, let out = terms[place] else { continue }
      let node = program.norms[number]
      let byScale = toScale[k].doubles(count)
      let scale = lists[node.lists[0]]
      for c in 0..<count {
        if table.entries[node.lists[0]].isLearned { sums[node.lists[0]][c] += Float(byScale[c]) }
        if table.entries[node.lists[1]].isLearned { sums[node.lists[1]][c] += Float(shifts[c]) }
        let mean = unsafe Double(norm(number, 2)[c])
        let inverse = unsafe Double(norm(number, 3)[c])
        let a = Double(scale[c]) * inverse
        let b = -a * inverse * byScale[c] / Double(pixels)
        unsafe norm(number, 4)[c] = Float(a)
        unsafe norm(number, 5)[c] = Float(b)
        unsafe norm(number, 6)[c] = Float(-a * shifts[c] / Double(pixels) - b * mean)
      }
      unsafe t2s_norm_backward(
        view(whole), x[k], view(out), norm(number, 4), norm(number, 5), norm(number, 6), pixels,
        count, bf16, threads)
    }
  }

  private func back(
    _ layer: GroupNormalisation, _ numbers: [Int], _ from: Int, _ gradient: Int, _ to: Int,
    _ lists: [[Float]], _ sums: inout [[Float]]
  ) {
    let (parts, pixels) = runs(of: layer, from)
    let count = layer.scale.count
    var toScale = [Double](repeating: 0, count: count * Int(threads))
    var toShift = toScale
    unsafe t2s_train_group_norm_backward(
      address(from), address(gradient), address(to), parts, pixels, count, layer.groups,
      lists[numbers[0]], &toScale, &toShift, layer.epsilon, isBF16(to), threads)
    for c in 0..<count {
      if table.entries[numbers[0]].isLearned { sums[numbers[0]][c] += Float(toScale[c]) }
      if table.entries[numbers[1]].isLearned { sums[numbers[1]][c] += Float(toShift[c]) }
    }
  }
}

extension AlignedMemory {
  /// A copy of the first numbers.
  fileprivate func doubles(_ count: Int) -> [Double] {
    (0..<count).map { unsafe base.load(fromByteOffset: 8 * $0, as: Double.self) }
  }
}
