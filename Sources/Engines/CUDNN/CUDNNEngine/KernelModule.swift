import CCUDA
import Glibc

/// The kernels of ours, loaded for one card: the driver turns the PTX into the card's own code.
@safe final class KernelModule: @unchecked Sendable {
  private let libraries: GPULibraries
  private let module: CUmodule
  private let functions: [String: CUfunction]

  /// For the context of the calling thread.
  init(_ libraries: GPULibraries, _ set: KernelSet) throws(GPUError) {
    self.libraries = libraries
    var module: CUmodule?
    let status = unsafe set.text.withCString { text in
      unsafe libraries.cuda.moduleLoadData(&module, text, 0, nil, nil)
    }
    try libraries.check("cuModuleLoadDataEx", status)
    guard let module = unsafe module else {
      throw .callFailed(call: "cuModuleLoadDataEx", code: 0, name: "no module")
    }
    var functions = unsafe [String: CUfunction]()
    for name in set.signatures.keys.sorted() {
      var function: CUfunction?
      let status = unsafe name.withCString { text in
        unsafe libraries.cuda.moduleGetFunction(&function, module, text)
      }
      guard Int(status) == T2S_CUDA_SUCCESS else {
        _ = unsafe libraries.cuda.moduleUnload(module)
        throw .callFailed(
          call: "cuModuleGetFunction", code: Int(status), name: libraries.errorName(status))
      }
      unsafe functions[name] = function
    }
    unsafe self.module = module
    unsafe self.functions = functions
  }

  /// Gives the code back; nothing is launched any more.
  func unload() { _ = unsafe libraries.cuda.moduleUnload(module) }

  /// Begins a call on `stream`.
  func launch(_ call: KernelCall, on stream: GPUStream) throws(GPUError) {
    guard let function = unsafe functions[call.name] else {
      preconditionFailure("there is no kernel \(call.name)")
    }
    precondition(
      call.arguments.map(\.byteCount) == KernelSignatures.all[call.name],
      "\(call.name) takes other arguments")
    precondition(call.elements < 1 << 31, "\(call.name) on \(call.elements) elements")
    if call.elements == 0 { return }
    // The driver copies the values out of these words before it returns.
    var words = call.arguments.map(\.bits)
    let status = unsafe words.withUnsafeMutableBufferPointer { words -> CUresult in
      var pointers: [UnsafeMutableRawPointer?] = unsafe []
      for place in words.indices {
        unsafe pointers.append(words.baseAddress.map { unsafe UnsafeMutableRawPointer($0 + place) })
      }
      return unsafe pointers.withUnsafeMutableBufferPointer { pointers in
        unsafe libraries.cuda.launchKernel(
          function, UInt32(call.blocks), 1, 1, UInt32(KernelCall.threads), 1, 1, 0, stream.stream,
          pointers.baseAddress, nil)
      }
    }
    guard Int(status) == T2S_CUDA_SUCCESS else {
      throw .callFailed(
        call: "cuLaunchKernel \(call.name)", code: Int(status), name: libraries.errorName(status))
    }
  }
}
