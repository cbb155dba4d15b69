import COneDNN
import EngineCore

/// One argument of a primitive: what it is, and how it lies in memory.
@safe struct PrimitiveArgument {
  var number: Int32
  var description: dnnl_memory_desc_t

  init(_ number: Int32, _ description: dnnl_memory_desc_t) {
    self.number = number
    self.description = description
  }
}

/// A primitive with the addresses of its arguments, to be executed again and again.
///
/// Made under `oneAtATime`.
@safe final class BoundPrimitive {
  let scratchByteCount: Int
  /// The library's name of the kernel: "jit_bf16:avx512_core_bf16".
  let kernel: String
  private let processor: Processor
  private let primitive: dnnl_primitive_t
  private var arguments: [dnnl_exec_arg_t]
  private let descriptions: [PrimitiveArgument]

  /// Takes over `plan`, which is destroyed with the rest.
  @unsafe init(
    _ plan: dnnl_primitive_desc_t, _ descriptions: [PrimitiveArgument], _ processor: Processor
  ) throws(EngineError) {
    self.processor = processor
    var primitive: dnnl_primitive_t?
    try unsafe check("dnnl_primitive_create", dnnl_primitive_create(&primitive, plan))
    guard let primitive = unsafe primitive,
      let space = unsafe dnnl_primitive_desc_query_md(plan, dnnl_query_scratchpad_md, 0)
    else { throw .callFailed(engine: "oneDNN", call: "dnnl_primitive_desc_query_md", status: 0) }
    unsafe self.primitive = primitive
    unsafe arguments = []
    scratchByteCount = unsafe dnnl_memory_desc_get_size(space)
    unsafe self.descriptions =
      descriptions + [PrimitiveArgument(DNNL_ARG_SCRATCHPAD, space.pointee)]
    unsafe kernel = kernelName(plan)
  }

  deinit {
    for number in unsafe arguments.indices {
      unsafe dnnl_memory_destroy(arguments[number].memory)
    }
    unsafe dnnl_primitive_destroy(primitive)
  }

  /// Sets the arguments' addresses, in the order of their descriptions, and the scratch space's.
  @unsafe func bind(
    _ addresses: [UnsafeMutableRawPointer], scratch: UnsafeMutableRawPointer
  ) throws(EngineError) {
    let places = unsafe addresses + [scratch]
    for (number, argument) in descriptions.enumerated() {
      let address = unsafe places[number]
      var memory: dnnl_memory_t?
      var description = argument.description
      try unsafe check(
        "dnnl_memory_create", dnnl_memory_create(&memory, &description, processor.engine, address))
      guard let memory = unsafe memory else {
        throw .callFailed(engine: "oneDNN", call: "dnnl_memory_create", status: 0)
      }
      unsafe arguments.append(dnnl_exec_arg_t(arg: argument.number, memory: memory))
    }
  }

  func execute(on stream: Stream) throws(EngineError) {
    let count = unsafe Int32(arguments.count)
    try unsafe check(
      "dnnl_primitive_execute",
      dnnl_primitive_execute(primitive, stream.stream, count, arguments))
    try stream.wait()
  }
}

/// Where the library wants each number of a list of weights.
@safe final class PackedOrder {
  /// For each place in the library's order the number in the list, or -1 for what fills up.
  let fromList: AlignedMemory
  /// For each number of the list its place.
  let toPlace: AlignedMemory
  /// Places.
  let count: Int

  /// The order of `wanted`, found by having the library reorder the numbers 1, 2, 3 ...
  ///
  /// - Parameters:
  ///   - numbers: for each weight in the order of `plain` its number in the list.
  @unsafe init(
    plain: dnnl_memory_desc_t, numbers: [Int], wanted: dnnl_memory_desc_t, _ processor: Processor
  ) throws(EngineError) {
    precondition(numbers.count < 1 << 24, "Float counts no further")
    var (plain, wanted) = (plain, wanted)
    wanted.data_type = dnnl_f32
    let bytes = unsafe dnnl_memory_desc_get_size(&wanted)
    count = bytes / 4
    let source = AlignedMemory(numbers.indices.map { Float($0 + 1) })
    let target = AlignedMemory(byteCount: bytes)
    var plan: dnnl_primitive_desc_t?
    try unsafe check(
      "dnnl_reorder_primitive_desc_create",
      dnnl_reorder_primitive_desc_create(
        &plan, &plain, processor.engine, &wanted, processor.engine, nil))
    guard let plan = unsafe plan else {
      throw .callFailed(engine: "oneDNN", call: "dnnl_reorder_primitive_desc_create", status: 0)
    }
    defer { unsafe dnnl_primitive_desc_destroy(plan) }
    let reorder = try unsafe BoundPrimitive(
      plan, [PrimitiveArgument(DNNL_ARG_FROM, plain), PrimitiveArgument(DNNL_ARG_TO, wanted)],
      processor)
    let scratch = AlignedMemory(byteCount: reorder.scratchByteCount)
    try unsafe reorder.bind([source.base, target.base], scratch: scratch.base)
    try withExtendedLifetime((source, scratch)) { () throws(EngineError) in
      try reorder.execute(on: Stream(processor))
    }
    var fromList = [Int32](repeating: -1, count: count)
    var toPlace = [Int32](repeating: 0, count: numbers.count)
    for place in 0..<count {
      let value = unsafe target.base.load(fromByteOffset: 4 * place, as: Float.self)
      guard value > 0 else { continue }
      let number = numbers[Int(value) - 1]
      fromList[place] = Int32(number)
      toPlace[number] = Int32(place)
    }
    self.fromList = AlignedMemory(fromList)
    self.toPlace = AlignedMemory(toPlace)
  }
}

/// The library's name of the kernel that `plan` chose.
@unsafe func kernelName(_ plan: dnnl_primitive_desc_t) -> String {
  var name: UnsafePointer<CChar>?
  _ = unsafe dnnl_primitive_desc_query(plan, dnnl_query_impl_info_str, 0, &name)
  return unsafe name.map { unsafe String(cString: $0) } ?? "?"
}
