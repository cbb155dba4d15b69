import COneDNN
import EngineCore

/// Memory as the library sees it, for one call.
@safe struct Memory: ~Copyable {
  let memory: dnnl_memory_t

  @unsafe init(
    _ description: dnnl_memory_desc_t, _ address: UnsafeMutableRawPointer, _ processor: Processor
  ) throws(EngineError) {
    var memory: dnnl_memory_t?
    var description = description
    try unsafe check(
      "dnnl_memory_create", dnnl_memory_create(&memory, &description, processor.engine, address))
    guard let memory = unsafe memory else {
      throw .callFailed(engine: "oneDNN", call: "dnnl_memory_create", status: 0)
    }
    unsafe self.memory = memory
  }

  deinit { unsafe dnnl_memory_destroy(memory) }
}

/// Describes memory of these extents.
@unsafe func memoryDescription(
  _ extents: [Int], _ type: dnnl_data_type_t, _ order: dnnl_format_tag_t
) throws(EngineError) -> dnnl_memory_desc_t {
  var description = dnnl_memory_desc_t()
  var dimensions = extents.map { Int64($0) }
  try unsafe check(
    "dnnl_memory_desc_init_by_tag",
    dnnl_memory_desc_init_by_tag(&description, Int32(extents.count), &dimensions, type, order))
  return description
}

extension Precision {
  /// The library's name of it.
  var dataType: dnnl_data_type_t {
    switch self {
    case .f32: dnnl_f32
    case .bf16: dnnl_bf16
    case .f16: dnnl_f16
    case .int8: dnnl_u8
    }
  }
}
