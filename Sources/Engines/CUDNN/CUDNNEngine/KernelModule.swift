import CCUDA
import Glibc

/// The kernels of ours, loaded for one card: the driver turns the PTX into the card's own code.
@safe final class KernelModule: @unchecked Sendable {
  private let libraries: GPULibraries
  private let module: CUmodule
  private let functions: [String: Function]

  /// A kernel, and the bytes of its arguments.
  @safe private struct Function {
    var function: CUfunction
    var signature: [Int]
  }

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
    var functions: [String: Function] = [:]
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
      guard let function = unsafe function else { continue }
      functions[name] = unsafe Function(function: function, signature: set.signatures[name] ?? [])
    }
    unsafe self.module = module
    self.functions = functions
  }

  /// Gives the code back; nothing is launched any more.
  func unload() { _ = unsafe libraries.cuda.moduleUnload(module) }

  /// Begins a call on `stream`.
  func launch(_ call: KernelCall, on stream: GPUStream) throws(GPUError) {
    guard let kernel = functions[call.name] else {
      preconditionFailure("there is no kernel \(call.name)")
    }
    precondition(
      call.arguments.elementsEqual(kernel.signature) { $0.byteCount == $1 },
      "\(call.name) takes other arguments")
    precondition(call.elements < 1 << 31, "\(call.name) on \(call.elements) elements")
    if call.elements == 0 { return }
    let count = call.arguments.count
    // The driver copies the values out of these words before it returns.
    let status = unsafe withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count) { words in
      unsafe withUnsafeTemporaryAllocation(
        of: UnsafeMutableRawPointer?.self, capacity: count
      ) { pointers in
        for place in 0..<count {
          unsafe words.initializeElement(at: place, to: call.arguments[place].bits)
          unsafe pointers.initializeElement(
            at: place, to: words.baseAddress.map { unsafe UnsafeMutableRawPointer($0 + place) })
        }
        return unsafe libraries.cuda.launchKernel(
          kernel.function, UInt32(call.blocks), 1, 1, UInt32(KernelCall.threads), 1, 1, 0,
          stream.stream, pointers.baseAddress, nil)
      }
    }
    guard Int(status) == T2S_CUDA_SUCCESS else {
      throw .callFailed(
        call: "cuLaunchKernel \(call.name)", code: Int(status), name: libraries.errorName(status))
    }
  }
}
