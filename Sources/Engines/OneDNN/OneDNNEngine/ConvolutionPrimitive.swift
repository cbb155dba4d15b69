import COneDNN
import EngineCore
import NeuralGraph
import VolumeCore

/// A dense or depthwise convolution, as oneDNN wants to hear of it; values are channels last.
struct ConvolutionSpec {
  var kernel: Shape3
  var stride: Shape3
  var padding: Padding
  var inputs: Int
  var outputs: Int
  /// 1, or the number of input channels for a depthwise one.
  var groups: Int
  /// Order (output, input, z, y, x), or (group, output, input, z, y, x).
  var weights: [Float]
  var bias: [Float]
  var relu: Bool
  /// Whether it adds to what is there, before the ReLU, instead of writing over it.
  var adds = false

  /// Whether it looks along z; one that does not takes layers as a batch of images.
  var isVolumetric: Bool {
    kernel.z != 1 || stride.z != 1 || padding.before.z != 0 || padding.after.z != 0
  }

  /// The extents of the kernel that the library is told.
  var kernelExtents: [Int] {
    isVolumetric ? [kernel.z, kernel.y, kernel.x] : [kernel.y, kernel.x]
  }

  var weightExtents: [Int] {
    (groups == 1 ? [outputs, inputs] : [groups, outputs / groups, inputs / groups]) + kernelExtents
  }

  /// The order of `weights`, in the library's words.
  var weightOrder: dnnl_format_tag_t {
    switch (groups == 1, isVolumetric) {
    case (true, false): dnnl_oihw
    case (false, false): dnnl_goihw
    case (true, true): dnnl_oidhw
    case (false, true): dnnl_goidhw
    }
  }

  /// A value of `shape` as the library sees it.
  @unsafe func description(
    _ channels: Int, _ shape: Shape3, _ precision: Precision
  ) throws(EngineError) -> dnnl_memory_desc_t {
    isVolumetric
      ? try unsafe memoryDescription(
        [1, channels, shape.z, shape.y, shape.x], precision.dataType, dnnl_ndhwc)
      : try unsafe memoryDescription(
        [shape.z, channels, shape.y, shape.x], precision.dataType, dnnl_nhwc)
  }

  /// One number for each axis that the library is told of.
  func numbers(_ shape: Shape3) -> [Int64] {
    (isVolumetric ? [shape.z, shape.y, shape.x] : [shape.y, shape.x]).map { Int64($0) }
  }
}

/// One oneDNN convolution of fixed shape with its weights in the order that it wants them.
///
/// It may be executed by several threads at once: each brings its own memory and scratch space.
@safe final class ConvolutionPrimitive: @unchecked Sendable {
  let scratchByteCount: Int
  private let processor: Processor
  private let primitive: dnnl_primitive_t
  private let source: dnnl_memory_desc_t
  private let destination: dnnl_memory_desc_t
  private let scratch: dnnl_memory_desc_t
  private let biasDescription: dnnl_memory_desc_t
  private let weights: WeightBuffer
  private let bias: AlignedMemory

  /// - Parameters:
  ///   - input: the extent of the source.
  ///   - output: the extent of the destination.
  ///   - step: the place in the program, by which weights are shared between shapes.
  init(
    _ spec: ConvolutionSpec, input: Shape3, output: Shape3, from: Precision, to: Precision,
    step: Int, weights cache: WeightCache, processor: Processor
  ) throws(EngineError) {
    self.processor = processor
    var source = try unsafe spec.description(spec.inputs, input, from)
    var destination = try unsafe spec.description(spec.outputs, output, to)
    var weights = try unsafe memoryDescription(
      spec.weightExtents, from.dataType, dnnl_format_tag_any)
    var bias = try unsafe memoryDescription([spec.outputs], dnnl_f32, dnnl_a)

    var convolution = dnnl_convolution_desc_t()
    var strides = spec.numbers(spec.stride)
    var before = spec.numbers(spec.padding.before)
    var after = spec.numbers(spec.padding.after)
    try unsafe check(
      "dnnl_convolution_forward_desc_init",
      dnnl_convolution_forward_desc_init(
        &convolution, dnnl_forward_inference, dnnl_convolution_direct, &source, &weights, &bias,
        &destination, &strides, &before, &after))

    var attributes: dnnl_primitive_attr_t?
    try unsafe check("dnnl_primitive_attr_create", dnnl_primitive_attr_create(&attributes))
    defer { unsafe dnnl_primitive_attr_destroy(attributes) }
    try unsafe check(
      "dnnl_primitive_attr_set_scratchpad_mode",
      dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user))
    if spec.relu || spec.adds {
      var operations: dnnl_post_ops_t?
      try unsafe check("dnnl_post_ops_create", dnnl_post_ops_create(&operations))
      defer { unsafe dnnl_post_ops_destroy(operations) }
      if spec.adds {
        try unsafe check("dnnl_post_ops_append_sum", dnnl_post_ops_append_sum(operations, 1))
      }
      if spec.relu {
        try unsafe check(
          "dnnl_post_ops_append_eltwise",
          dnnl_post_ops_append_eltwise(operations, 1, dnnl_eltwise_relu, 0, 0))
      }
      try unsafe check(
        "dnnl_primitive_attr_set_post_ops",
        dnnl_primitive_attr_set_post_ops(attributes, operations))
    }
    var plan: dnnl_primitive_desc_t?
    try unsafe check(
      "dnnl_primitive_desc_create",
      dnnl_primitive_desc_create(&plan, &convolution, attributes, processor.engine, nil))
    defer { unsafe dnnl_primitive_desc_destroy(plan) }
    var primitive: dnnl_primitive_t?
    try unsafe check("dnnl_primitive_create", dnnl_primitive_create(&primitive, plan))
    guard let primitive = unsafe primitive,
      let wanted = unsafe dnnl_primitive_desc_query_md(plan, dnnl_query_weights_md, 0),
      let space = unsafe dnnl_primitive_desc_query_md(plan, dnnl_query_scratchpad_md, 0)
    else { throw .callFailed(engine: "oneDNN", call: "dnnl_primitive_desc_query_md", status: 0) }
    unsafe self.primitive = primitive
    self.source = source
    self.destination = destination
    unsafe scratch = space.pointee
    biasDescription = bias
    scratchByteCount = unsafe dnnl_memory_desc_get_size(space)
    unsafe self.weights = try cache.buffer(
      step: step, as: wanted.pointee, of: spec, processor)
    self.bias = AlignedMemory(spec.bias)
  }

  deinit { unsafe dnnl_primitive_destroy(primitive) }

  /// Computes the value at `to` from that at `from`; `space` has `scratchByteCount` bytes.
  @unsafe func execute(
    from: UnsafeMutableRawPointer, to: UnsafeMutableRawPointer, space: UnsafeMutableRawPointer,
    on stream: Stream
  ) throws(EngineError) {
    let input = try unsafe Memory(source, from, processor)
    let output = try unsafe Memory(destination, to, processor)
    let workspace = try unsafe Memory(scratch, space, processor)
    let weight = try unsafe Memory(weights.description, weights.memory.base, processor)
    let offset = try unsafe Memory(biasDescription, bias.base, processor)
    var arguments = unsafe [
      dnnl_exec_arg_t(arg: DNNL_ARG_SRC, memory: input.memory),
      dnnl_exec_arg_t(arg: DNNL_ARG_WEIGHTS, memory: weight.memory),
      dnnl_exec_arg_t(arg: DNNL_ARG_BIAS, memory: offset.memory),
      dnnl_exec_arg_t(arg: DNNL_ARG_DST, memory: output.memory),
      dnnl_exec_arg_t(arg: DNNL_ARG_SCRATCHPAD, memory: workspace.memory),
    ]
    let count = unsafe Int32(arguments.count)
    try unsafe check(
      "dnnl_primitive_execute",
      dnnl_primitive_execute(primitive, stream.stream, count, &arguments))
    try stream.wait()
  }
}
