import CKernels
import COneDNN
import EngineCore
import NeuralGraph
import VolumeCore

/// The three primitives of one convolution, forward, back to its input and back to its weights;
/// for a transposed one the first two change places.
@safe final class TrainingConvolution {
  private let geometry: TrainingConvolutionGeometry
  private let processor: Processor
  /// From fine to coarse.
  private(set) var down: BoundPrimitive?
  /// From coarse to fine.
  private(set) var up: BoundPrimitive?
  private(set) var weights: BoundPrimitive?
  private var downOrder: PackedOrder?
  private var upOrder: PackedOrder?
  private var weightsOrder: PackedOrder?
  private var packedDown = AlignedMemory(byteCount: 0)
  private var packedUp = AlignedMemory(byteCount: 0)
  private var packedGradient = AlignedMemory(byteCount: 0)
  private var bias = AlignedMemory(byteCount: 0)
  private var biasGradient = AlignedMemory(byteCount: 0)
  private let isBF16: Bool
  private let learnsBias: Bool

  /// What the primitives are to be.
  struct Choice {
    var samples: Int
    /// Of values and gradients.
    var precision: Precision
    /// Of the result going forward.
    var result: Precision
    var learnsBias: Bool
    /// Whether the gradient of the input is asked for.
    var goesBack: Bool
  }

  init(
    _ geometry: TrainingConvolutionGeometry, _ choice: Choice, _ processor: Processor
  ) throws(EngineError) {
    self.geometry = geometry
    self.processor = processor
    isBF16 = choice.precision == .bf16
    let isTransposed = geometry.isTransposed
    learnsBias = choice.learnsBias && !isTransposed

    let type = choice.precision.dataType
    let fine = try unsafe geometry.description(geometry.fineChannels, geometry.fine, choice, type)
    let coarse = try unsafe geometry.description(
      geometry.coarseChannels, geometry.coarse, choice, type)
    let result = try unsafe geometry.description(
      geometry.coarseChannels, geometry.coarse, choice,
      isTransposed ? type : choice.result.dataType)
    let kernel = try unsafe memoryDescription(geometry.weightExtents, type, dnnl_format_tag_any)
    let sums = try unsafe memoryDescription(
      geometry.weightExtents, dnnl_f32, dnnl_format_tag_any)
    let biases = try unsafe memoryDescription([geometry.coarseChannels], dnnl_f32, dnnl_a)

    // The plan forward is a hint for the way back too.
    let forward = try unsafe plan(.down, fine, kernel, isTransposed ? nil : biases, result, nil)
    defer { unsafe dnnl_primitive_desc_destroy(forward) }
    if !isTransposed || choice.goesBack {
      let wanted = try unsafe weightDescription(forward, dnnl_query_weights_md)
      let order = try unsafe packedOrder(wanted)
      downOrder = order
      packedDown = AlignedMemory(byteCount: order.count * choice.precision.byteCount)
      var arguments = [
        PrimitiveArgument(DNNL_ARG_SRC, fine), PrimitiveArgument(DNNL_ARG_WEIGHTS, wanted),
        PrimitiveArgument(DNNL_ARG_DST, result),
      ]
      if !isTransposed { arguments.append(PrimitiveArgument(DNNL_ARG_BIAS, biases)) }
      down = try unsafe BoundPrimitive(forward, arguments, processor)
      bias = AlignedMemory(byteCount: 4 * geometry.coarseChannels)
    }
    if isTransposed || choice.goesBack {
      let plan = try unsafe plan(.up, fine, kernel, nil, coarse, forward)
      defer { unsafe dnnl_primitive_desc_destroy(plan) }
      let wanted = try unsafe weightDescription(plan, dnnl_query_weights_md)
      let order = try unsafe packedOrder(wanted)
      upOrder = order
      packedUp = AlignedMemory(byteCount: order.count * choice.precision.byteCount)
      up = try unsafe BoundPrimitive(
        plan,
        [
          PrimitiveArgument(DNNL_ARG_DIFF_DST, coarse), PrimitiveArgument(DNNL_ARG_WEIGHTS, wanted),
          PrimitiveArgument(DNNL_ARG_DIFF_SRC, fine),
        ], processor)
    }
    let plan = try unsafe plan(.weights, fine, sums, learnsBias ? biases : nil, coarse, forward)
    defer { unsafe dnnl_primitive_desc_destroy(plan) }
    let wanted = try unsafe weightDescription(plan, dnnl_query_diff_weights_md)
    let order = try unsafe packedOrder(wanted)
    weightsOrder = order
    packedGradient = AlignedMemory(byteCount: 4 * order.count)
    var arguments = [
      PrimitiveArgument(DNNL_ARG_SRC, fine), PrimitiveArgument(DNNL_ARG_DIFF_DST, coarse),
      PrimitiveArgument(DNNL_ARG_DIFF_WEIGHTS, wanted),
    ]
    if learnsBias {
      arguments.append(PrimitiveArgument(DNNL_ARG_DIFF_BIAS, biases))
      biasGradient = AlignedMemory(byteCount: 4 * geometry.coarseChannels)
    }
    weights = try unsafe BoundPrimitive(plan, arguments, processor)
  }

  var scratchByteCount: Int {
    [down, up, weights].reduce(0) { max($0, $1?.scratchByteCount ?? 0) }
  }

  /// The library's names of the kernels, for people who look for a slow one.
  var kernels: String { [down, up, weights].map { $0?.kernel ?? "-" }.joined(separator: " ") }

  // MARK: - Addresses

  /// Sets the addresses of the values: `from` and `to` going forward, `gradient` of the result,
  /// and `back`, the gradient of the input.
  @unsafe func bind(
    from: UnsafeMutableRawPointer, to: UnsafeMutableRawPointer,
    gradient: UnsafeMutableRawPointer, back: UnsafeMutableRawPointer?,
    scratch: UnsafeMutableRawPointer
  ) throws(EngineError) {
    if geometry.isTransposed {
      try unsafe up?.bind([from, packedUp.base, to], scratch: scratch)
      if let back = unsafe back {
        try unsafe down?.bind([gradient, packedDown.base, back], scratch: scratch)
      }
      try unsafe weights?.bind([gradient, from, packedGradient.base], scratch: scratch)
    } else {
      try unsafe down?.bind([from, packedDown.base, to, bias.base], scratch: scratch)
      if let back = unsafe back {
        try unsafe up?.bind([gradient, packedUp.base, back], scratch: scratch)
      }
      try unsafe weights?.bind(
        [from, gradient, packedGradient.base] + (learnsBias ? [biasGradient.base] : []),
        scratch: scratch)
    }
  }

  // MARK: - Work

  /// Takes the weights as they are now.
  func pack(_ kernel: [Float], _ offsets: [Float], threads: Int) {
    unsafe kernel.withUnsafeBufferPointer { list in
      for (order, packed) in [(downOrder, packedDown), (upOrder, packedUp)] {
        guard let order, let list = list.baseAddress else { continue }
        unsafe t2s_pack(
          list, order.fromList.base.assumingMemoryBound(to: Int32.self), packed.base, order.count,
          isBF16 ? 1 : 0, Int32(threads))
      }
    }
    guard !geometry.isTransposed else { return }
    unsafe offsets.withUnsafeBytes { bytes in
      if let address = bytes.baseAddress {
        unsafe bias.base.copyMemory(from: address, byteCount: bytes.count)
      }
    }
  }

  func forward(on stream: Stream) throws(EngineError) {
    try (geometry.isTransposed ? up : down)?.execute(on: stream)
  }

  func backward(on stream: Stream) throws(EngineError) {
    try (geometry.isTransposed ? down : up)?.execute(on: stream)
  }

  /// Computes the weights' gradient and adds it to `sums`.
  func addGradient(
    to sums: inout [Float], bias: inout [Float], on stream: Stream, threads: Int
  ) throws(EngineError) {
    try weights?.execute(on: stream)
    guard let weightsOrder else { return }
    let count = sums.count
    unsafe sums.withUnsafeMutableBufferPointer { sums in
      guard let sums = sums.baseAddress else { return }
      unsafe t2s_unpack_add(
        packedGradient.base.assumingMemoryBound(to: Float.self),
        weightsOrder.toPlace.base.assumingMemoryBound(to: Int32.self), sums, count, Int32(threads))
    }
    guard learnsBias else { return }
    let outputs = bias.count
    unsafe bias.withUnsafeMutableBufferPointer { bias in
      guard let bias = bias.baseAddress else { return }
      unsafe t2s_add_floats(
        biasGradient.base.assumingMemoryBound(to: Float.self), bias, outputs)
    }
  }

  // MARK: - Plans

  private enum Direction { case down, up, weights }

  private func weightDescription(
    _ plan: dnnl_primitive_desc_t, _ which: dnnl_query_t
  ) throws(EngineError) -> dnnl_memory_desc_t {
    guard let wanted = unsafe dnnl_primitive_desc_query_md(plan, which, 0) else {
      throw .callFailed(engine: "oneDNN", call: "dnnl_primitive_desc_query_md", status: 0)
    }
    return unsafe wanted.pointee
  }

  @unsafe private func packedOrder(
    _ wanted: dnnl_memory_desc_t
  ) throws(EngineError) -> PackedOrder {
    try unsafe PackedOrder(
      plain: memoryDescription(geometry.weightExtents, dnnl_f32, geometry.weightOrder),
      numbers: geometry.listNumbers, wanted: wanted, processor)
  }

  @unsafe private func plan(
    _ direction: Direction, _ fine: dnnl_memory_desc_t, _ kernel: dnnl_memory_desc_t,
    _ bias: dnnl_memory_desc_t?, _ coarse: dnnl_memory_desc_t, _ hint: dnnl_primitive_desc_t?
  ) throws(EngineError) -> dnnl_primitive_desc_t {
    var (fine, kernel, coarse) = (fine, kernel, coarse)
    var bias = bias ?? dnnl_memory_desc_t()
    var strides = geometry.numbers(geometry.stride)
    var before = geometry.numbers(geometry.padding.before)
    var after = geometry.numbers(geometry.padding.after)
    var convolution = dnnl_convolution_desc_t()
    switch direction {
    case .down:
      try unsafe check(
        "dnnl_convolution_forward_desc_init",
        dnnl_convolution_forward_desc_init(
          &convolution, dnnl_forward_training, dnnl_convolution_direct, &fine, &kernel, &bias,
          &coarse, &strides, &before, &after))
    case .up:
      try unsafe check(
        "dnnl_convolution_backward_data_desc_init",
        dnnl_convolution_backward_data_desc_init(
          &convolution, dnnl_convolution_direct, &fine, &kernel, &coarse, &strides, &before,
          &after))
    case .weights:
      try unsafe check(
        "dnnl_convolution_backward_weights_desc_init",
        dnnl_convolution_backward_weights_desc_init(
          &convolution, dnnl_convolution_direct, &fine, &kernel, &bias, &coarse, &strides,
          &before, &after))
    }
    var attributes: dnnl_primitive_attr_t?
    try unsafe check("dnnl_primitive_attr_create", dnnl_primitive_attr_create(&attributes))
    defer { unsafe dnnl_primitive_attr_destroy(attributes) }
    try unsafe check(
      "dnnl_primitive_attr_set_scratchpad_mode",
      dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user))
    var candidates: dnnl_primitive_desc_iterator_t?
    try unsafe check(
      "dnnl_primitive_desc_iterator_create",
      dnnl_primitive_desc_iterator_create(
        &candidates, &convolution, attributes, processor.engine, hint))
    defer { unsafe dnnl_primitive_desc_iterator_destroy(candidates) }
    guard let first = unsafe dnnl_primitive_desc_iterator_fetch(candidates) else {
      throw .callFailed(engine: "oneDNN", call: "dnnl_primitive_desc_iterator_fetch", status: 0)
    }
    guard direction == .down, unsafe kernelName(first).hasPrefix("brgconv:") else {
      return unsafe first
    }
    // Forward, the library prefers kernels of small matrices, which with the few channels of these
    // networks take twice the time of the generated convolution that comes next.
    while unsafe dnnl_primitive_desc_iterator_next(candidates) == dnnl_success {
      guard let next = unsafe dnnl_primitive_desc_iterator_fetch(candidates) else { break }
      let name = unsafe kernelName(next)
      if name.hasPrefix("jit_bf16:") || name.hasPrefix("jit:") {
        unsafe dnnl_primitive_desc_destroy(first)
        return unsafe next
      }
      unsafe dnnl_primitive_desc_destroy(next)
    }
    return unsafe first
  }
}

extension TrainingConvolutionGeometry {
  /// The extents of the kernel that the library is told.
  private var kernelExtents: [Int] {
    isVolumetric ? [kernel.z, kernel.y, kernel.x] : [kernel.y, kernel.x]
  }

  var weightExtents: [Int] {
    (groups == 1
      ? [coarseChannels, fineChannels] : [groups, coarseChannels / groups, fineChannels / groups])
      + kernelExtents
  }

  /// A plain order of the weights, in the library's words.
  var weightOrder: dnnl_format_tag_t {
    switch (groups == 1, isVolumetric) {
    case (true, false): dnnl_oihw
    case (false, false): dnnl_goihw
    case (true, true): dnnl_oidhw
    case (false, true): dnnl_goidhw
    }
  }

  /// One number for each axis that the library is told of.
  func numbers(_ shape: Shape3) -> [Int64] {
    (isVolumetric ? [shape.z, shape.y, shape.x] : [shape.y, shape.x]).map { Int64($0) }
  }

  /// A batch of values of `shape` as the library sees it.
  @unsafe func description(
    _ channels: Int, _ shape: Shape3, _ choice: TrainingConvolution.Choice,
    _ type: dnnl_data_type_t
  ) throws(EngineError) -> dnnl_memory_desc_t {
    isVolumetric
      ? try unsafe memoryDescription(
        [choice.samples, channels, shape.z, shape.y, shape.x], type, dnnl_ndhwc)
      : try unsafe memoryDescription(
        [choice.samples * shape.z, channels, shape.y, shape.x], type, dnnl_nhwc)
  }
}
