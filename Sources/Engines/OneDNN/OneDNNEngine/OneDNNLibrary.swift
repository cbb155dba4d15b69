import CKernels
import COneDNN
import EngineCore
import Glibc

/// oneDNN says "failed" with a status; this says it with a throw that names the call.
func check(_ call: StaticString, _ status: dnnl_status_t) throws(EngineError) {
  guard status == dnnl_success else {
    throw .callFailed(engine: "oneDNN", call: "\(call)", status: Int(status.rawValue))
  }
}

/// The library's engine for this processor, kept for as long as anything that was made with it.
@safe final class Processor: @unchecked Sendable {
  let engine: dnnl_engine_t

  init() throws(EngineError) {
    var engine: dnnl_engine_t?
    try unsafe check("dnnl_engine_create", dnnl_engine_create(&engine, dnnl_cpu, 0))
    guard let engine = unsafe engine else {
      throw .callFailed(engine: "oneDNN", call: "dnnl_engine_create", status: 0)
    }
    unsafe self.engine = engine
  }

  deinit { unsafe dnnl_engine_destroy(engine) }

  /// Makes the library forget primitives but for `count` of them; 0: each is made anew.
  static func keepPrimitives(_ count: Int32) throws(EngineError) {
    try check("dnnl_set_primitive_cache_capacity", dnnl_set_primitive_cache_capacity(count))
  }

  /// "2.6.3".
  static var version: String {
    guard let version = unsafe dnnl_version() else { return "?" }
    return unsafe "\(version.pointee.major).\(version.pointee.minor).\(version.pointee.patch)"
  }

  /// Whether the library may use AVX-512 with bfloat16 here (`ONEDNN_MAX_CPU_ISA` can forbid it).
  static var hasBFloat16: Bool { has(dnnl_cpu_isa_avx512_core_bf16) }

  /// How narrow layers lie in planes of our own kernels here; `nil` where all is oneDNN's.
  static func planes(_ precision: Precision) -> LayoutChoice.Planes? {
    if precision == .bf16 { return hasBFloat16 && t2s_has_pairs_kernels() != 0 ? .pairs : nil }
    return planesKind != T2S_PLANES_PORTABLE ? .single : nil
  }

  /// The loops for planes in single precision that are fastest here and that `ONEDNN_MAX_CPU_ISA` leaves.
  static var planesKind: t2s_planes_kind {
    let best = t2s_planes_best()
    if has(dnnl_cpu_isa_avx512_core) { return best }
    return has(dnnl_cpu_isa_avx2) && best != T2S_PLANES_PORTABLE
      ? T2S_PLANES_AVX2 : T2S_PLANES_PORTABLE
  }

  private static func has(_ isa: dnnl_cpu_isa_t) -> Bool {
    dnnl_get_effective_cpu_isa().rawValue & isa.rawValue == isa.rawValue
  }

  /// For people: the instruction set that the library uses.
  static var instructionSet: String {
    if has(dnnl_cpu_isa_avx512_core_bf16) { return "AVX-512 with bfloat16" }
    if has(dnnl_cpu_isa_avx512_core) { return "AVX-512" }
    if has(dnnl_cpu_isa_avx2) { return "AVX2" }
    return "SSE4.1"
  }
}

/// Makes oneDNN compute on the calling thread alone: our workers are the parallel ones, and a team
/// of OpenMP threads for each would wait for the slowest at every layer.
///
/// libgomp is loaded with oneDNN but not linked to us, so its function is looked up.
func computeOnThisThreadAlone() {
  guard let symbol = unsafe dlsym(nil, "omp_set_num_threads") else { return }
  typealias SetThreads = @convention(c) (Int32) -> Void
  unsafe unsafeBitCast(symbol, to: SetThreads.self)(1)
}

/// The stream of one worker: what is executed on it comes after what was before.
@safe final class Stream {
  let stream: dnnl_stream_t
  private let processor: Processor

  init(_ processor: Processor) throws(EngineError) {
    var stream: dnnl_stream_t?
    try unsafe check(
      "dnnl_stream_create",
      dnnl_stream_create(&stream, processor.engine, UInt32(dnnl_stream_default_flags.rawValue)))
    guard let stream = unsafe stream else {
      throw .callFailed(engine: "oneDNN", call: "dnnl_stream_create", status: 0)
    }
    unsafe self.stream = stream
    self.processor = processor
  }

  deinit { unsafe dnnl_stream_destroy(stream) }

  func wait() throws(EngineError) {
    try unsafe check("dnnl_stream_wait", dnnl_stream_wait(stream))
  }
}
