import COneDNN
import EngineCore
import Synchronization

/// Weights in the order that a primitive wants them.
@safe final class WeightBuffer: @unchecked Sendable {
  let description: dnnl_memory_desc_t
  let memory: AlignedMemory

  @unsafe init(_ description: dnnl_memory_desc_t, _ memory: AlignedMemory) {
    self.description = description
    self.memory = memory
  }
}

/// Reordered weights, kept so that tiles of other shapes, whose primitives want the same order,
/// share them.
final class WeightCache: Sendable {
  private let buffers = Mutex<[Int: [WeightBuffer]]>([:])

  /// The weights of step `step`, which is `spec`, as `wanted`.
  @unsafe func buffer(
    step: Int, as wanted: dnnl_memory_desc_t, of spec: ConvolutionSpec, _ processor: Processor
  ) throws(EngineError) -> WeightBuffer {
    var wanted = wanted
    for known in buffers.withLock({ $0[step] ?? [] }) {
      var description = known.description
      if unsafe dnnl_memory_desc_equal(&description, &wanted) != 0 { return known }
    }
    let plain = AlignedMemory(spec.weights)
    var description = try unsafe memoryDescription(
      spec.weightExtents, dnnl_f32, spec.weightOrder)
    let result = unsafe WeightBuffer(
      wanted, AlignedMemory(byteCount: dnnl_memory_desc_get_size(&wanted)))

    var plan: dnnl_primitive_desc_t?
    try unsafe check(
      "dnnl_reorder_primitive_desc_create",
      dnnl_reorder_primitive_desc_create(
        &plan, &description, processor.engine, &wanted, processor.engine, nil))
    defer { unsafe dnnl_primitive_desc_destroy(plan) }
    var primitive: dnnl_primitive_t?
    try unsafe check("dnnl_primitive_create", dnnl_primitive_create(&primitive, plan))
    defer { unsafe dnnl_primitive_destroy(primitive) }
    let from = try unsafe Memory(description, plain.base, processor)
    let to = try unsafe Memory(wanted, result.memory.base, processor)
    let stream = try Stream(processor)
    var arguments = unsafe [
      dnnl_exec_arg_t(arg: DNNL_ARG_FROM, memory: from.memory),
      dnnl_exec_arg_t(arg: DNNL_ARG_TO, memory: to.memory),
    ]
    // The library reads `plain` by its address alone.
    try withExtendedLifetime(plain) { () throws(EngineError) in
      try unsafe check(
        "dnnl_primitive_execute (reorder)",
        dnnl_primitive_execute(primitive, stream.stream, 2, &arguments))
      try stream.wait()
    }
    buffers.withLock { $0[step, default: []].append(result) }
    return result
  }
}
