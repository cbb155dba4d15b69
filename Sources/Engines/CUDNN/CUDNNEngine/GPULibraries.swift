import CCUDA
import CCUDNN
import Glibc
import SystemIO

/// The driver's and cuDNN's functions, loaded once and never unloaded.
///
/// All calls go through these two tables, so that a test can fill them with something else.
@safe package final class GPULibraries: @unchecked Sendable {
  let cuda: t2s_cuda
  let cudnn: t2s_cudnn
  /// Where cuDNN was found.
  package let cudnnPath: String
  /// cuDNN's version.
  package let version: CUDNNVersion

  init(cuda: t2s_cuda, cudnn: t2s_cudnn, cudnnPath: String) {
    self.cuda = cuda
    self.cudnn = cudnn
    self.cudnnPath = cudnnPath
    version = CUDNNVersion(number: Int(cudnn.getVersion()))
  }

  /// Loads both, or says which is missing.
  package convenience init(_ places: GPULibraryPlaces) throws(GPUError) {
    let cuda = try Self.driver(places.driver)
    let (cudnn, path) = try Self.cudnn(places)
    self.init(cuda: cuda, cudnn: cudnn, cudnnPath: path)
  }

  /// The driver's functions alone.
  static func driver(_ path: String) throws(GPUError) -> t2s_cuda {
    guard let library = unsafe dlopen(path, RTLD_NOW | RTLD_GLOBAL) else {
      throw .driverMissing(reason: loadError())
    }
    var table = t2s_cuda()
    if let lacking = unsafe t2s_cuda_fill(&table, library) {
      throw .driverIncomplete(symbol: unsafe String(cString: lacking))
    }
    return table
  }

  /// cuDNN's functions, from the first place that has them.
  static func cudnn(_ places: GPULibraryPlaces) throws(GPUError) -> (t2s_cudnn, String) {
    var tried: [String] = []
    var broken: GPUError?
    for place in places.cudnn() {
      let path = place.isEmpty ? "libcudnn.so.9" : "\(place)/libcudnn.so.9"
      tried.append(place.isEmpty ? "the system's libraries" : place)
      if !place.isEmpty && kind(ofPath: path) == .missing { continue }
      guard let library = unsafe dlopen(path, RTLD_NOW | RTLD_GLOBAL) else {
        if !place.isEmpty { broken = broken ?? .cudnnBroken(path: path, reason: loadError()) }
        continue
      }
      var table = t2s_cudnn()
      if let lacking = unsafe t2s_cudnn_fill(&table, library) {
        throw .cudnnIncomplete(path: path, symbol: unsafe String(cString: lacking))
      }
      try loadCublas(of: Int(table.getCudartVersion()) / 1000, beside: place)
      return (table, path)
    }
    throw broken ?? .cudnnMissing(places: tried)
  }

  /// Loads what cuDNN itself loads later, since it ends the process where that is missing.
  private static func loadCublas(of cuda: Int, beside place: String) throws(GPUError) {
    let name = "libcublasLt.so.\(cuda)"
    let folders =
      place.isEmpty
      ? [""] : ["\(place)/", "\(place)/../../cublas/lib/", "\(place)/../../cu\(cuda)/lib/", ""]
    for folder in folders where unsafe dlopen(folder + name, RTLD_NOW | RTLD_GLOBAL) != nil {
      return
    }
    throw .cublasMissing(name: name, cuda: cuda)
  }

  /// What the loader says of the last library that it could not open.
  private static func loadError() -> String {
    guard let text = unsafe dlerror() else { return "it cannot be loaded" }
    let words = unsafe String(cString: text)
    // "libcuda.so.1: cannot open ...": the name is said already.
    guard let colon = words.firstIndex(of: ":") else { return words }
    return String(words[words.index(after: colon)...].drop { $0 == " " })
  }

  /// Throws where a call of the driver did not succeed.
  func check(_ call: StaticString, _ status: CUresult) throws(GPUError) {
    guard Int(status) != T2S_CUDA_SUCCESS else { return }
    throw .callFailed(call: "\(call)", code: Int(status), name: errorName(status))
  }

  /// "CUDA_ERROR_OUT_OF_MEMORY".
  func errorName(_ status: CUresult) -> String {
    var text: UnsafePointer<CChar>?
    guard unsafe cuda.getErrorName(status, &text) == 0, let text = unsafe text else { return "?" }
    return unsafe String(cString: text)
  }

  /// "out of memory".
  func errorText(_ status: CUresult) -> String {
    var text: UnsafePointer<CChar>?
    guard unsafe cuda.getErrorString(status, &text) == 0, let text = unsafe text else { return "?" }
    return unsafe String(cString: text)
  }

  /// Throws where a call of cuDNN did not succeed, with the reason that it gives.
  func check(_ call: StaticString, cudnn status: cudnnStatus_t) throws(GPUError) {
    guard Int(status) != T2S_CUDNN_STATUS_SUCCESS else { return }
    let name = unsafe cudnn.getErrorString(status).map { unsafe String(cString: $0) } ?? "?"
    throw .cudnnFailed(call: "\(call)", status: Int(status), name: name, detail: lastReason())
  }

  /// Why cuDNN's last call on this thread failed, in its own words.
  func lastReason() -> String {
    var text = [CChar](repeating: 0, count: 512)
    unsafe text.withUnsafeMutableBufferPointer { buffer in
      unsafe cudnn.getLastErrorString(buffer.baseAddress, buffer.count - 1)
    }
    let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
